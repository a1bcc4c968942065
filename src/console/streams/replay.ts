/**
 * A message that is read twice: once to sign it, once to write it on. What is written is what was hashed.
 *
 * A pipe is kept in memory up to 16 MiB and beyond that in an unlinked temporary file. A regular file is read again by
 * position, but only while its size and time of change stand still; otherwise it is treated like a pipe.
 */
import { fstatSync, readSync } from 'node:fs';
import { DktoolError } from '../../lib/errors.ts';
import { type Splice, spliced } from '../../lib/message/splice.ts';
import type { ByteSink, ByteSource } from './bytes.ts';
import { Spool } from './spool.ts';

const MEMORY_LIMIT = 16 * 1024 * 1024;
const CHUNK = 256 * 1024;

/** What tells whether a file is still the one that was read. */
interface FileState {
  readonly size: bigint;
  readonly changed: bigint;
}

export class Replay {
  readonly #source: ByteSource;
  readonly #memoryLimit: number;
  readonly #memory: Buffer[] = [];
  #length = 0;
  /** Size of the file when the first pass came to its end. */
  #end = 0;
  /** Where the message is once it left the memory. */
  #spool: Spool | undefined;
  /** The input itself serves for the second pass, from this offset on. */
  #file: { readonly fd: number; readonly state: FileState } | undefined;

  /** @param memoryLimit octets that are kept in memory at most */
  constructor(source: ByteSource, memoryLimit = MEMORY_LIMIT) {
    this.#source = source;
    this.#memoryLimit = memoryLimit;
    const state = source.fd === undefined ? undefined : stateOf(source.fd);
    if (state !== undefined && state.size > memoryLimit) this.#file = { fd: source.fd!, state };
  }

  /** The first pass: everything that is there, in chunks that are reused from one to the next. */
  *read(): Iterable<Buffer> {
    const reused = Buffer.allocUnsafeSlow(CHUNK);
    for (let length = this.#source.read(reused); length > 0; length = this.#source.read(reused)) {
      const chunk = reused.subarray(0, length);
      if (this.#file === undefined) this.#keep(chunk);
      this.#length += length;
      yield chunk;
    }
    if (this.#file !== undefined) this.#end = Number(stateOf(this.#file.fd)?.size ?? 0);
  }

  /** The file stood still while it was read. If not, what was read is worth nothing: sign what `readAgain` keeps. */
  get isSteady(): boolean {
    if (this.#file === undefined) return true;
    const now = stateOf(this.#file.fd);
    const { state } = this.#file;
    return now?.size === state.size && now.changed === state.changed && BigInt(this.#length) <= state.size;
  }

  /** The file changed under the first pass: read it again from where that began, and keep what is read. */
  *readAgain(): Iterable<Buffer> {
    const { fd } = this.#file!;
    // The descriptor stands at the end that the first pass saw, which need not be the one that it began with.
    const start = this.#end - this.#length;
    if (start < 0) throw inputChanged('the message file was truncated while it was being read');
    this.#file = undefined;
    this.#length = 0;
    for (const chunk of readFrom(fd, start, Number.POSITIVE_INFINITY)) {
      this.#keep(chunk);
      this.#length += chunk.length;
      yield chunk;
    }
  }

  /**
   * The second pass: the message as it was read, with `insert` put in at an offset and other changes behind that. May be
   * repeated.
   *
   * @throws DktoolError, after the last chunk, where the file has changed meanwhile
   */
  *messageWith(insert: Uint8Array, insertAt: number, edits: readonly Splice[] = []): Iterable<Buffer> {
    let read = 0;
    const count = function* (chunks: Iterable<Buffer>) {
      for (const chunk of chunks) {
        read += chunk.length;
        yield chunk;
      }
    };
    // One chunk, so one write, for the usual message: its reader sees all of it or none.
    yield* spliced(count(this.#chunks()), [{ at: insertAt, remove: 0, insert }, ...edits]);
    if (read !== this.#length || !this.isSteady) {
      const hint = 'what was written is not what was signed: discard it';
      throw inputChanged('the message file changed while it was being copied', hint);
    }
  }

  /** Write `messageWith`. Throws as it does. */
  writeTo(sink: ByteSink, insert: Uint8Array, insertAt: number, edits: readonly Splice[] = []): void {
    for (const chunk of this.messageWith(insert, insertAt, edits)) sink.write(chunk);
  }

  close(): void {
    this.#spool?.close();
    this.#spool = undefined;
  }

  *#chunks(): Iterable<Buffer> {
    if (this.#spool !== undefined) yield* readFrom(this.#spool.fd, 0, this.#length);
    else if (this.#file !== undefined) {
      yield* readFrom(this.#file.fd, Number(this.#file.state.size) - this.#length, this.#length);
    } else yield* this.#memory;
  }

  #keep(chunk: Buffer): void {
    if (this.#spool === undefined && this.#length + chunk.length <= this.#memoryLimit) {
      this.#memory.push(Buffer.from(chunk));
      return;
    }
    if (this.#spool === undefined) {
      this.#spool = new Spool();
      for (const kept of this.#memory) this.#spool.append(kept);
      this.#memory.length = 0;
    }
    this.#spool.append(chunk);
  }
}

function inputChanged(message: string, hint?: string): DktoolError {
  return new DktoolError('input-changed', message, { kind: 'temporary', hint });
}

function stateOf(fd: number): FileState | undefined {
  const stats = fstatSync(fd, { bigint: true });
  return stats.isFile() ? { size: stats.size, changed: stats.mtimeNs } : undefined;
}

function* readFrom(fd: number, start: number, length: number): Iterable<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  for (let done = 0; done < length; ) {
    const got = readSync(fd, buffer, 0, Math.min(CHUNK, length - done), start + done);
    if (got === 0) return;
    done += got;
    yield buffer.subarray(0, got);
  }
}
