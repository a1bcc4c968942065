/**
 * Public keys as p= holds them. They are imported as JWK from hand-read DER: OpenSSL's own decoder takes 130
 * microseconds for a key, five times an RSA-2048 verification, the JWK way 3.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { DER_TAG, readDerSequence } from './der.ts';

/** RFC 6376 section 3.3.1, RFC 8463 section 3. */
export type KeyType = 'rsa' | 'ed25519';

export type ImportedPublicKey =
  | { readonly ok: true; readonly type: KeyType; readonly bits: number; readonly key: KeyObject }
  /** `weak`, `oversized`: a sound key of a size outside the limits; `invalid`: no key of its type. */
  | { readonly ok: false; readonly reason: 'oversized' | 'invalid'; readonly problem: string };

/** RFC 8301 section 3.2: verifiers must not accept keys below this. */
export const MIN_RSA_BITS = 1024;
/** RFC 8301 section 3.2: signers should use at least this. */
export const GOOD_RSA_BITS = 2048;
/** RFC 8301 section 3.2 lets verifiers stop at 4,096 bits; a modulus above 8,192 only costs the verifier time. */
export const MAX_RSA_BITS = 8192;
/** OpenSSL refuses longer ones for large moduli; every real key has 65537 or 3. */
const MAX_EXPONENT_OCTETS = 8;

export const RSA_ENCRYPTION = '2a864886f70d010101'; // 1.2.840.113549.1.1.1, RFC 8017 appendix A.1

/**
 * Import the key of a record.
 *
 * @param type k=
 * @param bytes p= decoded. RSA: a SubjectPublicKeyInfo, or a bare RSAPublicKey (RFC 6376 section 3.6.1 names this one,
 *   everybody publishes the other). Ed25519: the 32 octets of RFC 8463 section 4.
 */
export function importPublicKey(type: KeyType, bytes: Buffer): ImportedPublicKey {
  return type === 'rsa' ? importRsa(bytes) : importEd25519(bytes);
}

const invalid = (problem: string): ImportedPublicKey => ({ ok: false, reason: 'invalid', problem });

function importEd25519(bytes: Buffer): ImportedPublicKey {
  if (bytes.length !== 32) return invalid(`an Ed25519 key has 32 octets, p= has ${bytes.length}`);
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') };
  return { ok: true, type: 'ed25519', bits: 256, key: createPublicKey({ key: jwk, format: 'jwk' }) };
}

function importRsa(bytes: Buffer): ImportedPublicKey {
  const numbers = readRsaPublicKey(bytes);
  if (typeof numbers === 'string') return invalid(numbers);
  const { modulus, exponent } = numbers;
  const bits = bitLength(modulus);
  if (bits > MAX_RSA_BITS) {
    return { ok: false, reason: 'oversized', problem: `the RSA key has ${bits} bits, more than ${MAX_RSA_BITS}` };
  }
  // An even modulus or exponent, or an exponent of 1, belongs to no RSA key (RFC 8017 section 3.1).
  if (bits < 256 || (modulus.at(-1)! & 1) === 0) return invalid('the RSA modulus is not valid');
  if (exponent.length > MAX_EXPONENT_OCTETS) return invalid('the RSA exponent is longer than 64 bits');
  if ((exponent.at(-1)! & 1) === 0 || (exponent.length === 1 && exponent[0] === 1)) {
    return invalid('the RSA exponent is not valid');
  }
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') };
  return { ok: true, type: 'rsa', bits, key: createPublicKey({ key: jwk, format: 'jwk' }) };
}

export interface RsaNumbers {
  /** Big-endian, without leading zero octets. */
  readonly modulus: Buffer;
  readonly exponent: Buffer;
}

/** The two numbers of a SubjectPublicKeyInfo (RFC 5280 section 4.1) or an RSAPublicKey (RFC 8017 appendix A.1.1). */
export function readRsaPublicKey(bytes: Buffer): RsaNumbers | string {
  const outer = readDerSequence(bytes);
  if (typeof outer === 'string') return outer;
  const [first, second] = outer;
  if (outer.length !== 2 || first === undefined || second === undefined) return 'the DER is not an RSA public key';
  if (first.tag === DER_TAG.integer && second.tag === DER_TAG.integer) {
    return rsaNumbers(first.contents, second.contents);
  }
  if (first.tag !== DER_TAG.sequence || second.tag !== DER_TAG.bitString) return 'the DER is not an RSA public key';
  const algorithm = first.contents;
  const oid = algorithm.subarray(2, 2 + (algorithm[1] ?? 0));
  if (algorithm[0] !== DER_TAG.oid || oid.toString('hex') !== RSA_ENCRYPTION) {
    return 'the key in p= is not an RSA key, although k= says so';
  }
  if (second.contents[0] !== 0) return 'the DER is not an RSA public key'; // a BIT STRING of whole octets
  const inner = readDerSequence(second.contents.subarray(1));
  if (typeof inner === 'string') return inner;
  const [n, e] = inner;
  if (inner.length !== 2 || n?.tag !== DER_TAG.integer || e?.tag !== DER_TAG.integer) {
    return 'the DER is not an RSA public key';
  }
  return rsaNumbers(n.contents, e.contents);
}

function rsaNumbers(n: Buffer, e: Buffer): RsaNumbers | string {
  const modulus = positiveInteger(n);
  const exponent = positiveInteger(e);
  return modulus === undefined || exponent === undefined
    ? 'the RSA key contains a number below 1'
    : { modulus, exponent };
}

/** A DER INTEGER above zero, without its sign octet. */
export function positiveInteger(contents: Buffer): Buffer | undefined {
  const first = contents[0];
  if (first === undefined || first >= 0x80) return undefined;
  if (first !== 0) return contents;
  return contents.length > 1 && contents[1]! >= 0x80 ? contents.subarray(1) : undefined;
}

/** Bits of a number whose first octet is not 0. */
export function bitLength(modulus: Buffer): number {
  return modulus.length * 8 - (Math.clz32(modulus[0]!) - 24);
}
