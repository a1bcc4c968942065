// Whether work that was counted at n, 2n and 4n is linear.

/** What a doubling may add, compared with the doubling before; 2 is linear, 4 quadratic. */
const MOST = 2.5;
/** Work that has nothing to do with the size. */
const FIXED = 2_000;

/** @param {readonly number[]} counts at n, 2n and 4n */
export function isLinear([one, two, four]) {
  return four - two <= MOST * Math.max(0, two - one) + FIXED + 0.02 * four || four <= MOST * 2 * one + FIXED;
}
