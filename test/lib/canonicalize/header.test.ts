import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteBuilder } from '../../../src/lib/canonicalize/byte-builder.ts';
import { appendCrlf, type Canonicalization, canonicalizeHeaderField } from '../../../src/lib/canonicalize/header.ts';
import { HeaderBlock } from '../../../src/lib/header/header-block.ts';
import { canonicalField, splitMessage } from '../../support/canonicalize-oracle.ts';
import { latin1 } from '../../support/chunks.ts';

function canonical(form: Canonicalization, header: string): string {
  const block = new HeaderBlock(latin1(header));
  const into = new ByteBuilder(1); // so that it has to grow
  for (const field of block.fields) {
    canonicalizeHeaderField(form, block.bytes, field.start, field.end, into);
    appendCrlf(into);
  }
  return into.bytes.toString('latin1');
}

describe('the canonical header field', () => {
  it('is that of RFC 6376 section 3.4.5', () => {
    const header = 'A: X\r\nB : Y\t\r\n\tZ  \r\n';
    expect(canonical('relaxed', header)).toBe('a:X\r\nb:Y Z\r\n');
    expect(canonical('simple', header)).toBe(header);
  });

  it.each([
    ['no blank behind the colon', 'A:X', 'A:X', 'a:X'],
    ['an empty value', 'Subject:\n', 'Subject:', 'subject:'],
    ['a value of blanks', 'Subject: \t \n', 'Subject: \t ', 'subject:'],
    ['a fold that holds nothing', 'A: X\n \n', 'A: X\r\n ', 'a:X'],
    ['a fold at the start', 'A:\r\n X\r\n', 'A:\r\n X', 'a:X'],
    ['folds of LF', 'A: X\n\tY\n Z\n', 'A: X\r\n\tY\r\n Z', 'a:X Y Z'],
    ['a bare CR', 'A: X\rY \r\n', 'A: X\rY ', 'a:X\rY'],
    ['a CR at the end', 'A: X\r', 'A: X\r', 'a:X\r'],
    ['a CR before the CRLF', 'A: X\r\r\n', 'A: X\r', 'a:X\r'],
    ['colons in the value', 'A:: B : C\n', 'A:: B : C', 'a:: B : C'],
    ['odd case', 'sUbJeCt: Ab\n', 'sUbJeCt: Ab', 'subject:Ab'],
    ['8-bit octets', 'A: \xc4\xa0 \xff\n', 'A: \xc4\xa0 \xff', 'a:\xc4\xa0 \xff'],
    ['a tab before the colon', 'A\t:X\n', 'A\t:X', 'a:X'],
    ['a vertical tab, which is not a blank', 'A: \v X\f\n', 'A: \v X\f', 'a:\v X\f'],
  ])('of %s', (_, field, simple, relaxed) => {
    expect(canonical('simple', field)).toBe(`${simple}\r\n`);
    expect(canonical('relaxed', field)).toBe(`${relaxed}\r\n`);
  });

  it('is what the RFC says of any field', () => {
    const part = fc.constantFrom('a', 'B', ':', ' ', '\t', '\r', '\r\n ', '\n\t', '\r\n \r\n ', '\xe4');
    fc.assert(
      fc.property(
        fc.constantFrom('Subject', 'X-y', 'A ', 'B\t '),
        fc.array(part, { maxLength: 16 }),
        fc.constantFrom('\n', '\r\n'),
        (name, parts, lineEnd) => {
          const text = `${name}:${parts.join('')}${lineEnd}Last: 1${lineEnd}`;
          const { fields } = splitMessage(text);
          for (const form of ['simple', 'relaxed'] as const) {
            expect(canonical(form, text)).toBe(fields.map((field) => `${canonicalField(form, field)}\r\n`).join(''));
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
