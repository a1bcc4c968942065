/** A message of a mailbox until it is judged: in memory, or where it is too long for that, as a part of a file. */
import { readSync } from 'node:fs';
import { type ByteSource, MemorySource } from '../../../console/streams/bytes.ts';
import type { OpenInput } from '../../../console/streams/input.ts';
import { Spool } from '../../../console/streams/spool.ts';
import { DktoolError } from '../../../lib/errors.ts';

/** Octets of a message that is kept in memory; up to sixteen of them wait for DNS at the same time. */
const MEMORY_LIMIT = 1024 * 1024;

/** A file that several messages are read from, by position. It is closed when the last of them lets go of it. */
export class SharedFile {
  readonly fd: number;
  readonly #close: () => void;
  #holders = 1;

  constructor(fd: number, close: () => void) {
    this.fd = fd;
    this.#close = close;
  }

  hold(): void {
    this.#holders++;
  }

  release(): void {
    if (--this.#holders === 0) this.#close();
  }
}

export interface KeptMessage {
  /** The whole message, where it is in memory. */
  readonly bytes: Buffer | undefined;
  /** As often as it is wanted. */
  open(): OpenInput;
  /** It is not wanted any more. */
  release(): void;
}

/** Buffers to be used again. As garbage, each would stay until V8 has a reason of its own to collect. */
const SPARE: Buffer[] = [];
const MOST_SPARE = 4;
const SMALLEST = 64 * 1024;

function takeBuffer(length: number): Buffer {
  const spare = SPARE.pop();
  if (spare !== undefined && spare.length >= length) return spare;
  return Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(Math.max(length, SMALLEST))));
}

function giveBack(buffer: Buffer): void {
  if (SPARE.length < MOST_SPARE) SPARE.push(buffer);
}

/** Takes the bytes of one message. */
export class MessageKeeper {
  readonly #file: SharedFile | undefined;
  #buffer: Buffer | undefined;
  #length = 0;
  #start = 0;
  #spool: Spool | undefined;

  /** @param file where the bytes can be read again, at the offsets that are given with them; without one they are spooled */
  constructor(file: SharedFile | undefined) {
    this.#file = file;
  }

  /** @param bytes are copied */
  add(bytes: Buffer, offset: number): void {
    if (this.#length === 0) this.#start = offset;
    const length = this.#length + bytes.length;
    if (length <= MEMORY_LIMIT) this.#keep(bytes);
    else this.#spill(bytes);
    this.#length = length;
  }

  finish(): KeptMessage {
    const [buffer, length] = [this.#buffer, this.#length];
    this.#buffer = undefined;
    if (buffer !== undefined) return inMemory(buffer.subarray(0, length), () => giveBack(buffer));
    if (length === 0) return inMemory(Buffer.alloc(0));
    const spool = this.#spool;
    if (spool !== undefined) return inFile(new SharedFile(spool.fd, () => spool.close()), 0, length);
    this.#file!.hold();
    return inFile(this.#file!, this.#start, length);
  }

  /** Let go of what there is: the message cannot be read to its end. */
  discard(): void {
    this.#spool?.close();
    this.#dropBuffer();
  }

  #keep(bytes: Buffer): void {
    const length = this.#length + bytes.length;
    if (this.#buffer === undefined || this.#buffer.length < length) {
      const larger = takeBuffer(length);
      this.#buffer?.copy(larger, 0, 0, this.#length);
      this.#dropBuffer();
      this.#buffer = larger;
    }
    bytes.copy(this.#buffer, this.#length);
  }

  /** Too long for memory. */
  #spill(bytes: Buffer): void {
    if (this.#file === undefined) {
      this.#spool ??= new Spool();
      if (this.#buffer !== undefined) this.#spool.append(this.#buffer.subarray(0, this.#length));
      this.#spool.append(bytes);
    }
    this.#dropBuffer();
  }

  #dropBuffer(): void {
    if (this.#buffer !== undefined) giveBack(this.#buffer);
    this.#buffer = undefined;
  }
}

/** @param release called when the bytes are not wanted any more */
export function inMemory(bytes: Buffer, release: () => void = () => {}): KeptMessage {
  return { bytes, open: () => ({ source: new MemorySource(bytes), close: () => {} }), release };
}

function inFile(file: SharedFile, start: number, length: number): KeptMessage {
  return {
    bytes: undefined,
    open: () => ({ source: new PartSource(file.fd, start, length), close: () => {} }),
    release: () => file.release(),
  };
}

class PartSource implements ByteSource {
  readonly fd = undefined;
  readonly isTerminal = false;
  readonly #file: number;
  readonly #end: number;
  #at: number;

  constructor(file: number, start: number, length: number) {
    this.#file = file;
    this.#at = start;
    this.#end = start + length;
  }

  read(into: Uint8Array): number {
    const wanted = Math.min(into.length, this.#end - this.#at);
    if (wanted === 0) return 0;
    const got = readSync(this.#file, into, 0, wanted, this.#at);
    if (got === 0) {
      throw new DktoolError('input-changed', 'the mailbox was cut while it was read', { kind: 'temporary' });
    }
    this.#at += got;
    return got;
  }
}
