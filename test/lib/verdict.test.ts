import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combinedResult, type ResultWord } from '../../src/lib/verdict.ts';

/** The most telling first as dktool-verify(1) states the order. */
const ORDER: readonly ResultWord[] = ['pass', 'temperror', 'fail', 'policy', 'permerror', 'neutral'];

describe('all verdicts of one method as one', () => {
  it('is the more telling of any two, whatever their order', () => {
    for (const [i, better] of ORDER.entries()) {
      for (const worse of ORDER.slice(i)) {
        expect(combinedResult([better, worse])).toBe(better);
        expect(combinedResult([worse, better])).toBe(better);
      }
    }
  });

  it('is none for no verdict and for verdicts of none', () => {
    expect(combinedResult([])).toBe('none');
    expect(combinedResult(['none', 'none'])).toBe('none');
    expect(combinedResult(['none', 'neutral'])).toBe('neutral');
  });

  it('is one of those that were given', () => {
    assert(
      property(array(constantFrom(...ORDER), { minLength: 1 }), (results) => {
        expect(results).toContain(combinedResult(results));
      }),
    );
  });
});
