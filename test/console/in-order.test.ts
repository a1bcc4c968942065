import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inOrder } from '../../src/console/in-order.ts';

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
