/** Text of help as wide as the terminal: paragraphs wrapped at words, examples folded as a shell reads them. */
import type { ByteSink } from '../streams/bytes.ts';
import { wrapped } from '../terminal/wrap.ts';

/** Lines behind the first of an example are indented. */
const INDENT = '    ';

/** As wide as a terminal is, and a page where there is none. */
export function helpWidth({ columns }: Pick<ByteSink, 'columns'>): number {
  return Math.max(40, columns || 80);
}

/** @param text paragraphs with an empty line between them, whatever lines they are made of */
export function paragraphs(text: string, width: number): string[] {
  const all = text.trim().split(/\n\s*\n/);
  return all.flatMap((one, i) => [...(i > 0 ? [''] : []), ...wrapped(one.replace(/\s*\n\s*/g, ' '), width)]);
}

/** A word of the shell, with an operator before it: `< file`, `| jq`. */
const SHELL_WORD = /(?:(?:<|>>?|\||&&) )?(?:'[^']*'|"[^"]*"|[^\s'"])+/g;

/** A command line below a heading, broken at blanks outside quotes, a backslash at the end of each line but the last. */
export function asExample(commandLine: string, width: number): string[] {
  if (commandLine.length + 2 <= width) return [`  ${commandLine}`];
  const lines: string[] = [];
  let current = ' ';
  for (const word of commandLine.match(SHELL_WORD) ?? []) {
    if (current.length + 1 + word.length + 2 > width && current.trim() !== '') {
      lines.push(`${current} \\`);
      current = `${INDENT} `;
    }
    current += ` ${word}`;
  }
  return [...lines, current];
}

/** A term, and what it means. */
export type Item = readonly [term: string, description: string];

/** Two blanks before a term and two behind the longest one. */
export const MARGINS = 4;

/**
 * Terms in a column, and what they mean beside it; below it where the column is too narrow for a term.
 *
 * @param longest characters of the longest term, or of more lists that are to look alike
 */
export function itemLines(
  items: readonly Item[],
  width: number,
  longest = Math.max(0, ...items.map(([term]) => term.length)),
): string[] {
  const column = Math.min(longest + MARGINS, Math.floor(width / 2));
  const indent = ' '.repeat(column);
  return items.flatMap(([term, description]) => {
    const [head = '', ...rest] = description === '' ? [] : wrapped(description, width - column);
    const below = rest.map((line) => indent + line);
    if (term.length + MARGINS <= column)
      return [`  ${term}`.padEnd(column) + head, ...below].map((line) => line.trimEnd());
    return [...wrapped(term, width - 2).map((line) => `  ${line}`), ...(head === '' ? [] : [indent + head]), ...below];
  });
}
