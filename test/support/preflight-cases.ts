/** A message for each finding of --preflight, and the same with the remedy carried out. */
import type { PreflightCode } from '../../src/lib/preflight/checks.ts';
import { signByHand } from './hand-signer.ts';
import { keyOwner, keyRecord, NOW } from './vectors.ts';

export interface PreflightCase {
  readonly code: PreflightCode;
  /** What it is found in, as `subject` of the finding says. */
  readonly subject: string;
  readonly broken: string;
  readonly fixed: string;
  /** Records beside those of the sound message. */
  readonly zone?: Zone;
  readonly fixedZone?: Zone;
  /** What Postfix 3.7 makes of `broken`, where it does something: its signature does not pass any more, or it is refused. */
  readonly postfix?: 'breaks' | 'refuses';
}

export type Zone = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** In which nothing is wrong with `SOUND`. */
export const ZONE: Zone = {
  ...Object.fromEntries((['rsa1024', 'rsa2048'] as const).map((name) => [keyOwner(name), { TXT: [keyRecord(name)] }])),
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=none; rua=mailto:dmarc@example.com'] },
  'example.com': { MX: [{ preference: 10, exchange: 'mail.example.com' }] },
  'mail.example.com': { A: ['192.0.2.1'] },
};

const LINES = {
  from: 'From: Ann <ann@example.com>',
  to: 'To: bob@example.net',
  subject: 'Subject: Lunch',
  date: 'Date: Wed, 06 Sep 2023 11:33:20 +0000',
  id: 'Message-ID: <1@example.com>',
  unsubscribe: 'List-Unsubscribe: <https://example.com/u/1>',
  post: 'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
};

type Fields = Partial<Record<keyof typeof LINES, string>>;

/** @param fields in place of the usual ones; empty leaves one out */
function message(fields: Fields = {}, body = 'Are you hungry yet?\r\n', more: readonly string[] = []): string {
  const lines = [...Object.values({ ...LINES, ...fields }).filter((line) => line !== ''), ...more];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

const H = 'From:To:Subject:Date:Message-ID:List-Unsubscribe:List-Unsubscribe-Post';
type Tags = Readonly<Record<string, string | undefined>>;
const signed = (text: string, tags: Tags = {}) => signByHand(text, { tags: { h: H, ...tags } });

const mime = (encoding: string, type = 'text/plain; charset=utf-8') => [
  'MIME-Version: 1.0',
  `Content-Type: ${type}`,
  `Content-Transfer-Encoding: ${encoding}`,
];

const ids = (count: number, fold: string) => `References:${`${fold}<${'a'.repeat(40)}@example.com>`.repeat(count)}`;
const SIMPLE = { c: 'simple/simple' };
const GREEN = 'gr\u00c3\u00bcn\r\n';

export const SOUND = signed(message());

export const PREFLIGHT_CASES: readonly PreflightCase[] = [
  {
    code: 'header-line-too-long',
    subject: 'References',
    broken: signed(message({}, undefined, [ids(30, ' ')]), { h: `${H}:References` }),
    fixed: signed(message({}, undefined, [ids(30, '\r\n ')]), { h: `${H}:References` }),
    postfix: 'breaks',
  },
  {
    code: 'body-line-too-long',
    subject: 'body line 2',
    broken: signed(message({}, `a\r\n${'x'.repeat(999)}\r\n`)),
    fixed: signed(message({}, `a\r\n${'x'.repeat(998)}\r\nx\r\n`)),
    postfix: 'breaks',
  },
  {
    code: 'body-8bit',
    subject: 'body line 1',
    broken: signed(message({}, GREEN, mime('8bit'))),
    fixed: signed(message({}, 'gr=C3=BCn\r\n', mime('quoted-printable'))),
    postfix: 'breaks',
  },
  {
    code: 'body-8bit-unlabelled',
    subject: 'body line 1',
    broken: signed(message({}, GREEN)),
    fixed: signed(message({}, 'gr=C3=BCn\r\n', mime('quoted-printable'))),
  },
  {
    code: 'header-8bit',
    subject: 'header line 4',
    broken: signed(message({ subject: 'Subject: gr\u00c3\u00bcn' })),
    fixed: signed(message({ subject: 'Subject: =?utf-8?q?gr=C3=BCn?=' })),
  },
  {
    code: 'bare-cr',
    subject: 'body line 1',
    broken: signed(message({}, 'a\rb\r\n')),
    fixed: signed(message({}, 'ab\r\n')),
    postfix: 'breaks',
  },
  {
    code: 'bare-lf',
    subject: 'body line 1',
    broken: signed(message({}, 'a\nb\r\n')),
    fixed: signed(message({}, 'a\r\nb\r\n')),
    postfix: 'refuses',
  },
  {
    code: 'nul',
    subject: 'body line 1',
    broken: signed(message({}, 'a\0b\r\n')),
    fixed: signed(message({}, 'YQBi\r\n', mime('base64', 'application/octet-stream'))),
  },
  {
    code: 'date-missing',
    subject: 'Date',
    broken: signed(message({ date: '' })),
    fixed: SOUND,
    postfix: 'breaks',
  },
  {
    code: 'message-id-missing',
    subject: 'Message-ID',
    broken: signed(message({ id: '' })),
    fixed: SOUND,
    postfix: 'breaks',
  },
  {
    code: 'mime-version-missing',
    subject: 'MIME-Version',
    broken: signed(message({}, undefined, ['Content-Type: text/plain'])),
    fixed: signed(message({}, undefined, ['MIME-Version: 1.0', 'Content-Type: text/plain'])),
  },
  {
    code: 'simple-header',
    subject: 'd=example.com s=rsa2048',
    broken: signed(message({ to: 'To: bob@example.net,\r\n carol@example.net' }), SIMPLE),
    fixed: signed(message({ to: 'To: bob@example.net,\r\n carol@example.net' })),
  },
  {
    code: 'simple-trailing-blanks',
    subject: 'body line 1',
    broken: signed(message({}, 'a \r\nb\r\n'), SIMPLE),
    fixed: signed(message({}, 'a \r\nb\r\n')),
  },
  {
    code: 'list-rewrites',
    subject: 'List-Id',
    broken: signed(message({}, undefined, ['List-Id: Lunch <lunch.lists.example.com>'])),
    fixed: signed(message({ subject: 'Subject: [lunch] Today' }, undefined, ['List-Id: <lunch.lists.example.com>'])),
  },
  { code: 'body-length', subject: 'd=example.com s=rsa2048', broken: signed(message(), { l: '3' }), fixed: SOUND },
  {
    code: 'expires-early',
    subject: 'd=example.com s=rsa2048',
    broken: signed(message(), { x: String(NOW + 86_400) }),
    fixed: signed(message(), { x: String(NOW + 7 * 86_400) }),
  },
  {
    code: 'footer-rewrites',
    subject: 'Content-Type',
    broken: signed(message({}, 'YWJj\r\n', mime('base64'))),
    fixed: signed(message({}, 'abc\r\n', mime('7bit'))),
  },
  { code: 'not-signed', subject: 'message', broken: message(), fixed: SOUND },
  {
    code: 'signature-refused',
    subject: 'd=example.com s=rsa2048',
    broken: SOUND.replace('hungry', 'thirsty'),
    fixed: SOUND,
  },
  {
    code: 'not-aligned',
    subject: 'example.net',
    broken: signed(message({ from: 'From: ann@example.net' })),
    fixed: SOUND,
    zone: {
      '_dmarc.example.net': { TXT: ['v=DMARC1; p=none'] },
      'example.net': { MX: [{ preference: 10, exchange: 'mail.example.com' }] },
    },
  },
  {
    code: 'key-short',
    subject: 'd=example.com s=rsa1024',
    broken: signByHand(message(), { key: 'rsa1024', tags: { h: H } }),
    fixed: SOUND,
  },
  {
    code: 'dmarc-missing',
    subject: 'example.com',
    broken: SOUND,
    fixed: SOUND,
    zone: { '_dmarc.example.com': {} },
    fixedZone: { '_dmarc.example.com': { TXT: ['v=DMARC1; p=none; rua=mailto:postmaster@example.com'] } },
  },
  {
    code: 'from-not-one',
    subject: 'From',
    broken: signed(message({ from: 'From: ann@example.com, eve@example.com' })),
    fixed: SOUND,
  },
  {
    code: 'unsubscribe-missing',
    subject: 'List-Unsubscribe',
    broken: signed(message({ unsubscribe: '', post: '' })),
    fixed: SOUND,
  },
  {
    code: 'unsubscribe-not-one-click',
    subject: 'List-Unsubscribe',
    broken: signed(message({ unsubscribe: 'List-Unsubscribe: <mailto:leave@example.com>' })),
    fixed: SOUND,
  },
  {
    code: 'unsubscribe-not-signed',
    subject: 'List-Unsubscribe',
    broken: signed(message(), { h: 'From:To:Subject:Date:Message-ID:List-Unsubscribe' }),
    fixed: SOUND,
  },
  {
    code: 'from-takes-no-mail',
    subject: 'example.com',
    broken: SOUND,
    fixed: SOUND,
    zone: { 'example.com': { MX: [{ preference: 0, exchange: '' }] } },
    fixedZone: {},
  },
  {
    code: 'dns-unanswered',
    subject: 'example.com',
    broken: SOUND,
    fixed: SOUND,
    zone: { 'example.com': { MX: 'TIMEOUT' } },
    fixedZone: {},
  },
];
