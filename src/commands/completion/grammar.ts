/** What can be completed, read from the commands as they are registered. */
import type { Argument, Command, Option } from 'commander';

/** What a value is: one of some words, a path, the selector of a key file, or anything that nobody can guess. */
export type Value =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'file' | 'directory' | 'selector' | 'other' };

export interface OptionLine {
  /** `-k`, `--key`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Without one it is a switch. */
  readonly value?: Value;
  /** Of the value, as help spells it. */
  readonly valueName: string;
}

/** A command by its name, with all that may stand behind it. */
export interface CommandLine {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionLine[];
  /** Of the arguments that are not options. */
  readonly argument: Value;
}

/** The program: the options before a command, and the commands. */
export interface ProgramLine {
  readonly options: readonly OptionLine[];
  /** In the order of help. */
  readonly commands: readonly CommandLine[];
}

export function programLineOf(program: Command): ProgramLine {
  const options = optionLines(program);
  const everywhere = options.filter(({ flags }) => flags.includes('--config-file'));
  const commands = program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    options: [...optionLines(command), ...everywhere],
    argument: argumentValue(command.registeredArguments[0]),
  }));
  return { options, commands };
}

function optionLines(command: Command): OptionLine[] {
  return [...command.createHelp().visibleOptions(command)].map(optionLine);
}

function optionLine(option: Option): OptionLine {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined);
  const valueName = /<(.*)>/.exec(option.flags)?.[1] ?? ''; // one that may be left out cannot be completed behind a space
  const line = { flags, description: option.description, valueName };
  return valueName === '' ? line : { ...line, value: optionValue(option, valueName) };
}

function optionValue({ argChoices, long }: Option, name: string): Value {
  if (argChoices !== undefined) return { kind: 'words', words: argChoices };
  if (long?.endsWith('selector')) return { kind: 'selector' };
  return { kind: pathKind(long === '--files-from' ? 'file' : name) };
}

function argumentValue(argument: Argument | undefined): Value {
  if (argument === undefined) return { kind: 'other' };
  if (argument.argChoices !== undefined) return { kind: 'words', words: argument.argChoices };
  return { kind: argument.name().split('|').map(pathKind).includes('file') ? 'file' : 'other' };
}

/** Placeholders mean the same in all commands. */
function pathKind(placeholder: string): 'file' | 'directory' | 'other' {
  if (placeholder === 'file' || placeholder === 'path') return 'file';
  return /^(?:dir|directory|folder)$/.test(placeholder) ? 'directory' : 'other';
}
