import { describe, expect, it } from 'vitest';
import { alignmentOf, strangerRefusal } from '../../../src/lib/header/alignment.ts';
import { fromField } from '../../../src/lib/header/author.ts';
import { HeaderBlock } from '../../../src/lib/header/header-block.ts';

const authorOf = (header: string) => fromField(new HeaderBlock(Buffer.from(header, 'latin1')));
const judged = (header: string) => {
  const author = authorOf(header);
  return [alignmentOf('example.com', author), strangerRefusal('example.com', author) === undefined];
};

describe('a signature by example.com speaks for', () => {
  it.each([
    ['From: x@example.com'],
    ['from : X <x@EXAMPLE.com>'],
    ['From: x@example.com, y@example.com'],
    ['From: Team: x@example.com, y@example.com;'],
    ['X: a\r From: ceo@bank.example\r\nFrom: x@example.com'],
    ['X: a\rReply-From: ceo@bank.example\r\nFrom: x@example.com'],
  ])('%j', (header) => expect(judged(header)).toEqual(['exact', true]));

  it('subdomains too', () => {
    expect(judged('From: x@a.example.com, y@example.com')).toEqual(['related', true]);
    expect(judged('From: x@com')).toEqual(['related', false]);
  });
});

const fromSubdomains = (count: number) =>
  `From: ${Array.from({ length: count }, (_, i) => `x@d${i}.example.com`).join(',\r\n ')}`;

it('it speaks for at most 32 domains', () => {
  expect(judged(fromSubdomains(32))).toEqual(['related', true]);
  expect(judged(fromSubdomains(33))).toEqual(['none', false]);
});

describe('it does not speak for an author whom it does not know or who cannot be read', () => {
  it.each([
    ['another author beside', 'From: ceo@bank.example, x@example.com'],
    ['an octet that is not UTF-8', 'From: ceo@b\u00e4nk.example, x@example.com'],
    ['the same behind it', 'From: x@example.com, ceo@b\u00e4nk.example'],
    ['a name that IDNA does not know', 'From: ceo@b\u00c2\u00adnk\u00c3\u0000.example, x@example.com'],
    ['a NUL in the domain', 'From: ceo@bank.example\u0000.example.com'],
    ['a percent sign', 'From: ceo@bank.example%.example.com'],
    ['a slash', 'From: ceo@bank.example/.example.com'],
    ['an address literal', 'From: ceo@[192.0.2.1], x@example.com'],
    ['an empty label', 'From: ceo@bank..example.com'],
    ['a list that cannot be read', 'From: ceo@bank.example <, x@example.com'],
    ['two From fields', 'From: x@example.com\r\nFrom: x@example.com'],
    ['one behind a bare CR', 'X: a\rFrom: ceo@bank.example\r\nFrom: x@example.com'],
    ['one behind a bare CR, in capitals', 'X: a\rFROM\t : ceo@bank.example\nFrom: x@example.com'],
    ['one behind bare CRs in a row', 'X: a\r\r\rFrom: ceo@bank.example\nFrom: x@example.com'],
    ['one behind a bare CR in From itself', 'From: x@example.com (\rFrom: ceo@bank.example\r)'],
    ['one at the start of a line with a CR', 'X: a\n\rFrom: ceo@bank.example\nFrom: x@example.com'],
    ['a control character in the name', 'Fr\u0000om: ceo@bank.example\nFrom: x@example.com'],
    ['a form feed behind the name', 'From\f: ceo@bank.example\nFrom: x@example.com'],
    ['a non-breaking space before it', '\u00a0From: ceo@bank.example\nFrom: x@example.com'],
    ['none at all', 'To: x@example.com'],
  ])('%s', (_, header) => expect(judged(header)).toEqual(['none', false]));
});
