/**
 * Counts the work for each shape at n, 2n and 4n: blocks that V8 ran, and characters that built-in functions went through. No
 * clock. A line of JSON for each shape. Arguments: by what sizes are divided, then names of shapes.
 */
import type { Shape } from './shapes.ts';
import { Coverage } from '../fuzz/coverage.ts';
import { countNativeWork, takeCharacters } from './native-work.ts';

countNativeWork();
const { SHAPES } = await import('./shapes.ts');
const QUADRATIC_NAME = 'quadratic, for comparison';
const [divisor = '1', ...names] = process.argv.slice(2);
/** Smaller input shows nothing. */
const LEAST = 64;
const coverage = new Coverage((url) => url === import.meta.url);

/** Shows that what is not linear is found. */
const QUADRATIC: Shape = {
  name: QUADRATIC_NAME,
  size: 20_000,
  make: (size) => 'x'.repeat(size),
  work: (text) => Array.from(text, () => text.indexOf('y')).length,
};

for (const { name, size, make, work, limit } of [...SHAPES, QUADRATIC]) {
  if (names.length > 0 && !names.includes(name)) continue;
  const counts: number[] = [];
  let outcome = '';
  for (const part of [4, 2, 1]) {
    const input = make(Math.floor(Math.max(LEAST, size / Number(divisor)) / part));
    coverage.read();
    takeCharacters();
    outcome = await outcomeOf(() => work(input));
    counts.push(coverage.read().steps + takeCharacters());
  }
  const isLimited = limit?.test(outcome);
  process.stdout.write(`${JSON.stringify({ name, counts, isLimited, outcome: outcome.slice(0, 300) })}\n`);
}
coverage.end();

/** What came out, or what the error says. */
async function outcomeOf(work: () => unknown): Promise<string> {
  try {
    return (
      JSON.stringify(await work(), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)) ?? ''
    );
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
