/** A short run of `npm run fuzz`: what it has kept and what it has found, and some new inputs of every kind. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readCorpus } from './corpus.ts';
import { mutated } from './mutate.ts';
import { minimised } from './minimise.ts';
import { Random } from './random.ts';
import { TARGETS } from './targets.ts';

const INPUTS = 60;
const inputsOf = (folder: string, kind: string) =>
  readCorpus(fileURLToPath(new URL(`${folder}/${kind}.txt`, import.meta.url)));

describe('nothing breaks', () => {
  it.each(TARGETS)('$kind', async ({ kind, examples, words, share = 1, run }) => {
    const kept = inputsOf('corpus', kind);
    expect(kept).not.toEqual([]);
    const known = [
      ...examples.map((text) => Buffer.from(text, 'latin1')),
      ...inputsOf('faults', kind),
      ...kept.filter((_, i) => i % Math.round(1 / share) === 0),
    ];
    for (const input of known) await run(input);
    const random = new Random(1);
    for (let left = Math.ceil(INPUTS * share); left > 0; left--) {
      await run(mutated(random.pick(known), random.pick(known), words, random));
    }
  });
});

function someInputs(start: number): Buffer[] {
  const random = new Random(start);
  return Array.from({ length: 200 }, () => mutated(Buffer.from('a: b\r\n'), Buffer.from('"c"'), ['word'], random));
}

describe('the fuzzer', () => {
  it('takes out of an input what its fault does not need', async () => {
    const input = Buffer.from(`${'x'.repeat(300)}(${'y'.repeat(300)})${'z'.repeat(300)}`);
    const part = await minimised(input, async (one) => /\(.*\)/.test(one.toString()));
    expect(part.toString()).toBe('()');
  });

  it('makes the same inputs of the same start, and never long ones', () => {
    const all = someInputs(7);
    expect(Buffer.concat(someInputs(7)).equals(Buffer.concat(all))).toBe(true);
    expect(new Set(all.map(String)).size).toBeGreaterThan(150);
    expect(Math.max(...all.map(({ length }) => length))).toBeLessThanOrEqual(16_384);
  });
});
