/** verify --jobs: what the main thread and its workers say to each other, and the workers' side of it. */
import type { MessagePort } from 'node:worker_threads';
import type { ZoneFile } from '../lib/dns/zone-record.ts';
import type { ByteSink } from './bytes.ts';
import type { Context } from './context.ts';
import { inOrder } from './in-order.ts';
import { type FileName, fileInput } from './input.ts';
import { type Outcome, worst } from './outcome.ts';
import { verifyRun, type VerifyRunOptions } from './verify-run.ts';
import type { WorkerReply, WorkerTask } from './worker-pool.ts';

/** What a worker of verify is started with. */
export interface VerifyWorkerData {
  readonly options: VerifyRunOptions;
  readonly zones: readonly ZoneFile[];
  /** Of the main thread: a worker cannot see it. */
  readonly stdout: { readonly isTerminal: boolean; readonly columns: number };
  /** Workers of this run. */
  readonly jobs: number;
}

/** What came of some files. */
export interface VerifiedFiles {
  /** Whole lines, in the order in which they are to be written. */
  readonly output: readonly (readonly ['stdout' | 'stderr', string])[];
  readonly outcome: Outcome;
  readonly count: number;
}

/** Judge the files that come in through the port. */
export async function serveVerify(port: MessagePort, data: VerifyWorkerData, context: Context): Promise<void> {
  const output: ['stdout' | 'stderr', string][] = [];
  const sink = (name: 'stdout' | 'stderr', terminal: Pick<ByteSink, 'isTerminal' | 'columns'>): ByteSink => ({
    ...terminal,
    write: (lines) => {
      const last = output.at(-1);
      if (last?.[0] === name) last[1] += String(lines);
      else output.push([name, String(lines)]);
    },
  });
  const own = { ...context, stdout: sink('stdout', data.stdout), stderr: sink('stderr', context.stderr) };
  const { judge, show } = await verifyRun(data.options, data.zones, undefined, own, data.jobs);

  const work = async (files: readonly FileName[]): Promise<VerifiedFiles> => {
    const outcomes = new Set<Outcome>();
    await inOrder(
      files,
      // A Buffer arrives as a Uint8Array.
      (file) => judge.judge(fileInput(typeof file === 'string' ? file : Buffer.from(file))),
      (judged) => void outcomes.add(show(judged)),
    );
    return { output: output.splice(0), outcome: worst(outcomes), count: files.length };
  };
  let before: Promise<unknown> = Promise.resolve();
  port.on('message', ({ items }: WorkerTask<FileName>) => {
    before = before.then(async () => {
      port.postMessage({ result: await work(items) } satisfies WorkerReply<VerifiedFiles>);
    });
  });
  port.postMessage('ready' satisfies WorkerReply<VerifiedFiles>);
}
