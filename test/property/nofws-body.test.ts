import { array, assert, constantFrom, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BodyCanonicalizer } from '../../src/lib/canonicalize/body-canonicalizer.ts';
import { PlainNofwsBody } from '../../src/lib/canonicalize/plain-body.ts';
import { WordNofwsBody } from '../../src/lib/canonicalize/word-body.ts';

/** Bodies of the octets that matter, in runs long enough for whole words, cut into pieces anywhere. */
const body = array(constantFrom('x', 'abcdefgh', 'Subject', '\r\n', '\n', '\r', ' ', '\t', '\u0000', '\u00ff'), {
  maxLength: 60,
}).map((parts) => Buffer.from(parts.join(''), 'latin1'));

function canonical(make: (consumer: (bytes: Buffer) => void) => BodyCanonicalizer, pieces: readonly Buffer[]): string {
  let out = '';
  const canonicalizer = make((bytes) => {
    out += bytes.toString('latin1');
  });
  for (const piece of pieces) canonicalizer.write(piece);
  canonicalizer.end();
  return out;
}

/** RFC 4870 section 3.4.2.2 in one expression. */
function byTheRule(bytes: Buffer): string {
  const lines = bytes
    .toString('latin1')
    .split('\n')
    .map((line) => line.replace(/[ \t\r]/g, ''));
  while (lines.at(-1) === '') lines.pop();
  return lines.map((line) => `${line}\r\n`).join('');
}

describe('nofws bodies', () => {
  it('are what the rule says, a word and an octet at a time, however they are cut', () => {
    assert(
      property(body, integer({ min: 1, max: 20 }), (bytes, size) => {
        const pieces: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
        const expected = byTheRule(bytes);
        expect(canonical((consumer) => new PlainNofwsBody(consumer), pieces)).toBe(expected);
        expect(canonical((consumer) => new WordNofwsBody(consumer), pieces)).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });
});
