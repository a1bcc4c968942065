/** A report for people: the sum, then a row a group. */
import type { ArchiveReport, Dimension } from '../../lib/archive-report/dimensions.ts';
import { resultSums, sumsBy } from '../../lib/archive-report/sums.ts';
import { printable } from '../../console/terminal/sanitize.ts';
import { clipEnd, displayWidth, padEnd } from '../../console/terminal/text-width.ts';

/** Columns of a cell: a domain name may have 253 characters. */
const WIDEST = 64;

export function* reportTable(report: ArchiveReport, by: readonly Dimension[]): Generator<string> {
  const { messages } = report;
  const results = by.includes('result') ? resultSums(report).map(([word, count]) => `${count} ${printable(word)}`) : [];
  yield `${messages} message${messages === 1 ? '' : 's'}${results.length === 0 ? '' : `: ${results.join(', ')}`}\n`;
  const rows = [
    [...by, 'messages'],
    ...sumsBy(report, by).map(({ values, count }) => [
      ...values.map((value) => (value === null ? '-' : clipEnd(printable(value.slice(0, 4 * WIDEST)), WIDEST))),
      String(count),
    ]),
  ];
  const widths = [...by, 'messages'].map((_, i) =>
    rows.reduce((most, row) => Math.max(most, displayWidth(row[i]!)), 0),
  );
  for (const row of rows) {
    const cells = row.slice(0, -1).map((cell, i) => padEnd(cell, widths[i]!));
    yield `${[...cells, row.at(-1)!.padStart(widths.at(-1)!)].join('  ')}\n`;
  }
  if (report.changes.length === 0) return;
  yield '\nchanged by, as far as it was explained:\n';
  const width = String(Math.max(...report.changes.map(({ count }) => count))).length;
  for (const { kind, by: software, count } of [...report.changes].sort((a, b) => b.count - a.count)) {
    yield `  ${String(count).padStart(width)}  ${printable(kind)}${software === null ? '' : `  ${printable(software)}`}\n`;
  }
}
