/** verify --resume: a run that was broken off goes on where its output ends. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, ftruncateSync, openSync } from 'node:fs';
import type { Context } from '../../console/context.ts';
import { type ByteSink, DescriptorSink, DescriptorSource } from '../../console/streams/bytes.ts';
import { piecesOf } from '../../console/streams/lines.ts';
import { type Lock, lockFile } from '../../console/streams/lock.ts';
import { systemReason } from '../../console/streams/system-reason.ts';
import { DktoolError } from '../../lib/errors.ts';
import type { ErrorReport, VerifyReport } from '../../lib/report/verify.ts';
import type { MailInput } from './mailbox/mail-input.ts';
import { ResumedMailbox } from './resumed-mailbox.ts';
import type { VerifyRunOptions } from './run-options.ts';
import { shownOfLine } from './shown.ts';
import { type RunEnd, RunTotals } from './totals.ts';

/** Octets of a line: of a message with thousands of signatures. */
const LONGEST_LINE = 64 * 1024 * 1024;
const LF = 0x0a;

type OldLine = VerifyReport | ErrorReport;

/** The output of a run, and what is in it already. */
export class ResumedOutput {
  readonly #path: string;
  readonly #fd: number;
  readonly #lock: Lock;
  /** Of files that are one message: digests of their names, as there may be millions. */
  readonly #files = new Set<string>();
  /** How often each of them is there beyond the first time. */
  readonly #again = new Map<string, number>();
  /** Of mailboxes, for each time that one was read, the messages that are there. */
  readonly #mailboxes = new Map<string, ResumedMailbox[]>();
  readonly #totals = new RunTotals({});

  private constructor(path: string, fd: number, lock: Lock) {
    this.#path = path;
    this.#fd = fd;
    this.#lock = lock;
  }

  /**
   * Open the output, or begin it. A line that was cut is taken off.
   *
   * @throws DktoolError where it cannot be opened, another run writes it, or it is not an output of verify --json
   */
  static async open(path: string, options: VerifyRunOptions, context: Context): Promise<ResumedOutput> {
    const locking = { staleAfter: 86_400, patience: 1, command: 'dktool verify --resume' };
    const lock = await lockFile(`${path}.lock`, locking, context);
    try {
      const output = new ResumedOutput(path, openOutput(path), lock);
      output.#readLines(options);
      return output;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** What is there already came to. */
  get before(): RunEnd {
    return this.#totals.end;
  }

  get sink(): ByteSink {
    return new DescriptorSink(this.#fd, this.#path);
  }

  /** Whether an input has its line already; it is passed over once for each line. */
  passesOver(name: string): boolean {
    const file = digest(name);
    const more = this.#again.get(file);
    if (more === undefined) return this.#files.delete(file);
    if (more > 1) this.#again.set(file, more - 1);
    else this.#again.delete(file);
    return true;
  }

  /** The messages of a mailbox that are not there already. */
  async *missing(name: string, messages: AsyncGenerator<MailInput, void>): AsyncGenerator<MailInput, void> {
    const there = this.#mailboxes.get(name)?.shift();
    if (there !== undefined) {
      for (let next = await messages.next(); ; next = await messages.next()) {
        if (next.done === true) throw this.#unfit(`${name} has no message ${there.last}, the last one of it there`);
        if (there.isMissing(next.value.place)) yield next.value;
        else next.value.discard();
        if (there.isLast(next.value.place)) break;
      }
    }
    yield* messages;
  }

  close(): void {
    closeSync(this.#fd);
    this.#lock.release();
  }

  #readLines(options: VerifyRunOptions): void {
    const { size } = fstatSync(this.#fd);
    let [length, number] = [0, 0];
    let before: string | undefined;
    for (const piece of piecesOf(new DescriptorSource(this.#fd, this.#path), LF, LONGEST_LINE)) {
      if (piece === undefined) continue;
      if (length + piece.length + 1 > size) break; // no line end: the run was broken off while it wrote
      length += piece.length + 1;
      number++;
      const line = oldLine(piece.toString('utf8'));
      if (line === undefined) throw this.#unfit(`line ${number} is not a line of verify --json`);
      this.#totals.add(shownOfLine(line, options), false);
      this.#note(line, line.file === before, options);
      before = line.file;
    }
    ftruncateSync(this.#fd, length);
  }

  /** @param goesOn the line before it is of the same file */
  #note(line: OldLine, goesOn: boolean, { onlyFailures = false, input }: VerifyRunOptions): void {
    if (line.id === undefined && line.offset === undefined) {
      const file = digest(line.file);
      if (this.#files.has(file)) this.#again.set(file, (this.#again.get(file) ?? 0) + 1);
      else this.#files.add(file);
      return;
    }
    const readings = this.#mailboxes.get(line.file) ?? [];
    this.#mailboxes.set(line.file, readings);
    if (readings.some((reading) => reading.fill(line)) || (goesOn && readings.at(-1)?.goOn(line))) return;
    // With --only-failures most messages have no line; lines of NDJSON have whatever ids they have.
    readings.push(new ResumedMailbox(line, !onlyFailures && input !== 'ndjson'));
  }

  #unfit(why: string): DktoolError {
    return new DktoolError('resume-mismatch', `cannot go on with ${this.#path}: ${why}`, {
      kind: 'permanent',
      hint: 'name a new file to start again',
    });
  }
}

/** 96 bits: two of a thousand million names are the same with a chance of one in 10^11. */
const digest = (name: string) => createHash('sha256').update(name).digest('base64').slice(0, 16);

function oldLine(text: string): OldLine | undefined {
  try {
    const value = JSON.parse(text) as OldLine | null;
    const isLine = typeof value?.file === 'string' && ('result' in value ? 'dkim' in value : 'error' in value);
    return isLine ? value : undefined;
  } catch {
    return undefined;
  }
}

/** To read it, and to append to it whatever was read. */
function openOutput(path: string): number {
  let fd: number;
  try {
    fd = openSync(path, 'a+');
  } catch (cause) {
    throw unwritable(path, systemReason(cause), cause);
  }
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw unwritable(path, 'it is not a regular file, which can be read again');
}

function unwritable(path: string, reason: string, cause?: unknown): DktoolError {
  return new DktoolError('output-unwritable', `cannot write ${path}: ${reason}`, { kind: 'temporary', cause });
}
