/** New key pairs. */
import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { type PrivateKey, readPrivateKey } from './private-key.ts';
import { MAX_RSA_BITS } from './public-key.ts';

const generate = promisify(generateKeyPair);

/** RFC 8301 section 3.2: signers must use at least 1,024 bits and should use at least 2,048. */
export const RSA_BITS = { refused: 1024, weak: 2048, standard: 2048, most: MAX_RSA_BITS } as const;
/** OpenSSL makes no shorter ones. */
export const MIN_GENERATED_RSA_BITS = 512;

/**
 * A new RSA key with the exponent 65537.
 *
 * @param bits 512 to 8192, not checked: 2048 is what everybody takes, and under 1024 nobody does (RFC 8301 section 3.2)
 */
export async function generateRsaKey(bits: number): Promise<PrivateKey> {
  const { privateKey } = await generate('rsa', { modulusLength: bits, publicExponent: 0x10001 });
  // Through the reader, which checks its parts against each other: what was made can be read.
  return readPrivateKey(privateKey.export({ type: 'pkcs8', format: 'der' }), { name: 'the new key' });
}

/** A new key of RFC 8463. Verifiers that do not know Ed25519 need an RSA signature beside it. */
export async function generateEd25519Key(): Promise<PrivateKey> {
  const { privateKey } = await generate('ed25519');
  return readPrivateKey(privateKey.export({ type: 'pkcs8', format: 'der' }), { name: 'the new key' });
}
