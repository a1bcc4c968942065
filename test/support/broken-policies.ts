/** Broken policies: SPF, DMARC, ADSP and that of DomainKeys. */
import type { FindingSeverity } from '../../src/lib/finding.ts';
import type { BrokenDomain } from './broken-domain.ts';
import { type CheckSite, DMARC, KEY_NAME, SPF } from './check-site.ts';
import { DOMAIN, keyRecord } from './vectors.ts';

const ADSP = `_adsp._domainkey.${DOMAIN}`;
const DK_POLICY = `_domainkey.${DOMAIN}`;
const DMARC_NAME = `_dmarc.${DOMAIN}`;

/** A record at a name is replaced, and put back. */
function record(
  code: string,
  severity: BrokenDomain['severity'],
  name: string,
  [broken, right]: readonly [string | readonly string[], string | undefined],
  says: string,
  more: { what?: string; also?: Record<string, Record<string, unknown>>; beside?: readonly string[] } = {},
): BrokenDomain {
  return {
    code,
    severity,
    what: more.what ?? String(broken).slice(0, 60),
    spoil: (site) => {
      Object.assign(site.zone, structuredClone(more.also ?? {}));
      site.txt(name, ...[broken].flat());
    },
    fix: (site) => {
      if (right === undefined) delete site.zone[name];
      else site.txt(name, right);
    },
    says,
    ...(more.beside === undefined ? {} : { beside: more.beside }),
  };
}

type RecordMore = Parameters<typeof record>[5];

const spf = (
  code: string,
  severity: FindingSeverity,
  broken: string | readonly string[],
  says: string,
  more?: RecordMore,
) => record(`spf-${code}`, severity, DOMAIN, [broken, SPF], says, more);
const dmarc = (
  code: string,
  severity: FindingSeverity,
  broken: string | readonly string[],
  says: string,
  more?: RecordMore,
) => record(`dmarc-${code}`, severity, DMARC_NAME, [broken, DMARC], says, more);
const policy = (
  code: string,
  severity: FindingSeverity,
  name: string,
  broken: string | readonly string[],
  says: string,
  more?: RecordMore,
) => record(code, severity, name, [broken, undefined], says, more);

/** No key works. */
const withoutRecord = (site: CheckSite) => delete site.zone[KEY_NAME];
const putRecordBack = (site: CheckSite) => site.txt(KEY_NAME, keyRecord('rsa2048'));
const host = (name: string) => ({ [name]: { A: ['192.0.2.7'], AAAA: ['2001:db8::7'] } });

const OTHER_POLICIES: readonly BrokenDomain[] = [
  policy('adsp-several', 'warning', ADSP, ['dkim=all', 'dkim=unknown'], '2 ADSP records'),
  policy('adsp-malformed', 'warning', ADSP, 'DKIM=all', 'is not an ADSP record'),
  policy('adsp-unknown-value', 'warning', ADSP, 'dkim=strict', '"dkim=strict" is treated as unknown'),
  {
    ...policy('adsp-unsigned', 'error', ADSP, 'dkim=all', 'no key for mail from example.com works'),
    spoil: (site) => {
      site.txt(ADSP, 'dkim=all');
      withoutRecord(site);
    },
    fix: putRecordBack,
    beside: ['key-name-missing', 'dmarc-unsigned'],
  },
  policy('adsp-against-dmarc', 'warning', ADSP, 'dkim=discardable', 'DMARC says p=none', {
    also: { [DMARC_NAME]: { TXT: [DMARC.replace('reject', 'none')] } },
  }),
  policy('domainkeys-policy-several', 'warning', DK_POLICY, ['o=~', 'o=-'], 'there are 2 policies'),
  policy('domainkeys-policy-malformed', 'warning', DK_POLICY, 'all', 'is not a policy'),
  policy('domainkeys-policy-testing', 'warning', DK_POLICY, 't=y; o=~', 'still testing'),
  {
    ...policy('domainkeys-policy-unsigned', 'warning', DK_POLICY, 'o=-', 'o=- says that all mail is signed'),
    spoil: (site) => {
      site.txt(DK_POLICY, 'o=-');
      withoutRecord(site);
    },
    fix: putRecordBack,
    beside: ['key-name-missing', 'dmarc-unsigned'],
  },
  {
    code: 'dmarc-missing',
    severity: 'warning',
    what: 'no DMARC record',
    spoil: (site) => {
      delete site.zone[DMARC_NAME];
    },
    fix: (site, { remedy }) => site.txt(DMARC_NAME, /"(v=DMARC1[^"]*)"/.exec(remedy)![1]!),
    says: 'has a DMARC record',
  },
  dmarc('several', 'error', [DMARC, 'v=DMARC1; p=none'], 'there are 2 DMARC records'),
  {
    code: 'dmarc-unsigned',
    severity: 'error',
    what: 'p=reject and no key that works',
    spoil: withoutRecord,
    fix: putRecordBack,
    says: 'the policy is reject, but no key for mail from example.com works',
    beside: ['key-name-missing'],
  },
  {
    code: 'dmarc-unsigned',
    severity: 'error',
    what: 'adkim=s and the key of another domain',
    spoil: (site) => {
      const table = site.write('KeyTable', `k ${DOMAIN}:s1:${site.keyFile}\n`);
      site.args = ['--key-table', table, '--signing-table', site.write('SigningTable', '*@news.example.com k\n')];
      site.zone['news.example.com'] = { MX: [{ preference: 0, exchange: `mail.${DOMAIN}` }], TXT: [SPF] };
      site.txt('_dmarc.news.example.com', 'v=DMARC1; p=reject; adkim=s; rua=mailto:x@example.com');
    },
    fix: (site) => site.txt('_dmarc.news.example.com', 'v=DMARC1; p=none; adkim=s; rua=mailto:x@example.com'),
    says: 'its mail is signed by example.com, which is not aligned',
  },
  dmarc(
    'report-unauthorized',
    'warning',
    'v=DMARC1; p=reject; rua=mailto:x@reports.test',
    `no DMARC record at ${DOMAIN}._report._dmarc.reports.test`,
  ),
  dmarc('not-dmarc', 'error', 'v=DMARC; p=reject', 'does not begin with v=DMARC1'),
  dmarc('syntax-error', 'error', `${DMARC}; x`, 'is malformed'),
  dmarc('duplicate-tag', 'error', `${DMARC}; p=none`, 'p= appears twice'),
  dmarc('unknown-tag', 'warning', `${DMARC}; rau=x`, 'did you mean rua='),
  dmarc('historic-tag', 'note', `${DMARC}; pct=100`, 'pct=100 belongs to RFC 7489'),
  dmarc('historic-tag', 'warning', `${DMARC}; pct=50`, 'pct=50 belongs to RFC 7489'),
  dmarc('bad-value', 'error', `${DMARC}; adkim=strict`, 'adkim=strict is invalid'),
  dmarc('no-policy', 'warning', `v=DMARC1; rua=mailto:x@${DOMAIN}`, 'p= is missing'),
  dmarc(
    'policy-not-first',
    'warning',
    `v=DMARC1; rua=mailto:x@${DOMAIN}; p=reject`,
    'does not directly follow v=DMARC1',
  ),
  dmarc('bad-report-uri', 'error', `${DMARC}; ruf=x@${DOMAIN}`, 'is not a URI'),
  dmarc('report-uri-not-mailto', 'warning', `${DMARC}; ruf=https://${DOMAIN}/x`, 'is not a mailto: URI'),
  dmarc('report-size-limit', 'note', `v=DMARC1; p=reject; rua=mailto:x@${DOMAIN}!10m`, 'size limit'),
  dmarc('fo-without-ruf', 'note', `${DMARC}; fo=1`, 'fo= has no effect'),
  dmarc('test-mode', 'warning', `${DMARC}; t=y`, 't=y asks receivers'),
  dmarc('no-enforcement', 'note', DMARC.replace('reject', 'none'), 'asks for no action'),
  dmarc('no-reports', 'note', 'v=DMARC1; p=reject', 'without rua= you get no reports'),
  dmarc('quotes-in-record', 'error', `"${DMARC}"`, 'the record contains quotes, first at offset 0'),
  dmarc('quotes-in-record', 'error', DMARC.replace('p=reject', 'p="reject"'), 'the record contains quotes'),
  dmarc('smart-quotes-in-record', 'error', `\u00e2\u0080\u009c${DMARC}\u00e2\u0080\u009d`, 'curly quotes'),
  dmarc('backslashes-in-record', 'error', DMARC.replaceAll(';', '\\;'), 'the record contains backslashes'),
  dmarc('commas-in-record', 'error', DMARC.replaceAll(';', ','), 'the tags are separated by commas'),
  dmarc('commas-in-record', 'error', DMARC.replace('; rua', ', rua'), 'the tags are separated by commas'),
  ...[DOMAIN, `${DMARC_NAME}.${DOMAIN}`].map(
    (name): BrokenDomain => ({
      code: 'dmarc-name-wrong',
      severity: 'error',
      what: `at ${name}`,
      spoil: (site) => {
        delete site.zone[DMARC_NAME];
        site.zone[name] = { ...site.zone[name], TXT: [...((site.zone[name]?.['TXT'] as string[]) ?? []), DMARC] };
      },
      fix: (site) => {
        site.txt(DMARC_NAME, DMARC);
        if (name === DOMAIN) site.txt(DOMAIN, SPF);
        else delete site.zone[name];
      },
      says: `there is a DMARC record at ${name}`,
    }),
  ),
  dmarc(
    'answer-too-long',
    'note',
    `${DMARC},${Array.from({ length: 16 }, (_, i) => `mailto:dmarc-reports-${i}@${DOMAIN}`).join(',')}`,
    'octets: over 512',
  ),
  dmarc('suffix-failure-reports', 'warning', `${DMARC}; psd=y; ruf=mailto:x@${DOMAIN}`, 'psd=y and ruf='),
  dmarc('weaker-subdomains', 'warning', `${DMARC}; sp=none`, 'sp=none is weaker'),
];

const lookups = (count: number) =>
  `v=spf1${Array.from({ length: count }, (_, i) => ` exists:%{i}.x${i}.example`).join('')} -all`;
const include = (name: string, text: string) => ({ also: { [name]: { TXT: [text] } } });

const SPF_CASES: readonly BrokenDomain[] = [
  spf('no-record', 'warning', 'unrelated', 'has no SPF record'),
  spf('multiple-records', 'error', [SPF, 'v=spf1 ~all'], '2 SPF records'),
  spf('syntax-error', 'error', 'v=spf1 foo -all', 'foo'),
  spf('too-many-lookups', 'error', lookups(11), '11 terms with DNS look-ups'),
  spf('many-lookups', 'note', lookups(10), '10 of 10 terms'),
  spf(
    'too-many-void-lookups',
    'error',
    'v=spf1 a:h1.example a:h2.example a:h3.example -all',
    '3 void look-ups for an IPv4 client and 3 void look-ups for an IPv6 client',
    {
      also: Object.fromEntries([1, 2, 3].map((i) => [`h${i}.example`, { TXT: ['no address'] }])),
    },
  ),
  spf(
    'too-many-void-lookups',
    'note',
    'v=spf1 a:h1.example a:h2.example a:h3.example -all',
    'no sender in the policy',
    {
      what: 'IPv6 clients, of which no sender is one',
      also: Object.fromEntries([1, 2, 3].map((i) => [`h${i}.example`, { A: [`198.51.100.${i}`] }])),
    },
  ),
  spf('void-lookup', 'warning', 'v=spf1 mx a:gone.example -all', 'finds nothing in DNS'),
  spf('too-many-mx-names', 'error', 'v=spf1 mx:many.example -all', '11 mail exchangers', {
    also: {
      ...host('m.many.example'),
      'many.example': { MX: Array.from({ length: 11 }, (_, i) => ({ preference: i, exchange: `m${i}.many.example` })) },
      ...Object.assign({}, ...Array.from({ length: 11 }, (_, i) => host(`m${i}.many.example`))),
    },
  }),
  spf('include-without-record', 'error', 'v=spf1 include:gone.example -all', 'points nowhere'),
  spf('redirect-without-record', 'error', 'v=spf1 redirect=gone.example', 'points nowhere'),
  spf('endless-include', 'error', `v=spf1 include:${DOMAIN} -all`, 'leads back to'),
  spf('policy-too-large', 'error', 'v=spf1 include:n0.example -all', 'too many records already', {
    also: Object.fromEntries(
      Array.from({ length: 150 }, (_, i) => [`n${i}.example`, { TXT: [`v=spf1 include:n${i + 1}.example -all`] }]),
    ),
    beside: ['spf-too-many-lookups'],
  }),
  spf(
    'record-too-long',
    'note',
    `v=spf1 ${Array.from({ length: 40 }, (_, i) => `ip4:8.8.2.${2 * i}`).join(' ')} -all`,
    'characters; up to 450 are safe',
    {
      beside: ['spf-answer-too-long'],
    },
  ),
  spf('answer-too-long', 'note', [SPF, 'x'.repeat(450)], 'over 512'),
  spf('unreachable-term', 'warning', 'v=spf1 -all ip4:8.8.2.1', 'is never used'),
  spf('no-default', 'warning', 'v=spf1 mx', 'has no default'),
  spf('allows-all', 'error', 'v=spf1 +all', 'allows everyone'),
  spf('allows-much', 'warning', 'v=spf1 ip4:8.0.0.0/8 -all', '1/256 of all IPv4'),
  spf('allows-much', 'note', 'v=spf1 include:esp.test -all', '1/256 of all IPv4', {
    what: 'in the record of somebody else',
    ...include('esp.test', 'v=spf1 ip4:8.0.0.0/8 -all'),
  }),
  spf('syntax-error', 'error', 'v=spf1 include:esp.test -all', 'tell the owner of esp.test', {
    what: 'in the record of somebody else, which breaks this one',
    ...include('esp.test', 'v=spf1 foo -all'),
  }),
  spf('network-not-public', 'warning', 'v=spf1 ip4:10.0.0.0/8 -all', 'private', { what: 'ip4:10.0.0.0/8' }),
  spf('neutral-default', 'note', 'v=spf1 mx ?all', 'makes no statement about other senders'),
  spf('host-bits-set', 'note', 'v=spf1 mx ip4:8.8.2.1/24 -all', 'host bits set'),
  {
    code: 'spf-name-wrong',
    severity: 'error',
    what: 'the domain twice',
    spoil: (site) => {
      site.txt(DOMAIN, 'unrelated');
      site.txt(`${DOMAIN}.${DOMAIN}`, SPF);
    },
    fix: (site) => {
      delete site.zone[`${DOMAIN}.${DOMAIN}`];
      site.txt(DOMAIN, SPF);
    },
    says: `there is an SPF record at ${DOMAIN}.${DOMAIN}`,
  },
  spf('ptr-used', 'warning', 'v=spf1 ptr -all', 'advises against'),
  spf('duplicate-term', 'warning', 'v=spf1 mx MX -all', 'a second time'),
  spf('overlapping-network', 'warning', 'v=spf1 ip4:8.8.2.7 ip4:8.8.2.0/24 -all', 'lies in'),
  spf('network-not-public', 'warning', 'v=spf1 ip4:10.1.0.0/16 -all', 'private'),
  spf('unknown-modifier', 'error', 'v=spf1 mx include=i.example -all', "written 'include:'"),
  spf(
    'explanation-without-text',
    'warning',
    'v=spf1 mx -all exp=gone.example',
    'is not used',
    include('_.example', 'x'),
  ),
];

export const BROKEN_POLICIES: readonly BrokenDomain[] = [...OTHER_POLICIES, ...SPF_CASES];
