import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPrivateKey, MAX_KEY_FILE_OCTETS, readRegularFile } from '../../../src/console/keys/key-file.ts';
import { DktoolError } from '../../../src/lib/errors.ts';
import { temporaryFolder } from '../../support/bin.ts';
import { RFC8463_SEED } from '../../support/keys.ts';

/** A path in a folder of its own, and what stands there. */
function at(put: (path: string) => void): string {
  const path = join(temporaryFolder(), 'key');
  put(path);
  return path;
}

function refusal(read: () => unknown): DktoolError {
  try {
    read();
  } catch (error) {
    return error as DktoolError;
  }
  throw new Error('it was read');
}

describe('a key file', () => {
  it.each<[string, string, string, (path: string) => void]>([
    ['nothing', 'key-file-missing', 'does not exist', () => {}],
    ['a link to nothing', 'key-file-missing', 'is a symbolic link to nothing', (path) => symlinkSync('gone', path)],
    ['a directory', 'key-file-irregular', 'is a directory, not a regular file', (path) => mkdirSync(path)],
    ['a FIFO', 'key-file-irregular', 'is a pipe, not a regular file', (path) => execFileSync('mkfifo', [path])],
    ['a device', 'key-file-irregular', 'is a device, not a regular file', (path) => symlinkSync('/dev/zero', path)],
    [
      'a link to itself',
      'key-file-unreadable',
      'cannot be read: its symbolic links form a loop',
      (path) => symlinkSync('key', path),
    ],
    [
      'a file of 1 GB',
      'key-file-too-large',
      `is too large: at most ${MAX_KEY_FILE_OCTETS} octets are read, it has 1073741824 or more`,
      (path) => {
        writeFileSync(path, '');
        truncateSync(path, 2 ** 30);
      },
    ],
  ])('that is %s is refused at once: %s', (_, code, sentence, put) => {
    const path = at(put);
    const error = refusal(() => readRegularFile(path));
    expect(error).toBeInstanceOf(DktoolError);
    expect({ code: error.code, kind: error.kind, message: error.message }).toEqual({
      code,
      kind: 'temporary',
      message: `key file ${path} ${sentence}`,
    });
  });

  it('below a file is missing', () => {
    const path = join(
      at((file) => writeFileSync(file, '')),
      'key',
    );
    expect(refusal(() => readRegularFile(path)).message).toBe(
      `key file ${path} does not exist: a part of its path is not a directory`,
    );
  });

  it('that is a socket is refused', async () => {
    const path = join(temporaryFolder(), 'key');
    const server = createServer();
    await new Promise<void>((listening) => server.listen(path, listening));
    expect(refusal(() => readRegularFile(path)).message).toBe(`key file ${path} is a socket, not a regular file`);
    server.close();
  });

  it('of the greatest size is read whole', () => {
    const path = at((file) => writeFileSync(file, Buffer.alloc(MAX_KEY_FILE_OCTETS, 1)));
    expect(readRegularFile(path).bytes).toEqual(Buffer.alloc(MAX_KEY_FILE_OCTETS, 1));
  });
});

const key = (mode: number) =>
  at((path) => {
    writeFileSync(path, RFC8463_SEED);
    chmodSync(path, mode);
  });

const load = async (mode: number, requireSafe?: boolean) => {
  const warnings: string[] = [];
  const path = key(mode);
  await loadPrivateKey(path, {
    requireSafe,
    warn: (sentence) => warnings.push(sentence.replace(path, 'KEY').replace(path, 'KEY')),
  });
  return warnings;
};

describe('the mode of a private key', () => {
  it.each([0o600, 0o640, 0o660, 0o400])('%o is normal', async (mode) => {
    expect(await load(mode, true)).toEqual([]);
  });

  it.each([0o644, 0o604, 0o602, 0o601])('%o is warned about, or refused', async (mode) => {
    const sentence = `key file KEY is accessible to everyone on this machine (mode ${mode.toString(8)})`;
    expect(await load(mode)).toEqual([`${sentence}: chmod o= KEY`]);
    await expect(load(mode, true)).rejects.toMatchObject({ code: 'key-file-exposed', kind: 'temporary' });
  });
});
