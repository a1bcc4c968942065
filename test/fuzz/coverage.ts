/** How often V8 went through each block of a script: what an input reaches, and how much work it is. */
import { type Profiler, Session } from 'node:inspector';

export interface Reached {
  readonly functions: readonly ReachedFunction[];
  /** Blocks, each as often as it was run; blocks that always run together count as one. */
  readonly steps: number;
}

interface ReachedFunction {
  readonly key: string;
  /** The first is the function itself, the others lie within those before them. */
  readonly ranges: readonly Profiler.CoverageRange[];
}

/** Counts from its making on; each reading begins anew. */
export class Coverage {
  readonly #session = new Session();
  readonly #isCounted: (url: string) => boolean;

  constructor(isCounted: (url: string) => boolean) {
    this.#isCounted = isCounted;
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Since the last reading. */
  read(): Reached {
    let answer: Profiler.TakePreciseCoverageReturnType | undefined;
    this.#session.post('Profiler.takePreciseCoverage', (_, found) => {
      answer = found;
    });
    const functions: ReachedFunction[] = [];
    let steps = 0;
    for (const { url, scriptId, functions: all } of answer!.result) {
      if (!this.#isCounted(url)) continue;
      for (const { ranges } of all) {
        const [{ startOffset, endOffset, count }] = ranges as [Profiler.CoverageRange];
        for (const range of ranges) steps += range.count;
        if (count > 0) functions.push({ key: `${scriptId}:${startOffset}:${endOffset}`, ranges });
      }
    }
    return { functions, steps };
  }

  end(): void {
    this.#session.disconnect();
  }
}

/** All code that was ever reached. */
export class Territory {
  readonly #seen = new Map<string, Uint8Array>();

  /** Whether any of it is new. */
  isNew({ functions }: Reached): boolean {
    return functions.some((one) => {
      const seen = this.#seen.get(one.key);
      return seen === undefined || painted(one).some((mark, at) => mark > seen[at]!);
    });
  }

  add({ functions }: Reached): void {
    for (const one of functions) {
      const marks = painted(one);
      const seen = this.#seen.get(one.key);
      if (seen === undefined) this.#seen.set(one.key, marks);
      else for (const [at, mark] of marks.entries()) seen[at]! |= mark;
    }
  }
}

/** A mark for each character of a function that was run. */
function painted({ ranges }: ReachedFunction): Uint8Array {
  const [{ startOffset: start, endOffset: end }] = ranges as [Profiler.CoverageRange];
  const marks = new Uint8Array(end - start);
  for (const { startOffset, endOffset, count } of ranges)
    marks.fill(count > 0 ? 1 : 0, startOffset - start, endOffset - start);
  return marks;
}
