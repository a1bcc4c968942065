/** Key records out of a file, whatever wrote it. */
import { joinStrings } from '../../dns/txt-formats/text.ts';
import { parseZone } from '../../dns/zones/file.ts';
import { DktoolError } from '../../errors.ts';
import { isKeyRecord, keyName } from '../entry.ts';
import { parseKeyring } from '../format.ts';
import { parseCsv } from './csv.ts';
import { entryOf, type Fields, type ImportDefaults, type Imported } from './fields.ts';
import { parseJsonRecords } from './json.ts';

export const IMPORT_FORMATS = ['auto', 'keyring', 'zone', 'csv', 'json'] as const;

export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/**
 * @param source the file's name, for messages
 * @param origin for relative names of a master file
 * @throws DktoolError where the file is of no format that is known, or not of the one that was asked for
 */
export function importRecords(
  source: string,
  bytes: Buffer,
  format: ImportFormat,
  defaults: ImportDefaults,
  origin?: string,
): Imported[] {
  const isAsked = (one: ImportFormat) => format === 'auto' || format === one;
  if (isAsked('keyring') && (format === 'keyring' || bytes.toString('latin1', 0, 17) === '{"dktool-keyring"')) {
    const lines = bytes.toString('utf8').split('\n');
    if (lines.at(-1) === '') lines.pop();
    return [...parseKeyring(source, lines)].map((entry) => ({ entry }));
  }
  const fields =
    (isAsked('json') ? parseJsonRecords(bytes.toString('utf8')) : undefined) ??
    (isAsked('csv') ? parseCsv(bytes.toString('latin1')) : undefined);
  if (fields !== undefined) return fields.map((one: Fields) => entryOf(one, defaults));
  if (isAsked('zone')) return zoneRecords(source, bytes, defaults, origin);
  throw new DktoolError('import-format', `${source} is no ${format} with key records`, {
    kind: 'permanent',
    hint: 'there must be names for the columns or fields: name (or domain and selector) and record',
  });
}

/** @throws DktoolError `bad-zone` */
function zoneRecords(source: string, bytes: Buffer, defaults: ImportDefaults, origin: string | undefined): Imported[] {
  return parseZone(source, bytes, origin).records.flatMap((record): Imported[] => {
    if (record.type !== 'TXT' || !('data' in record)) return [];
    const text = joinStrings(record.data);
    const name = keyName(record.name);
    if (name === undefined || !isKeyRecord(text)) return []; // SPF, policies, revoked keys
    const { first, last, disclosed, origin: by } = defaults;
    return [{ entry: { name, record: text, first, last, origin: by, disclosed } }];
  });
}
