import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runDktool, temporaryFolder } from '../support/bin.ts';
import { RFC8463_PUBLIC, RFC8463_SEED } from '../support/keys.ts';
import { keyPath } from '../support/vectors.ts';

const RECORD = `v=DKIM1; k=ed25519; p=${RFC8463_PUBLIC}`;
const OCTODNS = `v=DKIM1\\; k=ed25519\\; p=${RFC8463_PUBLIC}`;

/** A run with the Ed25519 key of RFC 8463 on stdin. */
const run = (...args: string[]) => runDktool(['dns-record', ...args], { input: `${RFC8463_SEED}\n` });

const terraform = (label: string, name: string, ttl: number) => `resource "aws_route53_record" "${label}" {
  zone_id = var.zone_id
  name    = "${name}"
  type    = "TXT"
  ttl     = ${ttl}
  records = ["${RECORD}"]
}`;

describe('dns-record --format', () => {
  it.each([
    [['example.com', '--format', 'tinydns-generic', '--ttl', '60'], `:x._domainkey.example.com:16:\\102${RECORD}:60`],
    [
      ['example.com', '--format', 'nsupdate'],
      `update delete x._domainkey.example.com. TXT\nupdate add x._domainkey.example.com. 3600 TXT "${RECORD}"\nsend`,
    ],
    [
      ['a.example.com', '--format', 'nsupdate', '--origin', 'example.com', '--ttl', '60'],
      `zone example.com.\nupdate delete x._domainkey.a.example.com. TXT\nupdate add x._domainkey.a.example.com. 60 TXT "${RECORD}"\nsend`,
    ],
    [
      ['example.com', '--format', 'route53', '--ttl', '60'],
      `{"Changes":[{"Action":"UPSERT","ResourceRecordSet":{"Name":"x._domainkey.example.com.","Type":"TXT","TTL":60,"ResourceRecords":[{"Value":"\\"${RECORD}\\""}]}}]}`,
    ],
    [
      ['example.com', '--format', 'cloudflare'],
      `{"type":"TXT","name":"x._domainkey.example.com","content":"\\"${RECORD}\\"","ttl":1}`,
    ],
    [['example.com', '--format', 'terraform'], terraform('x__domainkey_example_com', 'x._domainkey.example.com', 3600)],
    [
      ['example.com', '--format', 'terraform', '--origin', 'example.com', '--ttl', '60'],
      terraform('x__domainkey_example_com', 'x._domainkey', 60),
    ],
    [['--format', 'terraform'], terraform('x__domainkey', 'x._domainkey', 3600)],
    [['example.com', '--format', 'dnscontrol'], `D_EXTEND("example.com", TXT("x._domainkey", "${RECORD}"));`],
    [
      ['a.example.com', '--format', 'dnscontrol', '--origin', 'example.com', '--ttl', '60'],
      `D_EXTEND("example.com", TXT("x._domainkey.a", "${RECORD}", TTL(60)));`,
    ],
    [['example.com', '--format', 'octodns'], `'x._domainkey':\n  type: TXT\n  value: '${OCTODNS}'`],
    [
      ['a.example.com', '--format', 'octodns', '--origin', 'example.com', '--ttl', '60'],
      `'x._domainkey.a':\n  ttl: 60\n  type: TXT\n  value: '${OCTODNS}'`,
    ],
    [['--format', 'octodns'], `'x._domainkey':\n  type: TXT\n  value: '${OCTODNS}'`],
  ])('%j', async (args, product) => {
    expect(await run('-s', 'x', ...args)).toEqual({ status: 0, stdout: `${product}\n`, stderr: '' });
  });

  it.each([
    [['--format', 'nsupdate'], 'the format nsupdate uses full names only'],
    [['--format', 'route53'], 'the format route53 uses full names only'],
    [['--format', 'dnscontrol'], 'the format dnscontrol names the zone'],
    [
      ['--format', 'dnscontrol', 'example.org', '--origin', 'example.com'],
      'example.org is not in the zone example.com',
    ],
    [['--format', 'cloudflare', 'example.com', '--ttl', '5'], 'Cloudflare does not accept a TTL of 5 seconds'],
    [['--format', 'octodns', '--note', 'a\\b'], 'octoDNS cannot publish a text with a backslash'],
    [
      ['--format', 'zonefile'],
      "--format 'zonefile': it must be bind, raw, json, tinydns, tinydns-generic, nsupdate, route53, cloudflare, terraform, dnscontrol or octodns",
    ],
  ])('%j is refused, and nothing is written', async (args, reason) => {
    const { status, stdout, stderr } = await run('-s', 'x', ...args);
    expect({ status, stdout, first: stderr.split('\n')[0] }).toEqual({
      status: 100,
      stdout: '',
      first: `dktool: ${reason}`,
    });
  });
});

/** What is said about a record of this many octets; 12 header, 26 + 4 question, 12 answer, one octet for each string. */
const warningFor = async (octets: number, ...args: string[]) => {
  const data = octets - 12 - 30 - 12;
  const text = `v=DKIM1; k=ed25519; p=${RFC8463_PUBLIC}; n=`.padEnd(data - Math.ceil(data / 256), 'x');
  const { stderr } = await runDktool(['dns-record', 'example.com', '-s', 'x', ...args], { input: text });
  return stderr;
};

const said = (octets: number, rest: string) =>
  `dktool: warning: the DNS answer for x._domainkey.example.com has ${octets} octets: over ${rest}\n`;

describe('the size of the DNS answer', () => {
  const FRAGMENTS =
    '1232, it needs TCP or arrives in fragments, which some firewalls drop, and old resolvers cannot read it';

  it.each([
    [512, ''],
    [513, said(513, '512, old resolvers cannot read it')],
    [1232, said(1232, '512, old resolvers cannot read it')],
    [1233, said(1233, FRAGMENTS)],
  ])('%i: one warning at most', async (octets, warning) => {
    expect(await warningFor(octets)).toBe(warning);
    expect(await warningFor(octets, '--origin', 'example.com', '--format', 'octodns')).toBe(warning);
  });

  it('is not shown with --quiet', async () => {
    expect(await warningFor(1300, '-q')).toBe('');
  });

  it('is that of a policy too', async () => {
    const spf = `v=spf1 ${Array.from({ length: 30 }, (_, i) => `ip4:198.51.100.${i * 2}`).join(' ')} -all`;
    const { stderr } = await runDktool(['dns-record', 'example.com', '--spf', spf]);
    expect(stderr).toMatch(/^dktool: warning: the DNS answer for example\.com has \d+ octets: over 512/m);
  });
});

const ONE_SPF = 'a domain has only one SPF record, so this replaces an older one';

describe('the other records of a mail domain', () => {
  it.each([
    [
      ['example.com', '--spf', 'v=spf1 mx ip4:10.0.0.1 -all'],
      'example.com. IN TXT "v=spf1 mx ip4:10.0.0.1 -all"',
      [
        `SPF: mail from hosts that it does not list fails; ${ONE_SPF}`,
        "warning: 'ip4:10.0.0.1' is of the private range, which no Internet mail comes from",
      ],
    ],
    [
      ['example.com', '--spf', ' v=spf1 include:_spf.example.net ~all ', '--origin', 'example.com'],
      '@ IN TXT "v=spf1 include:_spf.example.net ~all"',
      [
        `SPF: mail from hosts that it does not list is suspicious; ${ONE_SPF}`,
        "warning: the records that it refers to are not checked: dktool spf-check --lint example.com --record 'v=spf1 include:_spf.example.net ~all' does that",
      ],
    ],
    [
      ['--spf', 'v=spf1 redirect=_spf.example.net'],
      '@ IN TXT "v=spf1 redirect=_spf.example.net"',
      [
        `SPF: the policy of _spf.example.net applies; ${ONE_SPF}`,
        'warning: the records that it refers to are not checked',
      ],
    ],
    [
      ['example.com', '--spf', 'v=spf1 exists:%{i}.x.example.com exp=e.example.com ?all', '--format', 'dnscontrol'],
      'D_EXTEND("example.com", TXT("@", "v=spf1 exists:%{i}.x.example.com exp=e.example.com ?all"));',
      [`SPF: no statement is made about hosts that it does not list; ${ONE_SPF}`],
    ],
    [
      ['example.com', '--spf', 'v=spf1 a -all', '--format', 'route53', '--replace', 'none'],
      '{"Changes":[{"Action":"CREATE","ResourceRecordSet":{"Name":"example.com.","Type":"TXT","TTL":3600,"ResourceRecords":[{"Value":"\\"v=spf1 a -all\\""}]}}]}',
      ['SPF: mail from hosts that it does not list fails; there is no older record to replace'],
    ],
    [
      ['--spf', 'v=spf1 a -all', '--format', 'octodns', '--ttl', '60'],
      "'':\n  ttl: 60\n  type: TXT\n  value: 'v=spf1 a -all'",
      [`SPF: mail from hosts that it does not list fails; ${ONE_SPF}`],
    ],
    [
      ['example.com', '--dmarc', 'p=quarantine; rua=mailto:d@example.com'],
      '_dmarc.example.com. IN TXT "v=DMARC1; p=quarantine; rua=mailto:d@example.com"',
      ['DMARC: mail that fails DMARC is to be treated as suspicious; daily reports go to mailto:d@example.com'],
    ],
    [
      ['example.com', '--dmarc', 'v=DMARC1;p=reject;pct=50', '--format', 'octodns'],
      "'_dmarc':\n  type: TXT\n  value: 'v=DMARC1\\;p=reject\\;pct=50'",
      [
        'DMARC: mail that fails DMARC is to be rejected; no reports are requested',
        'warning: pct=50 belongs to RFC 7489 and is ignored under RFC 9989: the policy applies to all mail; t=y asks for the next weaker one',
      ],
    ],
    [
      ['--dmarc', 'p=none'],
      '_dmarc IN TXT "v=DMARC1; p=none"',
      ['DMARC: mail that fails DMARC is delivered as if there were no DMARC; no reports are requested'],
    ],
    [
      ['example.com', '--adsp', 'all', '--format', 'nsupdate'],
      'update delete _adsp._domainkey.example.com. TXT\nupdate add _adsp._domainkey.example.com. 3600 TXT "dkim=all"\nsend',
      [
        'ADSP: all mail of the domain is signed; ADSP is historic, DMARC has replaced it: "v=DMARC1; p=quarantine; adkim=s" says the same',
      ],
    ],
    [
      ['--domainkeys-policy', 'example.com', '--testing', '--format', 'tinydns-generic'],
      ':_domainkey.example.com:16:\\010o=~; t=y',
      [
        'DomainKeys: some mail of the domain may be unsigned, and the domain is testing; DomainKeys is historic, DKIM and DMARC have replaced it',
      ],
    ],
  ])('%j', async (args, product, lines) => {
    const { status, stdout, stderr } = await runDktool(['dns-record', ...args]);
    expect({ status, stdout, said: stderr.split('\n').slice(0, -1) }).toEqual({
      status: 0,
      stdout: `${product}\n`,
      said: lines.map((line) => `dktool: ${line}`),
    });
    expect(await runDktool(['dns-record', ...args, '-q'])).toEqual({ status: 0, stdout, stderr: '' });
  });

  it('tell the size of the answer with -v', async () => {
    const { stderr } = await runDktool(['dns-record', 'example.com', '--dmarc', 'p=none', '-v']);
    // 12 header, 20 + 4 question, 12 answer, 1 + 16 text
    expect(stderr).toContain('dktool: _dmarc.example.com: an answer with this record has 65 octets\n');
  });

  it('need a name that DNS can carry', async () => {
    const domain = `${'a123456789.'.repeat(22)}example`;
    const { status, stdout, stderr } = await runDktool(['dns-record', domain, '--dmarc', 'p=none']);
    expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
    expect(stderr).toContain(`the name _dmarc.${domain} is too long for DNS`);
  });

  it('follows what an SPF record includes where it is told whom to ask', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'zone'), '_spf.example.net. IN TXT "v=spf1 ip4:203.0.114.0/24 -all"\n');
    const judge = (included: string) =>
      runDktool(['dns-record', 'example.com', '--zone', 'zone', '--spf', `v=spf1 include:${included} -all`], { cwd });
    expect((await judge('_spf.example.net')).stderr).toBe(
      `dktool: SPF: mail from hosts that it does not list fails; ${ONE_SPF}\n`,
    );
    const { status, stdout, stderr } = await judge('_spf.example.org');
    expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
    expect(stderr).toContain("malformed SPF record: 'include:_spf.example.org' points nowhere");
  });

  it.each([
    [['--spf', 'v=spf2 -all'], "malformed SPF record: it does not begin with 'v=spf1 '"],
    [['--spf', 'v=spf1 +all'], "malformed SPF record: '+all' allows everyone to send as example.com"],
    [
      ['--spf', 'v=spf1 ip4:300.1.1.1 -all'],
      'malformed SPF record: an IPv4 address is four numbers from 0 to 255 without leading zeros (column 12)',
    ],
    [
      ['--spf', `v=spf1 ${'a:x.example '.repeat(11)}-all`],
      'malformed SPF record: the policy takes 11 terms with DNS look-ups, but only 10 are allowed: clients that no earlier term matches get a permerror',
    ],
    [
      ['--dmarc', 'p=reject; rua=d@example.com'],
      'malformed DMARC record: rua=: d@example.com is not a URI: write mailto:d@example.com',
    ],
    [
      ['--dmarc', 'v=dmarc1; p=none'],
      'malformed DMARC record: it does not begin with exactly v=DMARC1: receivers ignore the whole record',
    ],
    [
      ['--dmarc', 'p=none; rua=mailto:ö'],
      'malformed DMARC record: rua= contains an octet that is not printable ASCII; rua=: mailto:ö is not a URI ("," and "!" are written %2C and %21)',
    ],
    [['--dmarc', 'sp=none'], 'malformed DMARC record: p= is missing: receivers ignore the record'],
    [['--dmarc', 'p=none', '--spf', 'v=spf1 -all'], '--spf and --dmarc cannot be used together'],
    [['--dmarc', 'p=none', '--revoke'], '--dmarc and --revoke cannot be used together'],
  ])('%j is refused', async (args, reason) => {
    const { status, stdout, stderr } = await runDktool(['dns-record', 'example.com', ...args]);
    const lines = Buffer.from(stderr, 'latin1').toString('utf8').split('\n');
    expect({ status, stdout, first: lines[0] }).toEqual({
      status: 100,
      stdout: '',
      first: `dktool: ${reason}`,
    });
  });
});

const convert = (...args: string[]) => {
  const cwd = temporaryFolder();
  return runDktool(['keygen', '--convert', keyPath('ed25519'), '-s', 'x', '-q', ...args], { cwd });
};

describe('keygen --record-format', () => {
  it('prints what dns-record prints', async () => {
    for (const format of ['route53', 'octodns', 'nsupdate', 'raw']) {
      const place = ['--ttl', '60', '--origin', 'example.com'];
      const { stdout } = await runDktool([
        'dns-record',
        'a.example.com',
        '-k',
        keyPath('ed25519'),
        '-s',
        'x',
        '--format',
        format,
        ...place,
      ]);
      expect(await convert('a.example.com', '--record-format', format, ...place)).toEqual({
        status: 0,
        stdout,
        stderr: '',
      });
    }
  });

  it('puts two keys into one document', async () => {
    const cwd = temporaryFolder();
    const args = ['keygen', 'example.com', '-s', 'x', '--dual', '--bits', '1024', '-q', '--record-format', 'route53'];
    const { stdout } = await runDktool(args, { cwd });
    const { Changes } = JSON.parse(stdout) as { Changes: { ResourceRecordSet: { Name: string } }[] };
    expect(Changes.map(({ ResourceRecordSet }) => ResourceRecordSet.Name)).toEqual([
      'x._domainkey.example.com.',
      'x-ed25519._domainkey.example.com.',
    ]);
  });

  it('makes no key where the record cannot be said', async () => {
    const { status, stdout, stderr } = await convert('--record-format', 'route53');
    expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
    expect(stderr).toContain('the format route53 uses full names only');
  });
});
