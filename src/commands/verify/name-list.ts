/** --files-from: the names of messages from a list. */
import { isUtf8 } from 'node:buffer';
import { closeSync } from 'node:fs';
import type { ByteSource } from '../../console/streams/bytes.ts';
import type { Context } from '../../console/context.ts';
import { DescriptorSource } from '../../console/streams/bytes.ts';
import { type FileName, openFile } from '../../console/streams/input.ts';
import { piecesOf } from '../../console/streams/lines.ts';

const [NUL, LF] = [0x00, 0x0a];

/** PATH_MAX of Linux, which counts the NUL at the end. A longer name is cut, and cannot be opened all the same. */
const MAX_NAME = 4096;

/**
 * The names in a list, empty ones left out. One that is not UTF-8 is given as its octets.
 *
 * @param list a file; `-` is stdin
 * @param isNull each name ends with a NUL and may hold anything else; otherwise with a line feed
 * @returns `undefined` before each read: see piecesOf
 * @throws DktoolError where the list cannot be opened or read
 */
export function* namesIn(list: string, isNull: boolean, context: Context): Generator<FileName | undefined> {
  if (list === '-') {
    yield* split(context.stdin, isNull);
    return;
  }
  const fd = openFile(list);
  try {
    yield* split(new DescriptorSource(fd, list), isNull);
  } finally {
    closeSync(fd);
  }
}

function* split(source: ByteSource, isNull: boolean): Generator<FileName | undefined> {
  for (const octets of piecesOf(source, isNull ? NUL : LF, MAX_NAME)) {
    if (octets === undefined) yield undefined;
    else if (octets.length > 0) yield isUtf8(octets) ? octets.toString('utf8') : Buffer.from(octets);
  }
}
