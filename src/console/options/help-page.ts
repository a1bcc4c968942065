/** What `--help` prints: a first screen of 24 lines, and with `--all` everything. */
import type { Argument, Command, Help, Option } from 'commander';
import { asExample, type Item, itemLines, MARGINS, paragraphs } from './help-text.ts';

/** What the help of a command says besides its arguments and options. */
export interface HelpPage {
  /** Command lines. The first three are on the first screen, where each has a line. */
  readonly examples: readonly [string, string, string, ...string[]];
  /** On the first screen: the long names of options, ten at most; of the program the names of commands. */
  readonly common: readonly string[];
  /** Paragraphs, with an empty line between them. */
  readonly notes?: string;
  /** `0 signed, 1 ...`. */
  readonly exitStatus: string;
}

const PAGES = new WeakMap<Command, HelpPage>();

export function setHelpPage(command: Command, page: HelpPage): Command {
  PAGES.set(command, page);
  return command;
}

/** commander's `configureHelp`. @param all whether every option is listed */
export function helpConfiguration(all: boolean): Partial<Help> {
  return {
    formatHelp: all ? wholeHelp : firstScreen,
  };
}

function firstScreen(command: Command, helper: Help): string {
  const width = helper.helpWidth ?? 80;
  const page = pageOf(command);
  const commands = commandLines(command, helper, width, page.common);
  const isCommon = ({ long = '' }: Option) => page.common.includes(long.slice(2));
  const options = command.parent === null ? [] : helper.visibleOptions(command).filter(isCommon);
  return lines(
    ...title(command, helper, width),
    '',
    'Examples:',
    ...page.examples.slice(0, 3).flatMap((example) => asExample(example, width)),
    '',
    ...(commands.length === 0 ? [] : ['Commands:', ...commands]),
    ...grouped(options, width, 'short').flatMap((group) => [group.heading, ...group.lines]),
    ...(options.length + commands.length === 0 ? [] : ['']),
    ...paragraphs(furtherHelp(command, helper), width),
  );
}

function wholeHelp(command: Command, helper: Help): string {
  const width = helper.helpWidth ?? 80;
  const { examples, notes = '', exitStatus } = pageOf(command);
  const args = helper.visibleArguments(command).map((one): Item => [one.name(), argumentDescription(one)]);
  return lines(
    ...title(command, helper, width),
    '',
    ...section(
      'Examples:',
      examples.flatMap((example) => asExample(example, width)),
    ),
    ...section('Arguments:', itemLines(args, width)),
    ...section('Commands:', commandLines(command, helper, width)),
    ...grouped(allOptions(command, helper), width, 'whole').flatMap((group) => section(group.heading, group.lines)),
    ...(notes === '' ? [] : [...paragraphs(notes, width), '']),
    ...paragraphs(`Exit status: ${exitStatus}.`, width),
    `Manual: man ${manualOf(command)}`,
  );
}

/** Its own, and those of the program that may stand behind it. */
function allOptions(command: Command, helper: Help): Option[] {
  const own = helper.visibleOptions(command);
  const ofProgram = command.parent?.options.filter(({ long }) => long !== '--version') ?? [];
  return [...own.filter(({ long }) => long !== '--help'), ...ofProgram, ...own.filter(({ long }) => long === '--help')];
}

/** --config-file and --help. */
const EVERYWHERE = 2;

function section(heading: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [heading, ...items, ''];
}

function pageOf(command: Command): HelpPage {
  const page = PAGES.get(command);
  if (page === undefined) throw new Error(`${command.name()} has no help`);
  return page;
}

function title(command: Command, helper: Help, width: number): string[] {
  const usage = `Usage: ${helper.commandUsage(command)}`;
  return [...paragraphs(usage, width), ...paragraphs(helper.commandDescription(command), width)];
}

/** Where to read on. */
function furtherHelp(command: Command, helper: Help): string {
  if (command.parent === null) {
    const count = helper.visibleCommands(command).length;
    return `All ${count} commands: dktool --help --all. More: dktool help COMMAND or TOPIC`;
  }
  const manual = `man ${manualOf(command)}`;
  const count = allOptions(command, helper).length;
  const isAll = count - EVERYWHERE <= pageOf(command).common.length;
  return isAll ? `Manual: ${manual}` : `All ${count} options: dktool ${command.name()} --help --all. Manual: ${manual}`;
}

function manualOf(command: Command): string {
  return command.parent === null ? command.name() : `${command.parent.name()}-${command.name()}`;
}

/** @param common the names that are listed; absent: all */
function commandLines(command: Command, helper: Help, width: number, common?: readonly string[]): string[] {
  const commands = helper.visibleCommands(command).filter((one) => common?.includes(one.name()) !== false);
  const items = commands.map((one): Item => [one.name(), one.summary()]);
  return itemLines(items, width);
}

interface Group {
  readonly heading: string;
  readonly lines: readonly string[];
}

/** In the order in which the groups begin. @param form `short`: choices and defaults are left out where there is no room */
function grouped(options: readonly Option[], width: number, form: 'short' | 'whole'): Group[] {
  const longest = Math.max(0, ...options.map(({ flags }) => flags.length));
  const all = options.map((option) => {
    const whole = optionDescription(option);
    const isShort = form === 'short' && longest + MARGINS + whole.length > width;
    const item: Item = [option.flags, isShort ? option.description : whole];
    return { heading: option.helpGroupHeading ?? 'Options:', item };
  });
  return [...new Set(all.map(({ heading }) => heading))].map((heading) => ({
    heading,
    lines: itemLines(
      all.filter((one) => one.heading === heading).map(({ item }) => item),
      width,
      longest,
    ),
  }));
}

function argumentDescription({ description, argChoices = [] }: Argument): string {
  return argChoices.length === 0 ? description : `${description} (${argChoices.join(', ')})`;
}

/** With the words that the value may be, and what it is where the option is not given. */
function optionDescription(option: Option): string {
  const { description, argChoices, defaultValue, defaultValueDescription } = option;
  const choices = argChoices === undefined ? [] : [argChoices.join(', ')];
  const usual = defaultValueDescription ?? (defaultValue === undefined ? undefined : String(defaultValue));
  const more = [...choices, ...(usual === undefined ? [] : [`default: ${usual}`])].join('; ');
  return more === '' ? description : `${description} (${more})`;
}

function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
