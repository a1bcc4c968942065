/** RSA private keys: RSAPrivateKey (RFC 8017 appendix A.1.2), its nine numbers read, checked against each other and imported. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { DER_TAG, type DerElement, readDerSequence } from './der.ts';
import { bitLength, MAX_RSA_BITS, positiveInteger } from './public-key.ts';
import { rsaSpki } from './spki.ts';

/** In the order of the DER, behind the version. */
export const RSA_PRIVATE_NUMBERS = [
  'modulus',
  'publicExponent',
  'privateExponent',
  'prime1',
  'prime2',
  'exponent1',
  'exponent2',
  'coefficient',
] as const;

/** The same in JWK (RFC 7518 section 6.3). */
const JWK_NAMES = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const;

export interface RsaPrivateKey {
  readonly bits: number;
  readonly key: KeyObject;
  /** SubjectPublicKeyInfo; made when it is wanted, which signing never does. */
  readonly publicKeyBytes: () => Buffer;
}

/** An RSAPrivateKey: a SEQUENCE of nine INTEGERs (ten elements where it has more than two primes). */
export function isRsaPrivateKey(elements: readonly DerElement[]): boolean {
  return elements.length >= 9 && elements.slice(0, 9).every(({ tag }) => tag === DER_TAG.integer);
}

/**
 * Import an RSA private key. The numbers go in as JWK, which spares OpenSSL's slow decoder.
 *
 * @param der an RSAPrivateKey that fills the bytes exactly
 * @returns the key, or a sentence (its subject is the key file) that says what is wrong
 */
export function readRsaPrivateKey(der: Buffer): RsaPrivateKey | string {
  const elements = readDerSequence(der);
  if (typeof elements === 'string') return `is damaged: ${elements}`;
  if (!isRsaPrivateKey(elements)) return 'is damaged: the DER is not an RSA private key';
  const version = elements[0]!.contents;
  if (elements.length > 9 || version.length !== 1 || version[0] !== 0) {
    return 'contains an RSA key with more than two primes, which mail does not use';
  }
  const numbers: Buffer[] = [];
  for (const [i, { contents }] of elements.slice(1).entries()) {
    const number = positiveInteger(contents);
    if (number === undefined) return `is damaged: ${RSA_PRIVATE_NUMBERS[i]} is below 1`;
    numbers.push(number);
  }
  const [modulus, exponent] = numbers as Eight<Buffer>;
  const bits = bitLength(modulus);
  if (bits > MAX_RSA_BITS)
    return `contains an RSA key of ${bits} bits, more than the ${MAX_RSA_BITS} that verifiers accept`;
  if (!belongTogether(numbers)) return 'is damaged: its numbers are inconsistent';
  const jwk = Object.fromEntries(JWK_NAMES.map((name, i) => [name, numbers[i]!.toString('base64url')]));
  const key = createPrivateKey({ key: { kty: 'RSA', ...jwk }, format: 'jwk' });
  return { bits, key, publicKeyBytes: () => rsaSpki({ modulus, exponent }) };
}

/** n, e, d, p, q, dP, dQ, qInv. */
type Eight<T> = [T, T, T, T, T, T, T, T];

/**
 * RFC 8017 section 3.2: n = pq, e dP = 1 mod (p-1), e dQ = 1 mod (q-1), q qInv = 1 mod p. A key that fails this signs
 * wrongly, and one wrong signature of such a key can give its primes away. Not checked: that p and q are prime.
 */
function belongTogether(numbers: readonly Buffer[]): boolean {
  const [n, e, d, p, q, dp, dq, qi] = numbers.map((number) => BigInt(`0x${number.toString('hex')}`)) as Eight<bigint>;
  if (p < 3n || q < 3n || n !== p * q) return false;
  const [p1, q1] = [p - 1n, q - 1n];
  return (e * dp) % p1 === 1n && (e * dq) % q1 === 1n && d % p1 === dp && d % q1 === dq && (q * qi) % p === 1n;
}
