/** verify of any number of inputs: in this thread, or shared among workers where there are enough of them. */
import type { ZoneFile } from '../lib/dns/zone-record.ts';
import type { Context } from './context.ts';
import { inOrder } from './in-order.ts';
import { type FileName, type Input, nameOf } from './input.ts';
import { type Outcome, worst } from './outcome.ts';
import type { Progress } from './progress.ts';
import type { Judged } from './verify-input.ts';
import { verifyRun, type VerifyRun, type VerifyRunOptions } from './verify-run.ts';
import type { VerifiedFiles, VerifyWorkerData } from './verify-worker.ts';
import { type PoolResult, WorkerPool } from './worker-pool.ts';

export interface Batch {
  readonly options: VerifyRunOptions;
  readonly zones: readonly ZoneFile[];
  /** Of tcpserver, where the message is the one on stdin. */
  readonly env: Context['env'] | undefined;
  /** Threads. */
  readonly jobs: number;
  readonly progress: Progress;
  /** Called where the next input may be long in coming. */
  readonly idle: () => void;
}

export interface BatchEnd {
  /** The worst of all. */
  readonly outcome: Outcome;
  readonly count: number;
}

/** Each worker starts and warms up by itself, some 0.4 s of work: with fewer inputs than this threads make a run longer. */
const WORTH_WORKERS = 2048;

/** Files that a worker is given at once: few enough that the last ones do not keep it busy alone. */
const CHUNK = 64;

/** Chunks that a worker may be ahead of the oldest one that is not done: what is kept in memory. */
const CHUNKS_AHEAD = 4;

/**
 * Judge the inputs and tell what came of them, in their order.
 *
 * @param inputs `undefined` says that the next may be long in coming
 */
export async function verifyBatch(
  inputs: Iterable<Input | undefined>,
  batch: Batch,
  context: Context,
): Promise<BatchEnd> {
  const now = batch.options.now ?? context.now(); // one clock for all threads
  const options = { ...batch.options, now };
  const run = await verifyRun(options, batch.zones, batch.env, context);
  if (batch.jobs === 1) return verifyHere(inputs, run, batch);
  const rest = inputs[Symbol.iterator]();
  const first: Input[] = [];
  for (let next = rest.next(); next.done !== true; next = rest.next()) {
    if (next.value !== undefined) first.push(next.value);
    if (first.length === WORTH_WORKERS) break;
  }
  if (first.length < WORTH_WORKERS) return verifyHere(first, run, batch);
  return verifyShared(chain(first, rest), run, { ...batch, options }, context);
}

async function verifyHere(inputs: Iterable<Input | undefined>, { judge, show }: VerifyRun, { progress, idle }: Batch) {
  const outcomes = new Set<Outcome>();
  let count = 0;
  await inOrder(
    inputs,
    (input) => judge.judge(input),
    (judged) => {
      outcomes.add(show(judged));
      return progress.tick(++count);
    },
    { idle },
  );
  return { outcome: worst(outcomes), count };
}

async function verifyShared(
  inputs: Iterable<Input | undefined>,
  { judge, show }: VerifyRun,
  { options, zones, jobs, progress }: Batch,
  context: Context,
): Promise<BatchEnd> {
  const { Worker } = await import('node:worker_threads');
  const { isTerminal, columns } = context.stdout;
  const workerData: VerifyWorkerData = { options, zones, stdout: { isTerminal, columns }, jobs };
  const pool = new WorkerPool<FileName, VerifiedFiles>(() => new Worker(context.workerProgram!, { workerData }), jobs);
  const outcomes = new Set<Outcome>();
  let count = 0;
  const write = (results: readonly PoolResult<FileName, VerifiedFiles>[]): void => {
    for (const one of results) {
      if ('lost' in one) {
        outcomes.add(show({ name: nameOf(one.lost), error: one.error }));
        count++;
        continue;
      }
      for (const [stream, lines] of one.result.output) context[stream].write(lines);
      outcomes.add(one.result.outcome);
      count += one.result.count;
    }
  };
  try {
    await inOrder<Chunk, Judged | PoolResult<FileName, VerifiedFiles>[]>(
      chunksOf(inputs),
      (chunk) => ('here' in chunk ? judge.judge(chunk.here) : pool.run(chunk.files)),
      (result) => {
        if (Array.isArray(result)) {
          write(result);
        } else {
          outcomes.add(show(result));
          count++;
        }
        return progress.tick(count);
      },
      { concurrent: jobs * CHUNKS_AHEAD },
    );
  } finally {
    await pool.close();
  }
  return { outcome: worst(outcomes), count };
}

type Chunk = { readonly files: readonly FileName[] } | { readonly here: Input };

/** What has to be opened in this thread is a chunk of its own, in its place. */
function* chunksOf(inputs: Iterable<Input | undefined>): Generator<Chunk> {
  let files: FileName[] = [];
  for (const input of inputs) {
    if (input === undefined) continue;
    if (input.path !== undefined) files.push(input.path);
    if (files.length > 0 && (files.length === CHUNK || input.path === undefined)) {
      yield { files };
      files = [];
    }
    if (input.path === undefined) yield { here: input };
  }
  if (files.length > 0) yield { files };
}

function* chain<T>(first: Iterable<T>, rest: Iterator<T>): Generator<T> {
  yield* first;
  for (let next = rest.next(); next.done !== true; next = rest.next()) yield next.value;
}
