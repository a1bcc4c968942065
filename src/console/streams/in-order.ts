/** Inputs that are worked on at the same time: what one waits for in DNS, others use. */
const CONCURRENT = 16;

export interface InOrderOptions {
  /** Inputs that may be under way at once. */
  readonly concurrent?: number;
  /** Called where the next input may be long in coming; nothing is under way then. */
  readonly idle?: (() => void) | undefined;
}

/** Inputs, some of which may have to be waited for. */
export type InputSequence<I> = Iterable<I> | AsyncIterable<I>;

/** A promise only where one is needed: an awaited value that is there costs a turn of the loop of promises. */
type Sequence<I> = Iterator<I, void> | AsyncIterator<I, void>;

export function sequenceOf<I>(inputs: InputSequence<I>): Sequence<I> {
  return Symbol.asyncIterator in inputs
    ? inputs[Symbol.asyncIterator]()
    : (inputs[Symbol.iterator]() as Iterator<I, void>);
}

/**
 * Do `work` for each input and hand the results on in the order of the inputs. A result that is there at once costs no
 * promise.
 *
 * @param inputs `undefined` says that the next may be long in coming
 * @param take may return a promise, which is waited for
 */
export async function inOrder<I, R>(
  inputs: InputSequence<I | undefined>,
  work: (input: I) => R | Promise<R>,
  take: (result: R) => Promise<void> | undefined | void,
  { concurrent = CONCURRENT, idle }: InOrderOptions = {},
): Promise<void> {
  const pending: (R | Promise<R>)[] = [];
  const settle = async (most: number): Promise<void> => {
    while (pending.length > most || (pending.length > 0 && !(pending[0] instanceof Promise))) {
      await take(await pending.shift()!);
    }
  };
  const sequence = sequenceOf(inputs);
  try {
    for (;;) {
      const step = sequence.next();
      const { done, value: input } = step instanceof Promise ? await step : step;
      if (done === true) break;
      if (input === undefined) {
        if (pending.length > 0) await settle(0);
        idle?.();
        continue;
      }
      const result = work(input);
      if (pending.length > 0 || result instanceof Promise) {
        pending.push(result);
        if (pending.length >= concurrent) await settle(concurrent - 1);
      } else {
        const pause = take(result);
        if (pause !== undefined) await pause;
      }
    }
    await settle(0);
  } finally {
    await sequence.return?.();
  }
}

/**
 * Have the inputs worked on by several hands, each of which takes the next one when it has done one, and hand the results
 * on in the order of the inputs.
 *
 * @param inputs let go of at the end, whatever it is
 * @param take may return a promise, which is waited for
 * @param most results, done or to come, that wait for their turn: what is kept in memory. Each hand may add one
 */
export async function sharedInOrder<I, R>(
  inputs: Generator<I, void> | AsyncGenerator<I, void>,
  hands: readonly ((input: I) => Promise<R>)[],
  take: (result: R) => Promise<void> | undefined | void,
  most: number,
): Promise<void> {
  const turns: Promise<void>[] = [];
  let last = Promise.resolve();
  const work = async (hand: (input: I) => Promise<R>, fail: (error: unknown) => void): Promise<void> => {
    for (let next = await inputs.next(); next.done !== true; next = await inputs.next()) {
      const result = hand(next.value);
      last = Promise.all([result, last]).then(([mine]) => take(mine));
      last.catch(fail);
      turns.push(last);
      await result;
      if (turns.length >= most) await turns.shift();
    }
  };
  try {
    await new Promise((end, fail) => {
      Promise.all(hands.map((hand) => work(hand, fail))).then(() => end(last), fail);
    });
  } finally {
    await inputs.return();
  }
}
