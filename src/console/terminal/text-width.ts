/** How many columns of a terminal a text takes. The text is printable: no controls in it. */

/** Letters of two columns (East Asian Wide and Fullwidth, Unicode annex 11, and pictures), near enough. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
/** Marks that stand on the letter before them. */
const MARK = /\p{M}/u;
const ASCII = /^[ -~]*$/;

export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const letter of text) width += widthOf(letter);
  return width;
}

function widthOf(letter: string): number {
  return MARK.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1;
}

/** UTF-16 units of the beginning of a text that take at most so many columns. */
export function unitsWithin(text: string, columns: number): number {
  if (ASCII.test(text)) return Math.min(text.length, columns);
  let [width, units] = [0, 0];
  for (const letter of text) {
    width += widthOf(letter);
    if (width > columns) break;
    units += letter.length;
  }
  return units;
}

const DOTS = '...';

/** The text, or its beginning with three dots behind it. */
export function clipEnd(text: string, columns: number): string {
  return isWithin(text, columns) ? text : text.slice(0, unitsWithin(text, columns - DOTS.length)) + DOTS;
}

/** The text, or its end with three dots before it: of a path, the end tells most. */
export function clipStart(text: string, columns: number): string {
  if (isWithin(text, columns)) return text;
  const letters = Array.from(text.slice(-2 * columns));
  let width = 0;
  let first = letters.length;
  while (first > 0 && width + widthOf(letters[first - 1]!) <= columns - DOTS.length)
    width += widthOf(letters[--first]!);
  return DOTS + letters.slice(first).join('');
}

/** A long text is not measured: it does not fit. A letter has at most two units for a column, and marks have none. */
function isWithin(text: string, columns: number): boolean {
  return text.length <= 8 * columns && displayWidth(text) <= columns;
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
}
