/** verify of any number of inputs: in this thread, or shared among workers where there are enough of them. */
import type { KeyringEntry } from '../../lib/keyring/keyring.ts';
import type { ZoneFile } from '../../lib/dns/zones/record.ts';
import type { Context } from '../../console/context.ts';
import { sharedInOrder } from '../../console/streams/in-order.ts';
import { reportInputError } from '../../console/streams/input-error.ts';
import { fileInput, type FileName, type Input, nameOf } from '../../console/streams/input.ts';
import type { FoundMailbox } from '../../console/verify/judge.ts';
import type { Progress } from '../../console/terminal/progress.ts';
import { chunkJudge, type JudgedChunk } from './chunk.ts';
import type { MailInput } from './mailbox/mail-input.ts';
import { type OpenMailbox, runThrough, type VerifyRun, verifyRun } from './run.ts';
import type { VerifyRunOptions } from './run-options.ts';
import { type RunEnd, RunTotals, stopIf, untilStopped } from './totals.ts';
import { errorKey } from './tally.ts';
import type { ResumedOutput } from './resume.ts';
import type { VerifyWorkerData, WorkItem } from './worker.ts';
import { AHEAD, type PoolResult, WorkerPool } from './worker-pool.ts';

export interface Batch {
  readonly options: VerifyRunOptions;
  readonly zones: readonly ZoneFile[];
  /** Of tcpserver, where the message is the one on stdin. */
  readonly env: Context['env'] | undefined;
  /** Threads. */
  readonly jobs: number;
  readonly progress: Progress;
  /** With --resume: what is there already. */
  readonly resumed?: ResumedOutput | undefined;
  /** Called where the next input may be long in coming. */
  readonly idle: () => void;
}

/**
 * Inputs from which threads make a run shorter. Each warms up by itself, some 0.8 s of work, half of which V8 does for a
 * single thread on another processor; two threads on two processors have none left for it.
 */
const worthThreads = (jobs: number): number => (jobs > 2 ? 2048 : 8192);

/** Inputs that a thread takes at once: few enough that the last ones do not keep it busy alone. */
const CHUNK = 32;

/** Octets of messages out of a mailbox that a thread takes at once. */
const CHUNK_OCTETS = 1024 * 1024;

/** Chunks a thread that may be begun before the oldest one has been written: what is kept in memory. */
const CHUNKS_AHEAD = 32;

/**
 * Judge the inputs and report what came of them, in their order.
 *
 * @param inputs `undefined` says that the next may be long in coming
 */
export async function verifyBatch(
  inputs: Iterable<Input | undefined>,
  batch: Batch,
  context: Context,
): Promise<RunEnd> {
  const now = batch.options.now ?? context.now(); // one clock for all threads
  const run = new BatchRun({ ...batch, options: { ...batch.options, now } }, context);
  try {
    await run.judge(inputs);
    await run.saveSightings();
  } finally {
    await run.close();
  }
  return run.totals.end;
}

type AnyInput = Input | MailInput;

class BatchRun {
  readonly totals: RunTotals;
  readonly #batch: Batch;
  readonly #context: Context;
  /** Of other threads. */
  readonly #seen = new Map<string, KeyringEntry>();
  #run: Promise<VerifyRun> | undefined;
  #pool: WorkerPool<WorkItem, JudgedChunk> | undefined;
  #judgeChunk: ReturnType<typeof chunkJudge> | undefined;

  constructor(batch: Batch, context: Context) {
    this.#batch = batch;
    this.#context = context;
    this.totals = new RunTotals(batch.options);
    if (batch.resumed !== undefined) this.totals.addEnd(batch.resumed.before);
  }

  async judge(inputs: Iterable<Input | undefined>): Promise<void> {
    if (this.totals.isStopped) return; // with --resume
    const { jobs } = this.#batch;
    if (jobs === 1) return this.#judgeHere(inputs);
    const worth = worthThreads(jobs);
    const rest = inputs[Symbol.iterator]();
    const first: Input[] = [];
    for (let next = rest.next(); next.done !== true; next = rest.next()) {
      if (next.value !== undefined) first.push(next.value);
      if (first.length === worth) break;
    }
    return first.length < worth ? this.#judgeHere(first) : this.#judgeShared(chunksOf(chain(first, rest)));
  }

  /** With --keyring-add. */
  async saveSightings(): Promise<void> {
    const { keyring, keyringAdd } = this.#batch.options;
    if (keyring === undefined || !keyringAdd) return;
    const { addToKeyring } = await import('../../console/keyring/file.ts');
    const here = (await this.#run)?.sightings?.take() ?? [];
    await addToKeyring(keyring, [...here, ...this.#seen.values()], this.#context);
  }

  async close(): Promise<void> {
    await this.#pool?.close();
  }

  /** The judge of this thread. */
  #here(): Promise<VerifyRun> {
    const { options, zones, env } = this.#batch;
    this.#run ??= verifyRun(options, zones, env, this.#context);
    return this.#run;
  }

  #report(): Promise<void> | undefined {
    const { progress, resumed } = this.#batch;
    return progress.tick(this.totals.count - (resumed?.before.count ?? 0), this.totals.failures);
  }

  async #judgeHere(inputs: Iterable<Input | undefined> | AsyncIterable<MailInput>): Promise<void> {
    const { options, idle } = this.#batch;
    const after = () => this.#report();
    const enter = (mailbox: OpenMailbox) => this.#enter(mailbox);
    await runThrough(inputs, await this.#here(), this.totals, { after, idle, input: options.input, enter });
  }

  /** What is in a mailbox. */
  async #enter(mailbox: OpenMailbox): Promise<void> {
    const { input: asked = 'auto', mbox: form } = this.#batch.options;
    const { judge, show } = await this.#here();
    const isSaid = asked !== 'auto' || form !== undefined;
    if (mailbox.kind === 'mbox' && mailbox.from.isPiped && !isSaid) {
      const { judgePiped } = await import('./mailbox/single.ts');
      return this.totals.add(show(await judgePiped(mailbox, mailbox.from.name, judge)), false);
    }
    let found: FoundMailbox = mailbox;
    if (mailbox.kind === 'mbox' && form === undefined) {
      const { judgeAsOne } = await import('./mailbox/single.ts');
      const { judged, found: readOn } = await judgeAsOne(mailbox, mailbox.from.name, judge);
      if (judged !== undefined) return this.totals.add(show(judged), false);
      found = readOn;
    }
    const { messagesOf } = await import('./mailbox/messages.ts');
    const read = (length: number, size: number) => this.#batch.progress.within(length / size);
    const all = messagesOf(found, mailbox.from, { form, asked, read });
    const messages = this.#batch.resumed?.missing(mailbox.from.name, all) ?? all;
    try {
      await this.#judgeMail(messages);
    } finally {
      await messages.return(undefined);
      await all.return(undefined);
      this.#batch.progress.within(undefined);
    }
  }

  /** So many in this thread, and if there are more, shared. */
  async #judgeMail(messages: AsyncGenerator<MailInput, void>): Promise<void> {
    const { jobs } = this.#batch;
    if (jobs === 1) return this.#judgeHere(messages);
    await this.#judgeHere(upTo(messages, worthThreads(jobs)));
    if (!this.totals.isStopped) await this.#judgeShared(mailChunks(messages));
  }

  /** This thread judges too: it has begun when the others come up. */
  async #judgeShared(chunks: Generator<Chunk, void> | AsyncGenerator<Chunk, void>): Promise<void> {
    const { jobs } = this.#batch;
    const here = (chunk: Chunk) => this.#judgeChunkHere(chunk);
    const there = async (chunk: Chunk): Promise<ChunkResult[]> => {
      if (!chunk.every(canBeSent)) return here(chunk);
      return this.#startedPool().run(chunk.map(workItem));
    };
    const hands = [...Array.from({ length: (jobs - 1) * AHEAD }, () => there), here];
    const write = (results: readonly ChunkResult[]) => this.#write(results);
    await untilStopped(() => sharedInOrder(chunks, hands, write, jobs * CHUNKS_AHEAD));
  }

  async #judgeChunkHere(chunk: Chunk): Promise<ChunkResult[]> {
    const { options, zones, jobs } = this.#batch;
    this.#judgeChunk ??= chunkJudge(options, zones, this.#context.stdout, jobs, this.#context);
    const result = await (await this.#judgeChunk)(chunk);
    await new Promise((turn) => setImmediate(turn)); // what came from the others meanwhile
    return [{ result }];
  }

  #startedPool(): WorkerPool<WorkItem, JudgedChunk> {
    const { options, zones, jobs } = this.#batch;
    const { isTerminal, columns } = this.#context.stdout;
    const workerData: VerifyWorkerData = { options, zones, stdout: { isTerminal, columns }, jobs };
    this.#pool ??= new WorkerPool(() => this.#context.startWorker!(workerData), jobs - 1);
    return this.#pool;
  }

  async #write(results: readonly ChunkResult[]): Promise<void> {
    for (const one of results) {
      if ('lost' in one) {
        const { lost } = one;
        const isFile = typeof lost === 'string' || Buffer.isBuffer(lost);
        const { name, place } = isFile ? { name: nameOf(lost), place: undefined } : lost;
        const outcome = reportInputError(name, one.error, this.#batch.options, this.#context, place);
        this.totals.add({ outcome, key: errorKey(one.error) }, place !== undefined);
      } else {
        for (const [stream, content] of one.result.output) {
          if (stream !== 'mailbox') this.#context[stream].write(content);
          else await this.#reenter(content);
        }
        for (const entry of one.result.seen) this.#seen.set(`${entry.name} ${entry.record}`, entry);
        this.totals.addEnd(one.result);
      }
      stopIf(this.totals.isStopped);
    }
    await this.#report();
  }

  /** A mailbox that came up in a chunk. */
  async #reenter(mailbox: FileName | OpenMailbox): Promise<void> {
    if (typeof mailbox === 'object' && 'from' in mailbox) await this.#enter(mailbox);
    else await this.#judgeHere([fileInput(mailbox)]);
    stopIf(this.totals.isStopped);
  }
}

type Chunk = readonly AnyInput[];
type ChunkResult = PoolResult<WorkItem, JudgedChunk>;

/** Another thread can judge it: it is named, or in memory. */
function canBeSent(input: AnyInput): boolean {
  return 'judgeBy' in input ? input.bytes !== undefined : input.path !== undefined;
}

/** As another thread gets it. */
function workItem(input: AnyInput): WorkItem {
  if (!('judgeBy' in input)) return input.path!;
  const { name, place, bytes, escapes } = input;
  // A copy: of a view, all that it is a view of would be sent.
  const item = { name, place, escapes, bytes: new Uint8Array(bytes!) };
  input.discard();
  return item;
}

function* chunksOf(inputs: Iterable<Input | undefined>): Generator<Chunk, void> {
  let chunk: Input[] = [];
  for (const input of inputs) {
    if (input !== undefined) chunk.push(input);
    if (chunk.length === CHUNK) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

async function* mailChunks(messages: AsyncIterable<MailInput>): AsyncGenerator<Chunk, void> {
  let chunk: MailInput[] = [];
  let octets = 0;
  for await (const message of messages) {
    chunk.push(message);
    octets += message.bytes?.length ?? 0;
    if (chunk.length < CHUNK && octets < CHUNK_OCTETS) continue;
    yield chunk;
    [chunk, octets] = [[], 0];
  }
  if (chunk.length > 0) yield chunk;
}

async function* upTo<T>(items: AsyncIterator<T, void>, most: number): AsyncGenerator<T> {
  for (let i = 0; i < most; i++) {
    const next = await items.next();
    if (next.done === true) return;
    yield next.value;
  }
}

function* chain<T>(first: Iterable<T>, rest: Iterator<T>): Generator<T> {
  yield* first;
  for (let next = rest.next(); next.done !== true; next = rest.next()) yield next.value;
}
