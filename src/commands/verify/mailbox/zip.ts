import { isUtf8 } from 'node:buffer';
import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { DktoolError } from '../../../lib/errors.ts';
import { damaged } from './unpack.ts';
import type { Member } from './tar.ts';
import type { UnpackLimit } from './unpack-limit.ts';

/** A file of an archive, or why it cannot be read. */
export type ZipMember = Member | { readonly name: string; readonly error: DktoolError };

/**
 * The files of a zip archive, in the order of its directory.
 *
 * @param fd the archive: its directory stands at its end
 * @throws DktoolError `archive-damaged`, `archive-bomb`
 */
export async function* zipMembers(fd: number, limit: UnpackLimit): AsyncGenerator<ZipMember> {
  const { fromFdPromise } = await import('yauzl');
  // Names are looked at by nobody but people: none of them becomes a path.
  const options = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: true } as const;
  try {
    const zip = await fromFdPromise(fd, options);
    for await (const entry of zip.eachEntry()) {
      const name = nameOf(entry.fileName as unknown as Buffer);
      if (!name.endsWith('/')) yield member(zip, entry, name, limit);
      if (limit.isReached) return; // said of that file
    }
  } catch (error) {
    throw error instanceof DktoolError ? error : damaged(error);
  }
}

function member(zip: ZipFile, entry: Entry, name: string, limit: UnpackLimit): ZipMember {
  if (!entry.isEncrypted()) return { name, chunks: octetsOf(zip, entry, limit) };
  const error = new DktoolError('member-unreadable', `${name} is encrypted`, {
    kind: 'permanent',
    hint: 'unpack it with its password and name the files',
  });
  return { name, error };
}

async function* octetsOf(zip: ZipFile, entry: Entry, limit: UnpackLimit): AsyncGenerator<Buffer> {
  try {
    const stream = await zip.openReadStreamPromise(entry);
    let sum = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      limit.unpacked(chunk.length);
      sum = crc32(chunk, sum);
      yield chunk;
    }
    if (sum !== entry.crc32) throw damaged('a checksum is wrong');
  } catch (error) {
    throw error instanceof DktoolError ? error : damaged(error);
  }
}

/** UTF-8 where it is; else an octet a character, since nobody says in which code page it was written. */
function nameOf(octets: Buffer): string {
  return octets.toString(isUtf8(octets) ? 'utf8' : 'latin1');
}
