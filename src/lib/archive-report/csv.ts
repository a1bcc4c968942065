import type { ArchiveReport, Dimension } from './dimensions.ts';
import { sumsBy } from './sums.ts';

/** The groups as comma-separated values (RFC 4180); an empty cell stands where nothing is known. */
export function* reportCsv(report: ArchiveReport, by: readonly Dimension[]): Generator<string> {
  yield `${[...by, 'messages'].join(',')}\n`;
  for (const { values, count } of sumsBy(report, by)) yield `${[...values.map(cell), count].join(',')}\n`;
}

/** A text that a spreadsheet would take for a formula gets a `'` before it: names come from whoever sends mail. */
function cell(value: string | null): string {
  const text = value === null ? '' : /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
