/** Messages: judged, signed, explained, linted, cleaned of forged results; and what the command prints about them. */
import { forgedResults } from '../../../src/lib/auth-results/forged.ts';
import { fromField } from '../../../src/lib/header/author.ts';
import { cleanHeader } from '../../../src/lib/header/clean-header.ts';
import type { HeaderBlock } from '../../../src/lib/header/header-block.ts';
import { MessageSplitter } from '../../../src/lib/message/message-splitter.ts';
import { spliced } from '../../../src/lib/message/splice.ts';
import { MessageLinter } from '../../../src/lib/preflight/linter.ts';
import { signMessage, type SignOptions } from '../../../src/lib/sign-message.ts';
import { forgedReceivedSpf } from '../../../src/lib/spf/forged-received-spf.ts';
import { sessionOf } from '../../../src/lib/spf/message-session.ts';
import { verifyMessage } from '../../../src/lib/verify-message.ts';
import { chainByHand } from '../../support/arc-sealer.ts';
import { AWKWARD, WILD } from '../../support/awkward-messages.ts';
import { inPieces } from '../../support/chunks.ts';
import { runInMemory } from '../../support/context.ts';
import { explained } from '../../support/explained.ts';
import { FORGERIES, OF_OTHERS, OWN_ID } from '../../support/forged-results.ts';
import { PLAIN, signByHand } from '../../support/hand-signer.ts';
import { KEY_NAMES, keyOwner, keyRecord, NOW, signingKey, textResolver } from '../../support/vectors.ts';
import { expectSame, expectThat, resultOrError, type Target } from '../target.ts';

const { resolver } = textResolver(Object.fromEntries(KEY_NAMES.map((name) => [keyOwner(name), keyRecord(name)])));

const DOMAINKEYS =
  'DomainKey-Signature: a=rsa-sha1; q=dns; c=nofws; d=example.com; s=rsa1024; h=From:Subject; b=QUJD\r\n';
const DKIM2 = 'DKIM2-Signature: i=1; n=x; t=1; d=example.com; mf=PD4=; rt=PHhAYi5leGFtcGxlPg==; s=a:b:QUJD\r\n';
const TRACE =
  'Return-Path: <ann@example.com>\r\nReceived-SPF: pass (mx: ok) client-ip=192.0.2.1; envelope-from="a@b.example"; helo=x;\r\n' +
  'Received: from mail.example.com (HELO x) (192.0.2.1)\r\n by mx.example.org with SMTP; 6 Sep 2023 11:33:20 -0000\r\n';
const SIGNED = (['rsa1024', 'ed25519'] as const).flatMap((key) =>
  ['simple/simple', 'relaxed/simple', 'relaxed/relaxed'].map((c) => signByHand(PLAIN, { key, tags: { c } })),
);
const MIME =
  'From: a@example.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\n' +
  'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe=\r\n x\r\n' +
  '--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+aGVsbG88L2I+\r\n--b--\r\n';

const EXAMPLES = [
  ...SIGNED,
  ...Object.values(AWKWARD),
  ...Object.values(WILD).filter((text) => text.length < 4096),
  DOMAINKEYS + PLAIN,
  DKIM2 + PLAIN,
  TRACE + PLAIN,
  chainByHand(PLAIN, 2),
  signByHand(PLAIN, { tags: { l: '5', x: String(NOW + 9), i: '=61@example.com', z: 'From:=41|To:x' } }),
  MIME,
];

const WORDS = [
  'From: ',
  'Sender: ',
  'DKIM-Signature: ',
  'DomainKey-Signature: ',
  'ARC-Seal: i=1; ',
  'ARC-Message-Signature: ',
  'ARC-Authentication-Results: i=1; ',
  'Authentication-Results: ',
  'Received: from ',
  'Received-SPF: ',
  'DKIM2-Signature: ',
  'Content-Type: multipart/mixed; boundary=b\r\n',
  'Content-Transfer-Encoding: base64\r\n',
  '--b\r\n',
  '--b--',
  'From x\n',
  ' h=From:From',
  ' l=3;',
  ' i=@',
  ' c=relaxed;',
  ' bh=',
  ' b=',
  ' a=rsa-sha1;',
  ' d=example.com;',
  ' t=y',
  ' x=',
  ' z=',
]; // prettier-ignore

const OPTIONS: SignOptions = {
  headerCanonicalization: 'relaxed',
  bodyCanonicalization: 'relaxed',
  timestamp: NOW,
  lifetime: undefined,
  identity: undefined,
  bodyLength: false,
  copiedHeaders: true,
};
const KEYS = [signingKey('ed25519')];

/** The header block with its splitter; `undefined` where there is none. */
function split(input: Buffer): { splitter: MessageSplitter; header: HeaderBlock } | undefined {
  const splitter = new MessageSplitter();
  splitter.write(input);
  splitter.end();
  return splitter.header === undefined ? undefined : { splitter, header: splitter.header };
}

function bodyOf(input: Buffer): Buffer {
  const splitter = new MessageSplitter();
  const body = splitter.write(input);
  splitter.end();
  return body;
}

const message: Target = {
  kind: 'message',
  examples: EXAMPLES,
  words: WORDS,
  async run(input) {
    const options = { resolver, now: NOW, arc: true };
    const whole = await resultOrError(() => verifyMessage(input, options));
    const size = 1 + (input.length % 61);
    expectSame('in pieces', await resultOrError(() => verifyMessage(inPieces(input, size), options)), whole);
  },
};

const signing: Target = {
  kind: 'signing',
  examples: EXAMPLES,
  words: WORDS,
  async run(input) {
    const c = (['simple', 'relaxed'] as const)[input.length % 2]!;
    const options = { ...OPTIONS, headerCanonicalization: c, bodyCanonicalization: c };
    const signed = await resultOrError(() => signMessage(input, options, () => KEYS));
    if (!('fields' in signed)) return;
    const { fields, insertAt } = signed;
    const output = Buffer.concat([input.subarray(0, insertAt), fields, input.subarray(insertAt)]);
    const { dkim } = await verifyMessage(output, { resolver, now: NOW });
    const [verdict] = dkim.signatures;
    expectSame('what was signed', [verdict?.bodyHash, verdict?.signature], ['match', 'valid']);
  },
};

const explanation: Target = {
  kind: 'explanation',
  share: 0.1,
  examples: [...SIGNED, signByHand(MIME, { key: 'ed25519', tags: { h: 'From' } }).replace('hello', 'x')],
  words: [...WORDS, '>From ', '=\r\n', '=20', '=3D', '\r\n-- \r\n', '[list] ', '<html>'],
  run: (input) => resultOrError(() => explained(input.toString('latin1'), { effort: 'quick' })),
};

const lint: Target = {
  kind: 'lint',
  examples: [...EXAMPLES, TRACE + MIME],
  words: WORDS,
  run(input) {
    const linter = new MessageLinter();
    for (const piece of inPieces(input, 1 + (input.length % 61))) linter.write(piece);
    linter.end();
    linter.findings(undefined, NOW);
    const header = split(input)?.header;
    if (header === undefined) return;
    fromField(header);
    sessionOf(header);
  },
};

const authResults: Target = {
  kind: 'auth-results',
  examples: [...FORGERIES.map(({ header }) => header), ...OF_OTHERS].map(
    (field) => `${field}\r\nFrom: a@b.example\r\n\r\nx`,
  ),
  words: [
    'Authentication-Results:',
    OWN_ID,
    ` ${OWN_ID}; dkim=pass`,
    'ARC-',
    '(',
    ')',
    '=?utf-8?q?',
    '?=',
    '\\',
    '"',
    '; ',
  ],
  run(input) {
    const parts = split(input);
    if (parts === undefined) return;
    const unwanted = [...forgedResults(parts.header, OWN_ID), ...forgedReceivedSpf(parts.header, OWN_ID)];
    const wanted = new Set(unwanted);
    const { splices } = cleanHeader(
      parts.splitter,
      parts.header,
      parts.header.fields.filter((field) => wanted.has(field)),
    );
    const output = Buffer.concat([...spliced([input], splices)]);
    const again = split(output);
    if (again === undefined) return;
    expectSame(
      'forged results that are left',
      forgedResults(again.header, OWN_ID).map(({ name }) => name),
      [],
    );
    expectThat('bare CRs are left', !again.header.hasBareCr);
    expectThat('NULs are left', !again.header.text.includes('\0'));
    const body = bodyOf(input);
    expectThat('the body is another', bodyOf(output).equals(body));
  },
};

/** A terminal or a log may get line feeds and what can be seen, and nothing else. */
const UNSAFE = /[\0-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\u061c\u200b-\u200f\ufeff]/u;

const report: Target = {
  kind: 'report',
  share: 0.3,
  examples: [...SIGNED, DOMAINKEYS + PLAIN, chainByHand(PLAIN, 1), MIME, TRACE + PLAIN],
  words: WORDS,
  async run(input) {
    const common = ['verify', '--now', String(NOW), '--key-record', `${keyOwner('ed25519')}=${keyRecord('ed25519')}`];
    const more = [['-v'], ['--json', '--arc'], ['--preflight'], ['--explain', '--effort', 'quick', '-v']][
      input.length % 4
    ]!;
    const { stdout, stderr, status } = await runInMemory([...common, ...more], input.toString('latin1'));
    expectThat(`status ${status}`, [0, 1, 2, 100].includes(status!));
    for (const text of [stdout, stderr]) expectThat(`unescaped: ${JSON.stringify(text)}`, !UNSAFE.test(text));
    expectThat(`a fault: ${stderr}`, !/internal|\n\s+at /.test(stderr));
  },
};

export const MESSAGES: readonly Target[] = [message, signing, explanation, lint, authResults, report];
