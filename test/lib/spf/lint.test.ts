import { describe, expect, it } from 'vitest';
import { formatIpNetwork } from '../../../src/lib/syntax/ip-network.ts';
import { type LintReport, lintSpf } from '../../../src/lib/spf/lint.ts';
import { testResolver, type TestZone } from '../../support/spf.ts';

const lint = (zone: TestZone, domain = 'example.com'): Promise<LintReport> => lintSpf(domain, testResolver(zone));
const codes = async (zone: TestZone) => (await lint(zone)).findings.map(({ severity, code }) => `${severity} ${code}`);
const networks = async (zone: TestZone) => (await lint(zone)).allowed.networks.map(formatIpNetwork);

const HOST = { A: ['192.0.2.1'], AAAA: ['2001:db8::1'] };

describe('findings', () => {
  it('has none for a good record', async () => {
    const zone = {
      'example.com': 'v=spf1 ip4:192.0.2.0/24 a:h.example.com include:i.example -all',
      'h.example.com': { A: ['198.51.100.1'], AAAA: ['2001:db8::1'] },
      'i.example': 'v=spf1 ip4:203.0.113.0/24 -all',
    };
    expect(await codes(zone)).toEqual([]);
  });

  it.each<[string, TestZone, string]>([
    ['nothing', {}, 'error no-record'],
    ['two records', { 'example.com': { TXT: ['v=spf1 -all', 'v=spf1 ~all'] } }, 'error multiple-records'],
    ['DNS trouble', { 'example.com': { TXT: 'SERVFAIL' } }, 'error dns-error'],
    [
      'DNS trouble below',
      { 'example.com': 'v=spf1 a:t.example -all', 't.example': { '*': 'TIMEOUT' } },
      'error dns-error',
    ],
    ['a syntax error', { 'example.com': 'v=spf1 foo -all' }, 'error syntax-error'],
    [
      'a syntax error below',
      { 'example.com': 'v=spf1 include:i.example -all', 'i.example': 'v=spf1 mx/99' },
      'error syntax-error',
    ],
    ['+all', { 'example.com': 'v=spf1 +all' }, 'error allows-all'],
    ['a /0', { 'example.com': 'v=spf1 ip4:1.2.3.4/0 -all' }, 'error allows-much'],
    ['a /8', { 'example.com': 'v=spf1 ip4:1.0.0.0/8 -all' }, 'warning allows-much'],
    ['a private network', { 'example.com': 'v=spf1 ip4:10.1.0.0/16 -all' }, 'warning network-not-public'],
    ['host bits', { 'example.com': 'v=spf1 ip4:192.0.2.1/24 -all' }, 'info host-bits-set'],
    ['?all', { 'example.com': 'v=spf1 ip4:192.0.2.1 ?all' }, 'info neutral-default'],
    ['no all', { 'example.com': 'v=spf1 ip4:192.0.2.1' }, 'warning no-default'],
    ['ptr', { 'example.com': 'v=spf1 ptr -all' }, 'warning ptr-used'],
    ['%{p}', { 'example.com': 'v=spf1 exists:%{p}.x.example -all' }, 'warning ptr-used'],
    ['terms behind all', { 'example.com': 'v=spf1 -all ip4:192.0.2.1' }, 'warning unreachable-term'],
    ['redirect beside all', { 'example.com': 'v=spf1 redirect=x.example -all' }, 'warning unreachable-term'],
    [
      'a term twice',
      {
        'example.com': 'v=spf1 mx:h.example MX:h.example -all',
        'h.example': { MX: [{ preference: 0, exchange: 'h.example' }], ...HOST },
      },
      'warning duplicate-term',
    ],
    [
      'a network in another',
      { 'example.com': 'v=spf1 ip4:192.0.2.7 ip4:192.0.2.0/24 -all' },
      'warning overlapping-network',
    ],
    [
      'a network of an include',
      { 'example.com': 'v=spf1 include:i.example ip4:192.0.2.7 -all', 'i.example': 'v=spf1 ip4:192.0.2.0/24 -all' },
      'info overlapping-network',
    ],
    ['a host without addresses', { 'example.com': 'v=spf1 a:gone.example -all' }, 'warning void-lookup'],
    [
      'an include without a record',
      { 'example.com': 'v=spf1 include:gone.example -all' },
      'error include-without-record',
    ],
    ['a redirect without a record', { 'example.com': 'v=spf1 redirect=gone.example' }, 'error redirect-without-record'],
    ['an endless include', { 'example.com': 'v=spf1 include:example.com -all' }, 'error endless-include'],
    ['include=', { 'example.com': 'v=spf1 include=i.example -all' }, 'error unknown-modifier'],
    ['an unknown modifier', { 'example.com': 'v=spf1 default=pass -all' }, 'info unknown-modifier'],
    ['exp= without a text', { 'example.com': 'v=spf1 -all exp=gone.example' }, 'warning explanation-without-text'],
    ['a long answer', { 'example.com': { TXT: ['v=spf1 -all', 'x'.repeat(450)] } }, 'warning answer-too-long'],
  ])('of %s', async (_, zone, finding) => {
    expect(await codes(zone)).toContain(finding);
  });

  it('of a long record: its own length and that of the answer', async () => {
    const record = `v=spf1 ${Array.from({ length: 40 }, (_, i) => `ip4:192.0.2.${2 * i}`).join(' ')} -all`;
    expect(await codes({ 'example.com': record })).toEqual(['warning answer-too-long', 'warning record-too-long']);
  });

  it('points at the place', async () => {
    const { findings } = await lint({ 'example.com': 'v=spf1 mx/99 -all' });
    expect(findings).toMatchObject([{ code: 'syntax-error', column: 9, length: 3 }]);
  });
});

describe('limits in the worst case', () => {
  it('counts every branch that can be reached', async () => {
    const report = await lint({
      'example.com': 'v=spf1 include:a.example include:b.example -all mx',
      'a.example': 'v=spf1 a:h.example a:h.example',
      'b.example': `v=spf1${' exists:%{i}.x.example'.repeat(7)}`,
      'h.example': HOST,
    });
    expect(report.worstCase.terms).toBe(11);
    expect(report.branches.map(({ term, terms }) => [term, terms])).toEqual([
      ['include:a.example', 3],
      ['include:b.example', 8],
    ]);
    expect(report.findings.map(({ code }) => code)).toContain('too-many-lookups');
  });

  it('counts void look-ups for IPv4 and IPv6 clients apart', async () => {
    const report = await lint({
      'example.com': `v=spf1${[1, 2, 3].map((i) => ` a:h${i}.example`).join('')} -all`,
      ...Object.fromEntries([1, 2, 3].map((i) => [`h${i}.example`, { A: [`192.0.2.${i}`] }])),
    });
    expect(report.worstCase.void).toEqual({ 4: 0, 6: 3 });
    expect(report.findings).toMatchObject([{ code: 'too-many-void-lookups', severity: 'info' }]);
    expect(report.findings[0]!.detail).toContain('IPv6 client');
  });

  it('warns at nine terms, and counts mail exchangers', async () => {
    expect(await codes({ 'example.com': `v=spf1${' exists:%{i}.x.example'.repeat(9)} -all` })).toContain(
      'warning many-lookups',
    );
    const MX = Array.from({ length: 11 }, (_, i) => ({ preference: i, exchange: `m${i}.example` }));
    expect(await codes({ 'example.com': { TXT: ['v=spf1 mx -all'], MX } })).toContain('error too-many-mx-names');
  });
});

describe('the addresses that are allowed', () => {
  it('puts everything together, in the order in which terms are tried', async () => {
    const zone = {
      'example.com':
        'v=spf1 -ip4:192.0.2.64/26 ip4:192.0.2.0/24 a:h.example/31 include:i.example ~ip4:203.0.113.0/24 redirect=r.example',
      'h.example': { A: ['198.51.100.1'], AAAA: ['2001:db8::1'] },
      'i.example': 'v=spf1 ip4:198.51.100.0/30 ?ip4:198.51.100.4 ip4:198.51.100.4/30 -all',
      'r.example': 'v=spf1 ip4:203.0.113.0/23 -all',
    };
    expect(await networks(zone)).toEqual([
      '192.0.2.0/26',
      '192.0.2.128/25',
      '198.51.100.0/30',
      '198.51.100.5',
      '198.51.100.6/31',
      '203.0.112.0/24',
      '2001:db8::1',
    ]);
  });

  it('is all of them with +all, and says what depends on the sender', async () => {
    const { allowed } = await lint({ 'example.com': 'v=spf1 exists:%{l}.x.example ?exists:%{i}.y.example +all' });
    expect(allowed.networks.map(formatIpNetwork)).toEqual(['0.0.0.0/0', '::/0']);
    expect(allowed.count[6]).toBe(1n << 128n);
    expect(allowed.variable).toEqual([{ domain: 'example.com', term: 'exists:%{l}.x.example', on: 'the sender' }]);
    expect(allowed.isComplete).toBe(true);
  });

  it('says when something is missing', async () => {
    const zone = { 'example.com': 'v=spf1 include:gone.example ip4:192.0.2.1 -all' };
    expect((await lint(zone)).allowed.isComplete).toBe(false);
  });
});

it('reads a hostile policy in bounded time', async () => {
  const zone: Record<string, string> = {};
  for (let i = 0; i < 150; i++)
    zone[`n${i}.example`] = `v=spf1 include:n${i + 1}.example include:n${i + 1}.example -all`;
  zone['example.com'] = `v=spf1 ${'ip4:192.0.2.1 -ip4:192.0.2.3 '.repeat(1500)}include:n0.example -all`;
  const { findings, allowed } = await lint(zone);
  expect(findings.map(({ code }) => code)).toContain('policy-too-large');
  expect(allowed.isComplete).toBe(false);
});
