/** From the answer of DNS to a key that may judge a signature (RFC 6376 section 6.1.2). */
import { type ImportedPublicKey, importPublicKey } from '../crypto/public-key.ts';
import type { Answer } from '../dns/resolver.ts';
import { type KeyRecord, parseKeyRecord } from './key-record.ts';
import type { Refusal, Signature } from './signature.ts';

export interface UsableKey {
  readonly ok: true;
  readonly record: KeyRecord;
  readonly imported: ImportedPublicKey & { readonly ok: true };
}

export type KeyCandidate =
  | UsableKey
  /** `isForeign`: not even meant as a DKIM key record, such as the SPF record of a wildcard. */
  | { readonly ok: false; readonly refusal: Refusal; readonly isForeign?: boolean };

/** TXT records of one name that are looked into: a zone with more key records than this is no zone for keys. */
const MAX_RECORDS = 10;

/**
 * Key records that have been read, so that many messages of one sender pay for one import. They are found by the identity
 * of an answer's record, which is the same for as long as a resolver keeps the answer, and are forgotten with it.
 */
export class KeyRecordCache {
  readonly #entries = new WeakMap<readonly string[], KeyCandidate>();

  /** @param strings the character-strings of the record */
  get(strings: readonly string[]): KeyCandidate {
    let candidate = this.#entries.get(strings);
    if (candidate === undefined) {
      candidate = readKey(strings.join(''));
      this.#entries.set(strings, candidate);
    }
    return candidate;
  }
}

function readKey(text: string): KeyCandidate {
  const parsed = parseKeyRecord(text);
  if (!parsed.ok) return { ...no('key-syntax', parsed.problem), isForeign: !DKIM_VERSION.test(text) };
  const { record } = parsed;
  // Step 7: an empty p= says that the key is revoked.
  if (record.publicKey === '') return no('key-revoked', 'the key has been revoked (p= is empty)');
  if (record.keyType !== 'rsa' && record.keyType !== 'ed25519') {
    return no('key-type-mismatch', `k=${record.keyType.slice(0, 40)} is neither rsa nor ed25519`);
  }
  const imported = importPublicKey(record.keyType, Buffer.from(record.publicKey, 'base64'));
  if (!imported.ok) return no(imported.reason === 'oversized' ? 'key-oversized' : 'key-invalid', imported.problem);
  return { ok: true, record, imported };
}

/** v=DKIM1 at the start (RFC 6376 section 3.6.1). */
const DKIM_VERSION = /^[ \t\r\n]*v[ \t\r\n]*=[ \t\r\n]*DKIM1[ \t\r\n]*(?:;|$)/;

function no(reason: Refusal['reason'], detail: string): KeyCandidate & { readonly ok: false } {
  return { ok: false, refusal: { reason, detail } };
}

/**
 * The keys that an answer offers for a signature, usable ones first, foreign records last. Never empty.
 *
 * Several key records at one name are undefined (section 3.6.2.2); the verifier may try each (section 6.1.2), which is
 * what helps where a key stands beside a wildcard's SPF text.
 */
export function keyCandidates(answer: Answer<'TXT'>, signature: Signature, cache: KeyRecordCache): KeyCandidate[] {
  const name = signature.keyName;
  if (answer.status === 'temperror') return [no('key-unavailable', `no answer for ${name}: ${answer.detail}`)];
  if (answer.status === 'nxdomain') return [no('key-not-found', `${name} does not exist`)];
  if (answer.status === 'nodata') return [no('key-not-found', `${name} has no TXT record`)];
  const candidates: KeyCandidate[] = [];
  for (const strings of answer.records.slice(0, MAX_RECORDS)) {
    candidates.push(checkForSignature(cache.get(strings), signature));
  }
  return candidates.length === 1 ? candidates : candidates.sort((a, b) => rank(a) - rank(b));
}

function rank(candidate: KeyCandidate): number {
  if (candidate.ok) return 0;
  return candidate.isForeign === true ? 2 : 1;
}

/** What a key record says about who may use it and for what (section 3.6.1 h=, k=, s=, t=). */
function checkForSignature(candidate: KeyCandidate, signature: Signature): KeyCandidate {
  if (!candidate.ok) return candidate;
  const { keyType, hashAlgorithms, services, flags } = candidate.record;
  // Step 6
  if (hashAlgorithms !== undefined && !hashAlgorithms.includes(signature.hash)) {
    return no(
      'key-hash-not-allowed',
      `the key allows h=${hashAlgorithms.join(':').slice(0, 60)}, not ${signature.hash}`,
    );
  }
  // Step 8
  if (keyType !== signature.keyType) {
    return no('key-type-mismatch', `the key is k=${keyType}, the signature ${signature.algorithm}`);
  }
  if (!services.includes('*') && !services.includes('email')) {
    return no('key-not-for-email', `the key is for s=${services.join(':').slice(0, 60)}, not for email`);
  }
  // t=s: the domain of i= must be d= itself.
  if (flags.includes('s') && signature.identityDomain !== signature.signingDomain) {
    const detail = `the key has t=s, but i= is of ${signature.identityDomain}, not of ${signature.signingDomain}`;
    return no('identity-not-domain', detail);
  }
  return candidate;
}
