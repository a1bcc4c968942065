/**
 * RSASSA-PKCS1-v1_5 with SHA-1 (RFC 8017 section 8.2) over a digest that is there already. node:crypto hashes what it signs
 * itself, which would take one more pass over the message for each key and each order of its header fields; and some
 * systems refuse SHA-1 signatures altogether (the crypto policies of RHEL 9), while DomainKeys knows nothing else.
 */
import { constants, type KeyObject, privateEncrypt, publicDecrypt } from 'node:crypto';

/** DigestInfo of SHA-1 up to the digest itself (RFC 8017 section 9.2, note 1). */
const DIGEST_INFO = Buffer.from('3021300906052b0e03021a05000414', 'hex');

const padding = constants.RSA_PKCS1_PADDING;

/** @param key RSA of 368 bits or more, else the digest does not fit and OpenSSL throws */
export function signSha1Digest(digest: Buffer, key: KeyObject): Buffer {
  return privateEncrypt({ key, padding }, Buffer.concat([DIGEST_INFO, digest]));
}

/** Whether a signature fits. A malformed one fits nothing; it is not an error. */
export function verifySha1Digest(digest: Buffer, key: KeyObject, signature: Buffer): boolean {
  // Section 8.2.2 step 1: a signature is as long as the modulus.
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (signature.length !== Math.ceil(bits / 8)) return false;
  try {
    return publicDecrypt({ key, padding }, signature).equals(Buffer.concat([DIGEST_INFO, digest]));
  } catch {
    return false; // the padding is wrong: OpenSSL reports it as an error
  }
}
