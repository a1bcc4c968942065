/** How many messages are worked on at once: more wait, and those that wait too long are put off. */
import { DktoolError } from '../../lib/errors.ts';

export class Places {
  readonly #limit: number;
  readonly #seconds: number;
  readonly #waiting = new Set<(isFree: boolean) => void>();
  #taken = 0;

  /** @param seconds that a message waits for a place */
  constructor(limit: number, seconds: number) {
    this.#limit = limit;
    this.#seconds = seconds;
  }

  /** Messages in hand. */
  get taken(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** @returns `true` at once where there is a place; else, in time, whether one has become free. Whoever has one gives it back */
  take(): true | Promise<boolean> {
    if (this.takeNow()) return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(false), this.#seconds * 1000);
      const settle = (isFree: boolean) => {
        clearTimeout(timer);
        this.#waiting.delete(settle);
        resolve(isFree);
      };
      this.#waiting.add(settle);
    });
  }

  /** @returns whether there was a place */
  takeNow(): boolean {
    if (this.#taken >= this.#limit) return false;
    this.#taken++;
    return true;
  }

  /** Whoever waits longest gets the place. */
  release(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#taken--;
    else next(true);
  }

  full(): DktoolError {
    const sentence = `no place for one more message: ${this.#limit} have been in hand for ${this.#seconds} seconds (--limit)`;
    return new DktoolError('too-busy', sentence, { kind: 'temporary' });
  }
}
