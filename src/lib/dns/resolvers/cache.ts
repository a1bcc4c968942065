/**
 * A resolver in front of another that asks each question once: answers are kept for as long as their TTL says, a question
 * that is under way is shared, and what goes out is bounded.
 */
import { lowerAscii } from '../wire/name.ts';
import type { Answer, QueryOptions, RecordType, Resolver } from '../resolver.ts';

/** Questions that go out at once. More are lost on the way: resolvers and socket buffers drop bursts. */
export const MAX_IN_FLIGHT = 32;

/** Seconds after which a question is not part of a burst any more: it waits for a slow or dead server, and others may go out. */
const BURST = 0.25;

/** Questions under way in all, each with a socket, for each that may go out at once. */
const MOST_WAITING = 8;

/**
 * Questions of one run. The batch that needs more distinct names than this has not been seen; a message that makes us ask
 * without end has. What goes beyond is a `temperror` with reason `too-many-queries`.
 */
export const MAX_QUERIES = 1_000_000;

/** Answers kept; the oldest makes room. Some hundred octets each. */
export const MAX_ENTRIES = 65_536;

/**
 * Seconds that an answer is kept at the least. A TTL of 0 is meant for the transaction in progress (RFC 1035 section
 * 3.2.1), which here is the message: its signatures must not ask for one key twice.
 */
const MIN_HOLD = 5;

/** Seconds that trouble is kept where nothing else is said: long enough that a batch does not wait for a dead server again and again (RFC 9520 section 3.2 allows 300). */
const FAILURE_HOLD = 30;

/** The clock and the limits of a cache. */
export interface CacheOptions {
  /** Seconds, from any origin; default: a monotonic clock. */
  readonly now?: (() => number) | undefined;
  /** Questions that go out at once. */
  readonly maxInFlight?: number;
  /** Questions in all; what goes beyond is a `temperror`. */
  readonly maxQueries?: number;
  /** Answers kept. */
  readonly maxEntries?: number;
  /** Octets of answers kept, as far as answers say their size; the oldest make room. Default: no limit. */
  readonly maxOctets?: number;
  /** Seconds that trouble is kept. */
  readonly failureHold?: number;
}

interface Entry {
  readonly answer: Answer<RecordType>;
  /** In the time of `now`. */
  readonly expires: number;
}

/**
 * Put a cache in front of `source`. An answer that is known comes back at once, not as a promise. An answer without a
 * TTL (of a zone file) is kept for the whole run. The `ttl` of an answer stays what it was when it arrived.
 */
export function cachingResolver(source: Resolver, options: CacheOptions = {}): Resolver {
  return new Cache(source, options);
}

class Cache implements Resolver {
  readonly #source: Resolver;
  readonly #now: () => number;
  readonly #maxInFlight: number;
  readonly #maxQueries: number;
  readonly #maxEntries: number;
  /** In the order in which they came. */
  readonly #entries = new Map<string, Entry>();
  readonly #maxOctets: number;
  #octets = 0;
  readonly #underWay = new Map<string, Promise<Answer<RecordType>>>();
  readonly #failureHold: number;
  /** Called one by one as places in flight become free. */
  readonly #waiting: (() => void)[] = [];
  /** Questions that went out just now, and those that are under way in all. */
  #inFlight = 0;
  #outstanding = 0;
  #asked = 0;

  constructor(source: Resolver, options: CacheOptions) {
    this.#source = source;
    this.#now = options.now ?? (() => performance.now() / 1000);
    this.#maxInFlight = options.maxInFlight ?? MAX_IN_FLIGHT;
    this.#maxQueries = options.maxQueries ?? MAX_QUERIES;
    this.#maxEntries = options.maxEntries ?? MAX_ENTRIES;
    this.#maxOctets = options.maxOctets ?? Number.POSITIVE_INFINITY;
    this.#failureHold = options.failureHold ?? FAILURE_HOLD;
  }

  query<T extends RecordType>(name: string, type: T, options?: QueryOptions): Answer<T> | Promise<Answer<T>> {
    // What a validator refuses must never be taken for what it vouches for.
    const key = `${type}${options?.checkingDisabled === true ? ' CD' : ''} ${lowerAscii(name)}`;
    const entry = options?.fresh === true ? undefined : this.#entries.get(key);
    if (entry !== undefined && entry.expires > this.#now()) return entry.answer as Answer<T>;
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay as Promise<Answer<T>>;
    if (this.#asked >= this.#maxQueries) {
      const detail = `${name} ${type} was not queried: this run has already made ${this.#maxQueries} queries`;
      return { status: 'temperror', reason: 'too-many-queries', detail };
    }
    this.#asked++;
    if (this.#hasPlace) {
      const answer = this.#source.query(name, type, options);
      if (!(answer instanceof Promise)) return this.#keep(key, answer);
      return this.#share(key, this.#outgoing(answer));
    }
    const place = new Promise<void>((resume) => this.#waiting.push(resume));
    return this.#share(
      key,
      place.then(() => this.#outgoing(Promise.resolve(this.#source.query(name, type, options)))),
    );
  }

  get #hasPlace(): boolean {
    return this.#inFlight < this.#maxInFlight && this.#outstanding < this.#maxInFlight * MOST_WAITING;
  }

  /** An answer on its way, which takes up a place until it is there or no part of a burst any more. */
  async #outgoing<T>(coming: Promise<T>): Promise<T> {
    this.#inFlight++;
    this.#outstanding++;
    let holds = true;
    const letGo = () => {
      if (holds) this.#inFlight--;
      holds = false;
      this.#sendNext();
    };
    const timer = setTimeout(letGo, BURST * 1000);
    timer.unref();
    try {
      return await coming;
    } finally {
      clearTimeout(timer);
      this.#outstanding--;
      letGo();
    }
  }

  /** The question that is resumed takes its place a tick later, so no more than one is resumed for each that ends. */
  #sendNext(): void {
    if (this.#hasPlace) this.#waiting.shift()?.();
  }

  #share<T extends RecordType>(key: string, coming: Promise<Answer<T>>): Promise<Answer<T>> {
    const shared = coming.then((answer) => this.#keep(key, answer)).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, shared);
    return shared;
  }

  #keep<T extends RecordType>(key: string, answer: Answer<T>): Answer<T> {
    const hold = answer.status === 'temperror' ? this.#failureHold : Math.max(answer.ttl ?? Infinity, MIN_HOLD);
    this.#forget(key);
    this.#octets += sizeOf(answer);
    while (this.#entries.size > 0 && (this.#entries.size >= this.#maxEntries || this.#octets > this.#maxOctets)) {
      this.#forget(this.#entries.keys().next().value!);
    }
    this.#entries.set(key, { answer, expires: this.#now() + hold });
    return answer;
  }

  #forget(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#octets -= sizeOf(entry.answer);
  }
}

const sizeOf = ({ size = 0 }: Answer<RecordType>) => size;
