/** How work grows with the input, whatever the machine: processor time of the same code on n and on 8n. */
import { expect } from 'vitest';

const FACTOR = 8;
/** Linear work takes 8 times as long, more where memory gets slow; quadratic work takes 64 times as long. */
const LIMIT = 28;
/** Below this, seconds are noise. */
const FLOOR = 0.01;
const ATTEMPTS = 4;

/**
 * Expect that work is linear, give or take what a busy machine does to the measurement.
 *
 * @param n size of the larger input
 * @param make builds the input of a size; not measured
 */
export async function expectLinear<T>(n: number, make: (n: number) => T, work: (input: T) => unknown): Promise<void> {
  const [small, large] = [make(Math.ceil(n / FACTOR)), make(n)];
  await work(small); // the compiler warms up
  let ratio = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < ATTEMPTS && ratio >= LIMIT; attempt++) {
    const base = Math.min(await seconds(small, work), await seconds(small, work));
    ratio = Math.min(ratio, (await seconds(large, work)) / Math.max(base, FLOOR));
  }
  expect(ratio).toBeLessThan(LIMIT);
}

async function seconds<T>(input: T, work: (input: T) => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work(input);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
