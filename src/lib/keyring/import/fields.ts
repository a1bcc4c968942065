/** Records as archives of DKIM keys give them out: fields with names of their own, the same things in them. */
import { entryProblem, keyName, parseTime } from '../entry.ts';
import type { KeyringEntry } from '../keyring.ts';

/** What a field may be called: lower case, without `_`, `-` and blanks. */
const NAMES = {
  name: ['name', 'host', 'hostname', 'owner', 'recordname', 'fqdn', 'query'],
  domain: ['domain', 'domainname', 'd'],
  selector: ['selector', 's'],
  record: ['record', 'value', 'txt', 'data', 'dkimrecord', 'txtrecord', 'rdata', 'key', 'answer'],
  publicKey: ['publickey', 'p', 'pubkey'],
  keyType: ['keytype', 'k'],
  first: ['first', 'firstseen', 'firstseenat', 'timefirst', 'since', 'createdat'],
  last: ['last', 'lastseen', 'lastseenat', 'timelast', 'until', 'updatedat', 'timestamp', 'seen', 'date'],
  origin: ['origin', 'source', 'provenance'],
  disclosed: ['disclosed', 'disclosedat', 'privatekeypublished'],
} as const;

type Field = keyof typeof NAMES;

/** The field that a heading or a key of an object stands for. */
export function fieldCalled(heading: string): Field | undefined {
  const plain = heading.toLowerCase().replace(/[\s_-]/g, '');
  return (Object.keys(NAMES) as Field[]).find((field) => (NAMES[field] as readonly string[]).includes(plain));
}

export type Fields = Partial<Record<Field, string>>;

/** What stands in for fields that are not there. */
export interface ImportDefaults {
  readonly first?: number | undefined;
  readonly last?: number | undefined;
  readonly disclosed?: number | undefined;
  /** latin1. */
  readonly origin: string;
}

export type Imported = { readonly entry: KeyringEntry } | { readonly problem: string };

/** @param fields latin1 */
export function entryOf(fields: Fields, defaults: ImportDefaults): Imported {
  const { domain, selector } = fields;
  const given = fields.name ?? (domain && selector ? `${selector}._domainkey.${domain}` : (domain ?? ''));
  const name = keyName(given.trim()) ?? given.trim();
  const record = recordOf(fields);
  if (record === undefined) return { problem: `there is no record of '${name.slice(0, 80)}'` };
  const problem = entryProblem({ name, record });
  if (problem !== undefined) return { problem };
  const times: { first?: number | undefined; last?: number | undefined; disclosed?: number | undefined } = {};
  for (const field of ['first', 'last', 'disclosed'] as const) {
    const text = fields[field] ?? '';
    times[field] = text === '' ? defaults[field] : parseTime(text);
    if (text !== '' && times[field] === undefined)
      return { problem: `'${text.slice(0, 40)}' of ${name} is not a time` };
  }
  const { first, last, disclosed } = times;
  return { entry: { name, record, first, last, origin: fields.origin || defaults.origin, disclosed } };
}

/** The text of the record: as it is, as strings in quotes, or made from the key alone. */
function recordOf({ record, publicKey, keyType }: Fields): string | undefined {
  const text = record?.trim() ?? '';
  if (text.startsWith('"')) return unquoted(text);
  if (text !== '') return /(?:^|;)\s*p\s*=/.test(text) ? text : keyRecord(text, keyType);
  return publicKey === undefined || publicKey === '' ? undefined : keyRecord(publicKey, keyType);
}

/** Of bare base64; whatever else it is stays as it is, and is not a record. */
function keyRecord(text: string, keyType = 'rsa'): string {
  const key = text.replace(/\s/g, '');
  return /^[A-Za-z0-9+/]{40,}={0,2}$/.test(key) ? `v=DKIM1; k=${keyType.toLowerCase() || 'rsa'}; p=${key}` : text;
}

/** `"v=DKIM1; ..." "..."`, as zone files and dig have it: `\"`, `\\` and \DDD stand for octets. */
function unquoted(text: string): string {
  const strings = [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, string]) => string!);
  return strings
    .join('')
    .replace(/\\(\d{3}|.)/g, (_, escaped: string) =>
      escaped.length === 3 ? String.fromCharCode(Number(escaped) & 0xff) : escaped,
    );
}
