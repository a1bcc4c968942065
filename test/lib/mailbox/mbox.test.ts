/** Where the messages of an mbox begin and end, whatever its form and however it comes. */
import { describe, expect, it } from 'vitest';
import { MBOX_FORMS, type MboxForm, MboxScanner } from '../../../src/lib/mailbox/mbox.ts';
import { FROM_LINE, mboxOf } from '../../support/mailboxes.ts';

interface Found {
  readonly offset: number;
  readonly text: string;
}

/** @param sizes of the pieces that it comes in. @param canPeek it can be read further on, as a file */
function messagesIn(mbox: string, form?: MboxForm, size = mbox.length, canPeek = true): Found[] {
  const bytes = Buffer.from(mbox, 'latin1');
  const peek = (offset: number, length: number) => bytes.subarray(offset, offset + length);
  const scanner = new MboxScanner({ form, peek: canPeek ? peek : undefined });
  const found: { offset: number; text: string }[] = [];
  const take = (events: ReturnType<MboxScanner['write']>) => {
    for (const event of events) {
      if (event.kind === 'start') found.push({ offset: event.offset, text: '' });
      else if (event.kind === 'data') {
        const last = found.at(-1)!;
        expect(bytes.indexOf(event.bytes, event.offset)).toBe(event.offset);
        last.text += event.bytes.toString('latin1');
      }
    }
  };
  for (let at = 0; at < bytes.length; at += size) take(scanner.write(Buffer.from(bytes.subarray(at, at + size))));
  take(scanner.end());
  return found;
}

const texts = (found: readonly Found[]) => found.map(({ text }) => text);

const PLAIN = 'From: a@example.com\nSubject: one\n\nhello\n';
const QUOTING = `From: b@example.com\n\nlook:\n\n${FROM_LINE}\nSubject: quoted\n\nFrom here on\n`;
const HEADER_ONLY = 'Subject: no body\n';
const BLANKS = 'Subject: blanks\n\nhello\n\n\n';

describe.each(MBOX_FORMS)('the messages of %s', (form) => {
  it.each([1, 2, 7, 8, 64, 100_000])('come out as they were put in, in pieces of %i', (size) => {
    const messages = [PLAIN, QUOTING, BLANKS, PLAIN];
    const mbox = mboxOf(messages, form);
    const told = texts(messagesIn(mbox, form, size));
    expect(told.map((text) => text.replace(/Content-Length: \d+\n/, ''))).toEqual(
      form === 'mboxcl2' ? messages : messages.map((text) => text.replace(/^From (?=ann|here)/gm, '>From ')),
    );
    expect(texts(messagesIn(mbox, undefined, size))).toEqual(told);
  });

  it('have CRLF where the mbox has', () => {
    const messages = [PLAIN, QUOTING].map((text) => text.replaceAll('\n', '\r\n'));
    const mbox = mboxOf(messages, form, '\r\n');
    const found = messagesIn(mbox);
    expect(found).toHaveLength(2);
    expect(found.map(({ offset }) => mbox.slice(offset, offset + 8))).toEqual(['From ann', 'From ann']);
    expect(found[0]!.text.endsWith('hello\r\n')).toBe(true);
  });
});

describe('an mbox', () => {
  it('may hold messages without a body, or without anything', () => {
    expect(texts(messagesIn(mboxOf([HEADER_ONLY, HEADER_ONLY], 'mboxo')))).toEqual([HEADER_ONLY, HEADER_ONLY]);
    expect(texts(messagesIn(`${FROM_LINE}\n\n${FROM_LINE}\nA: b\n`))).toEqual(['', 'A: b\n']);
  });

  it('may end without a line end, in the middle of a message or of a From line', () => {
    const mbox = mboxOf([PLAIN, PLAIN], 'mboxo');
    expect(texts(messagesIn(mbox.slice(0, -4)))).toEqual([PLAIN, PLAIN.slice(0, -3)]);
    expect(texts(messagesIn(mbox + FROM_LINE.slice(0, 20)))).toEqual([PLAIN, `${PLAIN}\n${FROM_LINE.slice(0, 20)}`]);
    expect(texts(messagesIn(`${mbox}${FROM_LINE}\n`))[1]).toContain(PLAIN);
    expect(messagesIn('')).toEqual([]);
  });

  it('leaves lines in messages that only look like the start of one', () => {
    for (const line of ['From here to there', `${FROM_LINE}\nno field`, 'From 9:00 on\n\nSubject: x']) {
      const message = `Subject: x\n\nhello\n\n${line}\n`;
      expect(texts(messagesIn(`${FROM_LINE}\n${message}\n${FROM_LINE}\n${PLAIN}`))).toEqual([message, PLAIN]);
    }
    const inside = `Subject: x\n\nno empty line\n${FROM_LINE}\nSubject: y\n`;
    expect(texts(messagesIn(`${FROM_LINE}\n${inside}\n${FROM_LINE}\n${PLAIN}`))).toEqual([inside, PLAIN]);
  });

  it('loses the >From lines that UUCP put below the From line', () => {
    const mbox = `${FROM_LINE}\n>From uucp Thu May 14 12:00:00 2009 remote from here\n${PLAIN}`;
    expect(texts(messagesIn(mbox, undefined, 3))).toEqual([PLAIN]);
  });

  it('is no place where a Content-Length hides messages', () => {
    const hidden = mboxOf([PLAIN, PLAIN, PLAIN], 'mboxrd');
    const end = `Subject: liar\n\nhi\n`;
    const liar = `Content-Length: ${3 + 1 + hidden.length - 1}\n${end}`;
    const mbox = mboxOf([liar], 'mboxrd') + hidden + mboxOf([PLAIN], 'mboxrd');
    expect(texts(messagesIn(mbox))).toEqual([liar, PLAIN, PLAIN, PLAIN, PLAIN]);
    expect(texts(messagesIn(mbox, 'mboxrd'))).toHaveLength(5);
  });

  it('is read by its From lines where a Content-Length is wrong', () => {
    for (const length of [0, 3, 10_000, 999_999_999_999_999]) {
      const wrong = `Content-Length: ${length}\n${PLAIN}`;
      expect(texts(messagesIn(mboxOf([PLAIN, PLAIN], 'mboxcl2') + mboxOf([wrong, PLAIN], 'mboxo')))).toHaveLength(4);
      expect(texts(messagesIn(mboxOf([wrong, PLAIN], 'mboxo'), 'mboxcl2'))).toHaveLength(2);
    }
  });

  it('from a pipe has lengths where that is said', () => {
    const mbox = mboxOf([QUOTING, PLAIN], 'mboxcl2');
    expect(messagesIn(mbox, 'mboxcl2', 50, false)).toHaveLength(2);
    expect(messagesIn(mbox, undefined, 50, false)).toHaveLength(3);
  });
});
