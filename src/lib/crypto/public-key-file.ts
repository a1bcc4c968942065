/** Public keys in the shapes in which people keep them as files, from the bytes of the file. */
import { DER_TAG, readDerElements, readDerSequence } from './der.ts';
import { derKind } from './der-kind.ts';
import { isKeyProblem, keyError, type KeyProblem } from './key-problem.ts';
import { readKeyText } from './key-text.ts';
import type { PemBlock } from './pem.ts';
import { importPublicKey, type KeyType, readRsaPublicKey } from './public-key.ts';
import { rsaSpki } from './spki.ts';

/** The public half of a key. */
export interface PublicKey {
  readonly type: KeyType;
  /** Of the modulus; 256 for Ed25519. */
  readonly bits: number;
  /** What p= holds, before base64: RSA the SubjectPublicKeyInfo, Ed25519 the 32 octets of RFC 8463 section 4. */
  readonly publicKeyBytes: Buffer;
}

const ED25519_OID = '2b6570'; // 1.3.101.112, RFC 8410 section 3

/**
 * Read a public key: SubjectPublicKeyInfo and PKCS#1 as PEM, DER or base64 of DER.
 *
 * @param bytes the file, of a size that the caller has limited
 * @param name how messages call the key
 * @throws DktoolError, kind temporary, its code one of KeyProblemCode
 */
export function readPublicKey(bytes: Buffer, name = 'the key'): PublicKey {
  const key = readKey(bytes);
  if (isKeyProblem(key)) throw keyError(name, key);
  return key;
}

const wrongKind = (what: string): KeyProblem => ({
  code: 'key-wrong-kind',
  problem: `contains ${what}, not a public key`,
});
const damaged = (problem: string): KeyProblem => ({ code: 'key-damaged', problem: `is damaged: ${problem}` });

function readKey(bytes: Buffer): PublicKey | KeyProblem {
  const text = readKeyText(bytes);
  if (isKeyProblem(text)) return text;
  if (text.shape === 'record') return wrongKind('a DNS record');
  if (text.shape === 'octets') return wrongKind('an Ed25519 private key');
  if (text.shape === 'der') return readDerKey(text.der);
  const block = choosePemBlock(text.blocks);
  if (isKeyProblem(block)) return block;
  return block.problem === undefined ? readDerKey(block.contents) : damaged(block.problem);
}

function choosePemBlock(blocks: readonly PemBlock[]): PemBlock | KeyProblem {
  const [block, second] = blocks.filter(({ label }) => label.endsWith('PUBLIC KEY'));
  if (second !== undefined) return { code: 'key-ambiguous', problem: 'contains more than one public key' };
  if (block !== undefined) return block;
  const label = blocks[0]!.label;
  if (label.endsWith('CERTIFICATE')) {
    return { ...wrongKind('a certificate'), hint: 'openssl x509 -in FILE -noout -pubkey prints its key' };
  }
  return wrongKind(label.endsWith('PRIVATE KEY') ? 'a private key' : `'${label}'`);
}

function readDerKey(der: Buffer): PublicKey | KeyProblem {
  const elements = readDerSequence(der);
  if (typeof elements === 'string') return damaged(elements);
  const kind = derKind(elements);
  if (kind !== 'spki' && kind !== 'rsa-public') {
    if (kind === 'unknown') return { code: 'key-not-found', problem: 'contains DER that is not a key' };
    return wrongKind(kind === 'certificate' ? 'a certificate' : 'a private key');
  }
  const algorithm = kind === 'spki' ? readDerElements(elements[0]!.contents) : [];
  const oid = typeof algorithm === 'string' ? undefined : algorithm[0];
  if (oid?.tag === DER_TAG.oid && oid.contents.toString('hex') === ED25519_OID) {
    return imported('ed25519', elements[1]!.contents.subarray(1)); // the first octet counts unused bits
  }
  return imported('rsa', der);
}

/** Checked with the eyes of a verifier, and in the form in which a record holds it. */
function imported(type: KeyType, bytes: Buffer): PublicKey | KeyProblem {
  const key = importPublicKey(type, bytes);
  if (!key.ok) {
    return key.reason === 'oversized'
      ? { code: 'key-too-long', problem: `is too long: ${key.problem}` }
      : damaged(key.problem);
  }
  const numbers = type === 'rsa' ? readRsaPublicKey(bytes) : undefined;
  const publicKeyBytes = typeof numbers === 'object' ? rsaSpki(numbers) : bytes;
  return { type, bits: key.bits, publicKeyBytes };
}
