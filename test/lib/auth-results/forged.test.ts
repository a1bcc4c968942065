import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forgedResults } from '../../../src/lib/auth-results/forged.ts';
import { encodedLineEnds } from '../../../src/lib/header/encoded-line-ends.ts';
import { HeaderBlock } from '../../../src/lib/header/header-block.ts';
import { looseName } from '../../../src/lib/header/loose-name.ts';
import { withoutComments } from '../../../src/lib/syntax/comment-readings.ts';
import { OF_OTHERS, OWN_ID } from '../../support/forged-results.ts';

const headerOf = (text: string) => new HeaderBlock(Buffer.from(text, 'latin1'));
const isForged = (text: string) => forgedResults(headerOf(`${text}\n`), OWN_ID).length === 1;

describe('results of others', () => {
  it.each(OF_OTHERS)('%j', (text) => expect(isForged(text)).toBe(false));
});

describe('what readers skip', () => {
  it('may stand anywhere in our name, in any number', () => {
    const skipped = array(constantFrom(' ', '\t', '"', '\\', '\f', '\0', '(x)', '((a)b)', '\r\n ', '<', '\u00a0'), {
      maxLength: 5,
    }).map((some) => some.join(''));
    const label = array(skipped, { minLength: OWN_ID.length, maxLength: OWN_ID.length });
    assert(
      property(label, (between) => {
        const id = Array.from(OWN_ID, (character, i) => `${between[i]}${character}`).join('');
        expect(isForged(`Authentication-Results: ${id}; dkim=pass`)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a field that is hostile', () => {
  const MEGABYTE = 1 << 20;
  // Each is quadratic or worse for a reader that goes back; at a megabyte that would take minutes.
  it.each([
    ['open comments', '('.repeat(MEGABYTE)],
    ['comments that nest', '('.repeat(MEGABYTE / 2) + ')'.repeat(MEGABYTE / 2)],
    ['comments', '(x)'.repeat(MEGABYTE / 3)],
    ['open and closed ones', '( )('.repeat(MEGABYTE / 4)],
    ['backslashes', `(${'\\'.repeat(MEGABYTE)}`],
    ['semicolons', ';'.repeat(MEGABYTE)],
    ['semicolons and blanks', '; '.repeat(MEGABYTE / 2)],
    ['dots', '.'.repeat(MEGABYTE)],
    ['quotes', '"'.repeat(MEGABYTE)],
    ['the beginning of our name', `${OWN_ID.slice(0, -1)} `.repeat(MEGABYTE / OWN_ID.length)],
    ['octets', '\u00ff'.repeat(MEGABYTE)],
    ['beginnings of encoded words', '=?a?q?'.repeat(MEGABYTE / 6)],
    ['encoded words', '=?a?q?=0A?='.repeat(MEGABYTE / 11)],
  ])('is read in one pass: %s', (_, value) => {
    for (const name of ['Authentication-Results', 'ARC-Authentication-Results', `${value.replaceAll(':', '')}x`]) {
      forgedResults(headerOf(`${name}: ${value}\n`), OWN_ID);
    }
    expect([...encodedLineEnds(value)].length).toBeLessThan(MEGABYTE);
  });

  it('never makes it throw', () => {
    const parts = array(
      constantFrom('(', ')', '"', '\\', 'mx', ' ', '\n', ';', '\u00ff', '=?', '?q?', '?=', 'a', '=0A', '.'),
    ).map((some) => some.join(''));
    assert(
      property(parts, parts, (name, value) => {
        forgedResults(headerOf(`Authentication-Results${name}: ${value}`), OWN_ID);
        for (const { at, instead } of encodedLineEnds(value)) {
          expect(at + instead.length).toBeLessThanOrEqual(value.length);
        }
      }),
    );
  });
});

describe('comments, as programs read them', () => {
  it.each([
    ['a b', ['a b']],
    ['a(b)c', ['a c']],
    ['(a (b) c) d', ['  d', '  c) d']],
    ['(a \\) b) c', ['  c', '  b) c']],
    ['(a', ['(a']],
    ['(a (b) c', ['(a (b) c', '  c']],
  ])('%j', (text, readings) => expect(withoutComments(text)).toEqual(readings));
});

describe('a field name, as programs read it', () => {
  it.each([
    ['Subject: x', 'subject'],
    ['Sub"ject" \\(x)\f: x', 'subject'],
    ['\u00a0Sub\0ject: x', 'subject'],
    ['X-Subject: x', 'x-subject'],
    ['Subject', ''],
    ['Subject\n : x', 'subject'],
    ['a line\nSubject: x', ''],
  ])('%j', (text, name) => {
    const header = headerOf(text);
    expect(looseName(header, header.fields[0]!)).toBe(name);
  });
});
