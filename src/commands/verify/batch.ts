/** verify of any number of inputs: in this thread, or shared among workers where there are enough of them. */
import type { ZoneFile } from '../../lib/dns/zones/record.ts';
import type { Context } from '../../console/context.ts';
import { sharedInOrder } from '../../console/streams/in-order.ts';
import { reportInputError } from '../../console/streams/input-error.ts';
import { type FileName, type Input, nameOf } from '../../console/streams/input.ts';
import { type Outcome, worst } from '../../console/outcome.ts';
import type { Progress } from '../../console/terminal/progress.ts';
import { chunkJudge, type JudgedChunk } from './chunk.ts';
import { type RunEnd, runThrough, verifyRun, type VerifyRunOptions } from './run.ts';
import { addTally, errorKey, newTally } from './tally.ts';
import type { VerifyWorkerData } from './worker.ts';
import { AHEAD, type PoolResult, WorkerPool } from './worker-pool.ts';

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

/**
 * Inputs from which threads make a run shorter. Each warms up by itself, some 0.8 s of work, half of which V8 does for a
 * single thread on another processor; two threads on two processors have none left for it.
 */
const worthThreads = (jobs: number): number => (jobs > 2 ? 2048 : 8192);

/** Inputs that a thread takes at once: few enough that the last ones do not keep it busy alone. */
const CHUNK = 32;

/** Chunks a thread that may be begun before the oldest one has been written: what is kept in memory. */
const CHUNKS_AHEAD = 32;

/**
 * Judge the inputs and tell what came of them, in their order.
 *
 * @param inputs `undefined` says that the next may be long in coming
 */
export async function verifyBatch(
  inputs: Iterable<Input | undefined>,
  batch: Batch,
  context: Context,
): Promise<RunEnd> {
  const now = batch.options.now ?? context.now(); // one clock for all threads
  const own = { ...batch, options: { ...batch.options, now } };
  if (batch.jobs === 1) return verifyHere(inputs, own, context);
  const worth = worthThreads(batch.jobs);
  const rest = inputs[Symbol.iterator]();
  const first: Input[] = [];
  for (let next = rest.next(); next.done !== true; next = rest.next()) {
    if (next.value !== undefined) first.push(next.value);
    if (first.length === worth) break;
  }
  if (first.length < worth) return verifyHere(first, own, context);
  return verifyShared(chain(first, rest), own, context);
}

async function verifyHere(
  inputs: Iterable<Input | undefined>,
  { options, zones, env, progress, idle }: Batch,
  context: Context,
): Promise<RunEnd> {
  const run = await verifyRun(options, zones, env, context);
  return runThrough(inputs, run, (count, failures) => progress.tick(count, failures), idle);
}

/** This thread judges too: it has begun when the others come up. */
async function verifyShared(
  inputs: Iterable<Input | undefined>,
  { options, zones, jobs, progress }: Batch,
  context: Context,
): Promise<RunEnd> {
  const { isTerminal, columns } = context.stdout;
  const workerData: VerifyWorkerData = { options, zones, stdout: { isTerminal, columns }, jobs };
  const start = () => context.startWorker!(workerData);
  const pool = new WorkerPool<FileName, JudgedChunk>(start, jobs - 1);
  const judgeHere = await chunkJudge(options, zones, context.stdout, jobs, context);
  const here = async (chunk: readonly Input[]): Promise<ChunkResult[]> => {
    const result = await judgeHere(chunk);
    await new Promise((turn) => setImmediate(turn)); // what came from the others meanwhile
    return [{ result }];
  };
  const there = (chunk: readonly Input[]): Promise<ChunkResult[]> => {
    const files = chunk.flatMap(({ path }) => path ?? []);
    return files.length === chunk.length ? pool.run(files) : here(chunk); // what has to be opened in this thread
  };
  const outcomes = new Set<Outcome>();
  const tally = newTally();
  let [count, failures] = [0, 0];
  const write = (results: readonly ChunkResult[]) => {
    for (const one of results) {
      if ('lost' in one) {
        outcomes.add(reportInputError(nameOf(one.lost), one.error, options, context));
        addTally(tally, { [errorKey(one.error)]: 1 });
        count++;
        failures++;
        continue;
      }
      for (const [stream, lines] of one.result.output) context[stream].write(lines);
      outcomes.add(one.result.outcome);
      count += one.result.count;
      failures += one.result.failures;
      addTally(tally, one.result.tally);
    }
    return progress.tick(count, failures);
  };
  const hands = [...Array.from({ length: (jobs - 1) * AHEAD }, () => there), here];
  try {
    await sharedInOrder(chunksOf(inputs), hands, write, jobs * CHUNKS_AHEAD);
  } finally {
    await pool.close();
  }
  return { outcome: worst(outcomes), count, failures, tally };
}

type ChunkResult = PoolResult<FileName, JudgedChunk>;

function* chunksOf(inputs: Iterable<Input | undefined>): Generator<readonly Input[], void> {
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

function* chain<T>(first: Iterable<T>, rest: Iterator<T>): Generator<T> {
  yield* first;
  for (let next = rest.next(); next.done !== true; next = rest.next()) yield next.value;
}
