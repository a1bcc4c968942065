/** What kind of key-like thing a DER structure is, by its shape: PEM labels lie more often than DER does. */
import { DER_TAG, type DerElement } from './der.ts';

export type DerKind =
  | 'rsa-private' /** RSAPrivateKey, RFC 8017 appendix A.1.2 */
  | 'pkcs8' /** PrivateKeyInfo and OneAsymmetricKey, RFC 5958 section 2 */
  | 'encrypted-pkcs8' /** EncryptedPrivateKeyInfo, RFC 5958 section 3 */
  | 'ec-private' /** ECPrivateKey, RFC 5915 section 3 */
  | 'dsa-private' /** what OpenSSL writes: version, p, q, g, y, x */
  | 'rsa-public' /** RSAPublicKey, RFC 8017 appendix A.1.1 */
  | 'spki' /** SubjectPublicKeyInfo, RFC 5280 section 4.1 */
  | 'certificate' /** a Certificate, RFC 5280 section 4.1, or a request for one */
  | 'unknown';

const { integer, bitString, octetString, sequence } = DER_TAG;

const SHAPES: readonly (readonly [DerKind, readonly number[], number])[] = [
  // the first elements of each, and how many there are at most
  ['rsa-private', Array<number>(9).fill(integer), 10],
  ['pkcs8', [integer, sequence, octetString], 5],
  ['encrypted-pkcs8', [sequence, octetString], 2],
  ['ec-private', [integer, octetString], 4],
  ['dsa-private', Array<number>(6).fill(integer), 6],
  ['rsa-public', [integer, integer], 2],
  ['spki', [sequence, bitString], 2],
  ['certificate', [sequence, sequence, bitString], 3],
];

/** @param elements those of the outer SEQUENCE */
export function derKind(elements: readonly DerElement[]): DerKind {
  const fits = SHAPES.find(
    ([, tags, most]) =>
      elements.length >= tags.length && elements.length <= most && tags.every((tag, i) => elements[i]!.tag === tag),
  );
  return fits?.[0] ?? 'unknown';
}
