/** What verify --jobs does with its threads, which are stand-ins here that say who they are. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { MemorySink, MemorySource } from '../../../src/console/streams/bytes.ts';
import { fileInput, type Input } from '../../../src/console/streams/input.ts';
import { verifyBatch } from '../../../src/commands/verify/batch.ts';
import { temporaryFolder } from '../../support/bin.ts';
import { PLAIN } from '../../support/hand-signer.ts';
import { NOW } from '../../support/vectors.ts';

const COUNT = 9000;
const PLAIN_BYTES = Buffer.from(PLAIN, 'latin1');

/** Tells each file as `there`; what else it does is said in `onFile`. */
const worker = (onFile = '') => `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ items }) => {
  for (const file of items) { ${onFile} }
  const output = [['stdout', items.map((file) => 'there ' + file + '\\n').join('')]];
  parentPort.postMessage({ result: { output, outcome: 'ok', count: items.length, failures: 0, seen: [], stopped: false, hadMailbox: false, tally: new Map([['pass x', new Map([[' ', items.length]])]]) } });
});
parentPort.postMessage('ready');
`;

async function batch(program: string, inputs: Iterable<Input | undefined>, jobs = 3) {
  const folder = temporaryFolder();
  const workerProgram = join(folder, 'worker.cjs');
  writeFileSync(workerProgram, program);
  const [stdout, stderr] = [new MemorySink(), new MemorySink()];
  const context = {
    stdin: new MemorySource(Buffer.alloc(0)),
    stdout,
    stderr,
    env: {},
    now: () => NOW,
    liveResolver: () => Promise.reject(new Error('no name server is asked')),
    startWorker: (workerData: unknown) => new Worker(workerProgram, { workerData }),
  };
  const bar = { tick: () => undefined, within: () => {}, clear: () => {}, stop: () => {} };
  const run = {
    options: { color: 'never' },
    zones: [{ source: 'zone', literal: true, records: [] }],
    env: undefined,
    jobs,
  } as const;
  const end = await verifyBatch(inputs, { ...run, progress: bar, idle: () => {} }, context);
  return { ...end, lines: stdout.text.trimEnd().split('\n'), stderr: stderr.text };
}

/** Inputs that are unsigned messages where this thread opens them. */
function* files(): Generator<Input> {
  for (let i = 0; i < COUNT; i++) {
    yield { ...fileInput(`m${i}`), open: () => ({ source: new MemorySource(PLAIN_BYTES), close: () => {} }) };
  }
}

const file = (line: string) => /m\d+/.exec(line)?.[0];
const inOrder = Array.from({ length: COUNT }, (_, i) => `m${i}`);

describe('a batch of many threads', () => {
  it.each([2, 4])('is judged by the main thread too, and reported in order: %i', async (jobs) => {
    const { lines, count, outcome, stderr } = await batch(worker(), files(), jobs);
    expect({ count, outcome, stderr }).toEqual({ count: COUNT, outcome: 'nothing', stderr: '' });
    expect(lines.map(file)).toEqual(inOrder);
    const there = lines.filter((line) => line.startsWith('there'));
    expect(there.length).toBeGreaterThan(0);
    expect(there.length).toBeLessThan(COUNT);
  });

  it('loses the one file that no thread survives, while the main thread goes on', async () => {
    const { lines, count, outcome, stderr } = await batch(worker("if (file === 'm7') process.exit(3);"), files());
    expect({ count, outcome }).toEqual({ count: COUNT, outcome: 'temporary' });
    expect(stderr).toMatch(/^dktool: m7: the worker thread ended: /);
    expect(lines.map(file)).toEqual(inOrder.filter((name) => name !== 'm7'));
  });

  it('fails as a whole where no thread can be started', async () => {
    const failed = batch("throw new Error('no room')", files());
    await expect(failed).rejects.toMatchObject({ code: 'worker-failed', kind: 'temporary' });
  });

  it.each([
    [2, 8000],
    [3, 2000],
  ])('has one all the same where the others would not pay: --jobs %i, %i inputs', async (jobs, few) => {
    const { lines, count } = await batch("throw new Error('not wanted')", [...files()].slice(0, few), jobs);
    expect(count).toBe(few);
    expect(lines.map(file)).toEqual(inOrder.slice(0, few));
  });

  it('opens here what has no path', async () => {
    const inputs = [...files()].map((input) => (input.name === 'm40' ? { name: 'm40', open: input.open } : input));
    const { lines } = await batch(worker(), inputs);
    expect(lines.map(file)).toEqual(inOrder);
    expect(lines[40]).not.toMatch(/^there/);
  });
});
