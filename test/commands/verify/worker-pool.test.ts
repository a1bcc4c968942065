import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WorkerPool } from '../../../src/commands/verify/worker-pool.ts';
import { temporaryFolder } from '../../support/bin.ts';

/** A worker that doubles numbers, and dies of some words. */
const DOUBLING = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ items }) => {
  for (const item of items) {
    if (item === 'exit') process.exit(3);
    if (item === 'throw') throw new Error('as asked');
  }
  parentPort.postMessage({ result: items.map((item) => item * 2) });
});
parentPort.postMessage('ready');
`;

function pool(program: string, size: number): WorkerPool<number | string, number[]> {
  const path = join(temporaryFolder(), 'worker.cjs');
  writeFileSync(path, program);
  const made = new WorkerPool<number | string, number[]>(() => new Worker(path), size);
  onTestFinished(() => made.close());
  return made;
}

describe('a pool of workers', () => {
  it('does what it is given, each on its own', async () => {
    const workers = pool(DOUBLING, 2);
    const all = await Promise.all(Array.from({ length: 40 }, (_, i) => workers.run([i, i + 0.5])));
    expect(all).toEqual(Array.from({ length: 40 }, (_, i) => [{ result: [2 * i, 2 * i + 1] }]));
  });

  it.each(['exit', 'throw'])('loses nothing but the item that a worker dies of: %s', async (deadly) => {
    const workers = pool(DOUBLING, 1);
    const jobs = [[1, 2], [3, deadly, 4], [5], [deadly], [6, 7]];
    const results = await Promise.all(jobs.map((items) => workers.run(items)));
    const lost = {
      lost: deadly,
      error: expect.objectContaining({ code: 'worker-failed', kind: 'temporary' }) as unknown,
    };
    expect(results).toEqual([
      [{ result: [2, 4] }],
      [{ result: [6] }, lost, { result: [8] }],
      [{ result: [10] }],
      [lost],
      [{ result: [12, 14] }],
    ]);
  });

  it.each([
    ['throws at its start', "throw new Error('broken')"],
    ['ends at its start', 'process.exit(0)'],
    ['is no program', 'const ='],
  ])('fails as a whole where a worker %s', async (_, program) => {
    const workers = pool(program, 2);
    const results = await Promise.allSettled([1, 2, 3, 4, 5].map((item) => workers.run([item])));
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'worker-failed', kind: 'temporary' } });
    }
  });
});
