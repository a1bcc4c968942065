/** Key files: only regular files of sane size are read, and whom a private key is readable for is looked at. */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import type { AskPassphrase } from '../../lib/crypto/key-encryption.ts';
import { type PrivateKey, readPrivateKey } from '../../lib/crypto/private-key.ts';
import type { CodeOf } from '../../lib/error-codes.ts';
import { DktoolError, errnoOf } from '../../lib/errors.ts';
import { shellWord } from '../../lib/syntax/shell-word.ts';
import { type ByteSource, DescriptorSource } from '../streams/bytes.ts';
import { descriptorOf } from '../streams/descriptor-path.ts';
import { hintText } from '../terminal/hint-text.ts';

/** RSA of 8,192 bits takes 6 KB in PEM, 30 KB with the text of `openssl rsa -text` around it. */
export const MAX_KEY_FILE_OCTETS = 65536;

/** O_NONBLOCK: a FIFO that takes the place of the file between the look and the opening must not hang us. */
const READ_ONLY = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

export interface RegularFile {
  readonly path: string;
  readonly bytes: Buffer;
  /** Permission bits. */
  readonly mode: number;
}

export interface LoadPrivateKeyOptions {
  /** Refuse a key that everybody can read, instead of warning. */
  readonly requireSafe?: boolean | undefined;
  readonly passphrase?: AskPassphrase | undefined;
  /** Takes one sentence about the file's permissions. */
  readonly warn?: ((sentence: string) => void) | undefined;
}

/**
 * Read and parse a private key.
 *
 * @throws DktoolError, kind temporary: missing, unreadable or unusable keys can be put right while mail waits
 */
export async function loadPrivateKey(path: string, options: LoadPrivateKeyOptions = {}): Promise<PrivateKey> {
  const file = readRegularFile(path);
  const key = await withPath(path, readPrivateKey(file.bytes, { name: nameOf(path), passphrase: options.passphrase }));
  if (isExposed(file.mode)) {
    const sentence = `key file ${path} is accessible to everyone on this machine (mode ${octal(file.mode)})`;
    const hint = `chmod o= ${shellWord(path)}`;
    if (options.requireSafe === true) throw keyFileError('key-file-exposed', sentence, { hint });
    options.warn?.(`${sentence}: ${hint}`);
  }
  return key;
}

/**
 * A key file's bytes, or those of stdin for `-`.
 *
 * @throws DktoolError as readKeyFile does
 */
export function readKeyInput(path: string, stdin: ByteSource): { readonly name: string; readonly bytes: Buffer } {
  const name = nameOf(path);
  return { name, bytes: path === '-' ? readAll(stdin, name, MAX_KEY_FILE_OCTETS) : readRegularFile(path).bytes };
}

/** Hints of the readers of keys have FILE where the path belongs: with it, they run as they stand. */
export async function withPath<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof DktoolError) || path === '-' || error.hint === undefined) throw error;
    const { code, message, kind, cause } = error;
    throw new DktoolError(code, message, {
      kind,
      cause,
      hint: hintText(error.hint).replace(/FILE(\.\w+)?/g, (_, end: string = '') => shellWord(path + end)),
    });
  }
}

/** How messages call a key file. */
function nameOf(path: string, what = 'key file'): string {
  return path === '-' ? `the ${what === 'key file' ? 'key' : what} on stdin` : `${what} ${path}`;
}

function readAll(source: ByteSource, called: string, limit: number): Buffer {
  const bytes = Buffer.alloc(limit + 1);
  let length = 0;
  for (let got = -1; got !== 0 && length < bytes.length; length += got) got = source.read(bytes.subarray(length));
  if (length > limit) throw tooLarge(called, length, limit);
  return bytes.subarray(0, length);
}

/** Others have some right to the file. Group rights are normal: signers run under a group of their own. */
export function isExposed(mode: number): boolean {
  return (mode & 0o007) !== 0;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(3, '0');
}

/** What descriptors held: a pipe is empty when it is read again, such as for the key of a second domain. */
const fromDescriptors = new Map<number, Buffer>();

function readDescriptor(descriptor: number, called: string, limit: number): Buffer {
  const known = fromDescriptors.get(descriptor);
  if (known !== undefined) return known;
  const bytes = readAll(new DescriptorSource(descriptor, called), called, limit);
  fromDescriptors.set(descriptor, bytes);
  return bytes;
}

/**
 * Read a file that ought to hold a key, private or public.
 *
 * A pipe that is open already (`-`, or `/dev/fd/63` of a shell's `<(command)`) is read to its end.
 *
 * @param what how messages call the file
 * @param limit octets; a larger file is refused
 * @throws DktoolError, kind temporary, at once and whatever else the path leads to: named FIFOs and devices are not waited for
 */
export function readRegularFile(path: string, what = 'key file', limit = MAX_KEY_FILE_OCTETS): RegularFile {
  const called = nameOf(path, what);
  const descriptor = descriptorOf(path);
  if (descriptor !== undefined) {
    const stats = attempt(called, path, () => fstatSync(descriptor));
    if (path === '-' || stats.isFIFO() || stats.isSocket()) {
      return { path, bytes: readDescriptor(descriptor, called, limit), mode: 0o600 };
    }
  }
  // Looked at before it is opened, since opening some devices does something.
  const found = attempt(called, path, () => statSync(path));
  requireRegular(called, found, limit);
  const fd = attempt(called, path, () => openSync(path, READ_ONLY));
  try {
    const stats = fstatSync(fd);
    requireRegular(called, stats, limit);
    const bytes = attempt(called, path, () => readUpTo(fd, Math.min(stats.size, limit) + 1));
    if (bytes.length > limit) throw tooLarge(called, bytes.length, limit);
    return { path, bytes, mode: stats.mode & 0o777 };
  } finally {
    closeSync(fd);
  }
}

function readUpTo(fd: number, limit: number): Buffer {
  const bytes = Buffer.alloc(limit);
  let length = 0;
  for (let got = -1; got !== 0 && length < limit; length += got)
    got = readSync(fd, bytes, length, limit - length, null);
  return bytes.subarray(0, length);
}

function requireRegular(called: string, stats: Stats, limit: number): void {
  if (!stats.isFile()) throw keyFileError('key-file-irregular', `${called} is ${kindOf(stats)}, not a regular file`);
  if (stats.size > limit) throw tooLarge(called, stats.size, limit);
}

/** What a file is that is not a regular file. */
export function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isFIFO()) return 'a pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

function tooLarge(called: string, size: number, limit = MAX_KEY_FILE_OCTETS): DktoolError {
  const sentence = `${called} is too large: at most ${limit} octets are read, it has ${size} or more`;
  return keyFileError('key-file-too-large', sentence);
}

const SENTENCES: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'cannot be read: permission denied',
  EPERM: 'cannot be read: permission denied',
  ELOOP: 'cannot be read: its symbolic links form a loop',
  ENOTDIR: 'does not exist: a part of its path is not a directory',
  ENAMETOOLONG: 'does not exist: its name is too long',
  EBADF: 'cannot be read: the descriptor is not open',
};

function attempt<T>(called: string, path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const errno = errnoOf(error) ?? 'unknown error';
    const missing = errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'ENAMETOOLONG';
    const sentence = isDanglingLink(errno, path) ? 'is a symbolic link to nothing' : SENTENCES[errno];
    throw keyFileError(
      missing ? 'key-file-missing' : 'key-file-unreadable',
      `${called} ${sentence ?? `cannot be read: ${errno}`}`,
      { cause: error },
    );
  }
}

function isDanglingLink(errno: string, path: string): boolean {
  return errno === 'ENOENT' && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function keyFileError(
  code: CodeOf<'temporary'>,
  message: string,
  more: { hint?: string; cause?: unknown } = {},
): DktoolError {
  return new DktoolError(code, message, { kind: 'temporary', ...more });
}
