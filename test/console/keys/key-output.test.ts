import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkKeyPath, writeKeyFiles } from '../../../src/console/keys/key-output.ts';
import { DktoolError } from '../../../src/lib/errors.ts';
import { DKTOOL, type Run, runProgram, temporaryFolder } from '../../support/bin.ts';

const write = (path: string, force = true) =>
  writeKeyFiles([{ path, bytes: Buffer.from('new') }], { force, group: undefined });

function refusal(action: () => unknown): DktoolError {
  try {
    action();
  } catch (error) {
    if (error instanceof DktoolError) return error;
    throw error;
  }
  throw new Error('it was done');
}

describe('what is in the way of a key', () => {
  it.each<[string, string, (path: string) => unknown]>([
    ['a FIFO', 'is a pipe', (path) => execFileSync('mkfifo', [path])],
    ['a directory', 'is a directory', (path) => mkdirSync(path)],
    ['a link to a file', 'is a symbolic link', (path) => symlinkSync('/etc/hostname', path)],
    ['a link to nothing', 'is a symbolic link', (path) => symlinkSync('gone', path)],
    ['a socket', 'is a socket', (path) => new Promise<void>((done) => createServer().listen(path, done).unref())],
  ])('stays where it is, whatever is asked, if it is %s', async (_, words, put) => {
    const folder = temporaryFolder();
    const path = join(folder, 'key');
    await put(path);
    const before = lstatSync(path);
    for (const force of [true, false]) {
      for (const action of [() => checkKeyPath(path, force), () => write(path, force)]) {
        const error = refusal(action);
        expect(error.kind).toBe('permanent');
        if (force) expect(error.message).toContain(`${path} ${words}`);
      }
    }
    expect([lstatSync(path).ino, lstatSync(path).mode]).toEqual([before.ino, before.mode]);
    expect(readdirSync(folder)).toEqual(['key']);
  });

  it('is a device', ({ skip }) => {
    const folder = temporaryFolder();
    const path = join(folder, 'null');
    try {
      execFileSync('mknod', [path, 'c', '1', '3'], { stdio: 'ignore' });
    } catch {
      skip('no device can be made here');
    }
    expect(refusal(() => write(path)).message).toBe(
      `${path} is a device, and only a regular file is replaced with a key`,
    );
    expect(lstatSync(path).isCharacterDevice()).toBe(true);
    expect(readdirSync(folder)).toEqual(['null']);
  });
});

/** keygen --force in a folder with a key, where these calls fail. */
async function replaceKey(folder: string, faults: string): Promise<Run> {
  writeFileSync(join(folder, 'key'), 'old');
  const args = ['keygen', '-s', 'x', '--type', 'ed25519', '-o', 'key', '--force'];
  return runProgram(process.execPath, ['--require', FS_FAULTS, DKTOOL, ...args], {
    cwd: folder,
    env: { FS_FAULTS: faults },
  });
}

const FS_FAULTS = fileURLToPath(new URL('../../support/fs-faults.cjs', import.meta.url));

describe('a key that cannot be renamed into place', () => {
  it.each([
    ...['EIO', 'ENOSPC', 'EPERM', 'EACCES'].map((errno) => [`renameSync ${errno} \\.tmp$`]),
    // A file system without hard links: the old one is renamed, and renamed back.
    ['linkSync EPERM .,renameSync EIO \\.tmp$'],
  ])('leaves the old one as it was, under one name: %s', async (faults) => {
    const folder = temporaryFolder();
    const { status, stdout, stderr } = await replaceKey(folder, faults);
    expect([status, stdout]).toEqual([111, '']);
    expect(stderr).toMatch(/^dktool: (?:cannot write key|directory \. is not writable)/);
    expect(readdirSync(folder)).toEqual(['key']);
    expect(readFileSync(join(folder, 'key'), 'utf8')).toBe('old');
    expect(lstatSync(join(folder, 'key')).nlink).toBe(1);
  });

  it('does not touch what an earlier key is kept as', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'key.old'), 'older');
    expect((await replaceKey(folder, 'renameSync EIO \\.tmp$')).status).toBe(111);
    expect(readdirSync(folder).sort()).toEqual(['key', 'key.old']);
    expect(readFileSync(join(folder, 'key.old'), 'utf8')).toBe('older');
  });

  it('is put there, and the old one kept, where all goes well', async () => {
    const folder = temporaryFolder();
    expect((await replaceKey(folder, 'renameSync EIO nothing-of-ours')).status).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['key', 'key.old']);
    expect(readFileSync(join(folder, 'key.old'), 'utf8')).toBe('old');
  });

  it('is taken away again where it is not wanted after all', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'key');
    writeFileSync(path, 'old');
    const written = write(path);
    expect(written.kept).toMatchObject([{ path, keptAs: `${path}.old` }]);
    expect([readFileSync(path, 'utf8'), readFileSync(`${path}.old`, 'utf8')]).toEqual(['new', 'old']);
    written.undo();
    expect(readdirSync(folder)).toEqual(['key']);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });
});
