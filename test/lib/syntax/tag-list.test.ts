import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { colonList, decodeBase64, parseTagList } from '../../../src/lib/syntax/tag-list.ts';

function pairs(text: string): [string, string][] | string {
  const list = parseTagList(text);
  return list.ok ? [...list.tags.values()].map(({ name, value }) => [name, value]) : list.problem;
}

describe('a tag list (RFC 6376 section 3.2)', () => {
  it.each<[string, [string, string][]]>([
    ['v=1', [['v', '1']]],
    [
      'v=1; a=b',
      [
        ['v', '1'],
        ['a', 'b'],
      ],
    ],
    [
      'v=1;a=b;',
      [
        ['v', '1'],
        ['a', 'b'],
      ],
    ],
    [
      'v=1; a=b; \r\n\t',
      [
        ['v', '1'],
        ['a', 'b'],
      ],
    ],
    [
      ' \t\r\n v \r\n = \r\n 1 2 \r\n ; a = ',
      [
        ['v', '1 2'],
        ['a', ''],
      ],
    ],
    ['b=a=b==', [['b', 'a=b==']]],
    [
      'V=1; v=2',
      [
        ['V', '1'],
        ['v', '2'],
      ],
    ],
    [
      'x_1=y; x-2=z',
      [
        ['x_1', 'y'],
        ['x-2', 'z'],
      ],
    ],
    ['h=a : b\r\n\t: c', [['h', 'a : b\r\n\t: c']]],
    [
      'constructor=x; toString=y',
      [
        ['constructor', 'x'],
        ['toString', 'y'],
      ],
    ],
  ])('%j', (text, expected) => {
    expect(pairs(text)).toEqual(expected);
  });

  it.each([
    ['', 'it is empty', 0],
    ['  \r\n ', 'it is empty', 0],
    [';', 'it is empty', 0],
    ['v=1;;a=b', 'a tag is empty', 4],
    ['v=1; ;', 'a tag is empty', 4],
    ['v=1; a', "'a' has no '='", 4],
    ['v=1; =b', "'' is not a tag name", 4],
    ['1v=1', "'1v' is not a tag name", 0],
    ['a b=1', "'a b' is not a tag name", 0],
    ['v\v=1', "'v\v' is not a tag name", 0],
    ['\xa0v=1', "'\xa0v' is not a tag name", 0],
    ['v=1; a=2; v=3', 'tag v= appears twice', 9],
    ['v=1; a=x\0y', 'tag a= contains a control character', 8],
    ['v=1; a=x\x7f', 'tag a= contains a control character', 8],
    ['v=1\v', 'tag v= contains a control character', 3],
  ])('%j is none', (text, problem, offset) => {
    expect(parseTagList(text)).toEqual({ ok: false, problem, offset });
  });

  it('keeps 8-bit octets, also those that Unicode calls blanks', () => {
    // RFC 8616: values may hold UTF-8. U+00E0 is C3 A0 and U+2005 is E2 80 85: no octet of them is white space.
    expect(pairs('s=\xc3\xa0; d=\xa0x\x85 ')).toEqual([
      ['s', '\xc3\xa0'],
      ['d', '\xa0x\x85'],
    ]);
  });

  it('knows where each value stands', () => {
    const text = ' v=1; b = x\r\n y ;c=';
    const list = parseTagList(text);
    if (!list.ok) throw new Error(list.problem);
    const raw = [...list.tags.values()].map(({ start, end }) => text.slice(start, end));
    expect(raw).toEqual(['1', ' x\r\n y ', '']);
  });

  it('reads what was put together, whatever the blanks', () => {
    const blank = fc.constantFrom('', ' ', '\t', '\r\n ', '\n\t', '  ');
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,6}$/);
    const value = fc.stringMatching(/^(?:[!-:<-~\x80-\xff](?:[!-:<-~\x80-\xff ]{0,8}[!-:<-~\x80-\xff])?)?$/);
    const tags = fc.uniqueArray(fc.tuple(name, value, blank, blank, blank, blank), {
      minLength: 1,
      maxLength: 8,
      selector: ([text]) => text,
    });
    fc.assert(
      fc.property(tags, fc.boolean(), (list, closed) => {
        const text = list.map(([n, v, a, b, c, d]) => `${a}${n}${b}=${c}${v}${d}`).join(';') + (closed ? ';' : '');
        expect(pairs(text)).toEqual(list.map(([n, v]) => [n, v]));
      }),
    );
  });

  it('never throws', () => {
    const part = fc.constantFrom('v', '=', ';', ' ', '\r\n', '\0', '\xff', 'b', '1', '__proto__');
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const list = parseTagList(parts.join(''));
        if (list.ok) expect(list.tags.size).toBeGreaterThan(0);
        else expect(list.problem).not.toBe('');
      }),
    );
  });
});

describe('a list with colons', () => {
  it.each([
    ['a', ['a']],
    ['a:b', ['a', 'b']],
    [' a \r\n : \t b', ['a', 'b']],
    ['', ['']],
    [':', ['', '']],
    ['\xa0:x\xa0', ['\xa0', 'x\xa0']],
  ])('%j', (text, items) => {
    expect(colonList(text)).toEqual(items);
  });
});

describe('base64', () => {
  it.each([
    ['', ''],
    ['AAEC', '000102'],
    ['AA==', '00'],
    [' A\r\n\tA = = ', '00'],
    ['+/+/', 'fbffbf'],
  ])('%j is read', (text, hex) => {
    expect(decodeBase64(text)?.toString('hex')).toBe(hex);
  });

  it.each(['A', 'AA', 'AAA', 'AAAAA', 'AA=A', '=', 'A===', '====', 'AA-_', 'AAE\xa0', 'AA\vA', 'QUFB.'])(
    '%j is none',
    (text) => {
      expect(decodeBase64(text)).toBeUndefined();
    },
  );
});
