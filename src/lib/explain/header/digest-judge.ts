/** Whether header octets are the ones that were signed. */
import { createHash, type Hash, type KeyObject, verify } from 'node:crypto';
import type { HashAlgorithm } from '../../canonicalize/body-hasher.ts';

export interface HeaderJudge {
  readonly hash: HashAlgorithm;
  /** Verifications are dear: RSA needs none, its digest is known. */
  readonly cost: 'digest' | 'verification';
  fits(hash: Hash): boolean;
}

/** RSA: the signature gave its digest away. */
export function digestJudge(hash: HashAlgorithm, digest: Buffer): HeaderJudge {
  return { hash, cost: 'digest', fits: (hashed) => hashed.digest().equals(digest) };
}

/** Ed25519 signs the digest and does not give it away (RFC 8463 section 3). */
export function ed25519Judge(key: KeyObject, signature: Buffer): HeaderJudge {
  return {
    hash: 'sha256',
    cost: 'verification',
    fits: (hashed) => {
      try {
        return verify(null, hashed.digest(), key, signature);
      } catch {
        return false;
      }
    },
  };
}

export const emptyHash = ({ hash }: HeaderJudge): Hash => createHash(hash);
