/** The octets of a mailbox, from its first on. */
import { fstatSync, readSync } from 'node:fs';
import type { FoundMailbox } from '../../../console/verify/judge.ts';
import { SharedFile } from './kept-message.ts';

export interface Octets {
  /** Each chunk is a buffer of its own, unless `isReused`. */
  readonly chunks: AsyncIterable<Buffer> | Iterable<Buffer>;
  /** Where they can be read again, by offset. */
  readonly file?: SharedFile | undefined;
  /** Of that file; it may grow meanwhile. */
  readonly size?: number | undefined;
}

export interface OpenOctets extends Octets {
  /** They are not wanted any more, whether they were read or not. */
  release(): void;
}

const CHUNK = 128 * 1024;

/**
 * @param isFile it was opened by its name, and so stands at its start
 * @param read called with how many octets were read so far
 * @param isReused the next chunk overwrites this one: for a reader that copies what it keeps
 */
export function octetsOf(
  { head, source, close }: FoundMailbox,
  isFile: boolean,
  read: (length: number) => void,
  isReused = false,
): OpenOctets {
  const { fd } = source;
  const stats = isFile && fd !== undefined ? fstatSync(fd) : undefined;
  const file = stats?.isFile() ? new SharedFile(fd!, close) : undefined;
  let isOpen = true;
  const release = () => {
    if (!isOpen) return;
    isOpen = false;
    if (file === undefined) close();
    else file.release();
  };
  function* chunks(): Generator<Buffer> {
    try {
      let total = head.length;
      yield head;
      const reused = isReused ? Buffer.allocUnsafeSlow(CHUNK) : undefined;
      for (;;) {
        const chunk = reused ?? Buffer.allocUnsafeSlow(CHUNK);
        let length = 0;
        for (let more = -1; more !== 0 && length < CHUNK; length += more) more = source.read(chunk.subarray(length));
        if (length === 0) return;
        total += length;
        read(total);
        yield chunk.subarray(0, length);
      }
    } finally {
      release();
    }
  }
  return { chunks: chunks(), file, size: stats?.size, release };
}

/** Bytes of a file, fewer where it ends. */
export function peekInto({ fd }: SharedFile): (offset: number, length: number) => Buffer {
  return (offset, length) => {
    const bytes = Buffer.allocUnsafe(length);
    return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
  };
}
