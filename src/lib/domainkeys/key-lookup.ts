/** Which keys may judge a DomainKeys signature (RFC 4870 section 3.7.4). */
import type { Answer } from '../dns/resolver.ts';
import {
  importKey,
  type KeyCache,
  type KeyCandidate,
  keyCandidates,
  unusable,
  type UsableKey,
} from '../keys/lookup.ts';
import type { DomainKeysReason } from '../verdict.ts';
import { type DomainKeyRecord, parseDomainKeyRecord } from './key-record.ts';

export type UsableDomainKey = UsableKey<DomainKeyRecord>;
export type DomainKeyCandidate = KeyCandidate<DomainKeyRecord, DomainKeysReason>;

function readKey(text: string): DomainKeyCandidate {
  const parsed = parseDomainKeyRecord(text);
  if (!parsed.ok) return unusable(parsed.reason === 'no-key' ? 'key-not-found' : 'key-syntax', parsed.problem);
  const { record } = parsed;
  // Section 3.2.3: an empty p= says that the key is revoked.
  if (record.publicKey === '') return unusable('key-revoked', 'the key has been revoked (p= is empty)');
  if (record.keyType !== 'rsa') return unusable('key-type-mismatch', `k=${record.keyType.slice(0, 40)} is not rsa`);
  if (record.hashAlgorithms?.includes('sha1') === false) {
    const allowed = record.hashAlgorithms.join(':').slice(0, 60);
    return unusable('key-hash-not-allowed', `the key is for DKIM only: it allows h=${allowed}, not sha1`);
  }
  return importKey(record, 'rsa');
}

/** The keys that an answer offers, usable ones first. Never empty. */
export function domainKeyCandidates(answer: Answer<'TXT'>, name: string, cache: KeyCache): DomainKeyCandidate[] {
  const read = (strings: readonly string[]) => cache.get(readKey, strings);
  return keyCandidates<DomainKeyRecord, DomainKeysReason>(answer, name, read, cache.retired(name));
}
