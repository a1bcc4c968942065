// npm run fuzz [-- --inputs N] [--kind KIND]... [--start NUMBER] [--keep]: mutated inputs of every kind, N in all.
// What reaches new code goes into test/fuzz/corpus with --keep. Faults are printed as lines for test/fuzz/faults/KIND.txt.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { bundleTests } from '../support/bundle-tests.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const out = fileURLToPath(new URL('../../build/fuzz/', import.meta.url));
const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    kind: { type: 'string', multiple: true },
    start: { type: 'string', default: String(Date.now() % 1_000_000) },
    keep: { type: 'boolean', default: false },
  },
});

/** An input that runs for so many seconds hangs. */
const HANGS = 20;
const LONGEST = 65_536;

await bundleTests('fuzz', ['fuzz/worker.ts', 'fuzz/targets.ts']);
const targets = pathToFileURL(join(out, 'targets.mjs')).href;
const { TARGETS } = await import(targets);
const wanted = TARGETS.filter(({ kind }) => values.kind?.includes(kind) ?? true);
const kinds = wanted.map(({ kind }) => kind);
if (kinds.length === 0)
  throw new Error(`there is no such kind; kinds are ${TARGETS.map(({ kind }) => kind).join(', ')}`);
const shares = wanted.reduce((sum, { share = 1 }) => sum + share, 0);
console.log(`fuzz: ${kinds.length} kinds, ${values.inputs} inputs, --start ${values.start}`);
let total = 0;
let faulty = 0;
for (const { kind, share = 1 } of wanted) await fuzz(kind, Math.ceil((Number(values.inputs) * share) / shares));
console.log(`fuzz: ${total} inputs, ${faulty} faults`);
process.exitCode = faulty === 0 ? 0 : 1;

function report(kind, what, input) {
  faulty++;
  const file = join(out, `${kind}-${faulty}`);
  writeFileSync(file, input);
  const line = JSON.stringify(Buffer.from(input).toString('latin1')).replace(
    /[^ -~]/g,
    (octet) => `\\u${octet.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  console.log(`FAULT   ${kind}: ${what}\n        ${file}\n        ${line.slice(0, 2000)}`);
}

function fuzz(kind, inputs) {
  const current = new SharedArrayBuffer(8 + LONGEST);
  const counts = new Int32Array(current, 0, 2);
  const order = {
    kinds: [kind],
    inputs,
    start: Number(values.start),
    corpus: join(here, 'corpus'),
    keeps: values.keep,
    current,
    targets,
  };
  const worker = new Worker(join(out, 'worker.mjs'), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  });
  const running = () => Buffer.from(new Uint8Array(current, 8, counts[1]));
  return new Promise((resolve) => {
    let last = -1;
    let since = Date.now();
    const watch = setInterval(() => {
      if (counts[0] !== last) [last, since] = [counts[0], Date.now()];
      else if (Date.now() - since > HANGS * 1000) {
        report(kind, 'it hangs', running());
        void worker.terminate();
      }
    }, 1000);
    worker.on('message', ({ inputs: count, known, kept, worst, seconds, faults }) => {
      if (count === undefined) return;
      total += count;
      const rate = Math.round(count / seconds);
      console.log(
        `ok      ${kind}: ${count} inputs, ${rate} a second, ${kept} kept (${known} before), at most ${Math.round(worst.steps / worst.octets)} steps an octet`,
      );
      for (const { what, input } of faults) report(kind, what, input);
    });
    worker.on('error', (error) => report(kind, `the thread ended: ${error.message}`, running()));
    worker.on('exit', () => {
      clearInterval(watch);
      resolve();
    });
  });
}
