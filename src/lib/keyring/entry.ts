/** What makes an entry of a keyring out of a name, a record and dates, wherever they come from. */
import { isDomainName } from '../syntax/domain-name.ts';
import { parseTagList } from '../syntax/tag-list.ts';
import type { KeyringEntry } from './keyring.ts';

/** The longest TXT record is 64 KiB (RFC 1035 section 3.2.1). */
const MAX_RECORD = 65_535;

/** @returns lower case, without a dot at its end; `undefined` where no key can stand there (RFC 6376 section 3.6.2.1) */
export function keyName(text: string): string | undefined {
  const name = text.toLowerCase().replace(/\.$/, '');
  return isDomainName(name) && /^[^.]+(?:\.[^.]+)*\._domainkey\.[^.]/.test(name) ? name : undefined;
}

/** A DKIM or DomainKeys record: tags, and p= among them. An empty p= is not a key that anything was signed with. */
export function isKeyRecord(record: string): boolean {
  if (record.length > MAX_RECORD) return false;
  const list = parseTagList(record);
  return list.ok && (list.tags.get('p')?.value ?? '') !== '';
}

/** Whether this can be kept, as a sentence about what is wrong. */
export function entryProblem({ name, record }: Pick<KeyringEntry, 'name' | 'record'>): string | undefined {
  if (keyName(name) !== name) return `'${name.slice(0, 80)}' is not the name of a key (SELECTOR._domainkey.DOMAIN)`;
  if (!isKeyRecord(record)) return `the record of ${name} has no p= with a key`;
  return undefined;
}

/** `2009-05-14`, `2009-05-14T12:00:00Z` with an offset or without, or seconds since 1970. A date alone is its first second, UTC. */
export function parseTime(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d{9,11}$/.test(trimmed)) return Number(trimmed);
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?$/i.exec(
    trimmed,
  );
  if (match === null) return undefined;
  const [, date, time = '00:00:00', zone = 'Z'] = match;
  const offset = /^[+-]/.test(zone) ? zone.replace(/^(...):?(..)$/, '$1:$2') : 'Z';
  const milliseconds = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}${offset}`);
  const isDate = new Date(`${date}T00:00:00Z`).getUTCDate() === Number(date!.slice(8));
  return Number.isNaN(milliseconds) || !isDate ? undefined : milliseconds / 1000;
}

export function formatTime(seconds: number | undefined): string | null {
  return seconds === undefined ? null : new Date(Math.floor(seconds) * 1000).toISOString().replace('.000Z', 'Z');
}
