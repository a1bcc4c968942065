/** Comma-separated values (RFC 4180), with tabs or semicolons as well; the first line says what is in the columns. */
import { fieldCalled, type Fields } from './fields.ts';

/**
 * @param text latin1
 * @returns `undefined` where the first line does not name a record and whose it is
 */
export function parseCsv(text: string): Fields[] | undefined {
  const head = text.slice(0, Math.max(0, text.search(/[\r\n]/)) || text.length);
  const separator = ['\t', ';', ','].find((one) => head.includes(one)) ?? ',';
  const rows = rowsOf(text, separator);
  const columns = rows.next().value?.map((cell) => fieldCalled(cell.replace(/^\u00ef\u00bb\u00bf/, '')));
  if (columns === undefined) return undefined;
  const has = (...fields: string[]) => fields.some((field) => (columns as (string | undefined)[]).includes(field));
  if (!has('name', 'domain') || !has('record', 'publicKey')) return undefined;
  const all: Fields[] = [];
  for (const row of rows) {
    if (row.length === 1 && row[0] === '') continue;
    const fields: Fields = {};
    for (const [i, cell] of row.entries()) {
      const field = columns[i];
      if (field !== undefined) fields[field] ??= cell;
    }
    all.push(fields);
  }
  return all;
}

function* rowsOf(text: string, separator: string): Generator<string[], undefined> {
  // A cell, in quotes or not, and what ends it.
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^${separator}\\r\\n]*))(${separator}|\\r\\n|\\n|\\r|$)`, 'y');
  let row: string[] = [];
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (match === null) return; // a quote that does not end, or text behind one
    row.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === separator) continue;
    yield row;
    row = [];
  }
  if (row.length > 0) yield [...row, ''];
}
