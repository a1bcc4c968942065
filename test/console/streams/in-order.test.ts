import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inOrder, sharedInOrder } from '../../../src/console/streams/in-order.ts';

/** A result after so many turns of the event loop; 0: at once. */
const after = (turns: number, result: number): number | Promise<number> =>
  turns === 0
    ? result
    : (async () => {
        for (let i = 0; i < turns; i++) await turn();
        return result;
      })();

describe('work in order', () => {
  it('hands results on in the order of their inputs, however long each takes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(fc.nat(4), { nil: undefined }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        async (delays, concurrent) => {
          const taken: number[] = [];
          let [underWay, most, number] = [0, 0, 0];
          await inOrder(
            delays,
            (delay) => {
              most = Math.max(most, ++underWay);
              return after(delay, number++);
            },
            (result) => {
              underWay--;
              taken.push(result);
            },
            { concurrent, idle: () => expect(underWay).toBe(0) },
          );
          expect(taken).toEqual(delays.filter((delay) => delay !== undefined).map((_, i) => i));
          expect(most).toBeLessThanOrEqual(concurrent);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('needs no promise where none comes', () => {
    const taken: number[] = [];
    void inOrder(
      [1, 2, 3],
      (input) => input,
      (result) => void taken.push(result),
    ); // not waited for
    expect(taken).toEqual([1, 2, 3]);
  });

  it('ends with the error of a taker', async () => {
    const gone = inOrder(
      [1, 2],
      (input) => input,
      () => {
        throw new Error('closed');
      },
    );
    await expect(gone).rejects.toThrow('closed');
  });
});

function* each<T>(inputs: Iterable<T>): Generator<T, void> {
  yield* inputs;
}
const slow = (input: number) => Promise.resolve(after(3, input));
const failing = (on: number) => async (input: number) => {
  if ((await slow(input)) === on) throw new Error('broken');
  return input;
};

describe('work shared in order', () => {
  it('hands results on in the order of their inputs, each taken once by a hand that is free', async () => {
    const turns = fc.nat(4);
    await fc.assert(
      fc.asyncProperty(
        fc.array(turns, { maxLength: 60 }),
        fc.array(turns, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 8 }),
        async (delays, hands, most) => {
          const taken: number[] = [];
          const inputs = delays.map((delay, number) => ({ delay, number }));
          let kept = 0;
          const work = hands.map((slowness) => {
            let isBusy = false;
            return async ({ delay, number }: (typeof inputs)[number]) => {
              expect(isBusy).toBe(false);
              expect(++kept).toBeLessThanOrEqual(most + hands.length);
              isBusy = true;
              await after(delay + slowness, 0);
              isBusy = false;
              return number;
            };
          });
          const take = (number: number) => {
            kept--;
            taken.push(number);
          };
          await sharedInOrder(each(inputs), work, take, most);
          expect(taken).toEqual(delays.map((_, i) => i));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('leaves the work to the hand that is quick', async () => {
    const done = { quick: 0, slow: 0 };
    const hand = (who: keyof typeof done, turns: number) => async () => {
      done[who]++;
      await after(turns, 0);
    };
    await sharedInOrder(each(Array.from({ length: 100 })), [hand('slow', 50), hand('quick', 1)], () => {}, 100);
    expect(done.quick).toBeGreaterThan(done.slow);
  });

  it.each([
    ['hand', [failing(2), failing(2)], () => {}],
    [
      'taker',
      [slow, slow],
      (result: number) => {
        if (result === 2) throw new Error('broken');
      },
    ],
  ])('ends with the error of a %s, and takes no more', async (_, hands, take) => {
    let given = 0;
    function* inputs() {
      while (true) yield given++;
    }
    await expect(sharedInOrder(inputs(), hands, take, 4)).rejects.toThrow('broken');
    const atTheEnd = given;
    await after(20, 0);
    expect(given).toBe(atTheEnd);
  });
});
