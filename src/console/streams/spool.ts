/** A file without a name: it is gone with the process, however that ends. */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DktoolError } from '../../lib/errors.ts';
import { systemReason } from './system-reason.ts';

export class Spool {
  /** Stands at its start, whatever was appended: whoever inherits it reads all of it. */
  readonly fd: number;
  #length = 0;

  /**
   * @param fd an empty file; a new one without it
   * @throws DktoolError `spool-failed`, as `append` does
   */
  constructor(fd = newFile()) {
    this.fd = fd;
  }

  append(chunk: Uint8Array): void {
    attempt(() => {
      // By position, which leaves that of the descriptor alone.
      for (let at = 0; at < chunk.length; ) {
        const written = writeSync(this.fd, chunk, at, chunk.length - at, this.#length);
        at += written;
        this.#length += written;
      }
    });
  }

  close(): void {
    closeSync(this.fd);
  }
}

function newFile(): number {
  const path = join(tmpdir(), `dktool-${randomBytes(12).toString('hex')}`);
  return attempt(() => {
    const fd = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return fd;
  });
}

function attempt<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new DktoolError('spool-failed', `cannot keep the message in ${tmpdir()}: ${systemReason(error)}`, {
      kind: 'temporary',
      hint: 'set TMPDIR to another directory for large messages',
      cause: error,
    });
  }
}
