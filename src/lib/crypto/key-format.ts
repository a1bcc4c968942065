/** Writing a key in the shapes that mail programs read. */
import { DktoolError } from '../errors.ts';
import { formatPem } from './pem.ts';
import type { PrivateKey } from './private-key.ts';
import { ed25519Spki } from './spki.ts';

/** `-der` is the bare DER of the shape before it, which is PEM. */
export const KEY_FORMATS = [
  'pkcs8',
  'pkcs8-der',
  'pkcs1',
  'pkcs1-der',
  'seed' /** Ed25519: base64 of 32 octets, for dkimpy and OpenDKIM */,
  'rspamd' /** Ed25519: base64 of 64 octets */,
  'spki' /** the public key only */,
  'spki-der',
] as const;

/** A word of KEY_FORMATS. */
export type KeyFormat = (typeof KEY_FORMATS)[number];

/** OpenSSL's own choice for new files, and what every program that takes encrypted keys can open. */
const CIPHER = 'aes-256-cbc';

/**
 * The bytes of a key file.
 *
 * @param passphrase encrypts the key; `undefined`: in the clear
 * @throws DktoolError, kind permanent, where the format does not fit the key or cannot be encrypted
 */
export function formatKey(key: PrivateKey, format: KeyFormat, passphrase?: Buffer): Buffer {
  const isPublic = format === 'spki' || format === 'spki-der';
  if (passphrase !== undefined && !['pkcs8', 'pkcs8-der', 'pkcs1'].includes(format)) {
    throw misfit(`a key in the format ${format} cannot be encrypted`, 'pkcs8 can');
  }
  if (isPublic) {
    const spki = key.type === 'rsa' ? key.publicKeyBytes : ed25519Spki(key.publicKeyBytes);
    return format === 'spki' ? Buffer.from(formatPem('PUBLIC KEY', spki)) : spki;
  }
  if (format === 'seed' || format === 'rspamd') return formatEd25519(key, format);
  if (format !== 'pkcs8' && format !== 'pkcs8-der' && key.type !== 'rsa') {
    throw misfit('PKCS#1 is for RSA keys only; this key is Ed25519', 'use pkcs8 or seed');
  }
  const type = format.startsWith('pkcs8') ? 'pkcs8' : 'pkcs1';
  const encryption = passphrase === undefined ? {} : { cipher: CIPHER, passphrase };
  return format.endsWith('-der')
    ? key.key.export({ type, format: 'der', ...encryption })
    : Buffer.from(key.key.export({ type, format: 'pem', ...encryption }));
}

function formatEd25519(key: PrivateKey, format: 'seed' | 'rspamd'): Buffer {
  if (key.type !== 'ed25519')
    throw misfit(`the format ${format} is for Ed25519 keys only; this key is RSA`, 'use pkcs8');
  const seed = Buffer.from(key.key.export({ format: 'jwk' }).d!, 'base64url');
  const octets = format === 'seed' ? seed : Buffer.concat([seed, key.publicKeyBytes]);
  return Buffer.from(`${octets.toString('base64')}\n`);
}

function misfit(message: string, hint: string): DktoolError {
  return new DktoolError('key-format-misfit', message, { kind: 'permanent', hint });
}
