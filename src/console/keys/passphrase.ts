/** Where passphrases come from: a file, or the terminal. */
import type { AskPassphrase } from '../../lib/crypto/key-encryption.ts';
import { DktoolError } from '../../lib/errors.ts';
import type { Context } from '../context.ts';
import { readRegularFile } from './key-file.ts';

/** The passphrase of an encrypted key, asked for only once it turns out that one is needed. */
export function passphraseFrom(file: string | undefined, context: Context): AskPassphrase {
  return async () => (file === undefined ? context.prompt?.('Passphrase of the key: ') : readPassphrase(file));
}

/**
 * The passphrase for a key that is to be encrypted: at the terminal it is asked twice.
 *
 * @throws DktoolError where there is none
 */
export async function newPassphrase(file: string | undefined, context: Context): Promise<Buffer> {
  const passphrase = file === undefined ? await context.prompt?.('Passphrase for the new key: ') : readPassphrase(file);
  if (passphrase === undefined || passphrase.length === 0) {
    const hint = 'give one with --passphrase-file';
    throw new DktoolError('key-passphrase-needed', 'there is no passphrase to encrypt the key with', {
      kind: 'permanent',
      hint,
    });
  }
  if (file === undefined && !passphrase.equals((await context.prompt?.('Passphrase again: ')) ?? Buffer.alloc(0))) {
    throw new DktoolError('passphrases-differ', 'the two passphrases differ', { kind: 'permanent' });
  }
  return passphrase;
}

/** The first line of the file. */
function readPassphrase(path: string): Buffer {
  const { bytes } = readRegularFile(path, 'passphrase file');
  const end = bytes.indexOf('\n');
  const line = end === -1 ? bytes : bytes.subarray(0, end);
  return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
}
