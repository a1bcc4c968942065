/** Inputs that are worked on at the same time: what one waits for in DNS, others use. */
const CONCURRENT = 16;

export interface InOrderOptions {
  /** Inputs that may be under way at once. */
  readonly concurrent?: number;
  /** Called where the next input may be long in coming; nothing is under way then. */
  readonly idle?: (() => void) | undefined;
}

/**
 * Do `work` for each input and hand the results on in the order of the inputs. A result that is there at once costs no
 * promise.
 *
 * @param inputs `undefined` says that the next may be long in coming
 * @param take may return a promise, which is waited for
 */
export async function inOrder<I, R>(
  inputs: Iterable<I | undefined>,
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
  for (const input of inputs) {
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
  inputs: Generator<I, void>,
  hands: readonly ((input: I) => Promise<R>)[],
  take: (result: R) => Promise<void> | undefined | void,
  most: number,
): Promise<void> {
  const turns: Promise<void>[] = [];
  let last = Promise.resolve();
  const work = async (hand: (input: I) => Promise<R>, fail: (error: unknown) => void): Promise<void> => {
    for (let next = inputs.next(); next.done !== true; next = inputs.next()) {
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
    inputs.return();
  }
}
