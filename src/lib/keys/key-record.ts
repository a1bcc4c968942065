/** The DKIM key record (RFC 6376 section 3.6.1, RFC 8463 section 4) as a value. */
import { colonList, decodeBase64, parseTagList, withoutWhitespace } from '../syntax/tag-list.ts';

/** A key record of DKIM (RFC 6376 section 3.6.1). */
export interface KeyRecord {
  /** `v=DKIM1` was there. */
  readonly hasVersion: boolean;
  /** k=, lower case; `rsa` where the tag is absent. */
  readonly keyType: string;
  /** p=, base64 without white space; empty: the key is revoked. */
  readonly publicKey: string;
  /** h=, lower case; `undefined`: any. */
  readonly hashAlgorithms: readonly string[] | undefined;
  /** s=, lower case; `['*']` where the tag is absent. */
  readonly services: readonly string[];
  /** t=, lower case: `y` testing, `s` i= must equal d=. */
  readonly flags: readonly string[];
  /** n=, as written. */
  readonly notes: string | undefined;
}

/** A key record, or what is wrong with it. */
export type ParsedKeyRecord =
  | { readonly ok: true; readonly record: KeyRecord }
  /** `not-a-key`: some other kind of record, to be discarded; `syntax`: a key record that is wrong. */
  | { readonly ok: false; readonly reason: 'not-a-key' | 'syntax'; readonly problem: string };

/**
 * Parse a key record (RFC 6376 section 3.6.1). The key itself is not looked into, only that p= is base64.
 *
 * @param text latin1, the character-strings of the TXT record joined without anything between them
 */
export function parseKeyRecord(text: string): ParsedKeyRecord {
  const list = parseTagList(text);
  if (!list.ok) return { ok: false, reason: 'syntax', problem: `the key record is not a tag list: ${list.problem}` };
  const value = (name: string) => list.tags.get(name)?.value;

  // RFC 6376 section 3.6.1: v= must be the first tag; a record with any other version must be discarded.
  const version = value('v');
  if (version !== undefined && version !== 'DKIM1') {
    return { ok: false, reason: 'not-a-key', problem: `v=${version.slice(0, 40)} is not a DKIM key record` };
  }
  if (version !== undefined && list.tags.keys().next().value !== 'v') {
    return { ok: false, reason: 'syntax', problem: 'v= must be the first tag of the key record' };
  }

  const publicKey = value('p');
  if (publicKey === undefined) return { ok: false, reason: 'syntax', problem: 'the key record has no p= tag' };
  if (decodeBase64(publicKey) === undefined) return { ok: false, reason: 'syntax', problem: 'p= is not base64' };

  const lower = (name: string) => value(name)?.toLowerCase();
  const hashes = lower('h');
  return {
    ok: true,
    record: {
      hasVersion: version !== undefined,
      keyType: lower('k') ?? 'rsa',
      publicKey: withoutWhitespace(publicKey),
      hashAlgorithms: hashes === undefined ? undefined : colonList(hashes),
      services: colonList(lower('s') ?? '*'),
      flags: colonList(lower('t') ?? '').filter((flag) => flag !== ''),
      notes: value('n'),
    },
  };
}

/**
 * The text of a key record, latin1, tags in the order of RFC 6376 section 3.6.1, p= last: parsing it gives the record again.
 * Values are not checked.
 */
export function formatKeyRecord(record: KeyRecord): string {
  const tags: string[] = [];
  if (record.hasVersion) tags.push('v=DKIM1');
  if (record.hashAlgorithms !== undefined) tags.push(`h=${record.hashAlgorithms.join(':')}`);
  tags.push(`k=${record.keyType}`);
  if (record.notes !== undefined) tags.push(`n=${record.notes}`);
  if (record.services.join() !== '*') tags.push(`s=${record.services.join(':')}`);
  if (record.flags.length > 0) tags.push(`t=${record.flags.join(':')}`);
  tags.push(`p=${record.publicKey}`);
  return tags.join('; ');
}
