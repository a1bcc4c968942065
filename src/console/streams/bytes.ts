/**
 * Bytes in and out, synchronous: a descriptor is read and written directly, since stream objects cost more at start-up
 * than a whole signature. Descriptors here, their counterparts in memory for the tests beside them.
 */
import { fstatSync, readSync, statSync, writeSync } from 'node:fs';
import { DktoolError, errnoOf } from '../../lib/errors.ts';
import { systemReason } from './system-reason.ts';

export interface ByteSource {
  /** Fill `into` from its start with what is there, wait if nothing is; 0 is the end. */
  read(into: Uint8Array): number;
  /** The descriptor behind it, where there is one. */
  readonly fd: number | undefined;
  readonly isTerminal: boolean;
}

/** Stdout was closed when we were started; `perhaps`: or else somebody wants no output. */
export type ClosedOutput = 'surely' | 'perhaps';

export interface ByteSink {
  /** Everything, however long the reader takes. Strings are UTF-8. Throws a DktoolError when it cannot. */
  write(bytes: Uint8Array | string): void;
  readonly isTerminal: boolean;
  /** Columns of the terminal, 0 where it does not say (script(1), docker exec -t, a serial line); 80 where there is none. */
  readonly columns: number;
  /** It leads to another program, which may write to the terminal that we are on. */
  readonly isPipe?: boolean;
  /** Absent: it is open. What is written where it surely was not is an error. */
  readonly closed?: ClosedOutput | undefined;
}

/** Output cannot be written: no fault of any one input. */
export class OutputError extends DktoolError {}

/**
 * For a message that is written on: it must not vanish with a success.
 *
 * @throws OutputError where the sink was closed, if only perhaps
 */
export function requireOpenOutput({ closed }: ByteSink): void {
  if (closed === undefined) return;
  const state = closed === 'surely' ? 'closed' : 'closed, or /dev/null opened for reading and writing';
  throw new OutputError('write-failed', `cannot write the message to stdout: it is ${state}`, {
    kind: 'temporary',
    hint: 'write it to a file or a pipe; use > /dev/null to discard it on purpose',
  });
}

/** The reader of our output went away: end quietly, there is nobody to tell. */
export class ClosedPipeError extends OutputError {
  constructor(cause: unknown) {
    super('closed-pipe', 'the reader of the output closed it', { kind: 'temporary', cause });
  }
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** A descriptor that another process made non-blocking answers EAGAIN: wait a little, growing to 20 ms, and try again. */
function whenReady<T>(attempt: () => T): T {
  for (let pause = 1; ; pause = Math.min(pause * 2, 20)) {
    try {
      return attempt();
    } catch (error) {
      if (errnoOf(error) !== 'EAGAIN' && errnoOf(error) !== 'EINTR') throw error;
      Atomics.wait(sleeper, 0, 0, pause);
    }
  }
}

export class DescriptorSource implements ByteSource {
  readonly fd: number;
  readonly #name: string;
  readonly #isTerminal: () => boolean;

  constructor(fd: number, name: string, isTerminal: () => boolean = () => false) {
    this.fd = fd;
    this.#name = name;
    this.#isTerminal = isTerminal;
  }

  get isTerminal(): boolean {
    return this.#isTerminal();
  }

  read(into: Uint8Array): number {
    try {
      return whenReady(() => readSync(this.fd, into, 0, into.length, null));
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'EOF') return 0; // Windows pipes
      if (errno === 'EISDIR') {
        throw new DktoolError('is-a-directory', `${this.#name} is a directory, not a message`, {
          kind: 'permanent',
          hint: 'verify -r reads the messages in a directory',
          cause: error,
        });
      }
      throw new DktoolError('read-failed', `cannot read ${this.#name}: ${errno ?? 'unknown error'}`, {
        kind: 'temporary',
        cause: error,
      });
    }
  }
}

interface DescriptorFacts {
  isTerminal(): boolean;
  columns(): number;
  closed(): ClosedOutput | undefined;
}

const NO_TERMINAL: DescriptorFacts = { isTerminal: () => false, columns: () => 80, closed: () => undefined };

export class DescriptorSink implements ByteSink {
  readonly #fd: number;
  readonly #name: string;
  readonly #facts: DescriptorFacts;
  #closed: ClosedOutput | undefined | 'unknown' = 'unknown';

  /** @param facts are asked for when they are needed */
  constructor(fd: number, name: string, facts: Partial<DescriptorFacts> = {}) {
    this.#fd = fd;
    this.#name = name;
    this.#facts = { ...NO_TERMINAL, ...facts };
  }

  get isPipe(): boolean {
    try {
      const stats = fstatSync(this.#fd);
      return stats.isFIFO() || stats.isSocket();
    } catch {
      return false;
    }
  }

  get closed(): ClosedOutput | undefined {
    if (this.#closed === 'unknown') this.#closed = this.#facts.closed();
    return this.#closed;
  }

  get isTerminal(): boolean {
    return this.#facts.isTerminal();
  }

  get columns(): number {
    return this.#facts.columns();
  }

  write(bytes: Uint8Array | string): void {
    const data = typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes;
    if (this.closed === 'surely' && data.length > 0) {
      throw new OutputError('write-failed', `cannot write ${this.#name}: it is closed`, { kind: 'temporary' });
    }
    try {
      for (let at = 0; at < data.length; ) {
        const from = at;
        at += whenReady(() => writeSync(this.#fd, data, from, data.length - from));
      }
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'EPIPE') throw new ClosedPipeError(error);
      throw new OutputError('write-failed', `cannot write ${this.#name}: ${systemReason(error)}`, {
        kind: 'temporary',
        cause: error,
      });
    }
  }
}

/** Cheap first: only a character device can be a terminal, /dev/null is none, and node:tty costs milliseconds to load. */
export function mayBeTerminal(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    return stats.isCharacterDevice() && stats.rdev !== statSync('/dev/null', { throwIfNoEntry: false })?.rdev;
  } catch {
    return false;
  }
}

/** A source in memory, for tests and for texts that are already there. */
export class MemorySource implements ByteSource {
  readonly fd = undefined;
  readonly isTerminal: boolean;
  #rest: Uint8Array;

  constructor(bytes: Uint8Array, isTerminal = false) {
    this.#rest = bytes;
    this.isTerminal = isTerminal;
  }

  read(into: Uint8Array): number {
    const part = this.#rest.subarray(0, into.length);
    into.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }
}

export class MemorySink implements ByteSink {
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly #chunks: Uint8Array[] = [];

  constructor(isTerminal = false, columns = 80) {
    this.isTerminal = isTerminal;
    this.columns = columns;
  }

  write(bytes: Uint8Array | string): void {
    this.#chunks.push(typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : Buffer.from(bytes));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.bytes.toString('utf8');
  }
}
