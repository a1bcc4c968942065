/** Where the product of a command goes: stdout, or a file that is there whole or not at all. */
import { closeSync, fsyncSync, openSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { DktoolError, errnoOf } from '../lib/errors.ts';
import { type ByteSink, DescriptorSink } from './bytes.ts';
import type { Context } from './context.ts';

/**
 * Hand a sink to `write`. A file gets its name only when all of it is on the disk; a device or a FIFO is written directly.
 *
 * @param path `undefined` and `-`: stdout
 */
export function withOutput(path: string | undefined, context: Context, write: (sink: ByteSink) => void): void {
  if (path === undefined || path === '-') {
    write(context.stdout);
    return;
  }
  const existing = statSync(path, { throwIfNoEntry: false });
  if (existing !== undefined && !existing.isFile()) {
    const fd = open(path, 'w');
    try {
      write(new DescriptorSink(fd, path));
    } finally {
      closeSync(fd);
    }
    return;
  }
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  const fd = open(temporary, 'wx', existing?.mode ?? 0o666);
  try {
    write(new DescriptorSink(fd, path));
    fsyncSync(fd);
    renameSync(temporary, path);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  } finally {
    closeSync(fd);
  }
}

function open(path: string, flags: string, mode?: number): number {
  try {
    return openSync(path, flags, mode);
  } catch (error) {
    throw new DktoolError('output-unwritable', `cannot write ${path}: ${errnoOf(error) ?? 'unknown error'}`, {
      kind: 'temporary',
      cause: error,
    });
  }
}
