/** One kind of input, mutated over and over: what reaches new code is kept, what breaks is reported. */
import { type Coverage, Territory } from './coverage.ts';
import { mutated } from './mutate.ts';
import { Random } from './random.ts';
import type { Target } from './target.ts';

export interface Fault {
  readonly kind: string;
  readonly input: Buffer;
  /** What it is known by: the first line of the error, and where it was thrown. */
  readonly what: string;
}

/** Runs of which coverage is read together: reading takes as long as some runs. */
const BATCH = 64;
/** Steps that one input may take: so many, and so many more an octet. */
const STEPS = { most: 1_500_000, octet: 6_000 };
/** Seconds of processor time that no input may take, and twice in a row. */
const SECONDS = 1;

export class Fuzzer {
  readonly corpus: Buffer[] = [];
  readonly faults = new Map<string, Fault>();
  inputs = 0;
  /** The most steps an octet that any input took, and its length. */
  worst = { steps: 0, octets: 0 };
  readonly #seen = new Territory();
  readonly #target: Target;
  readonly #coverage: Coverage;
  readonly #random: Random;
  readonly #starts: (input: Buffer) => void;

  /** @param starts is called with each input before it is run */
  constructor(target: Target, coverage: Coverage, start: number, starts: (input: Buffer) => void) {
    this.#target = target;
    this.#coverage = coverage;
    this.#random = new Random(start);
    this.#starts = starts;
  }

  /** Inputs as they are, those that reach something new kept. Shorter ones first. */
  async begin(inputs: readonly Buffer[]): Promise<void> {
    this.#coverage.read();
    for (const input of inputs.toSorted((a, b) => a.length - b.length)) await this.#keepIfNew(input);
  }

  /** So many mutated inputs. */
  async run(count: number): Promise<void> {
    for (let left = count; left > 0; left -= BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, left) }, () => this.#next());
      for (const input of batch) await this.fault(input);
      const reached = this.#coverage.read();
      this.inputs += batch.length;
      if (!this.#seen.isNew(reached) && reached.steps < STEPS.most) continue;
      for (const input of batch) await this.#keepIfNew(input);
    }
  }

  /** What an input breaks, `undefined` where nothing. */
  async fault(input: Buffer): Promise<string | undefined> {
    this.#starts(input);
    const before = process.cpuUsage();
    let what: string | undefined;
    try {
      await this.#target.run(Buffer.from(input));
    } catch (error) {
      what = nameOf(error);
    }
    const { user, system } = process.cpuUsage(before);
    if (what === undefined && user + system > SECONDS * 1e6) what = 'it takes too long';
    if (what !== undefined && !this.faults.has(what)) this.faults.set(what, { kind: this.#target.kind, input, what });
    return what;
  }

  #next(): Buffer {
    const { corpus } = this;
    if (corpus.length === 0) return Buffer.alloc(0);
    return mutated(this.#random.pick(corpus), this.#random.pick(corpus), this.#target.words, this.#random);
  }

  async #keepIfNew(input: Buffer): Promise<void> {
    await this.fault(input);
    const reached = this.#coverage.read();
    const { steps } = reached;
    if (steps * this.worst.octets > this.worst.steps * (input.length + 256)) {
      this.worst = { steps, octets: input.length + 256 };
    }
    if (this.worst.octets === 0) this.worst = { steps, octets: input.length + 256 };
    if (steps > STEPS.most + STEPS.octet * input.length) {
      const what = 'it takes too many steps';
      if (!this.faults.has(what)) this.faults.set(what, { kind: this.#target.kind, input, what });
    }
    if (!this.#seen.isNew(reached)) return;
    this.#seen.add(reached);
    this.corpus.push(input);
  }
}

/** The same for the same fault, whatever the input: no numbers and quoted texts of it. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${String(error)}`;
  const place = /\n +at (?:async )?(?:(\S+) \()?/.exec(error.stack ?? '')?.[1] ?? '';
  return `${error.name}: ${error.message.slice(0, 60).replace(/["\d].*/s, '...')} (${place})`;
}
