/** A thread that fuzzes one kind after the other; whoever started it watches that it gets on. */
import { parentPort, workerData } from 'node:worker_threads';
import { readCorpus, writeCorpus } from './corpus.ts';
import { Coverage } from './coverage.ts';
import { Fuzzer } from './fuzzer.ts';
import { minimised } from './minimise.ts';
import type { Target } from './target.ts';

export interface Order {
  readonly kinds: readonly string[];
  /** Inputs of each kind. */
  readonly inputs: number;
  readonly start: number;
  /** A directory with a file of each kind; what is found is added to it. */
  readonly corpus: string;
  readonly keeps: boolean;
  /** Its number, its length, then the input that is being run. */
  readonly current: SharedArrayBuffer;
  /** URL of the module with the kinds: only its code counts. */
  readonly targets: string;
}

const order = workerData as Order;
const current = new Int32Array(order.current, 0, 2);
const octets = new Uint8Array(order.current, 8);

function starts(input: Buffer): void {
  octets.set(input.subarray(0, octets.length));
  current[1] = Math.min(input.length, octets.length);
  Atomics.add(current, 0, 1);
}

const { TARGETS } = (await import(order.targets)) as { TARGETS: readonly Target[] };
for (const target of TARGETS.filter(({ kind }) => order.kinds.includes(kind))) {
  parentPort!.postMessage({ kind: target.kind });
  const coverage = new Coverage((url) => url === order.targets);
  const file = `${order.corpus}/${target.kind}.txt`;
  const examples = target.examples.map((text) => Buffer.from(text, 'latin1'));
  const fuzzer = new Fuzzer(target, coverage, order.start, starts);
  await fuzzer.begin([...examples, ...readCorpus(file)]);
  const known = fuzzer.corpus.length;
  const before = process.cpuUsage();
  await fuzzer.run(order.inputs);
  const { user } = process.cpuUsage(before);
  const faults = [];
  for (const { input, what } of Array.from(fuzzer.faults.values())) {
    const part = what.startsWith('it takes')
      ? input
      : await minimised(input, async (one) => (await fuzzer.fault(one)) === what);
    faults.push({ what, input: part });
  }
  if (order.keeps) writeCorpus(file, await withoutExamples(target, fuzzer, examples));
  coverage.end();
  const { inputs, corpus, worst } = fuzzer;
  parentPort!.postMessage({
    kind: target.kind,
    inputs,
    known,
    kept: corpus.length,
    worst,
    seconds: user / 1e6,
    faults,
  });
}

/** The fewest inputs that still reach all: the examples are there anyway, short ones come first. */
async function withoutExamples(target: Target, { corpus }: Fuzzer, examples: readonly Buffer[]): Promise<Buffer[]> {
  const again = new Fuzzer(target, new Coverage((url) => url === order.targets), 1, starts);
  await again.begin(examples);
  const known = again.corpus.length;
  await again.begin(corpus.filter((input) => input.length <= 2048));
  return again.corpus.slice(known);
}
