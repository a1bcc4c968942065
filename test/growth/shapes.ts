/** Input made to be much work, in sizes that grow. */
import { forgedResults } from '../../src/lib/auth-results/forged.ts';
import { readPrivateKey } from '../../src/lib/crypto/private-key.ts';
import { formatPem } from '../../src/lib/crypto/pem.ts';
import { decodeReply, encodeQuery } from '../../src/lib/dns/wire/message.ts';
import { parseZone } from '../../src/lib/dns/zones/file.ts';
import { zoneResolver } from '../../src/lib/dns/zones/zone.ts';
import { parseDmarcRecord } from '../../src/lib/dmarc/record.ts';
import { parseSignature } from '../../src/lib/dkim/signature.ts';
import { HeaderBlock } from '../../src/lib/header/header-block.ts';
import { parseReceived } from '../../src/lib/header/received.ts';
import { MboxScanner } from '../../src/lib/mailbox/mbox.ts';
import { parseKeyRecord } from '../../src/lib/keys/key-record.ts';
import { MessageLinter } from '../../src/lib/preflight/linter.ts';
import { parseKeyTable } from '../../src/lib/opendkim/key-table.ts';
import { withConfigSwitched } from '../../src/lib/opendkim/edit.ts';
import { parseRspamdMap } from '../../src/lib/rspamd/dkim-signing.ts';
import { parseUcl } from '../../src/lib/rspamd/ucl.ts';
import { signMessage } from '../../src/lib/sign-message.ts';
import { evaluateSpf } from '../../src/lib/spf/evaluate.ts';
import { lintSpf } from '../../src/lib/spf/lint.ts';
import { sessionOf } from '../../src/lib/spf/message-session.ts';
import { parseReceivedSpf } from '../../src/lib/spf/received-spf.ts';
import { parseSpfRecord } from '../../src/lib/spf/record.ts';
import { parseAddresses } from '../../src/lib/syntax/address.ts';
import { parseTagList } from '../../src/lib/syntax/tag-list.ts';
import { verifyMessage } from '../../src/lib/verify-message.ts';
import { inPieces, latin1 } from '../support/chunks.ts';
import { explained } from '../support/explained.ts';
import { signByHand } from '../support/hand-signer.ts';
import { keyOwner, keyRecord, NOW, signingKey, textResolver } from '../support/vectors.ts';

export interface Shape {
  readonly name: string;
  /** The largest size; a half and a quarter of it are tried too. */
  readonly size: number;
  readonly make: (size: number) => string;
  readonly work: (input: string) => unknown;
  /** What is reported in the result, or in an error, where the size goes beyond a limit. */
  readonly limit?: RegExp;
}

const { resolver } = textResolver({ [keyOwner('ed25519')]: keyRecord('ed25519') });
const FROM = 'From: ann@example.com\r\n';
const SIGNATURE = signByHand(FROM, { key: 'ed25519', tags: { h: 'From:X' } }).slice(0, -FROM.length);
const KEYS = [signingKey('ed25519')];
const OPTIONS = {
  headerCanonicalization: 'relaxed',
  bodyCanonicalization: 'relaxed',
  timestamp: NOW,
  lifetime: undefined,
  identity: undefined,
  bodyLength: false,
  copiedHeaders: false,
} as const;

const pieces = (text: string) => inPieces(latin1(text), 65_536);
const verify = (text: string) => verifyMessage(pieces(text), { resolver, now: NOW, arc: true });
const sign = (text: string) => signMessage(pieces(text), OPTIONS, () => KEYS);
const explain = (text: string) => explained(text, { effort: 'quick' });
const lint = (text: string) => {
  const linter = new MessageLinter();
  for (const piece of pieces(text)) linter.write(piece);
  linter.end();
  return linter.findings(undefined, NOW);
};
const forged = (text: string) => forgedResults(new HeaderBlock(latin1(text)), 'mx.example.org').length;
const session = (text: string) => sessionOf(new HeaderBlock(latin1(text)));
const zone = (text: string) => parseZone('zone', latin1(text), 'example.com').records.length;
const tags = (more: string) => `v=1; a=rsa-sha256; d=a.b; s=c; bh=QQ==; b=QQ==; ${more}`;
const nested = (depth: number) => '('.repeat(depth) + ')'.repeat(depth);
const lines = (count: number, line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i)).join('');

/** SPF for example.com, all names with the same records. */
function spf(record: (name: string) => string) {
  const query = (name: string, type: string) =>
    type === 'TXT' ? { status: 'found', records: [[record(name)]] } : { status: 'found', records: ['192.0.2.9'] };
  const options = { resolver: { query: query as typeof resolver.query }, now: () => NOW };
  return async () => [
    await evaluateSpf({ ip: '192.0.2.1', helo: 'x', sender: 'a@example.com' }, options),
    await lintSpf('example.com', options.resolver),
  ];
}

const QUESTION = Buffer.from(encodeQuery(7, ['a', 'example'], 'TXT', { edns: true })!);
/** @param records behind the question; a packet has 65,535 octets at most */
const answer = (records: string) => {
  const packet = Buffer.concat([QUESTION.subarray(0, 12 + 11 + 4), latin1(records)]).subarray(0, 65_535);
  packet.writeUInt16BE(0x8180, 2);
  packet.writeUInt16BE(0xffff, 6);
  packet.writeUInt16BE(0, 10);
  return packet.toString('latin1');
};
const decode = (text: string) => decodeReply(latin1(text), QUESTION);

const mailbox = (text: string) => {
  const scanner = new MboxScanner({ form: undefined });
  let events = 0;
  for (const piece of pieces(text)) for (const _ of scanner.write(piece)) events++;
  for (const _ of scanner.end()) events++;
  return events;
};

const OVER_8_MIB = /the header block is longer than 8 MiB/;

export const SHAPES: readonly Shape[] = [
  // header blocks
  {
    name: 'folds in a field',
    size: 100_000,
    make: (n) => `${SIGNATURE}${FROM}X: a\r\n${' b\r\n'.repeat(n)}\r\n`,
    work: verify,
  },
  {
    name: 'empty folds in From',
    size: 100_000,
    make: (n) => `${SIGNATURE}From:\r\n${' \r\n'.repeat(n)} a@b.example\r\n\r\n`,
    work: verify,
  },
  {
    name: 'folds in a signature',
    size: 100_000,
    make: (n) => `DKIM-Signature: v=1;\r\n${' a=\r\n'.repeat(n)}${FROM}\r\n`,
    work: verify,
  },
  {
    name: 'one line in the header',
    size: 20_000_000,
    make: (n) => `${SIGNATURE}${FROM}X: ${'y '.repeat(n / 2)}\r\n\r\n`,
    work: verify,
    limit: OVER_8_MIB,
  },
  {
    name: 'one line in the body',
    size: 20_000_000,
    make: (n) => `${SIGNATURE}${FROM}\r\n${'y '.repeat(n / 2)}`,
    work: verify,
  },
  {
    name: 'blanks in the body',
    size: 20_000_000,
    make: (n) => `${SIGNATURE}${FROM}\r\n${' '.repeat(n)}`,
    work: verify,
  },
  {
    name: 'empty lines in the body',
    size: 4_000_000,
    make: (n) => `${SIGNATURE}${FROM}\r\n${'\r\n'.repeat(n / 2)}x`,
    work: verify,
  },
  {
    name: 'fields',
    size: 200_000,
    make: (n) => `${SIGNATURE}${'X: a\r\n'.repeat(n)}${FROM}\r\n`,
    work: verify,
    limit: /more than 200000 fields/,
  },
  { name: 'fields, signed', size: 100_000, make: (n) => `${'X: a\r\n'.repeat(n)}${FROM}\r\n`, work: sign },
  { name: 'one line, signed', size: 8_000_000, make: (n) => `${FROM}X: ${'y '.repeat(n / 2)}\r\n\r\n`, work: sign },
  {
    name: 'fields, linted',
    size: 100_000,
    make: (n) => `${FROM}${'X: \xe4\r\n'.repeat(n)}\r\n${'y\r\n'.repeat(n)}`,
    work: lint,
  },
  {
    name: 'names in h=',
    size: 50_000,
    make: (n) => `${SIGNATURE.replace('h=From:X', `h=From${':X'.repeat(n)}`)}${FROM}X: 1\r\n\r\n`,
    work: verify,
    limit: /too-many-signed-fields/,
  },
  {
    name: 'signatures',
    size: 5_000,
    make: (n) => `${SIGNATURE.repeat(n)}${FROM}\r\nx`,
    work: verify,
    limit: /only the topmost 32|too-many-signatures/,
  },
  {
    name: 'signatures that cover each other',
    size: 5_000,
    make: (n) => `${SIGNATURE.replace('h=From:X', `h=From${':DKIM-Signature'.repeat(100)}`).repeat(n)}${FROM}\r\n`,
    work: verify,
    limit: OVER_8_MIB,
  },
  {
    name: 'signatures, explained',
    size: 400,
    make: (n) => `${SIGNATURE.replace(/bh=[^;]+/, `bh=${'A'.repeat(43)}=`).repeat(n)}${FROM}\r\n${'x\r\n'.repeat(50)}`,
    work: explain,
  },
  {
    name: 'ARC sets',
    size: 400,
    make: (n) =>
      lines(
        n,
        (i) =>
          `ARC-Seal: i=${i + 1}; cv=pass; a=rsa-sha256; d=a.b; s=c; b=QQ==\r\nARC-Message-Signature: i=${i + 1}; a=rsa-sha256; d=a.b; s=c; h=From; bh=QQ==; b=QQ==\r\nARC-Authentication-Results: i=${i + 1}; x\r\n`,
      ) + FROM,
    work: verify,
  },
  // structured fields
  {
    name: 'comments nested in From',
    size: 40_000,
    make: (n) => `${SIGNATURE}From: ${nested(n)} a@b.example\r\n\r\n`,
    work: verify,
  },
  {
    name: 'comments nested in Received',
    size: 40_000,
    make: (n) => `Received: from a ${nested(n)} by b; x\r\n${FROM}`,
    work: session,
  },
  {
    name: 'comments nested in Authentication-Results',
    size: 40_000,
    make: (n) => `Authentication-Results: ${nested(n)} mx.example.org; x\r\n${FROM}`,
    work: forged,
  },
  {
    name: 'comments that do not end, in Authentication-Results',
    size: 40_000,
    make: (n) => `Authentication-Results: ${'(\\('.repeat(n)} mx.example.org\r\n`,
    work: forged,
  },
  {
    name: 'Authentication-Results fields',
    size: 20_000,
    make: (n) => 'Authentication-Results: (a) m(x)x.example.org; x\r\n'.repeat(n),
    work: forged,
  },
  {
    name: 'encoded words in Authentication-Results',
    size: 40_000,
    make: (n) => `Authentication-Results: ${'=?utf-8?q?=6D?= '.repeat(n)}; x\r\n`,
    work: forged,
  },
  {
    name: 'Received fields',
    size: 40_000,
    make: (n) => `Received: from a (10.0.0.1) by b; x\r\n`.repeat(n),
    work: session,
  },
  {
    name: 'pairs in Received-SPF',
    size: 40_000,
    make: (n) => ` pass (x) ${'a="b\\"c"; '.repeat(n)}`,
    work: parseReceivedSpf,
  },
  {
    name: 'words in Received',
    size: 40_000,
    make: (n) => ` from ${'(x) [1.2.3.4] '.repeat(n)} by y`,
    work: parseReceived,
  },
  {
    name: 'authors',
    size: 50_000,
    make: (n) => `${SIGNATURE}From: ${lines(n, (i) => `a@x${i}.example, `)}b@c.example\r\n\r\n`,
    work: verify,
  },
  { name: 'escapes in an address', size: 400_000, make: (n) => `"${'\\"'.repeat(n)}"@b.c`, work: parseAddresses },
  // tags and records
  { name: 'tags', size: 60_000, make: (n) => tags(lines(n, (i) => `t${i}=1;`)), work: parseTagList },
  {
    name: 'a tag list of one tag',
    size: 64 * 1024,
    make: (n) => `v=DKIM1; n=${'a b'.repeat(n / 3)}; p=`,
    work: parseKeyRecord,
  },
  {
    name: 'h= and s= of a key record',
    size: 64 * 1024,
    make: (n) => `v=DKIM1; h=${'x:'.repeat(n / 4)}; s=${'y:'.repeat(n / 4)}; p=${'A'.repeat(n / 4)}`,
    work: parseKeyRecord,
  },
  {
    name: 'blanks in b=',
    size: 1_000_000,
    make: (n) => tags(`h=from; z=${'=20|'.repeat(n / 8)}; i=${'=40'.repeat(n / 8)}@a.b`),
    work: parseSignature,
  },
  {
    name: 'rua= of a DMARC record',
    size: 64 * 1024,
    make: (n) => `v=DMARC1; p=none; rua=${'mailto:a@b.example!9m,'.repeat(n / 22)}; fo=${'1:'.repeat(n / 8)}`,
    work: parseDmarcRecord,
  },
  {
    name: 'terms of an SPF record',
    size: 64 * 1024,
    make: (n) => `v=spf1${' ip4:192.0.2.1'.repeat(n / 14)} -all`,
    work: parseSpfRecord,
  },
  {
    name: 'macros of an SPF record',
    size: 64 * 1024,
    make: (n) => `v=spf1 exists:${'%{d9r.-+,/_=}'.repeat(n / 14)}.x -all`,
    work: (text) => spf(() => text)(),
  },
  {
    name: 'an SPF tree',
    size: 64,
    make: (n) => `v=spf1${' include:x'.repeat(n)} -all`,
    work: (text) => spf((name) => text.replaceAll('include:x', `include:x.${name.slice(-60)}`))(),
  },
  {
    name: 'an explanation of macros',
    size: 64 * 1024,
    make: (n) => '%{S}%{H}'.repeat(n / 8),
    work: (text) => spf((name) => (name.startsWith('why') ? text : 'v=spf1 exp=why.example -all'))(),
  },
  // DNS
  {
    name: 'records in an answer',
    size: 4_000,
    make: (n) => answer('\xc0\x0c\0\x10\0\x01\0\0\0\x3c\0\x02\x01x'.repeat(n)),
    work: decode,
  },
  {
    name: 'pointers in a name',
    size: 60_000,
    make: (n) =>
      answer(
        `\0\0\x10\0\x01\0\0\0\0\xff\xff${lines(n / 2, (i) => String.fromCharCode(0xc0 | ((i >> 8) & 63), i & 255))}`,
      ),
    work: decode,
  },
  { name: 'labels in an answer', size: 60_000, make: (n) => answer('\x01a'.repeat(n / 2)), work: decode },
  {
    name: 'strings in a TXT record',
    size: 60_000,
    make: (n) => answer(`\xc0\x0c\0\x10\0\x01\0\0\0\x3c${String.fromCharCode(n >> 8, n & 255)}${'\0'.repeat(n)}`),
    work: decode,
  },
  {
    name: 'aliases',
    size: 4_000,
    make: (n) => lines(n, (i) => `a${i} CNAME a${i + 1}\n`),
    work: (text) => zoneResolver([parseZone('zone', latin1(text), 'example.com')]).query('a0.example.com', 'TXT'),
  },
  {
    name: 'records in a master file',
    size: 200_000_000,
    make: (n) => lines(n / 100, (i) => `${`k${i}._domainkey 60 IN TXT "${'p'.repeat(60)}" ; ${i}`.padEnd(99)}\n`),
    work: zone,
    limit: /more than .* records|too large/,
  },
  {
    name: 'lines in tinydns-data',
    size: 20_000_000,
    make: (n) => lines(n / 40, (i) => `'k${i}.example.com:v=DKIM1\\073 p=:60\n`),
    work: zone,
  },
  {
    name: 'names in zone JSON',
    size: 20_000_000,
    make: (n) => `{${lines(n / 40, (i) => `"k${i}.example.com":{"TXT":["v=DKIM1"]},`)}"x":{"A":["1.2.3.4"]}}`,
    work: zone,
  },
  {
    name: 'parentheses in a master file',
    size: 1_000_000,
    make: (n) => `a TXT (${'\n;x\n "a"'.repeat(n / 8)} )\n`,
    work: zone,
    limit: /./,
  },
  { name: 'braces in zone JSON', size: 1_000_000, make: (n) => '{"a":'.repeat(n / 5), work: zone, limit: /./ },
  // mailboxes
  {
    name: 'From lines in an mbox',
    size: 100_000,
    make: (n) => `From a@b Wed Sep  6 11:33:20 2023\n\nx\n\n`.repeat(n),
    work: mailbox,
  },
  {
    name: 'what is almost a From line in an mbox',
    size: 2_000_000,
    make: (n) => `From a@b Wed Sep  6 11:33:20 2023\n\n${'\n\nFrom \n>From '.repeat(n / 14)}`,
    work: mailbox,
  },
  // files
  {
    name: 'PEM blocks',
    size: 1_000,
    make: (n) => `text\n${formatPem('CERTIFICATE', Buffer.alloc(20))}`.repeat(n),
    work: (text) => readPrivateKey(latin1(text)),
    limit: /./,
  },
  {
    name: 'a key file of base64',
    size: 1_000_000,
    make: (n) => 'QUJD\n'.repeat(n / 5),
    work: (text) => readPrivateKey(latin1(text)),
    limit: /./,
  },
  { name: 'a KeyTable', size: 1_000_000, make: (n) => `a b:c:${'x'.repeat(80)}\n`.repeat(n / 90), work: parseKeyTable },
  {
    name: 'blanks in opendkim.conf',
    size: 40_000,
    make: (n) => `Selector ${'a '.repeat(n)}x${' '.repeat(n)}y\n`,
    work: (text) => withConfigSwitched(text, CHANGE),
  },
  {
    name: 'blanks in a map of rspamd',
    size: 40_000,
    make: (n) => `example.com ${'a '.repeat(n)}"x${' '.repeat(n)}"y`,
    work: parseRspamdMap,
  },
  {
    name: 'sections in a configuration of rspamd',
    size: 1_000_000,
    make: (n) => 'a { b = "c"; } '.repeat(n / 15),
    work: parseUcl,
  },
]; // prettier-ignore

const CHANGE = {
  parameters: { selector: 'selector', keyFile: 'keyfile' },
  from: { selector: 'old', path: '/old' },
  to: { selector: 'new', path: '/new' },
  resolve: (path: string) => path,
};
