import { array, assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutCarriageReturns } from '../../../src/lib/message/line-ends.ts';

const stripped = (chunks: readonly string[]) =>
  Buffer.concat([...withoutCarriageReturns(chunks.map((text) => Buffer.from(text, 'latin1')))]).toString('latin1');

describe('CRs before an LF', () => {
  it('are left out wherever the chunks end, and others stay', () => {
    const text = string({ unit: constantFrom('\r', '\n', 'a', '\xff'), maxLength: 8 });
    assert(
      property(array(text, { maxLength: 6 }), (chunks) => {
        expect(stripped(chunks)).toBe(chunks.join('').replace(/\r+\n/g, '\n'));
      }),
      { numRuns: 2000 },
    );
  });

  it('are held back across any number of chunks', () => {
    const many = Array.from({ length: 100 }, () => '\r'.repeat(1000));
    expect(stripped([...many, '\n'])).toBe('\n');
    expect(stripped(many)).toBe(many.join(''));
  });

  it('cost nothing where there are none', () => {
    const chunk = Buffer.from('a\nb\n');
    expect([...withoutCarriageReturns([chunk])][0]).toBe(chunk);
  });
});
