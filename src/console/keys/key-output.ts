/** Putting private keys in place: whole or not at all, never over another file, and not before they are on the disk. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DktoolError, errnoOf } from '../../lib/errors.ts';
import { kindOf } from './key-file.ts';
import { shellWord } from '../../lib/syntax/shell-word.ts';

export interface KeyFileToWrite {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface KeyOutputOptions {
  /** Keep what is in the way beside the new key instead of refusing. */
  readonly force: boolean;
  /** Readable by this group too (mode 640); `undefined`: by the owner alone (mode 600). */
  readonly group: { readonly name: string; readonly number: number } | undefined;
  /** Whose they are, and who may read them; absent: ours, and `group` says who. */
  readonly owner?: { readonly user: number; readonly group: number; readonly mode: number } | undefined;
  /** What temporary names begin with. */
  readonly prefix?: string | undefined;
}

export interface KeptKey {
  readonly path: string;
  /** Its new name. */
  readonly keptAs: string;
  /** Its group could read it. */
  readonly wasForGroup: boolean;
}

export interface WrittenKeys {
  /** Where `force` has put what was in the way. */
  readonly kept: readonly KeptKey[];
  /** Take the new keys away again and put back what was there. */
  undo(): void;
}

/** Old keys are kept as FILE.old, FILE.old.2 and so on; somebody with this many wants to look into it himself. */
const MAX_OLD_KEYS = 100;

/**
 * Write key files, all of them or none.
 *
 * Each goes to a temporary file in its own folder, is brought to the disk, and only then linked to its name, which fails where
 * that is taken: neither a crash nor a full disk leaves half a key, and no race overwrites one.
 *
 * @throws DktoolError: permanent where a file is in the way, temporary where the folder or the disk is to blame
 */
export function writeKeyFiles(files: readonly KeyFileToWrite[], options: KeyOutputOptions): WrittenKeys {
  const staged: string[] = [];
  const placed: Placed[] = [];
  const undo = () => {
    for (const one of placed.splice(0).toReversed()) takeBack(one);
  };
  try {
    for (const file of files) staged.push(stage(file, options));
    for (const { path } of files) {
      const temporary = staged[placed.length]!;
      placed.push(explain(path, options, () => place(temporary, path, options.force)));
    }
    for (const folder of new Set(files.map(({ path }) => dirname(path)))) syncFolder(folder);
  } catch (error) {
    undo();
    throw error;
  } finally {
    for (const temporary of staged) removeIfThere(temporary);
  }
  return { kept: placed.flatMap(keptKey), undo };
}

/**
 * Look, before a key is made that may take a while, whether its file could be put there.
 *
 * @throws DktoolError as writeKeyFiles does
 */
export function checkKeyPath(path: string, force: boolean): void {
  const stats = explain(path, undefined, () => lstatSync(path, { throwIfNoEntry: false }));
  if (stats !== undefined && (!stats.isFile() || !force)) throw inTheWay(path, stats);
  if (stats === undefined) explain(path, undefined, () => lstatSync(dirname(path)));
}

/** The new key under a temporary name beside its place, complete and on the disk. */
function stage({ path, bytes }: KeyFileToWrite, options: KeyOutputOptions): string {
  const { prefix = '.dktool-', owner } = options;
  const temporary = join(dirname(path), `${prefix}${randomBytes(8).toString('hex')}.tmp`);
  return explain(path, options, () => {
    // O_EXCL does not follow links either; the key is for its owner only until its group is set
    const fd = openSync(temporary, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
    try {
      // Whatever the umask: 0777 would make a key that not even its owner can read.
      if (owner === undefined && options.group === undefined) fchmodSync(fd, 0o600);
      if (options.group !== undefined) {
        fchownSync(fd, -1, options.group.number);
        fchmodSync(fd, 0o640);
      }
      if (owner !== undefined) {
        fchownSync(fd, owner.user, owner.group);
        fchmodSync(fd, owner.mode);
      }
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      fsyncSync(fd);
    } catch (error) {
      removeIfThere(temporary);
      throw error;
    } finally {
      closeSync(fd);
    }
    return temporary;
  });
}

interface Placed {
  readonly path: string;
  readonly keptAs: string | undefined;
}

function keptKey({ path, keptAs }: Placed): KeptKey[] {
  if (keptAs === undefined) return [];
  const mode = lstatSync(keptAs, { throwIfNoEntry: false })?.mode ?? 0;
  return [{ path, keptAs, wasForGroup: (mode & 0o040) !== 0 }];
}

function place(temporary: string, path: string, force: boolean): Placed {
  const keptAs = force ? keepOld(path) : undefined;
  if (keptAs === undefined) linkWithoutOverwriting(temporary, path);
  else {
    try {
      // With the old one safe under another name there is no moment at which the path leads to no key.
      renameSync(temporary, path);
    } catch (error) {
      forgetOld(path, keptAs);
      throw error;
    }
  }
  return { path, keptAs };
}

/** The old key has one name again, its own. */
function forgetOld(path: string, keptAs: string): void {
  // rename(2) does nothing where both are names of one file.
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) takeBack({ path, keptAs });
  else removeIfThere(keptAs);
}

/**
 * Give the regular file at the path a second name. Nothing else is ever moved: a key in the place of /dev/null would take down
 * the machine.
 */
function keepOld(path: string): string | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() === false) throw inTheWay(path, stats);
  for (let i = 1; i <= MAX_OLD_KEYS; i++) {
    const keptAs = i === 1 ? `${path}.old` : `${path}.old.${i}`;
    try {
      linkWithoutOverwriting(path, keptAs);
      return keptAs;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined; // nothing is in the way
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
  }
  const hint = 'remove those that are no longer needed';
  throw new DktoolError('key-file-exists', `there are already ${MAX_OLD_KEYS} old keys of ${path}`, {
    kind: 'permanent',
    hint,
  });
}

/** rename(2) would overwrite. */
function linkWithoutOverwriting(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errnoOf(error) ?? '')) throw error;
    // A file system without hard links (FAT, some network folders): take the name with an empty file of our own first.
    closeSync(openSync(to, 'wx', 0o600));
    try {
      renameSync(from, to);
    } catch (failure) {
      removeIfThere(to);
      throw failure;
    }
  }
}

function takeBack({ path, keptAs }: Placed): void {
  try {
    if (keptAs === undefined) unlinkSync(path);
    else renameSync(keptAs, path);
  } catch {
    // what was to be said has been said by the error that led here
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // it has been renamed into place, or was never made
  }
}

/** A new name is on the disk only once its folder is (fsync(2)). */
function syncFolder(folder: string): void {
  try {
    const fd = openSync(folder, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // some file systems cannot, and a folder may be writable without being readable: the key itself is safe
  }
}

function inTheWay(path: string, stats?: Stats): DktoolError {
  if (stats?.isFile() === false) {
    const sentence = stats.isDirectory()
      ? 'is a directory'
      : `is ${kindOf(stats)}, and only a regular file is replaced with a key`;
    return new DktoolError('key-file-exists', `${path} ${sentence}`, {
      kind: 'permanent',
      hint: 'choose another name with -o',
    });
  }
  return new DktoolError('key-file-exists', `${path} already exists and is not overwritten`, {
    kind: 'permanent',
    hint: 'choose another name with -o, or use --force, which keeps the old file under another name',
  });
}

const FOLDER_SENTENCES: Readonly<Record<string, string>> = {
  EACCES: 'is not writable',
  EROFS: 'is on a read-only file system',
  ENOTDIR: 'is not a directory',
  ELOOP: 'is a loop of symbolic links',
};

/** Turn what the system says into a sentence about the path. */
function explain<T>(path: string, options: KeyOutputOptions | undefined, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof DktoolError) throw error;
    const errno = errnoOf(error) ?? 'unknown error';
    const folder = dirname(path);
    const temporary = (message: string, hint?: string) =>
      new DktoolError('key-file-unwritable', message, { kind: 'temporary', hint, cause: error });
    if (errno === 'EEXIST') throw inTheWay(path);
    if (errno === 'ENOENT') throw temporary(`directory ${folder} does not exist`, `mkdir -p ${shellWord(folder)}`);
    if (errno === 'ENOSPC' || errno === 'EDQUOT') throw temporary(`cannot write ${path}: the disk is full`);
    if (errno === 'EPERM' && options?.group !== undefined) {
      const hint = 'root, or a member of the group, can do it';
      throw temporary(`${basename(path)} cannot be given to group ${options.group.name}`, hint);
    }
    if (errno === 'EPERM' && options?.owner !== undefined) {
      const { user, group } = options.owner;
      throw temporary(`${basename(path)} cannot be given to user ${user} and group ${group}`, 'only root can do it');
    }
    if (errno === 'ENAMETOOLONG') {
      throw new DktoolError('key-file-unwritable', `the name ${path} is too long`, { kind: 'permanent', cause: error });
    }
    const sentence = FOLDER_SENTENCES[errno];
    throw temporary(sentence === undefined ? `cannot write ${path}: ${errno}` : `directory ${folder} ${sentence}`);
  }
}
