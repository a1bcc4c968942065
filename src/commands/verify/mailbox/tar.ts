import type { ReadEntry } from 'tar';
import { damaged } from './unpack.ts';

/** A file of an archive; its octets have to be read before the next one is asked for. */
export interface Member {
  readonly name: string;
  readonly chunks: AsyncIterable<Buffer>;
}

type TarEvent =
  | { readonly kind: 'start'; readonly name: string }
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'end' };

/**
 * The files of a tar archive; links, folders and devices are passed over.
 *
 * @throws DktoolError `archive-damaged`
 */
export async function* tarMembers(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Member> {
  const events = tarEvents(chunks);
  for (let next = await events.next(); next.done !== true; next = await events.next()) {
    if (next.value.kind !== 'start') continue; // what the last reader left
    yield { name: next.value.name, chunks: dataOf(events) };
  }
}

async function* dataOf(events: AsyncGenerator<TarEvent, void>): AsyncGenerator<Buffer> {
  for (let next = await events.next(); next.done !== true && next.value.kind !== 'end'; next = await events.next()) {
    if (next.value.kind === 'data') yield next.value.bytes;
  }
}

/** The parser hands on all of what is in a chunk before `write` returns. */
async function* tarEvents(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<TarEvent, void> {
  const { Parser } = await import('tar');
  let events: TarEvent[] = [];
  let fault: unknown;
  const parser = new Parser({
    onReadEntry: (entry) => listen(entry, events),
    onwarn: (code, message) => {
      if (code === 'TAR_BAD_ARCHIVE' || code === 'TAR_ENTRY_INVALID' || code === 'TAR_ABORT') fault ??= message;
    },
  });
  parser.on('error', (error: unknown) => {
    fault ??= error;
  });
  const take = function* (): Generator<TarEvent> {
    yield* events.splice(0);
    if (fault !== undefined) throw damaged(fault);
  };
  for await (const chunk of chunks) {
    parser.write(chunk);
    yield* take();
  }
  parser.end();
  yield* take();
  events = [];
}

function listen(entry: ReadEntry, events: TarEvent[]): void {
  if (!['File', 'OldFile', 'ContiguousFile'].includes(entry.type)) {
    entry.resume();
    return;
  }
  events.push({ kind: 'start', name: entry.path });
  entry.on('data', (bytes: Buffer) => events.push({ kind: 'data', bytes }));
  entry.on('end', () => events.push({ kind: 'end' }));
}
