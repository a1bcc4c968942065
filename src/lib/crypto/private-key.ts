/** Private keys in every shape that mail programs keep them in, from the bytes of their file. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { DER_TAG, type DerElement, readDer, readDerElements, readDerSequence } from './der.ts';
import { type DerKind, derKind } from './der-kind.ts';
import { type AskPassphrase, isEncryptedPem, openEncryptedPem, openEncryptedPkcs8 } from './key-encryption.ts';
import { isKeyProblem, keyError, type KeyProblem } from './key-problem.ts';
import { readKeyText } from './key-text.ts';
import type { PemBlock } from './pem.ts';
import { type KeyType, RSA_ENCRYPTION } from './public-key.ts';
import { readRsaPrivateKey } from './rsa-private-key.ts';

/** A key that signs, sound in all its parts. */
export interface PrivateKey {
  readonly type: KeyType;
  /** Of the modulus; 256 for Ed25519. */
  readonly bits: number;
  readonly key: KeyObject;
  /** What p= holds, before base64: RSA the SubjectPublicKeyInfo, Ed25519 the 32 octets of RFC 8463 section 4. */
  readonly publicKeyBytes: Buffer;
}

/** Signing never asks for the public half, and it costs as much as all the rest. */
class LoadedKey implements PrivateKey {
  readonly type: KeyType;
  readonly bits: number;
  readonly key: KeyObject;
  readonly #publicKeyBytes: () => Buffer;

  constructor(type: KeyType, bits: number, key: KeyObject, publicKeyBytes: () => Buffer) {
    this.type = type;
    this.bits = bits;
    this.key = key;
    this.#publicKeyBytes = publicKeyBytes;
  }

  get publicKeyBytes(): Buffer {
    return this.#publicKeyBytes();
  }
}

/** How a key is read. */
export interface ReadPrivateKeyOptions {
  /** How messages call the key. */
  readonly name?: string | undefined;
  /** Asked at most once, and only where the key is encrypted. */
  readonly passphrase?: AskPassphrase | undefined;
}

const ED25519_OID = '2b6570'; // 1.3.101.112, RFC 8410 section 3
/** Algorithms that are met in the wild and that DKIM does not know, by the hexadecimal of their OID. */
const OTHER_ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['2a864886f70d01010a', 'an RSA-PSS key'],
  ['2a8648ce3d0201', 'an EC key'],
  ['2a8648ce380401', 'a DSA key'],
  ['2b656e', 'an X25519 key'],
  ['2b656f', 'an X448 key'],
  ['2b6571', 'an Ed448 key'],
]);
/** PrivateKeyInfo of an Ed25519 seed up to the 32 octets themselves (RFC 8410 section 7). */
const ED25519_PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

const DKIM_KNOWS = 'DKIM uses RSA and Ed25519 (RFC 6376, RFC 8463)';
const damaged = (problem: string, remains?: Buffer): KeyProblem => ({ code: 'key-damaged', problem, remains });
const unsupported = (what: string): KeyProblem => ({
  code: 'key-type-unsupported',
  problem: `contains ${what}, which no mail signature uses`,
  hint: DKIM_KNOWS,
});
const wrongKind = (what: string): KeyProblem => ({
  code: 'key-wrong-kind',
  problem: `contains ${what}, not a private key`,
});

/**
 * Read a private key: PKCS#1, PKCS#8 and encrypted PKCS#8 as PEM, DER or base64 of DER, PEM with Proc-Type, an Ed25519 seed
 * in base64 (dkimpy, OpenDKIM) and an Ed25519 pair in base64 (rspamd). Text around, blanks and CRLF do not matter.
 *
 * The parts of the key are checked against each other. Not checked: that the primes are prime, that the key is long enough.
 *
 * @param bytes the file, of a size that the caller has limited; work is linear in it
 * @throws DktoolError, kind temporary, its code one of KeyProblemCode; its message holds nothing of the key
 */
export async function readPrivateKey(bytes: Buffer, options: ReadPrivateKeyOptions = {}): Promise<PrivateKey> {
  const key = await readKey(bytes, options.passphrase);
  if (!isKeyProblem(key)) return key;
  const name = options.name ?? 'the key';
  if (key.remains === undefined) throw keyError(name, key);
  const { describeRemains } = await import('./key-remains.ts');
  throw keyError(name, { ...key, problem: key.problem + (await describeRemains(key.remains)) });
}

async function readKey(bytes: Buffer, ask: AskPassphrase | undefined): Promise<PrivateKey | KeyProblem> {
  const text = readKeyText(bytes);
  if (isKeyProblem(text)) return text;
  if (text.shape === 'record') return wrongKind('a DNS record with a public key');
  if (text.shape === 'octets') return readEd25519Octets(text.octets);
  if (text.shape === 'der') return readDerKey(text.der, ask);
  const block = choosePemBlock(text.blocks);
  if (isKeyProblem(block)) return block;
  if (block.problem !== undefined) {
    const isCut = block.problem.endsWith('is missing') || block.problem.endsWith('is incomplete');
    if (!isCut) return damaged(`is damaged: ${block.problem}`);
    return damaged(`is truncated: ${block.problem}`, isEncryptedPem(block) ? undefined : block.contents);
  }
  if (!isEncryptedPem(block)) return readDerKey(block.contents, ask);
  const opened = await openEncryptedPem(block, ask);
  return isKeyProblem(opened) ? opened : readDerKey(opened, undefined);
}

/** The one private key among the blocks of a file; certificates and parameters may stand beside it. */
function choosePemBlock(blocks: readonly PemBlock[]): PemBlock | KeyProblem {
  const [block, second] = blocks.filter(({ label }) => label.endsWith('PRIVATE KEY'));
  if (block !== undefined && second === undefined) {
    if (block.label !== 'OPENSSH PRIVATE KEY') return block;
    return { ...unsupported('a key in OpenSSH format'), hint: 'ssh-keygen -p -m PEM -f FILE rewrites it' };
  }
  if (block !== undefined) {
    return {
      code: 'key-ambiguous',
      problem: 'contains more than one private key, and it is unclear which one is meant',
      hint: 'keep each key in a separate file',
    };
  }
  const label = blocks[0]!.label;
  if (label.endsWith('PUBLIC KEY')) return wrongKind('a public key');
  if (label.endsWith('CERTIFICATE')) return wrongKind('a certificate');
  return wrongKind(`'${label}'`);
}

const NOT_PRIVATE: Readonly<Partial<Record<DerKind, KeyProblem>>> = {
  'rsa-public': wrongKind('a public key'),
  spki: wrongKind('a public key'),
  certificate: wrongKind('a certificate'),
  'ec-private': unsupported('an EC key'),
  'dsa-private': unsupported('a DSA key'),
  unknown: { code: 'key-not-found', problem: 'contains DER that is not a key' },
};

async function readDerKey(der: Buffer, ask: AskPassphrase | undefined): Promise<PrivateKey | KeyProblem> {
  const elements = readDerSequence(der);
  if (typeof elements === 'string') return damaged(`is damaged: ${elements}`, der);
  const kind = derKind(elements);
  if (kind === 'rsa-private') return readRsaKey(der);
  if (kind === 'pkcs8') return readPkcs8(elements);
  if (kind !== 'encrypted-pkcs8') return NOT_PRIVATE[kind]!;
  const opened = await openEncryptedPkcs8(der, ask);
  return isKeyProblem(opened) ? opened : readDerKey(opened, undefined);
}

function readRsaKey(der: Buffer): PrivateKey | KeyProblem {
  const key = readRsaPrivateKey(der);
  if (typeof key !== 'string') return new LoadedKey('rsa', key.bits, key.key, key.publicKeyBytes);
  return key.startsWith('is damaged') ? damaged(key, der) : { code: 'key-too-long', problem: key };
}

/** RFC 5958 section 2: version, algorithm, the key as an OCTET STRING, attributes, and perhaps the public key as [1]. */
function readPkcs8(elements: readonly DerElement[]): PrivateKey | KeyProblem {
  const [, algorithm, privateKey, ...optional] = elements as [DerElement, DerElement, DerElement, ...DerElement[]];
  const parts = readDerElements(algorithm.contents);
  if (typeof parts === 'string') return damaged(`is damaged: ${parts}`);
  const oid = parts[0]?.tag === DER_TAG.oid ? parts[0].contents.toString('hex') : '';
  if (oid === RSA_ENCRYPTION) return readRsaKey(privateKey.contents);
  if (oid !== ED25519_OID) return unsupported(OTHER_ALGORITHMS.get(oid) ?? 'a key of another algorithm');
  const seed = readDer(privateKey.contents);
  if (typeof seed === 'string') return damaged(`is damaged: ${seed}`);
  if (seed.tag !== DER_TAG.octetString || seed.contents.length !== 32 || seed.rest.length > 0) {
    return damaged(`is damaged: an Ed25519 key has 32 octets, this one has ${seed.contents.length}`);
  }
  // [1] IMPLICIT BIT STRING: an octet that counts unused bits comes first
  const publicKey = optional.find(({ tag }) => tag === 0x81 || tag === 0xa1)?.contents.subarray(1);
  return readEd25519Seed(seed.contents, publicKey);
}

/** 32 octets: the seed of RFC 8032 section 5.1.5; 64: the seed and the public key behind it, as libsodium keeps them. */
function readEd25519Octets(octets: Buffer): PrivateKey | KeyProblem {
  return readEd25519Seed(octets.subarray(0, 32), octets.length === 64 ? octets.subarray(32) : undefined);
}

function readEd25519Seed(seed: Buffer, publicKey: Buffer | undefined): PrivateKey | KeyProblem {
  const der = Buffer.concat([ED25519_PKCS8_HEAD, seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKeyBytes = () => Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x!, 'base64url');
  // Signing with a public half that is not its own gives the private half away.
  if (publicKey !== undefined && !publicKey.equals(publicKeyBytes())) {
    return damaged('is damaged: its public half does not belong to its private half');
  }
  return new LoadedKey('ed25519', 256, key, publicKeyBytes);
}
