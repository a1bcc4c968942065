/** Adds up what came of the inputs of a run. */
import { type Outcome, worst } from '../../console/outcome.ts';
import type { Judged } from '../../console/verify/judge.ts';
import type { VerifyRunOptions } from './run-options.ts';
import { isFailure, type Shown } from './shown.ts';
import { addTallies, addTally, type Tally } from './tally.ts';

/** What came of some inputs, or of all of them. */
export interface RunEnd {
  /** The worst of all. */
  readonly outcome: Outcome;
  readonly count: number;
  readonly failures: number;
  readonly tally: Tally;
  /** One failed, and --fail-fast left out what comes behind it. */
  readonly stopped: boolean;
  /** Messages came out of a mailbox of several. */
  readonly hadMailbox: boolean;
}

/** Adds up what came of inputs. */
export class RunTotals {
  readonly #failFast: boolean;
  readonly #outcomes = new Set<Outcome>();
  readonly #tally: Tally = new Map();
  #count = 0;
  #failures = 0;
  #hadMailbox = false;

  constructor({ failFast = false }: Pick<VerifyRunOptions, 'failFast'>) {
    this.#failFast = failFast;
  }

  get count(): number {
    return this.#count;
  }

  get failures(): number {
    return this.#failures;
  }

  get end(): RunEnd {
    const { isStopped: stopped } = this;
    const end = {
      count: this.#count,
      failures: this.#failures,
      tally: this.#tally,
      stopped,
      hadMailbox: this.#hadMailbox,
    };
    return { outcome: worst(this.#outcomes), ...end };
  }

  get isStopped(): boolean {
    return this.#failFast && this.#failures > 0;
  }

  /** @param isOneOfMany it came out of a mailbox of several */
  add({ outcome, key }: Shown, isOneOfMany: boolean): void {
    this.#hadMailbox ||= isOneOfMany;
    this.#outcomes.add(outcome);
    addTally(this.#tally, key, 1);
    this.#count++;
    if (isFailure(outcome)) this.#failures++;
  }

  addEnd({ outcome, count, failures, tally, hadMailbox }: RunEnd): void {
    this.#hadMailbox ||= hadMailbox;
    if (count > 0) this.#outcomes.add(outcome);
    this.#count += count;
    this.#failures += failures;
    addTallies(this.#tally, tally);
  }
}

/** --fail-fast: what comes behind this is not judged. */
class FailedFast extends Error {}

/** @throws where the run is over */
export function stopIf(isOver: boolean): void {
  if (isOver) throw new FailedFast();
}

/** Do that until it is over, or a failure ends it. */
export async function untilStopped(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof FailedFast)) throw error;
  }
}

/** It came out of a mailbox of several messages. */
export function isOfMailbox({ place }: Judged): boolean {
  return place?.id !== undefined && place.isOnly !== true;
}
