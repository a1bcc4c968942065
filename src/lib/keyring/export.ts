/** Entries of a keyring for other programs. */
import { masterFileText, quotedStrings } from '../dns/txt-formats/quoting.ts';
import { asciiJson } from '../syntax/ascii-json.ts';
import { octetsAsText } from '../syntax/octets.ts';
import { formatTime } from './entry.ts';
import { formatKeyring } from './format.ts';
import type { KeyringEntry } from './keyring.ts';

export const EXPORT_FORMATS = ['keyring', 'json', 'csv', 'zone'] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Lines, each with its line feed. */
export function* exported(entries: Iterable<KeyringEntry>, format: ExportFormat): Generator<string> {
  if (format === 'keyring') yield* formatKeyring(entries);
  else if (format === 'json') for (const entry of entries) yield `${asciiJson(plain(entry))}\n`;
  else if (format === 'csv') yield* csv(entries);
  else for (const entry of entries) yield zoneLine(entry);
}

function plain(entry: KeyringEntry) {
  const [selector, domain] = entry.name.split(/\._domainkey\.(.*)/s) as [string, string];
  const { name, record, first, last, origin = null, disclosed } = entry;
  return {
    name,
    domain,
    selector,
    record: octetsAsText(record),
    first: formatTime(first),
    last: formatTime(last),
    origin,
    disclosed: formatTime(disclosed),
  };
}

function* csv(entries: Iterable<KeyringEntry>): Generator<string> {
  yield 'name,domain,selector,record,first,last,origin,disclosed\n';
  for (const entry of entries) yield `${Object.values(plain(entry)).map(csvCell).join(',')}\n`;
}

/** RFC 4180; UTF-8 as JSON has it. */
function csvCell(value: string | null): string {
  const text = value ?? '';
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line of a master file. Several keys of one name become several records there. */
function zoneLine({ name, record, first, last }: KeyringEntry): string {
  const times = [formatTime(first), formatTime(last)].map((time) => time ?? '?').join(' to ');
  return `${name}. IN TXT ${quotedStrings(record, masterFileText)} ; seen ${times}\n`;
}
