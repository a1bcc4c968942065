import { describe, expect, it } from 'vitest';
import { MailboxWatch } from '../../../src/lib/message/mailbox-watch.ts';
import { inPieces, latin1 } from '../../support/chunks.ts';

const NEXT = 'From bob@example.com Thu May 14 12:00:00 2009\n';

/** What the watch says of a body, in pieces of every size that could matter. */
function sizesFound(body: string): boolean[] {
  return [1, 2, 7, 64, 1_000_000].map((size) => {
    const watch = new MailboxWatch();
    for (const piece of inPieces(latin1(body), size)) watch.write(piece);
    return watch.end();
  });
}

const yes = [true, true, true, true, true];
const no = yes.map(() => false);

describe('another message in a body', () => {
  it.each([
    ['behind an empty line', `body\n\n${NEXT}Subject: two\n\nbody\n`],
    ['with CRLF', `body\r\n\r\n${NEXT.replace('\n', '\r\n')}Subject: two\r\n`],
    ['at once', `${NEXT}Subject: two\n`],
    ['whose field has no end', `\n\n${NEXT}Subject: two`],
    ['of Thunderbird', `\n\nFrom - Thu May 14 12:00:00 2009\nX-Mozilla-Status: 0001\n`],
    ['behind what is none', `\n\nFrom now on\n\n${NEXT}Subject : two\n`],
    ['whose field is long', `\n\n${NEXT}Subject: ${'x'.repeat(5000)}\n`],
  ])('is found %s', (_, body) => expect(sizesFound(body)).toEqual(yes));

  it.each([
    ['a sentence', 'Hello\n\nFrom what I hear it is at 12:00.\nNo field here\n'],
    ['a line with a colon behind a sentence', 'Hello\n\nFrom my point of view\nNote: x\n'],
    ['a separator in the midst of text', `Hello\n${NEXT}Subject: two\n`],
    ['an escaped separator', `Hello\n\n>${NEXT}Subject: two\n`],
    ['a separator at the end', `Hello\n\n${NEXT}`],
    ['a separator before an empty line', `Hello\n\n${NEXT}\nSubject: two\n`],
    ['an endless line', `Hello\n\nFrom ${'12:00 '.repeat(10_000)}\nSubject: two\n`],
    ['nothing', ''],
  ])('is not %s', (_, body) => expect(sizesFound(body)).toEqual(no));
});
