/** Which keys may judge a DKIM signature (RFC 6376 section 6.1.2). */
import type { Answer } from '../dns/resolver.ts';
import { importKey, type KeyCache, type KeyCandidate, keyCandidates, unusable, type UsableKey } from './lookup.ts';
import type { DkimReason } from '../verdict.ts';
import { type KeyRecord, parseKeyRecord } from './key-record.ts';
import type { KeyType } from '../crypto/public-key.ts';
import type { HashAlgorithm } from '../canonicalize/body-hasher.ts';

/** What a signature asks of its key. */
export interface KeyUse {
  /** The name whose TXT record has been asked for. */
  readonly keyName: string;
  readonly keyType: KeyType;
  readonly hash: HashAlgorithm;
  /** a=, lower case. */
  readonly algorithm: string;
  /** d=, ASCII, lower case. */
  readonly signingDomain: string;
  /** The domain of i=, ASCII, lower case, where a signature has an i=. */
  readonly identityDomain?: string;
}

export type UsableDkimKey = UsableKey<KeyRecord>;
export type DkimKeyCandidate = KeyCandidate<KeyRecord, DkimReason>;

function readKey(text: string): DkimKeyCandidate {
  const parsed = parseKeyRecord(text);
  if (!parsed.ok) return { ...unusable('key-syntax', parsed.problem), isForeign: !DKIM_VERSION.test(text) };
  const { record } = parsed;
  // Step 7: an empty p= says that the key is revoked.
  if (record.publicKey === '') return unusable('key-revoked', 'the key has been revoked (p= is empty)');
  if (record.keyType !== 'rsa' && record.keyType !== 'ed25519') {
    return unusable('key-type-mismatch', `k=${record.keyType.slice(0, 40)} is neither rsa nor ed25519`);
  }
  return importKey(record, record.keyType);
}

/** v=DKIM1 at the start (RFC 6376 section 3.6.1). */
const DKIM_VERSION = /^[ \t\r\n]*v[ \t\r\n]*=[ \t\r\n]*DKIM1[ \t\r\n]*(?:;|$)/;

/** The keys that an answer offers for a signature, usable ones first. Never empty. */
export function dkimKeyCandidates(answer: Answer<'TXT'>, signature: KeyUse, cache: KeyCache): DkimKeyCandidate[] {
  const { keyName } = signature;
  const read = (strings: readonly string[]) => checkForSignature(cache.get(readKey, strings), signature);
  return keyCandidates<KeyRecord, DkimReason>(answer, keyName, read, cache.retired(keyName));
}

/** What a key record says about who may use it and for what (section 3.6.1 h=, k=, s=, t=). */
function checkForSignature(candidate: DkimKeyCandidate, signature: KeyUse): DkimKeyCandidate {
  if (!candidate.ok) return candidate;
  const { keyType, hashAlgorithms, services, flags } = candidate.record;
  const { identityDomain = signature.signingDomain } = signature;
  // Step 6
  if (hashAlgorithms !== undefined && !hashAlgorithms.includes(signature.hash)) {
    return unusable(
      'key-hash-not-allowed',
      `the key allows h=${hashAlgorithms.join(':').slice(0, 60)}, not ${signature.hash}`,
    );
  }
  // Step 8
  if (keyType !== signature.keyType) {
    return unusable('key-type-mismatch', `the key is k=${keyType}, the signature ${signature.algorithm}`);
  }
  if (!services.includes('*') && !services.includes('email')) {
    return unusable('key-not-for-email', `the key is for s=${services.join(':').slice(0, 60)}, not for email`);
  }
  // t=s: the domain of i= must be d= itself.
  if (flags.includes('s') && identityDomain !== signature.signingDomain) {
    const detail = `the key has t=s, but i= is in ${identityDomain}, not in ${signature.signingDomain}`;
    return unusable('identity-not-domain', detail);
  }
  return candidate;
}
