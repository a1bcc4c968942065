/** What holds many messages, and what is kept about them. */
import { countsOf } from '../../../src/lib/archive-report/line.ts';
import { formatKeyring, parseKeyring } from '../../../src/lib/keyring/format.ts';
import { containerKind } from '../../../src/lib/mailbox/kind.ts';
import { type MboxForm, MBOX_FORMS, MboxScanner } from '../../../src/lib/mailbox/mbox.ts';
import { parseLineMessage } from '../../../src/lib/mailbox/ndjson.ts';
import { FromUnescaper } from '../../../src/lib/mailbox/unescape.ts';
import { inPieces } from '../../support/chunks.ts';
import { PLAIN } from '../../support/hand-signer.ts';
import { keyRecord } from '../../support/vectors.ts';
import { expectSame, expectThat, resultOrError, type Target } from '../target.ts';

/** The messages of an mbox, latin1. */
function messagesIn(input: Buffer, size: number, form: MboxForm | undefined): string[] {
  const messages: string[] = [];
  const scanner = new MboxScanner({ form });
  const take = (events: ReturnType<MboxScanner['write']>) => {
    for (const event of events) {
      if (event.kind === 'start') messages.push('');
      if (event.kind === 'data') messages.push((messages.pop() ?? '') + event.bytes.toString('latin1'));
    }
  };
  for (const piece of inPieces(input, size)) take(scanner.write(piece));
  take(scanner.end());
  return messages;
}

function unescaped(input: Buffer, size: number): string {
  const unescaper = new FromUnescaper('mboxrd');
  let text = '';
  for (const piece of inPieces(input, size)) text += unescaper.write(piece).toString('latin1');
  return text + unescaper.end().toString('latin1');
}

const FROM_LINE = 'From ann@example.com Wed Sep  6 11:33:20 2023\n';
const BOX = `${FROM_LINE}From: a@b.example\nContent-Length: 3\n\nhi\n\n${FROM_LINE}${PLAIN.replaceAll('\r\n', '\n')}>From x\n>>From y\n\n`;

const mailbox: Target = {
  kind: 'mailbox',
  examples: [BOX, BOX.replaceAll('\n', '\r\n'), `${FROM_LINE}\n\n${FROM_LINE}x`, PLAIN],
  words: [FROM_LINE, '\nFrom ', '\n>From ', '\n\n', '\r\n', 'Content-Length: ', 'Content-Length: 99\n', 'From '],
  run(input) {
    containerKind(input);
    const form = [undefined, ...MBOX_FORMS][input.length % 5];
    const size = 1 + (input.length % 61);
    expectSame('in pieces', messagesIn(input, size, form), messagesIn(input, input.length + 1, form));
    expectSame('unescaped in pieces', unescaped(input, size), unescaped(input, input.length + 1));
  },
};

const ENTRY = {
  name: 's._domainkey.example.com',
  record: keyRecord('ed25519'),
  first: '2026-01-01T00:00:00Z',
  origin: 'x',
};

const lines: Target = {
  kind: 'archive-lines',
  examples: [
    '{"id":"1","raw_b64":"RnJvbTogYUBiLmV4YW1wbGUKCmhp"}',
    [...formatKeyring([])].join('') + JSON.stringify(ENTRY),
    '{"file":"a","date":"2026-01-01","result":"pass","from":"a@b.example","dkim":{"result":"pass","signatures":[{"result":"pass","reason":"signature-valid","domain":"b.example","selector":"s"}]}}',
  ],
  words: ['"id":', '"raw_b64":', '"name":', '"record":', '"first":', 'null', '{}', '[]', '\n', '"__proto__":'],
  async run(input) {
    const text = input.toString('utf8');
    await resultOrError(() => parseLineMessage(text));
    await resultOrError(() => {
      const entries = [...parseKeyring('keyring', text.split('\n'))];
      const written = [...formatKeyring(entries)].join('');
      expectThat('printable', /^[ -~\n]*$/.test(written));
      expectSame('written and read', [...parseKeyring('keyring', written.trimEnd().split('\n'))], entries);
    });
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return;
    }
    countsOf(value);
  },
};

export const ARCHIVES: readonly Target[] = [mailbox, lines];
