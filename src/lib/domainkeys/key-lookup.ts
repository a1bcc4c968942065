/** From the answer of DNS to a key that may judge a DomainKeys signature (RFC 4870 section 3.7.4). */
import { type ImportedPublicKey, importPublicKey } from '../crypto/public-key.ts';
import type { Answer } from '../dns/resolver.ts';
import { joinStrings } from '../dns/txt.ts';
import { type DomainKeyRecord, parseDomainKeyRecord } from './key-record.ts';
import type { DomainKeysRefusal } from './signature.ts';

export interface UsableDomainKey {
  readonly ok: true;
  readonly record: DomainKeyRecord;
  readonly imported: ImportedPublicKey & { readonly ok: true };
}

export type DomainKeyCandidate = UsableDomainKey | { readonly ok: false; readonly refusal: DomainKeysRefusal };

/** TXT records of one name that are looked into: a zone with more key records than this is no zone for keys. */
const MAX_RECORDS = 10;
/** Records that are kept; a burst of strangers only costs re-imports. */
const MAX_KEPT = 4096;

/** Key records by their text, so that many messages of one sender pay for one import. */
export class DomainKeyCache {
  readonly #entries = new Map<string, DomainKeyCandidate>();

  /** @param text the joined character-strings of the record */
  get(text: string): DomainKeyCandidate {
    let candidate = this.#entries.get(text);
    if (candidate === undefined) {
      candidate = readKey(text);
      if (this.#entries.size >= MAX_KEPT) this.#entries.clear();
      this.#entries.set(text, candidate);
    }
    return candidate;
  }
}

function no(reason: DomainKeysRefusal['reason'], detail: string): DomainKeyCandidate {
  return { ok: false, refusal: { reason, detail } };
}

function readKey(text: string): DomainKeyCandidate {
  const parsed = parseDomainKeyRecord(text);
  if (!parsed.ok) return no(parsed.reason === 'no-key' ? 'key-not-found' : 'key-syntax', parsed.problem);
  const { record } = parsed;
  // Section 3.2.3: an empty p= says that the key is revoked.
  if (record.publicKey === '') return no('key-revoked', 'the key has been revoked (p= is empty)');
  if (record.keyType !== 'rsa') return no('key-type-mismatch', `k=${record.keyType.slice(0, 40)} is not rsa`);
  if (record.hashAlgorithms?.includes('sha1') === false) {
    const allowed = record.hashAlgorithms.join(':').slice(0, 60);
    return no('key-hash-not-allowed', `the key is for DKIM only: it allows h=${allowed}, not sha1`);
  }
  const imported = importPublicKey('rsa', Buffer.from(record.publicKey, 'base64'));
  if (!imported.ok) return no(imported.reason === 'oversized' ? 'key-oversized' : 'key-invalid', imported.problem);
  return { ok: true, record, imported };
}

/**
 * The keys that an answer offers, usable ones first. Never empty. Of several records at one name a verifier is free to
 * pick any (section 9): each is tried, which helps where a key stands beside a wildcard's SPF text.
 */
export function domainKeyCandidates(answer: Answer<'TXT'>, name: string, cache: DomainKeyCache): DomainKeyCandidate[] {
  if (answer.status === 'temperror') return [no('key-unavailable', `no answer for ${name}: ${answer.detail}`)];
  if (answer.status === 'nxdomain') return [no('key-not-found', `${name} does not exist`)];
  if (answer.status === 'nodata') return [no('key-not-found', `${name} has no TXT record`)];
  const candidates = answer.records.slice(0, MAX_RECORDS).map((strings) => cache.get(joinStrings(strings)));
  return candidates.sort((a, b) => Number(b.ok) - Number(a.ok));
}
