/** What DNS holds: packets, zone files, records of keys and policies. And fields that are grammars of their own. */
import { decodeReply, encodeQuery } from '../../../src/lib/dns/wire/message.ts';
import { parseZoneJson } from '../../../src/lib/dns/zones/json.ts';
import { parseZoneMaster } from '../../../src/lib/dns/zones/master.ts';
import type { ZoneFile } from '../../../src/lib/dns/zones/record.ts';
import { parseZoneTinydns } from '../../../src/lib/dns/zones/tinydns.ts';
import { zoneResolver } from '../../../src/lib/dns/zones/zone.ts';
import { parseZone } from '../../../src/lib/dns/zones/file.ts';
import { parseSignature } from '../../../src/lib/dkim/signature.ts';
import { discoverDmarc } from '../../../src/lib/dmarc/discover.ts';
import { lintDmarc } from '../../../src/lib/dmarc/lint.ts';
import { parseDmarcRecord } from '../../../src/lib/dmarc/record.ts';
import { parseAdspRecord } from '../../../src/lib/adsp/record.ts';
import { parseDomainKeyRecord } from '../../../src/lib/domainkeys/key-record.ts';
import { formatPolicyRecord, parsePolicyRecord } from '../../../src/lib/domainkeys/policy.ts';
import { parseDomainKeysSignature } from '../../../src/lib/domainkeys/signature.ts';
import { parseReceived } from '../../../src/lib/header/received.ts';
import { formatKeyRecord, parseKeyRecord } from '../../../src/lib/keys/key-record.ts';
import { publishedKeyFindings } from '../../../src/lib/keys/published/compare.ts';
import { evaluateSpf } from '../../../src/lib/spf/evaluate.ts';
import { lintSpf } from '../../../src/lib/spf/lint.ts';
import { notesOf } from '../../../src/lib/spf/notes.ts';
import { formatReceivedSpf, parseReceivedSpf, receivedSpfOf } from '../../../src/lib/spf/received-spf.ts';
import { formatMailbox, parseAddresses } from '../../../src/lib/syntax/address.ts';
import { toAscii, withUnicode } from '../../../src/lib/syntax/domain-name.ts';
import { formatIpAddress, parseIpAddress } from '../../../src/lib/syntax/ip-address.ts';
import { formatIpNetwork, parseIpNetwork } from '../../../src/lib/syntax/ip-network.ts';
import { BROKEN_RECORDS, NAME } from '../../support/broken-records.ts';
import { keyRecord, NOW, publicKeyText } from '../../support/vectors.ts';
import { expectSame, expectThat, resultOrError, type Target } from '../target.ts';

const QUESTION = Buffer.from(encodeQuery(0x0707, ['a', 'example'], 'TXT', { edns: true })!);
const ANSWERED = 12 + 11 + 4;
const packetOf = (counts: readonly number[], records: string) => {
  const head = Buffer.concat([QUESTION.subarray(0, ANSWERED), Buffer.from(records, 'latin1')]);
  head.writeUInt16BE(0x8180, 2);
  for (const [i, count] of counts.entries()) head.writeUInt16BE(count, 6 + 2 * i);
  return head.toString('latin1');
};
const TXT = '\xc0\x0c\0\x10\0\x01\0\0\0\x3c\0\x06\x05v=spf';

const packet: Target = {
  kind: 'dns-packet',
  examples: [
    packetOf([1, 0, 0], TXT),
    packetOf(
      [2, 0, 1],
      `\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x04\x01b\xc0\x0e${TXT}\0\0\x29\x04\xd0\0\0\0\0\0\x06\0\x0f\0\x02\0\x06`,
    ),
    packetOf(
      [0, 1, 0],
      '\xc0\x0e\0\x06\0\x01\0\0\0\x3c\0\x18\x01n\xc0\x0e\x01r\xc0\x0e\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x04\0\0\0\x05',
    ),
    packetOf([1, 0, 0], '\xc0\x0c\0\x0f\0\x01\0\0\0\x3c\0\x05\0\x0a\x01m\0'),
    packetOf([1, 0, 0], '\xc0\x0c\0\x1c\0\x01\0\0\0\x3c\0\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01'),
    packetOf(
      [1, 0, 0],
      `\xc0\x0c\0\x2e\0\x01\0\0\0\x3c\0\x14\0\x10\x08\x02\0\0\0\x3c\x7f\xff\xff\xff\0\0\0\x01\0\x01\0xx`,
    ),
  ],
  words: [TXT, '\xc0\x0c', '\xc0\x1b', '\0\x10', '\0\x05', '\0\x29', '\x3f', '\x81\x80', '\x83\x80'],
  run(input) {
    // Behind the id and the question that come back, everything is the sender's.
    const answer = Buffer.from(input);
    QUESTION.copy(answer, 0, 0, Math.min(2, answer.length));
    QUESTION.copy(answer, 12, 12, ANSWERED);
    const { kind } = decodeReply(answer, QUESTION);
    expectThat(kind, ['reply', 'truncated', 'stray', 'malformed'].includes(kind));
  },
};

/** Whatever a zone holds, every name in it can be asked for. */
async function askEverything(parse: () => ZoneFile): Promise<void> {
  const zone = await resultOrError(parse);
  if (!('records' in zone)) return;
  const resolver = zoneResolver([zone]);
  for (const { name, type } of zone.records.slice(0, 200)) {
    const { status } = resolver.query(name, type === 'other' || type === '*' ? 'TXT' : type);
    expectThat(`${name} ${status}`, ['found', 'nodata', 'nxdomain', 'temperror'].includes(status));
  }
}

const master: Target = {
  kind: 'zone-master',
  examples: [
    '$ORIGIN example.com.\n$TTL 1h\n@ IN SOA ns admin ( 1 2 3\n 4 5 ) ; x\n\tIN NS ns\n* 60 TXT "a\\"b" "c"\nns A 192.0.2.1\n',
    'a.example. 1w2d IN AAAA 2001:db8::1\nb.example. CNAME a.example.\nc.example. MX 10 .\n1.2.0.192.in-addr.arpa. PTR a.example.\n',
    's._domainkey.example.com. IN TXT ( "v=DKIM1; k=rsa; "\n "p=MIIB" )\n\\097\\..example. TXT \\\\x\n',
    'a.example. IN TYPE16 \\# 4 03616263\n$INCLUDE x\n',
  ],
  words: [
    '$ORIGIN ',
    '$TTL ',
    ' IN ',
    ' TXT ',
    '(',
    ')',
    '"',
    '\\000',
    '\\.',
    '@',
    ';',
    '\n ',
    ' MX 10 ',
    '*.',
    ' A 1.2.3.4',
    ' 1w',
  ],
  run: (input) => askEverything(() => parseZoneMaster('zone', input, 'example.com')),
};

const tinydns: Target = {
  kind: 'zone-tinydns',
  examples: [
    '.example.com:192.0.2.1:a:259200\n=www.example.com:192.0.2.2\n+x.example.com:192.0.2.3:60\n@example.com::mx:10\n',
    "'s._domainkey.example.com:v=DKIM1; p=\\115\\111:300\n:k.example.com:16:\\005hello:60\n^1.2.0.192.in-addr.arpa:a.example\n",
    'Cwww2.example.com:www.example.com\nZexample.com:ns:admin:1:2:3:4:5\n-off.example.com:192.0.2.4\n%lo:192.0.2\n#x\n',
    '3x.example:20010db8000000000000000000000001:60\n6y.example:20010db8000000000000000000000001\nSsip.example:192.0.2.1:x:5060\n',
  ],
  words: ['\\000', '\\377', '::', ':60', '\n=', '\n:', "\n'", '\nC', '\nZ', '\n3', '\n%', ':lo', '*.', '::::::'],
  run: (input) => askEverything(() => parseZoneTinydns('zone', input)),
};

const zoneJson: Target = {
  kind: 'zone-json',
  examples: [
    '{"example.com":{"TXT":["v=spf1 -all",["a","b"]],"MX":[{"preference":10,"exchange":"mx"}],"A":["192.0.2.1"]}}',
    '{"a":{"TXT":"TIMEOUT"},"b":"NXDOMAIN","c":{"*":"SERVFAIL"},"d":{"CNAME":["e"],"AAAA":["::1"],"PTR":["x"]}}',
    '{"\\u0061.é":{"NS":["ns"],"SOA":[{"mname":"m","rname":"r","serial":1,"minimum":2}]}}',
  ],
  words: [
    '{',
    '}',
    '[',
    ']',
    '"TXT":',
    '"TIMEOUT"',
    '\\u0000',
    '\\ud800',
    '1e999',
    'null',
    '"__proto__":',
    '-0',
    'true',
  ],
  run: (input) => askEverything(() => parseZoneJson('zone', input)),
};

const anyZone: Target = {
  kind: 'zone',
  examples: [...master.examples, ...tinydns.examples, ...zoneJson.examples],
  words: [...master.words, ...tinydns.words],
  run: (input) => askEverything(() => parseZone('zone', input)),
};

const EXPECTED = { selector: 's', domain: 'example.com', type: 'rsa', bits: 1024 } as const;
const PUBLIC = Buffer.from(publicKeyText('rsa1024'), 'base64');

function textsAt(entry: object | undefined): string[] {
  const { TXT: texts } = (entry ?? {}) as { TXT?: unknown };
  return Array.isArray(texts) ? texts.filter((text) => typeof text === 'string') : [];
}

const keyRecords: Target = {
  kind: 'key-record',
  examples: [
    ...(['rsa1024', 'ed25519'] as const).map((name) => keyRecord(name)),
    keyRecord('rsa1024', 'h=sha1:sha256; s=email:*; t=y:s; n=a=3Db; g=*; '),
    'v=DKIM1; p=',
    `k=rsa; t=y; p=${publicKeyText('rsa1024')}`,
    ...BROKEN_RECORDS.flatMap(({ zone }) => textsAt(zone[NAME])),
  ],
  words: ['v=DKIM1', 'k=rsa', 'k=ed25519', 'p=', 'h=sha256', 's=', 't=y', 'g=', 'n=', '; ', '=3B', 'MIGf', '\\', '" "'],
  async run(input) {
    const text = input.toString('latin1');
    const parsed = parseKeyRecord(text);
    if (parsed.ok) expectSame('formatted and parsed', parseKeyRecord(formatKeyRecord(parsed.record)), parsed);
    parseDomainKeyRecord(text);
    const answer = { status: 'found', records: [[text]] } as const;
    const findings = await publishedKeyFindings({ ...EXPECTED, publicKeyBytes: PUBLIC }, { answer });
    for (const one of findings)
      expectThat(`unescaped: ${one.observed}`, /^[ -~\u00a0-\u{10ffff}]*$/u.test(one.observed));
  },
};

const POLICIES = ['dkim=all', 'o=-; t=y; r=a@b.example; n=x', 'dkim=discardable;', 'dkim = unknown'];

const policies: Target = {
  kind: 'policy-record',
  examples: [
    ...POLICIES,
    'v=DMARC1; p=reject; sp=none; np=quarantine; adkim=s; aspf=r; fo=1:d:s; t=y; psd=n; rua=mailto:a@example.com!10m,mailto:b@other.example',
    'v=DMARC1; p=none; pct=50; ri=3600; rf=afrf; ruf=mailto:x@example.org',
  ],
  words: [
    'v=DMARC1',
    'p=reject',
    'sp=',
    'rua=mailto:',
    '!10m',
    ',',
    'fo=0:1:d:s',
    'pct=',
    'psd=y',
    'dkim=',
    'o=-',
    'o=~',
    'v=DKIM1; ',
  ],
  async run(input) {
    const text = input.toString('latin1');
    parseDmarcRecord(text);
    parseAdspRecord(text);
    const policy = parsePolicyRecord(text);
    if (policy.ok) expectSame('formatted', parsePolicyRecord(formatPolicyRecord(policy.record)), policy);
    const records = [{ name: '_dmarc.example.com', type: 'TXT', data: [text] } as const];
    const resolver = zoneResolver([{ source: 'zone', literal: true, records }]);
    const discovery = await discoverDmarc('a.example.com', resolver);
    await lintDmarc(discovery, resolver);
  },
};

const SPF_NAMES = ['example.com', 'a.example', 'b.example', 'c.example'];

const spf: Target = {
  kind: 'spf-record',
  examples: [
    'v=spf1 a mx/24 ip4:192.0.2.0/24 ip6:2001:db8::/32 include:a.example ?exists:%{ir}.%{v}._spf.%{d2} -all',
    'v=spf1 include:a.example redirect=b.example\nv=spf1 include:b.example ~all\nv=spf1 ptr:example.com a:c.example//64 -all',
    'v=spf1 exists:%{l1r-}.%{o}.%{s}.%{h} exp=a.example -all\n%{S} is %{c} not %{r} at %{t}%%%_%-',
    'v=spf1 redirect=example.com',
    'v=spf1 a:%{d1r.-+,/_=} mx:%{p} unknown=%{i} +all moo',
  ],
  words: [
    ' include:a.example',
    ' redirect=b.example',
    ' exp=c.example',
    ' a',
    ' mx',
    ' ptr',
    '/24',
    '//64',
    ' ip4:',
    ' ip6:',
    '%{i}',
    '%{s2r-}',
    '%{p}',
    '%%',
    '%_',
    ' -all',
    '\nv=spf1 ',
  ],
  async run(input) {
    const texts = input.toString('latin1').split('\n', SPF_NAMES.length);
    const records = texts.flatMap((text, i) => [
      { name: SPF_NAMES[i]!, type: 'TXT', data: [text] } as const,
      { name: SPF_NAMES[i]!, type: 'A', data: '192.0.2.9' } as const,
      { name: SPF_NAMES[i]!, type: 'MX', data: { preference: 1, exchange: 'a.example' } } as const,
    ]);
    const pointer = { name: '1.2.0.192.in-addr.arpa', type: 'PTR', data: 'example.com' } as const;
    const resolver = zoneResolver([{ source: 'zone', literal: true, records: [...records, pointer] }]);
    const session = {
      ip: input.length % 2 === 0 ? '192.0.2.1' : '2001:db8::1',
      helo: 'a.example',
      sender: 'j+x@example.com',
    };
    const verdict = await evaluateSpf(session, { resolver, now: () => NOW });
    expectThat('look-ups', verdict.lookups.terms <= 11 && verdict.lookups.void <= 3);
    notesOf(verdict);
    const written = formatReceivedSpf(receivedSpfOf(verdict, 'mx.example.org'));
    expectThat('printable', /^(?:[ -~]|\n )*\n$/.test(written));
    expectThat('readable', parseReceivedSpf(written.replace(/^Received-SPF:/, ''))?.result === verdict.result);
    await lintSpf('example.com', resolver);
  },
};

const tagLists: Target = {
  kind: 'signature',
  examples: [
    ' v=1; a=rsa-sha256; c=relaxed/simple; d=example.com; s=s; i=joe=40x@a.example.com; l=9; q=dns/txt; t=1; x=2; h=From : To;\r\n bh=QUJD; b=QU\r\n JD; z=From:a|To:b',
    ' a=rsa-sha1; q=dns; c=nofws; d=example.com; s=s; h=From:Subject; b=QUJD',
    ' v=1; a=ed25519-sha256; d=xn--bcher-kva.example; s=a.b; h=from; bh=QUJD; b=QUJD;',
  ],
  words: [
    'v=1',
    'a=rsa-sha1',
    'c=simple',
    'd=',
    's=',
    'i=@',
    'l=',
    'q=dns/txt:x',
    't=',
    'x=',
    'h=From:',
    'bh=',
    'b=',
    'z=',
    '=0A',
    '; ',
  ],
  run(input) {
    const text = input.toString('latin1');
    parseSignature(text);
    parseDomainKeysSignature(text);
  },
};

const addresses: Target = {
  kind: 'address',
  examples: [
    ' "Ann \\"x\\"" <ann@example.com>, bob@[192.0.2.1] (comment (nested)), group: a@b, c@d;, <@relay:x@y>',
    ' =?utf-8?q?a?= <"a b"@example.com>',
    ' j\xc3\xb6@b\xc3\xbccher.example, a.b . c@d . e',
  ],
  words: ['<', '>', '"', '\\', '(', ')', ',', ';', ':', '@', '[', ']', '"a"', '@example.com', '.', '=?utf-8?q?=40?='],
  run(input) {
    const parsed = parseAddresses(input.toString('latin1'));
    if (!parsed.ok) return;
    for (const mailbox of parsed.mailboxes) {
      const again = parseAddresses(formatMailbox(mailbox));
      expectSame('written and read', again.ok ? again.mailboxes : again, [mailbox]);
    }
  },
};

const trace: Target = {
  kind: 'received',
  examples: [
    ' from mail.example.com (HELO x) (ann@192.0.2.1)\r\n by mx with ESMTPA; 6 Sep 2023 11:33:20 -0000',
    ' from [IPv6:2001:db8::1] (helo=x) by mx.example (Exim 4) with esmtpsa (TLS1.3) (envelope-from <a@b>) id 1; x',
    ' from a (b.example. [192.0.2.7]) (using TLSv1.3) by c (Postfix) with ESMTPS id 1 for <d@e>; x',
    ' pass (mx.example: domain of a@b designates 192.0.2.1) receiver=mx; client-ip=192.0.2.1; envelope-from="a b@c"; helo=x; identity=mailfrom',
    ' softfail client-ip=::1; mechanism="~all"; problem="x\\"y"',
  ],
  words: [
    'from ',
    ' by ',
    '(HELO ',
    '[192.0.2.1]',
    '(',
    ')',
    'helo=',
    'envelope-from=',
    'client-ip=',
    '; ',
    '"',
    'IPv6:',
    'with ESMTPA',
  ],
  run(input) {
    const text = input.toString('latin1');
    const { ip } = parseReceived(text);
    if (ip !== undefined) expectSame('address', parseIpAddress(formatIpAddress(ip)), ip);
    const parsed = parseReceivedSpf(text);
    if (parsed === undefined) return;
    const written = formatReceivedSpf(parsed);
    expectThat('unprintable', /^(?:[ -~]|\n )*\n$/.test(written));
  },
};

const names: Target = {
  kind: 'name',
  examples: [
    'b\xfccher.example',
    'xn--bcher-kva.example.',
    'a_b.example',
    '192.0.2.1/24',
    '2001:db8::/32',
    '::ffff:192.0.2.1',
    '1.2.3',
  ],
  words: ['xn--', '.', '::', '/', '-', ':ffff', '%', '\u3002'],
  run(input) {
    const text = input.toString('utf8');
    const ascii = toAscii(text);
    if (ascii !== undefined) {
      expectSame('to ASCII again', toAscii(ascii), ascii);
      withUnicode(ascii);
    }
    const network = parseIpNetwork(text);
    if (network !== undefined) {
      const written = formatIpNetwork(network); // without host bits
      expectSame('network', formatIpNetwork(parseIpNetwork(written)!), written);
    }
    const address = parseIpAddress(text);
    if (address !== undefined) expectSame('address', parseIpAddress(formatIpAddress(address)), address);
  },
};

export const RECORDS: readonly Target[] = [
  packet,
  master,
  tinydns,
  zoneJson,
  anyZone,
  keyRecords,
  policies,
  spf,
  tagLists,
  addresses,
  trace,
  names,
];
