/** Findings for a person at a terminal: wrapped at words, how bad they are in colour. A pipe gets each on a line. */
import type { ByteSink } from '../streams/bytes.ts';
import type { Context } from '../context.ts';
import { type ColorChoice, terminalStyle } from './terminal.ts';
import { wrapped } from './wrap.ts';

const REMEDY = '; remedy: ';
/** A command line, or a line of a zone. */
const PASTED = /\b(?:dktool|chmod|chgrp|chown|rm|ln|mv|cp|install|systemctl)\s|\sIN\s(?:TXT|MX|CNAME|A(?:AAA)?)\s/;

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
  return (lines) => lines.replace(/[^\n]+/g, (line) => shown(line).join('\n').replace(/^\w+/, painted));

  /** A remedy that is a command or a record stays in one piece, to be copied; the terminal breaks it where it must. */
  function shown(line: string): string[] {
    const at = line.indexOf(REMEDY);
    if (at === -1 || !PASTED.test(line.slice(at))) return folded(line, width);
    return [...folded(line.slice(0, at), width), INDENT + line.slice(at + 2)];
  }

  function painted(word: string): string {
    return paint[word]?.(word) ?? word;
  }
}

/** A line as several, broken at words, those behind the first indented. */
export function folded(line: string, width: number): string[] {
  const [first = '', ...more] = wrapped(line, width);
  if (more.length === 0) return [first];
  const rest = line.slice(first.length).trimStart();
  return [first, ...wrapped(rest, width - INDENT.length).map((piece) => INDENT + piece)];
}
