import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinStrings, splitCharacterStrings } from '../../../../src/lib/dns/txt-formats/text.ts';

describe('character-strings', () => {
  it('hold at most 255 octets, and an empty text is one empty string', () => {
    expect(splitCharacterStrings('x'.repeat(510)).map((string) => string.length)).toEqual([255, 255]);
    expect(splitCharacterStrings('')).toEqual(['']);
  });

  it('joined are the text that was cut', () => {
    fc.assert(fc.property(fc.string({ maxLength: 1200 }), (text) => joinStrings(splitCharacterStrings(text)) === text));
  });
});
