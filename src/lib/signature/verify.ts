/** The public-key operation behind a signature. */
import { createHash, type KeyObject, verify } from 'node:crypto';
import type { HashAlgorithm } from '../canonicalize/body-hasher.ts';
import type { KeyType } from '../crypto/public-key.ts';

/** Of a signature, what it takes to verify it. */
export interface SignedOctets {
  readonly keyType: KeyType;
  readonly hash: HashAlgorithm;
  /** b= decoded. */
  readonly signature: Buffer;
}

/** Whether a signature is one over these octets by this key. */
export function verifies({ keyType, hash, signature }: SignedOctets, publicKey: KeyObject, signed: Buffer): boolean {
  try {
    if (keyType === 'rsa') return verify(hash, signed, publicKey, signature);
    // RFC 8463 section 3: Ed25519 signs the SHA-256 hash, it does not hash the data a second time itself.
    return verify(null, createHash('sha256').update(signed).digest(), publicKey, signature);
  } catch {
    return false; // OpenSSL refuses some malformed keys and signatures with an error: they verify nothing
  }
}
