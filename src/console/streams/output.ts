/** Where the product of a command goes: stdout, or a file that is there whole or not at all. */
import { closeSync, fsyncSync, openSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { DktoolError, errnoOf } from '../../lib/errors.ts';
import { type ByteSink, DescriptorSink } from './bytes.ts';
import type { Context } from '../context.ts';
import { systemReason } from './system-reason.ts';

/**
 * Hand a sink to `write`. A file gets its name only when all of it is on the disk; a device or a FIFO is written directly.
 *
 * @param path `undefined` and `-`: stdout
 * @param mode of a new file, less the umask
 * @throws DktoolError, kind temporary, where the file cannot be written
 */
export function withOutput(
  path: string | undefined,
  context: Context,
  write: (sink: ByteSink) => void,
  mode = 0o666,
): void {
  if (path === undefined || path === '-') {
    write(context.stdout);
    return;
  }
  const existing = attempt(path, () => statSync(path, { throwIfNoEntry: false }));
  if (existing !== undefined && !existing.isFile()) {
    const fd = attempt(path, () => openSync(path, 'w'));
    try {
      write(new DescriptorSink(fd, path));
    } finally {
      closeSync(fd);
    }
    return;
  }
  const temporary = join(dirname(path), `.dktool-${randomBytes(8).toString('hex')}.tmp`);
  const fd = attempt(path, () => openSync(temporary, 'wx', existing?.mode ?? mode));
  try {
    write(new DescriptorSink(fd, path));
    attempt(path, () => {
      fsyncSync(fd);
      renameSync(temporary, path);
    });
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Turn what the system says into a sentence about the path that was asked for. */
function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const reason = errnoOf(cause) === 'ENOENT' ? `there is no directory ${dirname(path)}` : systemReason(cause);
    throw new DktoolError('output-unwritable', `cannot write ${path}: ${reason}`, { kind: 'temporary', cause });
  }
}
