/** Help as wide as the terminal: notes wrapped at words, examples folded as a shell reads them. */
import { wrapped } from '../terminal/wrap.ts';

/** Lines behind the first of an example are indented. */
const INDENT = '    ';

/**
 * @param text lines of help; a note is a paragraph without indent, an example a line with two blanks before it
 * @param width of the terminal
 */
export function helpText(text: string, width: number): string {
  const out: string[] = [];
  let note: string[] = [];
  const close = () => {
    if (note.length > 0) out.push(...wrapped(note.join(' '), width));
    note = [];
  };
  let isExample = false;
  for (const line of text.split('\n')) {
    if (/^\S/.test(line)) isExample = line === 'Examples:';
    const isNote = /^\S/.test(line) && !line.endsWith(':');
    if (isNote) {
      note.push(line);
      continue;
    }
    close();
    out.push(...(isExample && line.length > width ? foldedExample(line, width) : [line]));
  }
  close();
  return out.join('\n');
}

/** A word of the shell, with an operator before it: `< file`, `| jq`. */
const SHELL_WORD = /(?:(?:<|>>?|\||&&) )?(?:'[^']*'|"[^"]*"|[^\s'"])+/g;

/** Broken at blanks outside quotes, a backslash at the end of each line but the last. */
function foldedExample(line: string, width: number): string[] {
  const words = line.match(SHELL_WORD) ?? [];
  const lines: string[] = [];
  let current = ' ';
  for (const word of words) {
    if (current.length + 1 + word.length + 2 > width && current.trim() !== '') {
      lines.push(`${current} \\`);
      current = `${INDENT} `;
    }
    current += ` ${word}`;
  }
  return [...lines, current];
}
