/** Work shared among threads. What a worker takes with it when it dies is done again, so that nothing is lost. */
import type { Worker } from 'node:worker_threads';
import { DktoolError } from '../../lib/errors.ts';

/** What is sent to a worker. It answers each message, in order, with a `WorkerReply`; its first message says `ready`. */
export interface WorkerTask<T> {
  readonly items: readonly T[];
}

export type WorkerReply<R> = 'ready' | { readonly result: R };

/** The result of some items, or the one item that no worker survived. */
export type PoolResult<T, R> = { readonly result: R } | { readonly lost: T; readonly error: DktoolError };

interface Job<T, R> {
  readonly items: readonly T[];
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

interface Member<T, R> {
  readonly worker: Worker;
  /** Sent and not answered; the first is what it is at. */
  readonly jobs: Job<T, R>[];
  isReady: boolean;
  death: unknown;
}

/** Jobs that a worker has at once: one to work on and one to go on with. */
export const AHEAD = 2;

/** A worker died over a job. */
class WorkerDeath extends Error {}

export class WorkerPool<T, R> {
  readonly #start: () => Worker;
  readonly #size: number;
  readonly #members = new Set<Member<T, R>>();
  readonly #queue: Job<T, R>[] = [];
  #isClosed = false;

  /** @param start makes a worker. @param size how many there are at the most */
  constructor(start: () => Worker, size: number) {
    this.#start = start;
    this.#size = size;
  }

  /**
   * Have some items done. If that kills a worker, they are done one at a time.
   *
   * @throws DktoolError `worker-failed` where no worker can be started
   */
  async run(items: readonly T[]): Promise<PoolResult<T, R>[]> {
    try {
      return [{ result: await this.#ask(items) }];
    } catch (death) {
      if (!(death instanceof WorkerDeath)) throw death;
      if (items.length === 1) return [{ lost: items[0]!, error: lostError(death) }];
    }
    const results: PoolResult<T, R>[] = [];
    for (const item of items) results.push(...(await this.run([item])));
    return results;
  }

  /** End all workers, whatever they are at. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#members].map(({ worker }) => worker.terminate()));
  }

  #ask(items: readonly T[]): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ items, resolve, reject });
      this.#dispatch();
    });
  }

  #dispatch(): void {
    while (this.#queue.length > 0 && !this.#isClosed) {
      const member = this.#freeMember();
      if (member === undefined) return;
      const job = this.#queue.shift()!;
      member.jobs.push(job);
      member.worker.postMessage({ items: job.items } satisfies WorkerTask<T>);
    }
  }

  /** The one with the least to do. */
  #freeMember(): Member<T, R> | undefined {
    const [least] = [...this.#members].sort((a, b) => a.jobs.length - b.jobs.length);
    if (this.#members.size < this.#size && (least === undefined || least.jobs.length > 0)) return this.#newMember();
    return least !== undefined && least.jobs.length < AHEAD ? least : undefined;
  }

  #newMember(): Member<T, R> {
    const member: Member<T, R> = { worker: this.#start(), jobs: [], isReady: false, death: undefined };
    this.#members.add(member);
    member.worker
      .on('message', (reply: WorkerReply<R>) => {
        if (reply === 'ready') member.isReady = true;
        else member.jobs.shift()!.resolve(reply.result);
        this.#dispatch();
      })
      .on('error', (error) => {
        member.death = error;
      })
      .on('exit', () => this.#bury(member));
    return member;
  }

  #bury(member: Member<T, R>): void {
    this.#members.delete(member);
    if (this.#isClosed) return;
    const reason = member.death instanceof Error ? member.death.message : 'it ended';
    if (!member.isReady) {
      const error = new DktoolError('worker-failed', `cannot start a worker thread: ${reason}`, {
        kind: 'temporary',
        hint: 'run without --jobs',
        cause: member.death,
      });
      for (const job of [...member.jobs, ...this.#queue.splice(0)]) job.reject(error);
      return;
    }
    const [culprit, ...innocent] = member.jobs;
    this.#queue.unshift(...innocent);
    culprit?.reject(new WorkerDeath(reason));
    this.#dispatch();
  }
}

function lostError(death: WorkerDeath): DktoolError {
  return new DktoolError('worker-failed', `the worker thread ended: ${death.message}`, {
    kind: 'temporary',
    hint: 'verify this input on its own, without --jobs',
    cause: death,
  });
}
