import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countTrouble, formatTroubleCounts, parseTroubleCounts } from '../../../src/lib/check/patience.ts';

describe('counts of trouble', () => {
  it('grow while it lasts, end when it is gone, and leave other domains alone', () => {
    const before = { 'a.example': 1, 'b.example': 2, 'other.example': 7 };
    const after = countTrouble(before, { 'a.example': true, 'b.example': false, 'c.example': true });
    expect({ ...after }).toEqual({ 'a.example': 2, 'c.example': 1, 'other.example': 7 });
  });

  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.domain(), fc.integer({ min: 1, max: 1000 })), (counts) => {
        expect(parseTroubleCounts(formatTroubleCounts(counts))).toEqual({ ...counts });
      }),
    );
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"version":2,"trouble":{}}',
    '{"version":1}',
    '{"version":1,"trouble":{"a":-1}}',
    '{"version":1,"trouble":{"a":"x"}}',
  ])('cannot be %s', (text) => {
    expect(parseTroubleCounts(text)).toBeUndefined();
  });
});
