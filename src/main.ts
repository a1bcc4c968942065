/** The program: commands registered, outcomes and errors turned into an exit status. */
import { Command, CommanderError, Option } from 'commander';
import { complain } from './console/terminal/complain.ts';
import type { CommandStatus, Context } from './console/context.ts';
import { applyConfiguration } from './console/configuration/apply.ts';
import { commandOf, LazyConfiguration } from './console/configuration/lazy.ts';
import { exitStyleOf } from './console/options/exit-style.ts';
import { type ExitStyle, exitStatus, type Outcome } from './console/outcome.ts';
import { helpWidth } from './console/options/help-text.ts';
import { helpConfiguration, type HelpPage, setHelpPage } from './console/options/help-page.ts';
import { mistakenName } from './console/options/mistaken-name.ts';
import { usageError } from './console/options/usage-error.ts';
import type { CommandEnd, CommandEntry } from './commands/command.ts';
import { DktoolError } from './lib/errors.ts';
import { VERSION } from './lib/version.ts';
import { diagnostics } from './console/terminal/diagnostics.ts';

const NAME = 'dktool';

const ABOUT = 'Make DKIM keys, sign mail, verify it, and check the DNS of mail domains.';

const HELP: HelpPage = {
  examples: [
    'dktool keygen example.com -s 2026a > 2026a.zone',
    'dktool sign -d example.com -k 2026a < msg.eml > signed.eml',
    'dktool verify --zone 2026a.zone signed.eml',
  ],
  common: [
    'keygen',
    'dns-record',
    'sign',
    'verify',
    'spf-check',
    'dmarc-check',
    'check',
    'serve',
    'rotate',
    'report',
    'explain',
    'help',
  ],
  notes:
    'Messages are read from stdin or a file and written to stdout. Each command has a manual page: man dktool-sign.',
  exitStatus:
    '0 success, 1 verified and refused, 2 nothing to verify, 100 wrong command line or message, 111 try again later',
};

/**
 * Run one command line.
 *
 * @param args without the program's own name
 * @param commands the subcommands that there are
 * @returns the exit status; everything has been written by then
 */
export async function main(
  args: readonly string[],
  context: Context,
  commands: readonly CommandEntry[],
): Promise<number> {
  return (await runLine(args, context, commands)).status;
}

async function runLine(
  args: readonly string[],
  context: Context,
  commands: readonly CommandEntry[],
): Promise<CommandStatus> {
  let style: ExitStyle = 'qmail';
  const end = (status: number): CommandStatus => ({ status, deferred: exitStatus('temporary', style) });
  const configuration = new LazyConfiguration(context);
  try {
    style = exitStyleOf(args, context.env, () => configuration.exitStyle(args));
    const program = newProgram(args, context);
    const { outcome, status } = await runCommand(program, args, context, commands, configuration).catch(
      (error: unknown): CommandEnd => ({ outcome: complainOf(error, program, args, context) }),
    );
    return end(status ?? exitStatus(outcome, style));
  } catch (error) {
    return end(exitStatus(complain(error, NAME, context), style));
  }
}

function newProgram(args: readonly string[], context: Context): Command {
  const program = new Command(NAME)
    .description(ABOUT)
    .optionsGroup('General:')
    .version(VERSION, '-V, --version', 'print the version')
    .option('--config-file <file>', 'read settings from this file only')
    .addHelpOption(new Option('-h, --help', 'print help; with --all, every option').helpGroup('General:'))
    .helpCommand(false) // src/commands/help
    .configureHelp(helpConfiguration(args.includes('--all')))
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      getOutHelpWidth: () => helpWidth(context.stdout),
      getErrHelpWidth: () => helpWidth(context.stderr),
      outputError: () => {}, // complainOf() does it
    });
  return setHelpPage(program, HELP);
}

async function runCommand(
  program: Command,
  args: readonly string[],
  context: Context,
  commands: readonly CommandEntry[],
  configuration: LazyConfiguration,
): Promise<CommandEnd> {
  let end: CommandEnd = { outcome: 'ok' };
  // Only the command that is asked for, or all of them where help needs the list.
  const asked = commands.filter(({ name, needsAll }) => name === commandOf(args) && !needsAll);
  const inner: Context = { ...context, runCommand: (line, its) => runLine(line, its, commands) };
  for (const { load } of asked.length > 0 ? asked : commands) {
    const command = await load();
    command.register(program, inner, (outcome, status) => {
      end = { outcome, status };
    });
  }
  program.hook('preAction', (_, command) => {
    if (!commands.some(({ name, needsAll }) => name === command.name() && needsAll)) {
      applyConfiguration(command, configuration.get(program.getOptionValue('configFile') as string | undefined));
    }
  });
  await program.parseAsync(args, { from: 'user' });
  if (end.outcome !== 'ok') {
    const meant = meantBy(program, args);
    if (meant !== undefined) diagnostics(context).hint(meant);
  }
  return end;
}

/** A name that stands in a wrong place. */
function meantBy(program: Command, args: readonly string[]): string | undefined {
  const command = program.commands.find((one) => one.name() === commandOf(args));
  return command === undefined || command.getOptionValue('quiet') === true ? undefined : mistakenName(command);
}

function complainOf(error: unknown, program: Command, args: readonly string[], context: Context): Outcome {
  if (!(error instanceof CommanderError)) {
    return complain(error, NAME, context, error instanceof DktoolError ? meantBy(program, args) : undefined);
  }
  if (error.exitCode === 0) return 'ok'; // --help, --version
  if (error.code === 'commander.help') return 'permanent'; // no command: help went to stderr
  const { say, hint } = diagnostics(context);
  const { sentence, meant } = usageError(error);
  say(sentence);
  if (meant !== undefined) hint(`did you mean ${meant}?`);
  else hint(meantBy(program, args) ?? `${NAME} ${topicFor(commandOf(args), program)}`);
  return 'permanent';
}

function topicFor(command: string, program: Command): string {
  const isKnown = command !== 'help' && program.commands.some((one) => one.name() === command);
  return isKnown ? `${command} --help lists the options` : '--help lists the commands';
}
