import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_HEADER_BYTES, MAX_HEADER_FIELDS } from '../../../src/lib/header/header-block.ts';
import { MessageSplitter } from '../../../src/lib/message/message-splitter.ts';
import { inPieces, latin1, PIECE_SIZES } from '../../support/chunks.ts';

function split(message: Buffer, size = Number.POSITIVE_INFINITY) {
  const splitter = new MessageSplitter();
  const body: Buffer[] = [];
  for (const piece of inPieces(message, size)) body.push(Buffer.from(splitter.write(piece)));
  splitter.end();
  const { header } = splitter;
  return {
    mboxLine: splitter.mboxLine.toString('latin1'),
    header: header?.bytes.toString('latin1'),
    fields: header?.fields.map((field) => [field.name, header.value(field)]),
    separator: splitter.separator.toString('latin1'),
    body: Buffer.concat(body).toString('latin1'),
    lineEnd: splitter.lineEnd,
    overLimit: splitter.overLimit,
  };
}

describe('a message', () => {
  it.each([
    ['CRLF', 'A: 1\r\nB: 2\r\n\r\nbody\r\n', ['', 'A: 1\r\nB: 2\r\n', '\r\n', 'body\r\n', '\r\n']],
    ['LF', 'A: 1\nB: 2\n\nbody\n', ['', 'A: 1\nB: 2\n', '\n', 'body\n', '\n']],
    ['an LF separator among CRLF', 'A: 1\r\n\nbody\r\n', ['', 'A: 1\r\n', '\n', 'body\r\n', '\r\n']],
    ['a CRLF separator among LF', 'A: 1\n\r\nbody\n', ['', 'A: 1\n', '\r\n', 'body\n', '\n']],
    ['no separator', 'A: 1\nB: 2\n', ['', 'A: 1\nB: 2\n', '', '', '\n']],
    ['no final line end', 'A: 1\r\nB: 2', ['', 'A: 1\r\nB: 2', '', '', '\r\n']],
    ['one field without a line end', 'A: 1', ['', 'A: 1', '', '', '\n']],
    ['an empty body', 'A: 1\n\n', ['', 'A: 1\n', '\n', '', '\n']],
    ['a body of empty lines', 'A: 1\n\n\n\n', ['', 'A: 1\n', '\n', '\n\n', '\n']],
    ['no header', '\r\nbody', ['', '', '\r\n', 'body', '\r\n']],
    ['nothing', '', ['', '', '', '', '\n']],
    [
      'a line of blanks, which is a fold and ends nothing',
      'A: 1\n \nB: 2\n\nx',
      ['', 'A: 1\n \nB: 2\n', '\n', 'x', '\n'],
    ],
    ['a CR that ends nothing', 'A: 1\n\rB: 2\n\nx', ['', 'A: 1\n\rB: 2\n', '\n', 'x', '\n']],
    ['an mbox line', 'From a@b Sat Jan  1\nA: 1\n\nx', ['From a@b Sat Jan  1\n', 'A: 1\n', '\n', 'x', '\n']],
    ['an mbox line with CRLF', 'From a@b x\r\nA: 1\r\n\r\nx', ['From a@b x\r\n', 'A: 1\r\n', '\r\n', 'x', '\r\n']],
    ['an mbox line alone', 'From a@b x\n', ['From a@b x\n', '', '', '', '\n']],
    ['From in its obsolete form', 'From : a@b\n\nx', ['', 'From : a@b\n', '\n', 'x', '\n']],
    ['an mbox line that is not the first', 'A: 1\nFrom a@b x\n\n', ['', 'A: 1\nFrom a@b x\n', '\n', '', '\n']],
  ])('with %s falls into its parts, whatever the pieces', (_, message, expected) => {
    for (const size of PIECE_SIZES) {
      const { mboxLine, header, separator, body, lineEnd } = split(latin1(message), size);
      expect([mboxLine, header, separator, body, lineEnd], `pieces of ${size}`).toEqual(expected);
    }
  });

  it('loses no byte, and looks the same in all pieces', () => {
    const part = fc.constantFrom(
      'A: 1',
      'From ',
      'x',
      ':',
      ' ',
      '\t',
      '\r',
      '\n',
      '\r\n',
      '\n\n',
      '\r\n\r\n',
      '\0',
      '\xe4',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const message = parts.join('');
        const whole = split(latin1(message));
        expect(`${whole.mboxLine}${whole.header}${whole.separator}${whole.body}`).toBe(message);
        for (const size of [1, 2, 3, 7]) expect(split(latin1(message), size)).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the places of its fields behind an mbox line', () => {
    expect(split(latin1('From x y\nA: 1\n 2\nB: 3\n\n')).fields).toEqual([
      ['a', ' 1\n 2'],
      ['b', ' 3'],
    ]);
  });
});

const lines = (count: number) => 'A: 1\n'.repeat(count);
const field = (octets: number) => `A: ${'x'.repeat(octets - 4)}\n`;

describe('the limits of a header block', () => {
  const TOO_LONG = 'the header block is longer than 8 MiB';
  const TOO_MANY = 'the header block has more than 200000 fields';

  it.each([
    ['as many fields as may be', `${lines(MAX_HEADER_FIELDS)}\nbody`, undefined],
    ['one field more', `${lines(MAX_HEADER_FIELDS + 1)}\nbody`, TOO_MANY],
    ['as many octets as may be', `${field(MAX_HEADER_BYTES)}\nbody`, undefined],
    ['as many octets as may be, below an mbox line', `From x y\n${field(MAX_HEADER_BYTES)}\nbody`, undefined],
    ['one octet more below an mbox line', `From x y\n${field(MAX_HEADER_BYTES + 1)}\nbody`, TOO_LONG],
    ['one octet more', `${field(MAX_HEADER_BYTES + 1)}\nbody`, TOO_LONG],
    ['one octet more in many folds', `${field(100)}${' x\n'.repeat(MAX_HEADER_BYTES / 3)}\nbody`, TOO_LONG],
    ['a line that does not end', `A: ${'x'.repeat(MAX_HEADER_BYTES)}`, TOO_LONG],
  ])('%s', (_, message, overLimit) => {
    for (const size of [65_536, Number.POSITIVE_INFINITY]) {
      const result = split(latin1(message), size);
      expect(result.overLimit).toBe(overLimit);
      expect(result.header === undefined).toBe(overLimit !== undefined);
      expect(result.body).toBe(overLimit === undefined ? 'body' : '');
    }
  });
});
