import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Octets read at once of a file whose size is not known, such as a pipe. */
const CHUNK = 1024 * 1024;

/**
 * Read a file of a size that nobody vouches for.
 *
 * @returns `undefined` where it has more octets than that; no more are read
 */
export function readBounded(path: string, limit: number): Buffer | undefined {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    if (size > limit) return undefined;
    const chunks: Buffer[] = [];
    let length = 0;
    for (;;) {
      // One octet more than it has shows that it has not grown.
      const chunk = Buffer.allocUnsafe(chunks.length === 0 && size > 0 ? size + 1 : CHUNK);
      const got = readSync(fd, chunk);
      if (got === 0) return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, got));
      length += got;
      if (length > limit) return undefined;
    }
  } finally {
    closeSync(fd);
  }
}
