/** Showing where in a text something is wrong. */
import type { SyntaxProblem } from '../../lib/spf/macro-string.ts';
import { octetsAsText } from '../../lib/syntax/octets.ts';
import { printable } from './sanitize.ts';

/** A longer text is cut down to the surroundings of the place. */
const WHOLE = 200;
const AROUND = 60;

/**
 * A caret line for each problem, to stand below `label` and `text` in one line; of a long text its surroundings first.
 *
 * @param label what stands before the text, printable
 * @param text latin1
 */
export function caretLines(label: string, text: string, problems: readonly SyntaxProblem[]): string[] {
  return problems.flatMap(({ column, length, detail }) => {
    const isWhole = text.length <= WHOLE;
    const start = isWhole ? 0 : Math.max(0, column - AROUND);
    const end = isWhole ? text.length : Math.min(text.length, column + AROUND);
    const lead = `${isWhole ? label : ' '.repeat(label.length)}${start > 0 ? '...' : ''}`;
    const indent = `${lead}${shown(text.slice(start, column))}`.length;
    const width = Math.max(1, Math.min(shown(text.slice(column, column + length)).length, end - column));
    const marks = `${' '.repeat(indent)}${'^'.repeat(width)} column ${column + 1}: ${shown(detail)}`;
    return isWhole ? [marks] : [`${lead}${shown(text.slice(start, end))}${end < text.length ? '...' : ''}`, marks];
  });
}

function shown(latin1: string): string {
  return printable(octetsAsText(latin1));
}
