import { describe, expect, it } from 'vitest';
import type { SPF_REASONS } from '../../src/lib/spf/verdict.ts';
import { dktool, testFile, type TestZone, zoneJson } from '../support/spf.ts';

const zoneFile = (zone: TestZone) => testFile(zoneJson(zone));

const ZONE = zoneFile({
  'example.com': 'v=spf1 include:_spf.example.net a:gone.example.com -all exp=why.%{d}',
  '_spf.example.net': 'v=spf1 ip4:192.0.2.0/24 ~all',
  'why.example.com': '%{i} is not a host of %{d}',
  'soft.example': 'v=spf1 ~all',
  'neutral.example': 'v=spf1',
  'slow.example': { TXT: 'TIMEOUT' },
  'broken.example': 'v=spf1 ipv4:1.2.3.4 mx/99 -all',
  'mail.example.org': 'v=spf1 ?all',
  'utf8.example': 'v=spf1 exists:%{l}.x.example ?all',
});
const CHECK = ['spf-check', '--zone', ZONE];
const session = (ip: string, from: string, helo = 'mail.example.org') => ['--ip', ip, '--helo', helo, '--from', from];

describe('one session', () => {
  it('names the mechanism, the chain of records, the explanation and the look-ups', async () => {
    const { stdout, stderr, status } = await dktool([...CHECK, ...session('203.0.113.5', 'user@example.com')]);
    expect(stdout).toBe(
      `spf=fail reason=mechanism-matched identity=mailfrom domain=example.com ip=203.0.113.5: '-all' of example.com matched: all matches every client
record: example.com: v=spf1 include:_spf.example.net a:gone.example.com -all exp=why.%{d} [-all]
explanation by example.com: 203.0.113.5 is not a host of example.com
lookups: 2 of 10 terms, 1 of 2 void
`,
    );
    expect([stderr, status]).toEqual(['', 1]);
  });

  it('explains every term that was tried', async () => {
    const { stdout } = await dktool([...CHECK, '--explain', ...session('203.0.113.5', 'user@example.com')]);
    expect(stdout.slice(stdout.indexOf('\n\n') + 2)).toBe(
      `example.com: v=spf1 include:_spf.example.net a:gone.example.com -all exp=why.%{d}
  include:_spf.example.net: no-match: _spf.example.net says softfail: '~all' of _spf.example.net matched: all matches every client
    _spf.example.net: v=spf1 ip4:192.0.2.0/24 ~all
      ip4:192.0.2.0/24: no-match: 203.0.113.5 is not in 192.0.2.0/24
      ~all: match: all matches every client
      = softfail (0 look-up terms, 0 void)
  a:gone.example.com: no-match: gone.example.com has no A record
    A gone.example.com: nxdomain (void)
  -all: match: all matches every client
  = fail (2 look-up terms, 1 void)
`,
    );
  });

  it('puts a caret under every syntax error', async () => {
    const { stdout, status } = await dktool([...CHECK, ...session('192.0.2.1', 'user@broken.example')]);
    expect(stdout.split('\n').slice(1, 4)).toEqual([
      'record: broken.example: v=spf1 ipv4:1.2.3.4 mx/99 -all',
      "                               ^^^^ column 8: unknown mechanism 'ipv4'; did you mean 'ip4'?",
      '                                              ^^^ column 23: an IPv4 prefix length is a number from 0 to 32 without leading zeros',
    ]);
    expect(status).toBe(1);
  });

  it.each([
    ['192.0.2.1', 'user@example.com', 'pass', 0, 0, 0],
    ['203.0.113.5', 'user@example.com', 'fail', 1, 65, 5],
    ['203.0.113.5', 'user@soft.example', 'softfail', 1, 65, 4],
    ['203.0.113.5', 'user@neutral.example', 'neutral', 2, 66, 3],
    ['203.0.113.5', 'user@gone.example', 'none', 2, 66, 1],
    ['203.0.113.5', 'user@broken.example', 'permerror', 1, 65, 2],
    ['203.0.113.5', 'user@slow.example', 'temperror', 111, 75, 6],
  ])('%s for %s is %s, by exit status too', async (ip, from, result, qmail, sysexits, spfquery) => {
    const args = [...CHECK, '--json', ...session(ip, from)];
    const runs = await Promise.all(
      [[], ['--exit-style', 'sysexits'], ['--exit-style', 'spfquery']].map((style) => dktool([...args, ...style])),
    );
    expect(runs.map(({ status }) => status)).toEqual([qmail, sysexits, spfquery]);
    expect(JSON.parse(runs[0]!.stdout)).toMatchObject({ result });
  });

  it('keeps the shape of its JSON', async () => {
    const { stdout } = await dktool([...CHECK, '--json', ...session('192.0.2.1', 'user@example.com')]);
    const { trace, ...report } = JSON.parse(stdout) as Record<string, unknown> & { trace: Record<string, unknown>[] };
    expect(report).toEqual({
      result: 'pass',
      reason: 'mechanism-matched',
      detail:
        "'include:_spf.example.net' of example.com matched: 'ip4:192.0.2.0/24' of _spf.example.net matched: 192.0.2.1 is in 192.0.2.0/24",
      identity: 'mailfrom',
      domain: 'example.com',
      sender: 'user@example.com',
      ip: '192.0.2.1',
      helo: 'mail.example.org',
      mechanism: 'include:_spf.example.net',
      decidedBy: 'example.com',
      localPolicy: false,
      explanation: null,
      explainedBy: null,
      lookups: { terms: 1, void: 0 },
      notes: [],
      chain: [
        {
          domain: 'example.com',
          record: 'v=spf1 include:_spf.example.net a:gone.example.com -all exp=why.%{d}',
          term: 'include:_spf.example.net',
        },
        { domain: '_spf.example.net', record: 'v=spf1 ip4:192.0.2.0/24 ~all', term: 'ip4:192.0.2.0/24' },
      ],
      sources: { ip: '--ip', helo: '--helo', sender: '--from', line: null },
    });
    expect(trace.map(({ depth, domain, origin }) => [depth, domain, origin])).toEqual([
      [0, 'example.com', 'start'],
      [1, '_spf.example.net', 'include'],
    ]);
  });

  it('checks both identities, HELO first; MAIL FROM decides', async () => {
    const args = [...CHECK, '--identity', 'both', ...session('203.0.113.5', 'user@example.com')];
    const { stdout, status } = await dktool(args);
    expect(stdout.match(/^spf=\w+ .*identity=\w+/gm)).toEqual([
      'spf=neutral reason=mechanism-matched identity=helo',
      'spf=fail reason=mechanism-matched identity=mailfrom',
    ]);
    expect(status).toBe(1);
    const json = JSON.parse((await dktool([...args, '--json'])).stdout) as Record<string, unknown>;
    expect(json).toMatchObject({ result: 'fail', heloCheck: { result: 'neutral', identity: 'helo' } });
  });

  it('takes what is missing from tcpserver, and says so', async () => {
    const env = {
      TCPREMOTEIP: '10.0.0.9',
      TCPREMOTEHOST: 'pc.example.org',
      SENDER: 'user@example.com',
      RELAYCLIENT: '',
      TCPLOCALHOST: 'mx.example.net',
    };
    const { stdout, stderr, status } = await dktool(CHECK, { env });
    expect(stderr).toBe(
      "dktool: taking the client address from TCPREMOTEIP, the HELO name from TCPREMOTEHOST (the client's name in DNS), the sender from SENDER\n",
    );
    expect(stdout).toContain('note client-not-public: 10.0.0.9 is a private address');
    expect(stdout).toContain('note own-client: RELAYCLIENT is set');
    expect(status).toBe(1);
    const field = await dktool([...CHECK, '--received-spf', '-q', '--ip', '192.0.2.1'], { env });
    expect(field.stdout).toBe('');
  });

  it('takes local parts that are not ASCII as the octets they are', async () => {
    const { stdout } = await dktool([...CHECK, '--json', ...session('192.0.2.1', 'jürgen@utf8.example')]);
    expect(JSON.parse(stdout)).toMatchObject({ result: 'neutral', sender: 'jürgen@utf8.example' });
  });

  it('tries a record before it is published', async () => {
    const { stdout } = await dktool([
      ...CHECK,
      '--record',
      'v=spf1 ip4:203.0.113.0/24 -all',
      ...session('203.0.113.5', 'user@example.com'),
    ]);
    expect(stdout).toMatch(/^spf=pass /);
  });
});

it("the article's evening: a phone, an authenticated submission, a domain that ends in -all", async () => {
  const zone = zoneFile({ 'asahi.example': 'v=spf1 ip4:202.224.39.0/24 -all' });
  const message = `Return-Path: <alice@asahi.example>
Received: (qmail 4711 invoked by uid 89); 12 Aug 2010 10:00:01 +0900
Received: from unknown (HELO ?10.95.245.230?) (alice@asahi.example@49.98.162.242)
  by mx.asahi.example with ESMTPA; 12 Aug 2010 10:00:00 +0900
From: alice@asahi.example

Hello
`;
  const { stdout, stderr, status } = await dktool(['spf-check', '--zone', zone], { stdin: message });
  expect(stdout).toContain("'-all' of asahi.example matched: all matches every client");
  expect(stdout).toContain(
    '-: session: Received: from unknown (HELO ?10.95.245.230?) (alice@asahi.example@49.98.162.242)',
  );
  expect(stdout).toMatch(/note submission: the client authenticated, .*SPF does not apply.*RELAYCLIENT.*msa_networks/);
  expect(stdout).toMatch(/note helo-literal: the HELO '\?10\.95\.245\.230\?' is an address/);
  expect(stderr).toBe(
    'dktool: -: taking the client address from Received 2, the HELO name from Received 2, the sender from Return-Path\n',
  );
  expect(status).toBe(1);
  // The same without a message: the log of the spam filter tells no more than this
  const facts = ['--ip', '49.98.162.242', '--helo', '?10.95.245.230?', '--from', 'alice@asahi.example'];
  const lenient = await dktool(['spf-check', '--zone', zone, ...facts]);
  expect(lenient.stdout).toMatch(/note helo-literal: .*one of your users, authenticated.*RELAYCLIENT.*msa_networks/);
});

describe('every reason has a case', () => {
  const zone = zoneFile({
    'two.example': { TXT: ['v=spf1 -all', 'v=spf1 ~all'] },
    'plain.example': 'hello',
    'all.example': 'v=spf1 -all',
    'open.example': 'v=spf1 ip4:203.0.113.1',
    'bad.example': 'v=spf1 foo',
    'inc.example': 'v=spf1 include:gone.example -all',
    'red.example': 'v=spf1 redirect=gone.example',
    'deep.example': 'v=spf1 include:deep.example -all',
    'void.example': 'v=spf1 a:a.gone.example a:b.gone.example a:c.gone.example -all',
    'mx.example': {
      TXT: ['v=spf1 mx -all'],
      MX: Array.from({ length: 11 }, (_, i) => ({ preference: i, exchange: 'h.example' })),
    },
    'slow.example': { TXT: 'TIMEOUT' },
  });
  const cases: Readonly<Record<keyof typeof SPF_REASONS, readonly [domain: string, result: string]>> = {
    'mechanism-matched': ['all.example', 'fail'],
    'default-result': ['open.example', 'neutral'],
    'malformed-domain': ['localhost', 'none'],
    'name-not-found': ['gone.example', 'none'],
    'no-record': ['plain.example', 'none'],
    'multiple-records': ['two.example', 'permerror'],
    'syntax-error': ['bad.example', 'permerror'],
    'include-without-record': ['inc.example', 'permerror'],
    'redirect-without-record': ['red.example', 'permerror'],
    'too-many-lookups': ['deep.example', 'permerror'],
    'too-many-void-lookups': ['void.example', 'permerror'],
    'too-many-mx-names': ['mx.example', 'permerror'],
    'dns-error': ['slow.example', 'temperror'],
  };
  it.each(Object.entries(cases))('%s', async (reason, [domain, result]) => {
    const { stdout } = await dktool(['spf-check', '--zone', zone, '--json', ...session('192.0.2.1', `user@${domain}`)]);
    expect(JSON.parse(stdout)).toMatchObject({ reason, result });
  });
});

describe('bad command lines', () => {
  it.each([
    [['--ip', '1.2.3', '--helo', 'x.example'], "'1.2.3' is not an IP address: it has 3 numbers of 4"],
    [
      ['--ip', '010.0.0.1', '--helo', 'x.example'],
      "'010.0.0.1' is not an IP address: '010' has a leading zero, which some programs read as octal",
    ],
    [
      ['--ip', '::1%eth0', '--helo', 'x.example'],
      "'::1%eth0' is not an IP address: a zone id has no meaning on another host",
    ],
    [['--ip', '192.0.2.1'], 'there is neither a sender nor a HELO name to check'],
    [['--helo', 'x.example'], 'there is no client address to check'],
    [
      ['--ip', '192.0.2.1', '--helo', 'x', '--guess', 'a mx foo'],
      "--guess has an error at 'foo': unknown mechanism 'foo': the mechanisms are all, include, a, mx, ptr, ip4, ip6, exists",
    ],
    [['--compat', 'spfquery', '192.0.2.1'], 'spfquery takes IP HELO SENDER [RULES [GUESS [EXP]]]'],
  ])('%j', async (args, message) => {
    const { stdout, stderr, status } = await dktool([...CHECK, ...args]);
    expect(stderr.split('\n')[0]).toBe(`dktool: ${message}`);
    expect([stdout, status]).toEqual(['', 100]);
  });
});

it('asks mailauth for a second opinion, which stays off stdout', async () => {
  const args = [...CHECK, '--cross-check', ...session('203.0.113.5', 'user@example.com')];
  const { stdout } = await dktool(args);
  expect(stdout.split('\n').at(-2)).toMatch(/^cross-check: mailauth says fail, same result: /);
  const json = JSON.parse((await dktool([...args, '--json'])).stdout) as Record<string, unknown>;
  expect(json['crossCheck']).toMatchObject({ by: 'mailauth', result: 'fail', agrees: true });
});
