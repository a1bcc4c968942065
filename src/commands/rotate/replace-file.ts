/** Files and links that change at one stroke: whoever looks sees the old or the new one, and a crash leaves one of them. */
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DktoolError, errnoOf } from '../../lib/errors.ts';
import { systemReason } from '../../console/streams/system-reason.ts';

/** Temporary names begin with this, so that what a run left behind that was killed is known by its name. */
export const TEMPORARY = '.dktool-rotate-';

/**
 * Replace a file by another with the same owner and mode.
 *
 * @param path of the file itself, not of a link to it
 * @param mode of a new file
 * @throws DktoolError, kind temporary
 */
export function replaceFile(path: string, bytes: Uint8Array, mode: number): void {
  explain(path, () => {
    const temporary = temporaryName(path);
    const before = statSync(path, { throwIfNoEntry: false });
    rmSync(temporary, { force: true });
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      if (before !== undefined) fchownSync(fd, before.uid, before.gid);
      fchmodSync(fd, (before?.mode ?? mode) & 0o7777);
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      fsyncSync(fd);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    } finally {
      closeSync(fd);
    }
    putInPlace(temporary, path);
  });
}

/** Have a link lead elsewhere. @throws DktoolError, kind temporary */
export function replaceLink(path: string, target: string): void {
  explain(path, () => {
    const temporary = temporaryName(path);
    rmSync(temporary, { force: true });
    symlinkSync(target, temporary);
    putInPlace(temporary, path);
  });
}

/** @throws DktoolError, kind temporary; not where there is no such file */
export function removeFile(path: string): void {
  explain(path, () => {
    rmSync(path, { force: true });
    syncFolder(dirname(path));
  });
}

/** Take away what a killed run left in a folder of keys. Nobody else may be at work there. */
export function removeLeftovers(folder: string): void {
  explain(folder, () => {
    for (const name of readdirSync(folder)) {
      if (name.startsWith(TEMPORARY)) rmSync(join(folder, name), { force: true });
    }
  });
}

function temporaryName(path: string): string {
  return join(dirname(path), `${TEMPORARY}${basename(path)}.tmp`);
}

function putInPlace(temporary: string, path: string): void {
  try {
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** A name is on the disk only once its folder is (fsync(2)); some file systems cannot do that, and have to do without. */
function syncFolder(folder: string): void {
  let fd: number | undefined;
  try {
    fd = openSync(folder, 'r');
    fsyncSync(fd);
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EACCES', 'EISDIR'].includes(errnoOf(error) ?? '')) throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function explain(path: string, action: () => void): void {
  try {
    action();
  } catch (cause) {
    const reason = errnoOf(cause) === 'ENOENT' ? `there is no directory ${dirname(path)}` : systemReason(cause);
    throw new DktoolError('output-unwritable', `cannot write ${path}: ${reason}`, { kind: 'temporary', cause });
  }
}
