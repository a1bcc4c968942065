import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isDomainName,
  isHostName,
  isWithin,
  toAscii,
  withParents,
  withUnicode,
} from '../../../src/lib/syntax/domain-name.ts';

const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
const label63 = 'a'.repeat(63);
const name253 = `${label63}.${label63}.${label63}.${'a'.repeat(61)}`;

describe('names', () => {
  it.each(['example.com', 'EXAMPLE', 'a-b.c', '1.2', 'xn--bcher-kva.example', label63, name253])(
    '%s is one',
    (name) => {
      expect(isHostName(name)).toBe(true);
      expect(isDomainName(name)).toBe(true);
    },
  );

  it.each(['_dmarc.example.com', 'a_b', '_', 'k1_.example'])('%s is one in DNS, but not of a host', (name) => {
    expect(isHostName(name)).toBe(false);
    expect(isDomainName(name)).toBe(true);
  });

  it.each([
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    '-a',
    'a-',
    '..',
    '../etc',
    'a/b',
    'a b',
    'a\n',
    'a\0',
    '%',
    '[127.0.0.1]',
    'b\xfccher.example',
    `${label63}a`,
    `${name253}a`,
    '*.example',
  ])('%j is none', (name) => {
    expect(isHostName(name)).toBe(false);
    expect(isDomainName(name)).toBe(false);
  });

  it('cannot lead out of a folder, whatever they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '.', '/', '-', '_', '\\', '\n', '\0', '%', '~') }), (text) => {
        if (isHostName(text)) expect(text).toMatch(/^(?!.*\.\.)[a-z.-]+$/);
      }),
    );
  });
});

describe('lying under a name', () => {
  it.each([
    ['example.com', 'example.com', true],
    ['a.example.com', 'example.com', true],
    ['A.Example.COM', 'eXample.com', true],
    ['badexample.com', 'example.com', false],
    ['example.com', 'a.example.com', false],
    ['example.com.evil.test', 'example.com', false],
  ])('%s in %s: %s', (child, parent, expected) => {
    expect(isWithin(child, parent)).toBe(expected);
  });

  it('has parents up to the last label', () => {
    expect(withParents('a.b.example')).toEqual(['a.b.example', 'b.example', 'example']);
  });
});

describe('A-labels (RFC 8616 section 4)', () => {
  it.each([
    ['EXAMPLE.com', 'example.com'],
    [utf8('bücher.example'), 'xn--bcher-kva.example'],
    [utf8('BÜCHER.example'), 'xn--bcher-kva.example'],
    [utf8('例え.test'), 'xn--r8jz45g.test'],
    [utf8('selà'), 'xn--sel-cla'],
    ['a_b.example', 'a_b.example'],
    ['not a name', 'not a name'],
    ['', ''],
  ])('%j -> %s', (name, ascii) => {
    expect(toAscii(name)).toBe(ascii);
  });

  it.each(['b\xfccher.example', '\xff', utf8('a\u2066b.example'), utf8('ü/..'), utf8('ü'.repeat(600))])(
    '%j has none',
    (name) => {
      expect(toAscii(name)).toBeUndefined();
    },
  );
});

describe('a name for people', () => {
  it.each([
    ['xn--bcher-kva.example', 'xn--bcher-kva.example (b\u00fccher.example)'],
    ['mail.xn--bcher-kva.example', 'mail.xn--bcher-kva.example (mail.b\u00fccher.example)'],
    ['example.com', 'example.com'],
    ['xn--a.example', 'xn--a.example'], // no A-label of anything
  ])('of %s is %s', (name, shown) => {
    expect(withUnicode(name)).toBe(shown);
  });
});
