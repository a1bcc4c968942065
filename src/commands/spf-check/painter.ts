import type { ByteSink } from '../../console/streams/bytes.ts';
import type { Context } from '../../console/context.ts';
import { PLAIN, type SpfStyle } from './lines.ts';
import { type ColorChoice, terminalStyle, wantsColor } from '../../console/terminal/terminal.ts';

/** How to show verdicts on a sink: plain lines in a pipe; on a terminal drawn, and coloured where colour is wanted. */
export async function styleFor(
  stdout: ByteSink,
  choice: ColorChoice,
  explain: boolean,
  env: Context['env'],
): Promise<SpfStyle> {
  const color = wantsColor(stdout, choice, env);
  if (!stdout.isTerminal && !color) return { ...PLAIN, explain };
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const paint = { plain: String, faint: chalk.dim, good: chalk.green, bad: chalk.red, trouble: chalk.yellow };
  const columns = stdout.isTerminal ? terminalStyle(stdout, choice, env).columns : PLAIN.columns;
  return { explain, drawn: stdout.isTerminal, columns, paint: (text, tone) => paint[tone](text) };
}
