/** Opening encrypted private keys: PKCS#8 (RFC 5958 section 3) and the older PEM with Proc-Type and DEK-Info (RFC 1421). */
import { createPrivateKey } from 'node:crypto';
import { errnoOf } from '../errors.ts';
import { DER_TAG, readDerElements } from './der.ts';
import type { KeyProblem } from './key-problem.ts';
import { formatPem, type PemBlock } from './pem.ts';

/** Asked only where a key is encrypted. `undefined`: there is none. */
export type AskPassphrase = () => Promise<Uint8Array | undefined>;

/** OpenSSL writes 2,048 rounds of PBKDF2, careful people a million; a file that asks for billions wants to hang us. */
const MAX_PBKDF2_ROUNDS = 10_000_000;
/** N r p of scrypt (RFC 7914 section 2). OpenSSL writes 2^17; 2^22 takes some ten seconds. */
const MAX_SCRYPT_WORK = 2 ** 22;
/** node:crypto refuses longer ones. */
const MAX_PASSPHRASE_OCTETS = 1024;

const SCRYPT = '2b06010401da470b'; // 1.3.6.1.4.1.11591.4.11

export const ENCRYPTED_HEADER = 'Proc-Type: 4,ENCRYPTED';

export function isEncryptedPem(block: PemBlock): boolean {
  return block.headers.some((header) => /^Proc-Type: ?4, ?ENCRYPTED$/i.test(header));
}

/** @returns PrivateKeyInfo DER, in the clear */
export async function openEncryptedPem(block: PemBlock, ask: AskPassphrase | undefined): Promise<Buffer | KeyProblem> {
  const pem = formatPem(block.label, block.contents).replace('\n', `\n${block.headers.join('\n')}\n\n`);
  return open((passphrase) => createPrivateKey({ key: pem, format: 'pem', passphrase }), ask);
}

/** @returns PrivateKeyInfo DER, in the clear */
export async function openEncryptedPkcs8(der: Buffer, ask: AskPassphrase | undefined): Promise<Buffer | KeyProblem> {
  if (isTooMuchWork(der)) {
    return {
      code: 'key-encryption-unsupported',
      problem: 'uses too many rounds of key derivation',
      hint: `at most ${MAX_PBKDF2_ROUNDS} rounds of PBKDF2 are supported`,
    };
  }
  return open((passphrase) => createPrivateKey({ key: der, format: 'der', type: 'pkcs8', passphrase }), ask);
}

async function open(
  decrypt: (passphrase: Buffer) => ReturnType<typeof createPrivateKey>,
  ask: AskPassphrase | undefined,
): Promise<Buffer | KeyProblem> {
  const passphrase = await ask?.();
  if (passphrase === undefined || passphrase.length === 0) {
    return {
      code: 'key-passphrase-needed',
      problem: 'is encrypted and no passphrase was given',
      hint: { code: 'give-passphrase' },
    };
  }
  const wrong: KeyProblem = {
    code: 'key-passphrase-wrong',
    problem: 'cannot be decrypted with this passphrase',
  };
  if (passphrase.length > MAX_PASSPHRASE_OCTETS) return wrong;
  try {
    return decrypt(Buffer.from(passphrase)).export({ type: 'pkcs8', format: 'der' });
  } catch (error) {
    // Where by chance the padding of a wrong passphrase is right, the decoder stumbles over what is behind it.
    if (errnoOf(error) !== 'ERR_OSSL_EVP_UNSUPPORTED') return wrong;
    return {
      code: 'key-encryption-unsupported',
      problem: 'is encrypted with a cipher that OpenSSL has disabled (DES, RC2)',
      hint: 're-encrypt it: openssl pkey -provider legacy -provider default -in FILE -aes256 -out FILE.new',
    };
  }
}

/** The INTEGERs behind the salt of PBKDF2, PBES1 and scrypt say how much work the passphrase takes to check. */
function isTooMuchWork(der: Buffer): boolean {
  const work = { rounds: 1, isScrypt: false };
  measure(der, 6, work);
  return work.rounds > (work.isScrypt ? MAX_SCRYPT_WORK : MAX_PBKDF2_ROUNDS);
}

/** PBES2 nests five SEQUENCEs deep, the outer one included. A key length that PBKDF2 may name beside its rounds (16 to 32) counts as none. */
function measure(der: Buffer, depth: number, work: { rounds: number; isScrypt: boolean }): void {
  const elements = readDerElements(der);
  if (typeof elements === 'string' || depth === 0) return;
  for (const { tag, contents } of elements) {
    if (tag === DER_TAG.sequence) measure(contents, depth - 1, work);
    if (tag === DER_TAG.oid && contents.toString('hex') === SCRYPT) work.isScrypt = true;
    if (tag !== DER_TAG.integer) continue;
    const number = Number(BigInt(`0x0${contents.toString('hex')}`));
    if (work.isScrypt) work.rounds *= number;
    else work.rounds = Math.max(work.rounds, number);
  }
}
