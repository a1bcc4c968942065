/** The DomainKeys key record (RFC 4870 section 3.2.3) as a value. */
import { colonList, decodeBase64, withoutWhitespace } from '../syntax/tag-list.ts';
import { parseLetterTags } from './tags.ts';

/** A key record as DomainKeys reads it (RFC 4870 section 3.2.3). */
export interface DomainKeyRecord {
  /** g=: the local part that the key is for; empty: any. */
  readonly granularity: string;
  /** k=, lower case; `rsa` where the tag is absent. */
  readonly keyType: string;
  /** p=, base64 without white space; empty: the key is revoked. */
  readonly publicKey: string;
  /** t= has y: the domain is testing. */
  readonly testing: boolean;
  /** h= of a DKIM record at the same name (RFC 6376 section 3.6.1), lower case; `undefined`: any. */
  readonly hashAlgorithms: readonly string[] | undefined;
}

/** A key record, or what is wrong with it. */
export type ParsedDomainKeyRecord =
  | { readonly ok: true; readonly record: DomainKeyRecord }
  /** `no-key`: there is nothing that could be a key; `syntax`: a record that is wrong. */
  | { readonly ok: false; readonly reason: 'no-key' | 'syntax'; readonly problem: string };

/**
 * Parse a key record. DKIM records are read too: DKIM took the format over, and domains publish one record for both.
 * The key itself is not looked into, only that p= is base64.
 *
 * @param text latin1, the character-strings of the TXT record joined without anything between them
 */
export function parseDomainKeyRecord(text: string): ParsedDomainKeyRecord {
  if (text.trim() === '') return { ok: false, reason: 'no-key', problem: 'the key record is empty' };
  const list = parseLetterTags(text);
  if (!list.ok) return { ok: false, reason: 'syntax', problem: `the key record is not a tag list: ${list.problem}` };
  const value = (name: string) => list.tags.get(name)?.value;
  const publicKey = value('p');
  if (publicKey === undefined) return { ok: false, reason: 'no-key', problem: 'the key record has no p= tag' };
  if (decodeBase64(publicKey) === undefined) return { ok: false, reason: 'syntax', problem: 'p= is not base64' };
  const hashes = value('h')?.toLowerCase();
  return {
    ok: true,
    record: {
      granularity: value('g') ?? '',
      keyType: value('k')?.toLowerCase() ?? 'rsa',
      publicKey: withoutWhitespace(publicKey),
      testing: hasTestingFlag(value('t')),
      hashAlgorithms: hashes === undefined ? undefined : colonList(hashes),
    },
  };
}

/**
 * `y` in t=, a set of flags (sections 3.2.3 and 3.6). How its members are separated is not said: letters one after the
 * other were published, and DKIM's list with colons.
 */
export function hasTestingFlag(flags: string | undefined): boolean {
  return flags?.includes('y') ?? false;
}
