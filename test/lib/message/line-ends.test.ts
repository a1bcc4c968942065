import { array, assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withLineFeeds } from '../../../src/lib/message/line-ends.ts';

const inLines = (chunks: readonly string[]) =>
  Buffer.concat([...withLineFeeds(chunks.map((text) => Buffer.from(text, 'latin1')))]).toString('latin1');

describe('CRs', () => {
  it('are left out before an LF wherever the chunks end, and others become one', () => {
    const text = string({ unit: constantFrom('\r', '\n', 'a', '\xff'), maxLength: 8 });
    assert(
      property(array(text, { maxLength: 6 }), (chunks) => {
        expect(inLines(chunks)).toBe(chunks.join('').replace(/\r+\n/g, '\n').replaceAll('\r', '\n'));
      }),
      { numRuns: 2000 },
    );
  });

  it('are held back across any number of chunks', () => {
    const many = Array.from({ length: 100 }, () => '\r'.repeat(1000));
    expect(inLines([...many, '\n'])).toBe('\n');
    expect(inLines(many)).toBe('\n'.repeat(100_000));
  });

  it('cost nothing where there are none', () => {
    const chunk = Buffer.from('a\nb\n');
    expect([...withLineFeeds([chunk])][0]).toBe(chunk);
  });
});
