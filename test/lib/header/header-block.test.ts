import { describe, expect, it } from 'vitest';
import { HeaderBlock } from '../../../src/lib/header/header-block.ts';
import { latin1 } from '../../support/chunks.ts';

function list(text: string) {
  const block = new HeaderBlock(latin1(text));
  return block.fields.map((field) => [field.name, block.value(field)]);
}

describe('a header block', () => {
  it('is a list of fields, folded lines with the one above them', () => {
    expect(list('From: a@b\r\nSubject: x\r\n y\r\n\tz\r\nTo:c\r\n')).toEqual([
      ['from', ' a@b'],
      ['subject', ' x\r\n y\r\n\tz'],
      ['to', 'c'],
    ]);
  });

  it.each([
    [
      'LF',
      'A: 1\nB: 2\n',
      [
        ['a', ' 1'],
        ['b', ' 2'],
      ],
    ],
    [
      'mixed line ends',
      'A: 1\r\nB: 2\nC: 3',
      [
        ['a', ' 1'],
        ['b', ' 2'],
        ['c', ' 3'],
      ],
    ],
    ['blanks before the colon (RFC 5322 section 4.5)', 'A \t: 1\n', [['a', ' 1']]],
    ['odd case', 'MESSAGE-Id: 1\n', [['message-id', ' 1']]],
    ['a bare CR, which ends no line', 'A: 1\rB: 2\n', [['a', ' 1\rB: 2']]],
    [
      'a line of blanks, which is a fold',
      'A: 1\n \t\nB: 2\n',
      [
        ['a', ' 1\n \t'],
        ['b', ' 2'],
      ],
    ],
    ['all printable characters in a name', '!#%&~=;|: 1\n', [['!#%&~=;|', ' 1']]],
    [
      'a line without a colon',
      'A: 1\nnonsense\nB: 2\n',
      [
        ['a', ' 1'],
        ['', 'nonsense'],
        ['b', ' 2'],
      ],
    ],
    ['a name with a blank in it', 'A B: 1\n', [['', 'A B: 1']]],
    ['a name with 8-bit octets', 'T\xf6: 1\n', [['', 'T\xf6: 1']]],
    ['a name with a DEL', 'A\u007f: 1\n', [['', 'A\u007f: 1']]],
    ['no name', ': 1\n', [['', ': 1']]],
    [
      'a fold at the top',
      ' x\nA: 1\n',
      [
        ['', ' x'],
        ['a', ' 1'],
      ],
    ],
    ['a NUL in a name', 'A\0: 1\n', [['', 'A\0: 1']]],
    ['nothing', '', []],
  ])('reads %s', (_, text, expected) => {
    expect(list(text)).toEqual(expected);
  });

  it('keeps every byte, finds fields by name in order, and spells names as they are', () => {
    const bytes = latin1('X: 1\r\nRECEIVED : a\r\nx: 2\nReceived: b\r\n');
    const block = new HeaderBlock(bytes);
    expect(block.bytes.equals(bytes)).toBe(true);
    expect(block.named('received').map((field) => block.value(field))).toEqual([' a', ' b']);
    expect(block.named('received').map((field) => block.spelledName(field))).toEqual(['RECEIVED', 'Received']);
    expect(block.named('subject')).toEqual([]);
    expect(block.named('__proto__')).toEqual([]);
  });
});
