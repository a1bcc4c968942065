/** The digest inside an RSASSA-PKCS1-v1_5 signature (RFC 8017 section 8.2), which whoever has the public key can read. */
import { constants, type KeyObject, publicDecrypt } from 'node:crypto';

/** DigestInfo up to the digest (RFC 8017 section 9.2, note 1), by the hash that it names. */
const DIGEST_INFOS = {
  sha1: Buffer.from('3021300906052b0e03021a05000414', 'hex'),
  sha256: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  sha512: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
} as const;

export type RecoveredDigest =
  | { readonly ok: true; readonly hash: keyof typeof DIGEST_INFOS; readonly digest: Buffer }
  /** `length`: the signature is not as long as the modulus; `padding`: what comes out is not a signature of this key. */
  | { readonly ok: false; readonly reason: 'length' | 'padding' };

/** @param key RSA */
export function recoverDigest(key: KeyObject, signature: Buffer): RecoveredDigest {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (signature.length !== Math.ceil(bits / 8)) return { ok: false, reason: 'length' };
  let info: Buffer;
  try {
    info = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
  } catch {
    return { ok: false, reason: 'padding' }; // OpenSSL reports a wrong padding as an error
  }
  for (const [hash, start] of Object.entries(DIGEST_INFOS) as [keyof typeof DIGEST_INFOS, Buffer][]) {
    const length = { sha1: 20, sha256: 32, sha512: 64 }[hash];
    if (info.length === start.length + length && info.subarray(0, start.length).equals(start)) {
      return { ok: true, hash, digest: info.subarray(start.length) };
    }
  }
  return { ok: false, reason: 'padding' };
}
