/** Chance that comes again: the same numbers for the same start. */
export class Random {
  #state: number;

  constructor(start: number) {
    this.#state = start | 0 || 1;
  }

  /** A whole number from 0 to `limit - 1`. xorshift32. */
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}
