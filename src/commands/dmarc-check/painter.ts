import type { ByteSink } from '../../console/streams/bytes.ts';
import type { Context } from '../../console/context.ts';
import { type ColorChoice, wantsColor } from '../../console/terminal/terminal.ts';

/** How good a line is. */
export type Tone = 'good' | 'bad' | 'trouble' | 'plain';

export type Paint = (line: string, tone: Tone) => string;

/** Colours where they are wanted; chalk is loaded only there. */
export async function painter(stdout: ByteSink, choice: ColorChoice, env: Context['env']): Promise<Paint> {
  if (!wantsColor(stdout, choice, env)) return (line) => line;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  const tones = { good: chalk.green, bad: chalk.red, trouble: chalk.yellow, plain: String };
  return (line, tone) => tones[tone](line);
}
