/** Tables for a person at a terminal. Loads cli-table3, which only a terminal ever sees. */
import type { TerminalStyle } from './terminal.ts';
import { clipEnd } from './text-width.ts';
import { wrapped } from './wrap.ts';

/** A paragraph of a cell. */
export interface CellText {
  /** Printable. */
  readonly text: string;
  readonly paint?: ((text: string) => string) | undefined;
}

export type Cell = readonly CellText[];

/** Lays rows out as a text of whole lines. */
export type Grid = (rows: readonly (readonly Cell[])[]) => string;

/** A cell of more is cut: it would fill the screen. */
const MAX_CELL = 1000;

const LINES = ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'];
const INNER_LINES = ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'];
/** For terminals that cannot draw: blanks between columns, and nothing else. */
const NO_LINES = Object.fromEntries([...LINES, ...INNER_LINES].map((name) => [name, '']));

/** Columns that lines and the blanks beside them take. */
export function gridOverhead(count: number, { unicode }: Pick<TerminalStyle, 'unicode'>): number {
  return unicode ? 3 * count + 1 : 2 * (count - 1);
}

/**
 * @param head the words above the columns
 * @param widths of the columns, without the blanks beside them; their sum and gridOverhead() fit the terminal
 * @param isSpaced a line between each two rows, where lines are drawn
 */
export async function grid(
  { color, unicode }: TerminalStyle,
  head: readonly string[],
  widths: readonly number[],
  isSpaced: boolean,
): Promise<Grid> {
  const [{ Chalk }, { default: Table }] = await Promise.all([import('chalk'), import('cli-table3')]);
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const last = widths.length - 1;
  const content = (cell: Cell, i: number) => cell.flatMap((part) => linesOf(part, widths[i]!)).join('\n');
  return (rows) => {
    const table = new Table({
      head: head.map((word) => chalk.bold(word)),
      style: unicode
        ? { head: [], border: [], compact: !isSpaced }
        : { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
      chars: unicode ? {} : NO_LINES,
      colWidths: widths.map((width, i) => width + (unicode || i < last ? 2 : 0)),
    });
    for (const row of rows) table.push(row.map((cell, i) => content(cell, i)));
    return `${table.toString().replace(/ +$/gm, '')}\n`;
  };
}

function linesOf({ text, paint = String }: CellText, width: number): string[] {
  return wrapped(clipEnd(text, MAX_CELL), width).map((line) => paint(line));
}
