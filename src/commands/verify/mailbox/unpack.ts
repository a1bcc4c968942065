/** Octets out of compressed ones. */
import { pipeline, Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { DktoolError } from '../../../lib/errors.ts';
import type { UnpackLimit } from './unpack-limit.ts';

const CHUNK = 256 * 1024;

/** What of node:zlib is newer than the oldest Node that dktool runs on (22.15). */
interface NewerZlib {
  readonly createZstdDecompress?: (options: { chunkSize: number }) => Transform;
}

/**
 * @param chunks each a buffer of its own
 * @throws DktoolError `archive-damaged`, `archive-bomb`, and `compression-unsupported` where this Node cannot read it
 */
export async function* unpacked(
  kind: 'gzip' | 'zstd',
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  limit: UnpackLimit,
): AsyncGenerator<Buffer> {
  const transform = kind === 'gzip' ? zlib.createGunzip({ chunkSize: CHUNK }) : zstd();
  // Errors come out of the transform, those of the source too.
  pipeline(Readable.from(chunks), transform, () => {});
  try {
    for await (const chunk of transform as AsyncIterable<Buffer>) {
      limit.unpacked(chunk.length);
      yield chunk;
    }
  } catch (error) {
    throw error instanceof DktoolError ? error : damaged(error);
  }
}

function zstd(): Transform {
  const { createZstdDecompress } = zlib as NewerZlib;
  if (createZstdDecompress !== undefined) return createZstdDecompress({ chunkSize: CHUNK });
  throw new DktoolError('compression-unsupported', 'this is compressed by zstd, which Node can read from 22.15 on', {
    kind: 'permanent',
    hint: 'zstd -dc FILE | dktool verify',
  });
}

/** @param cause what the library says */
export function damaged(cause: unknown): DktoolError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DktoolError('archive-damaged', `the archive is damaged or was cut: ${reason}`, {
    kind: 'permanent',
    cause,
  });
}
