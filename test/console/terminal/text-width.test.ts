import { describe, expect, it } from 'vitest';
import { clipEnd, clipStart, displayWidth, padEnd } from '../../../src/console/terminal/text-width.ts';
import { wrapped } from '../../../src/console/terminal/wrap.ts';

describe('the columns of a text', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['j\u00f6rg', 4],
    ['jo\u0308rg', 4],
    ['例え', 4],
    ['ﾃｽﾄ', 3],
    ['a😀b', 4],
  ])('%j has %i', (text, width) => expect(displayWidth(text)).toBe(width));

  it.each([
    ['abcdefgh', 8, 'abcdefgh', 'abcdefgh'],
    ['abcdefghi', 8, 'abcde...', '...efghi'],
    ['例え例え例え', 8, '例え...', '...例え'],
    ['x'.repeat(1_000_000), 8, 'xxxxx...', '...xxxxx'],
  ])('%j is cut to %i at its end and at its start', (text, width, end, start) => {
    expect([clipEnd(text, width), clipStart(text, width)]).toEqual([end, start]);
  });

  it('is filled up and wrapped by columns, not by characters', () => {
    expect(padEnd('例', 4)).toBe('例  ');
    expect(wrapped('例え例え テスト', 6)).toEqual(['例え例', 'え', 'テスト']);
    expect(wrapped('例', 1)).toEqual(['例']);
    expect(wrapped('_dmarc.mail.example.com x', 18)).toEqual(['_dmarc.mail.', 'example.com x']);
  });
});
