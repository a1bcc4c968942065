/** How much work an explanation may cost. */

export type Effort = 'quick' | 'normal' | 'all';

export interface EffortLimits {
  /** Digests that are compared with the one that was signed. */
  readonly attempts: number;
  /** Octets that are encoded, canonicalised and hashed for them. */
  readonly octets: number;
  /** Lines from the end on that are tried as the last one that was signed. */
  readonly lastLines: number;
  /** Guesses at the header of one signature: digests that are compared, signatures that are verified. */
  readonly headerDigests: number;
  readonly headerVerifications: number;
}

/**
 * `quick` is one pass over the body and the usual changes; `normal` takes a tenth of a second where nothing is found, `all`
 * some ten seconds.
 */
export const EFFORTS: Readonly<Record<Effort, EffortLimits>> = {
  quick: { attempts: 2_000, octets: 8 * 1024 * 1024, lastLines: 500, headerDigests: 2_000, headerVerifications: 100 },
  normal: {
    attempts: 150_000,
    octets: 96 * 1024 * 1024,
    lastLines: 20_000,
    headerDigests: 30_000,
    headerVerifications: 2_000,
  },
  all: {
    attempts: 5_000_000,
    octets: 4 * 1024 * 1024 * 1024,
    lastLines: Infinity,
    headerDigests: 2_000_000,
    headerVerifications: 50_000,
  },
};

/** Shares of the header's work that all signatures of a message may use. */
const MAX_SHARES = 3;

/** Passes over a body, however long it is. */
const PASSES = 12;

/** Counts the work of one message and says when it is enough. */
export class Budget {
  readonly #limits: EffortLimits;
  attempts = 0;
  octets = 0;
  /** Something was left untried. */
  isBounded = false;
  #headerShares = 0;

  /** @param bodyLength a long body gets as many passes as there are likely changes */
  constructor(effort: Effort, bodyLength = 0) {
    const limits = EFFORTS[effort];
    this.#limits = { ...limits, octets: Math.max(limits.octets, effort === 'quick' ? 0 : bodyLength * PASSES) };
  }

  get lastLines(): number {
    return this.#limits.lastLines;
  }

  /**
   * A share for the header of one signature; so many signatures may come that all of them together have a limit too.
   *
   * @returns whether there is still some of it, at each call of which one attempt is counted
   */
  headerAllowance(cost: 'digest' | 'verification'): () => boolean {
    const { headerDigests, headerVerifications } = this.#limits;
    const unit = cost === 'digest' ? 1 / headerDigests : 1 / headerVerifications;
    let used = 0;
    return () => {
      used += unit;
      this.#headerShares += unit;
      if (used < 1 && this.#headerShares < MAX_SHARES) return true;
      this.isBounded = true;
      return false;
    };
  }

  get isSpent(): boolean {
    return this.attempts >= this.#limits.attempts || this.octets >= this.#limits.octets;
  }
}
