/** Findings for a person at a terminal: wrapped at words, how bad they are in colour. A pipe gets each on a line. */
import type { ByteSink } from './bytes.ts';
import type { Context } from './context.ts';
import { type ColorChoice, terminalStyle } from './terminal.ts';
import { wrapped } from './wrap.ts';

/** Lines behind the first are indented. */
const INDENT = '    ';

/**
 * @param choice of --color
 * @returns how the lines of findings, `SEVERITY: ...`, are shown on a sink
 */
export async function findingText(
  sink: Pick<ByteSink, 'isTerminal' | 'columns'>,
  choice: ColorChoice,
  env: Context['env'],
): Promise<(lines: string) => string> {
  const { color, columns } = terminalStyle(sink, choice, env);
  if (!sink.isTerminal && !color) return (lines) => lines;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const paint: Readonly<Record<string, (text: string) => string>> = {
    error: chalk.red,
    temporary: chalk.yellow,
    warning: chalk.yellow,
    note: chalk.cyan,
  };
  const width = sink.isTerminal ? Math.max(20, columns) : Number.POSITIVE_INFINITY;
  return (lines) => lines.replace(/[^\n]+/g, (line) => folded(line, width).replace(/^\w+/, painted));

  function painted(word: string): string {
    return paint[word]?.(word) ?? word;
  }
}

function folded(line: string, width: number): string {
  const [first, ...more] = wrapped(line, width);
  if (more.length === 0) return first!;
  const rest = line.slice(first!.length).trimStart();
  return [first, ...wrapped(rest, width - INDENT.length).map((piece) => INDENT + piece)].join('\n');
}
