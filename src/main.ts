/** The program: commands registered, outcomes and errors turned into an exit status. */
import { Command, CommanderError } from 'commander';
import type { ByteSink } from './console/streams/bytes.ts';
import { complain } from './console/terminal/complain.ts';
import type { Context } from './console/context.ts';
import { applyConfiguration } from './console/configuration/apply.ts';
import { commandOf, LazyConfiguration } from './console/configuration/lazy.ts';
import { exitStyleOf } from './console/options/exit-style.ts';
import { type ExitStyle, exitStatus, type Outcome } from './console/outcome.ts';
import { helpText } from './console/options/help-text.ts';
import { usageError } from './console/options/usage-error.ts';
import type { CommandEnd, CommandEntry } from './commands/command.ts';
import { VERSION } from './lib/version.ts';
import { diagnostics } from './console/terminal/diagnostics.ts';

const NAME = 'dktool';

const ABOUT = `Make DKIM keys, sign mail in a pipe, verify saved mail. Messages come on stdin and go to stdout.`;

const AFTER_HELP = `
Examples:
  dktool keygen example.com -s 2026a > 2026a.zone
  dktool sign -d example.com -s 2026a -k 2026a < msg.eml > signed.eml
  dktool verify --zone 2026a.zone signed.eml

Exit status: 0 ok, 1 judged and the answer is no, 2 nothing to judge, 100 wrong command line or message,
111 try again later. Each command has a manual page: man dktool-sign.`;

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
  let style: ExitStyle = 'qmail';
  const configuration = new LazyConfiguration(context);
  try {
    style = exitStyleOf(args, context.env, () => configuration.exitStyle(args));
    const { outcome, status } = await runCommand(args, context, commands, configuration);
    return status ?? exitStatus(outcome, style);
  } catch (error) {
    return exitStatus(complainOf(error, args, commands, context), style);
  }
}

async function runCommand(
  args: readonly string[],
  context: Context,
  commands: readonly CommandEntry[],
  configuration: LazyConfiguration,
): Promise<CommandEnd> {
  let end: CommandEnd = { outcome: 'ok' };
  const program = new Command(NAME)
    .description(ABOUT)
    .version(VERSION, '-V, --version', 'print the version')
    .option('--config-file <file>', 'take settings from this file alone')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false) // src/commands/help
    .addHelpText('after', AFTER_HELP)
    .configureHelp({ subcommandTerm: (command) => command.name(), minWidthToWrap: 20 })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(helpText(text, widthOf(context.stdout))),
      writeErr: (text) => context.stderr.write(helpText(text, widthOf(context.stderr))),
      getOutHelpWidth: () => widthOf(context.stdout),
      getErrHelpWidth: () => widthOf(context.stderr),
      outputError: () => {}, // complainOf() does it
    });
  // Only the command that is asked for, or all of them where help needs the list.
  const asked = commands.filter(({ name, needsAll }) => name === commandOf(args) && !needsAll);
  for (const { load } of asked.length > 0 ? asked : commands) {
    const command = await load();
    command.register(program, context, (outcome, status) => {
      end = { outcome, status };
    });
  }
  program.hook('preAction', (_, command) => {
    if (!commands.some(({ name, needsAll }) => name === command.name() && needsAll)) {
      applyConfiguration(command, configuration.get(program.getOptionValue('configFile') as string | undefined));
    }
  });
  await program.parseAsync(args, { from: 'user' });
  return end;
}

/** As wide as a terminal is, and a page where there is none. */
function widthOf({ columns }: ByteSink): number {
  return Math.max(40, columns || 80);
}

function complainOf(
  error: unknown,
  args: readonly string[],
  commands: readonly CommandEntry[],
  context: Context,
): Outcome {
  if (!(error instanceof CommanderError)) return complain(error, NAME, context);
  if (error.exitCode === 0) return 'ok'; // --help, --version
  if (error.code === 'commander.help') return 'permanent'; // no command: help went to stderr
  const { say, hint } = diagnostics(context);
  const { sentence, meant } = usageError(error);
  say(sentence);
  const command = commandOf(args);
  const topic = commands.some(({ name }) => name === command && name !== 'help')
    ? `${command} --help lists the options`
    : '--help lists the commands';
  hint(meant === undefined ? `${NAME} ${topic}` : `did you mean ${meant}?`);
  return 'permanent';
}
