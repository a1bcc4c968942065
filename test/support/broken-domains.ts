/** One broken domain for every finding of `check` that a zone, a folder or a table can show, and its remedy. */
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../src/lib/finding.ts';
import { privateKey, DOMAIN, keyRecord } from './vectors.ts';
import { type CheckSite, DMARC, KEY_NAME, SPF } from './check-site.ts';

export interface BrokenDomain {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'temporary';
  /** The case in words. */
  readonly what: string;
  /** Spoil a site where all is well. */
  readonly spoil: (site: CheckSite) => void;
  /** Carry the remedy out; it may say how. */
  readonly mend: (site: CheckSite, finding: Finding) => void;
  /** Part of what the finding says. */
  readonly says: string;
  /** What follows from it, and goes with it. */
  readonly beside?: readonly string[];
}

/** The remedy is a command line, and is run as it stands. */
const runRemedy = (_: CheckSite, { remedy }: Finding) => {
  execFileSync('sh', ['-ec', remedy], { stdio: 'ignore' });
};

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
    mend: (site) => {
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
  severity: 'error' | 'warning',
  broken: string | readonly string[],
  says: string,
  more?: RecordMore,
) => record(`spf-${code}`, severity, DOMAIN, [broken, SPF], says, more);
const dmarc = (
  code: string,
  severity: 'error' | 'warning',
  broken: string | readonly string[],
  says: string,
  more?: RecordMore,
) => record(`dmarc-${code}`, severity, DMARC_NAME, [broken, DMARC], says, more);
const policy = (
  code: string,
  severity: 'error' | 'warning',
  name: string,
  broken: string | readonly string[],
  says: string,
  more?: RecordMore,
) => record(code, severity, name, [broken, undefined], says, more);

/** No key works. */
const withoutRecord = (site: CheckSite) => delete site.zone[KEY_NAME];
const putRecordBack = (site: CheckSite) => site.txt(KEY_NAME, keyRecord('rsa2048'));
const host = (name: string) => ({ [name]: { A: ['192.0.2.7'], AAAA: ['2001:db8::7'] } });

const FILES: readonly BrokenDomain[] = [
  {
    code: 'key-missing',
    severity: 'error',
    what: 'a folder without a key',
    spoil: ({ keyFolder, keyFile }) => {
      rmSync(keyFile);
      rmSync(join(keyFolder, 'default'));
    },
    mend: (site) => {
      site.putKey('rsa2048');
      symlinkSync('s1', join(site.keyFolder, 'default'));
    },
    says: `default does not exist`,
    beside: ['key-name-missing', 'dmarc-unsigned'],
  },
  {
    code: 'key-missing',
    severity: 'error',
    what: 'a link to nothing',
    spoil: ({ keyFile }) => rmSync(keyFile),
    mend: (site) => site.putKey('rsa2048'),
    says: 'default is a symbolic link to nothing',
    beside: ['key-name-missing', 'dmarc-unsigned'],
  },
  {
    code: 'key-unreadable',
    severity: 'error',
    what: 'links in a circle',
    spoil: ({ keyFile }) => {
      rmSync(keyFile);
      symlinkSync('default', keyFile);
    },
    mend: (site) => {
      rmSync(site.keyFile);
      site.putKey('rsa2048');
    },
    says: 'its symbolic links go round in a circle',
    beside: ['key-name-missing', 'dmarc-unsigned'],
  },
  {
    code: 'key-not-file',
    severity: 'error',
    what: 'a pipe, which nobody may wait for',
    spoil: ({ keyFile }) => {
      rmSync(keyFile);
      execFileSync('mkfifo', [keyFile]);
    },
    mend: (site) => {
      rmSync(site.keyFile);
      site.putKey('rsa2048');
    },
    says: 's1 is a pipe, not a regular file',
    beside: ['dmarc-unsigned'],
  },
  {
    code: 'key-not-file',
    severity: 'error',
    what: 'a file of 1 GB',
    spoil: ({ keyFile }) => truncateSync(keyFile, 2 ** 30),
    mend: (site) => {
      rmSync(site.keyFile);
      site.putKey('rsa2048');
    },
    says: 'is too large',
    beside: ['dmarc-unsigned'],
  },
  {
    code: 'key-encrypted',
    severity: 'error',
    what: 'a passphrase',
    spoil: ({ keyFile }) => {
      const pem = privateKey('rsa2048').export({
        type: 'pkcs8',
        format: 'pem',
        cipher: 'aes-256-cbc',
        passphrase: 'x',
      });
      writeFileSync(keyFile, pem);
    },
    mend: (site) => site.putKey('rsa2048'),
    says: 'take the passphrase off: openssl pkey -in',
    beside: ['dmarc-unsigned'],
  },
  {
    code: 'key-invalid',
    severity: 'error',
    what: 'half a key',
    spoil: ({ keyFile }) => truncateSync(keyFile, 600),
    mend: (site) => site.putKey('rsa2048'),
    says: 'is cut short',
    beside: ['dmarc-unsigned'],
  },
  {
    code: 'key-exposed',
    severity: 'error',
    what: 'mode 604',
    spoil: ({ keyFile }) => chmodSync(keyFile, 0o604),
    mend: runRemedy,
    says: 'everybody on this machine can read it (mode 604)',
  },
  {
    code: 'key-group-writable',
    severity: 'warning',
    what: 'mode 660',
    spoil: ({ keyFile }) => chmodSync(keyFile, 0o660),
    mend: runRemedy,
    says: 'can change it (mode 660)',
  },
  {
    code: 'key-folder-writable',
    severity: 'error',
    what: 'a folder of everybody',
    spoil: ({ keyFolder }) => chmodSync(keyFolder, 0o777),
    mend: runRemedy,
    says: 'can put another key in the place of',
  },
  {
    code: 'key-weak',
    severity: 'error',
    what: '768 bits',
    spoil: (site) => {
      site.putKey('rsa768');
      site.txt(KEY_NAME, keyRecord('rsa768'));
    },
    mend: (site) => {
      site.putKey('rsa2048');
      putRecordBack(site);
    },
    says: 'an RSA key of 768 bits, which verifiers refuse',
    beside: ['dmarc-unsigned'],
  },
  {
    code: 'key-weak',
    severity: 'warning',
    what: '1024 bits',
    spoil: (site) => {
      site.putKey('rsa1024');
      site.txt(KEY_NAME, keyRecord('rsa1024'));
    },
    mend: (site) => {
      site.putKey('rsa2048');
      putRecordBack(site);
    },
    says: 'an RSA key of 1024 bits',
  },
  {
    code: 'key-old',
    severity: 'warning',
    what: '--max-age',
    spoil: (site) => {
      site.args.push('--max-age', '180');
      site.putKey('rsa2048', site.keyFile, 200);
    },
    mend: (site) => site.putKey('rsa2048'),
    says: 'the file is 200 days old',
  },
  {
    code: 'old-selector-published',
    severity: 'warning',
    what: 'an older key beside the one in use',
    spoil: (site) => {
      rmSync(join(site.keyFolder, 'default')); // a link of today would say that it was changed today
      site.args = ['--key-path', join(site.folder, 'keys', '%', 's1')];
      site.putKey('rsa2048', site.keyFile, 40);
      site.putKey('rsa4096', join(site.keyFolder, 's0'), 400);
      site.txt(`s0._domainkey.${DOMAIN}`, keyRecord('rsa4096'));
    },
    mend: (site) => site.txt(`s0._domainkey.${DOMAIN}`, 'v=DKIM1; p='),
    says: 'the old key is still published, 40 days after another key took its place',
  },
  {
    code: 'old-selector-published',
    severity: 'warning',
    what: '--old-selector',
    spoil: (site) => {
      site.args.push('--old-selector', 'gone');
      site.txt(`gone._domainkey.${DOMAIN}`, keyRecord('rsa4096'));
    },
    mend: (site) => delete site.zone[`gone._domainkey.${DOMAIN}`],
    says: `dktool dns-record ${DOMAIN} -s gone --revoke`,
  },
];

const TABLES: readonly BrokenDomain[] = [
  {
    code: 'config-syntax',
    severity: 'error',
    what: 'a line of a KeyTable',
    spoil: (site) => {
      site.args = ['--key-table', site.write('KeyTable', `s1 ${DOMAIN}:s1:${site.keyFile}\nother example.net:s1\n`)];
    },
    mend: (site) => void site.write('KeyTable', `s1 ${DOMAIN}:s1:${site.keyFile}\n`),
    says: 'line 2 is not NAME DOMAIN:SELECTOR:KEY',
  },
  {
    code: 'domain-invalid',
    severity: 'error',
    what: 'a label of 64 octets',
    spoil: (site) => {
      const table = `s1 ${DOMAIN}:s1:${site.keyFile}\ns2 ${'x'.repeat(64)}.example:s1:${site.keyFile}\n`;
      site.args = ['--key-table', site.write('KeyTable', table)];
    },
    mend: (site) => void site.write('KeyTable', `s1 ${DOMAIN}:s1:${site.keyFile}\n`),
    says: 'which is no domain',
  },
  {
    code: 'signing-table-key-missing',
    severity: 'error',
    what: 'a name that the KeyTable does not have',
    spoil: (site) => {
      const table = site.write('KeyTable', `s1 ${DOMAIN}:s1:${site.keyFile}\n`);
      site.args = [
        '--key-table',
        table,
        '--signing-table',
        site.write('SigningTable', `*@${DOMAIN} s1\n*@example.net s2\n`),
      ];
    },
    mend: (site) => void site.write('SigningTable', `*@${DOMAIN} s1\n`),
    says: 'line 2 names the key s2',
  },
  {
    code: 'no-key',
    severity: 'warning',
    what: 'a domain of rcpthosts without a key',
    spoil: (site) => {
      site.write('control/dksign', `${site.folder}/keys/%/default\n`);
      site.args = ['--control', join(site.folder, 'control')];
      site.write('control/rcpthosts', `${DOMAIN}\n.wild.example\n\nnokey.example\n`);
      site.zone['nokey.example'] = { MX: [{ preference: 0, exchange: `mail.${DOMAIN}` }], TXT: [SPF] };
      site.txt('_dmarc.nokey.example', 'v=DMARC1; p=none; rua=mailto:x@nokey.example');
    },
    mend: (site) => site.txt('nokey.example', 'v=spf1 -all'),
    says: 'its mail goes out unsigned',
  },
];

const HOSTS: readonly BrokenDomain[] = [
  {
    code: 'no-answer',
    severity: 'temporary',
    what: 'a name server in trouble',
    spoil: (site) => {
      site.zone[DMARC_NAME] = { TXT: 'SERVFAIL' };
    },
    mend: (site) => {
      site.zone[DMARC_NAME] = { TXT: [DMARC] };
    },
    says: `no answer for ${DMARC_NAME} TXT`,
  },
  {
    code: 'domain-missing',
    severity: 'error',
    what: 'a domain that nobody has',
    spoil: (site) => {
      delete site.zone[DOMAIN];
    },
    mend: (site) => {
      site.zone[DOMAIN] = { MX: [{ preference: 10, exchange: `mail.${DOMAIN}` }], TXT: [SPF] };
    },
    says: 'the domain is not in DNS',
  },
  {
    code: 'no-mail-host',
    severity: 'error',
    what: 'neither MX nor A',
    spoil: (site) => {
      site.zone[DOMAIN] = { TXT: ['v=spf1 ip4:192.0.2.1 -all'] };
    },
    mend: (site) => {
      site.zone[DOMAIN] = { MX: [{ preference: 10, exchange: `mail.${DOMAIN}` }], TXT: [SPF] };
    },
    says: `${DOMAIN}. IN MX 10 mail.${DOMAIN}.`,
  },
  {
    code: 'null-mx',
    severity: 'warning',
    what: 'MX 0 .',
    spoil: (site) => {
      site.zone[DOMAIN] = { MX: [{ preference: 0, exchange: '' }], TXT: ['v=spf1 ip4:192.0.2.1 -all'] };
    },
    mend: (site) => {
      site.zone[DOMAIN] = { MX: [{ preference: 10, exchange: `mail.${DOMAIN}` }], TXT: [SPF] };
    },
    says: 'RFC 7505',
  },
  {
    code: 'mx-without-address',
    severity: 'error',
    what: 'no host works',
    spoil: (site) => {
      delete site.zone[`mail.${DOMAIN}`];
      site.txt(DOMAIN, 'v=spf1 ip4:192.0.2.1 -all');
    },
    mend: (site) => Object.assign(site.zone, host(`mail.${DOMAIN}`)),
    says: `the mail exchanger mail.${DOMAIN} has no address`,
  },
  {
    code: 'mx-without-address',
    severity: 'warning',
    what: 'one of two hosts works',
    spoil: (site) => {
      site.zone[DOMAIN]!['MX'] = [`mail.${DOMAIN}`, 'gone.example'].map((exchange) => ({ preference: 10, exchange }));
      site.txt(DOMAIN, 'v=spf1 ip4:8.8.8.8 -all');
    },
    mend: (site) => Object.assign(site.zone, host('gone.example')),
    says: 'the mail exchanger gone.example has no address',
  },
  {
    code: 'mx-is-address',
    severity: 'error',
    what: 'MX with an address',
    spoil: (site) => {
      site.zone[DOMAIN] = { MX: [{ preference: 10, exchange: '192.0.2.1' }], TXT: ['v=spf1 ip4:192.0.2.1 -all'] };
    },
    mend: (site) => {
      site.zone[DOMAIN]!['MX'] = [{ preference: 10, exchange: `mail.${DOMAIN}` }];
    },
    says: 'the address 192.0.2.1 where a name must be',
  },
  {
    code: 'mx-is-alias',
    severity: 'warning',
    what: 'MX to a CNAME',
    spoil: (site) => {
      Object.assign(site.zone, { [`mail.${DOMAIN}`]: { CNAME: ['real.example'] } }, host('real.example'));
    },
    mend: (site) => {
      site.zone[DOMAIN]!['MX'] = [{ preference: 10, exchange: 'real.example' }];
    },
    says: 'an alias of real.example',
  },
];

const POLICIES: readonly BrokenDomain[] = [
  policy('adsp-several', 'warning', ADSP, ['dkim=all', 'dkim=unknown'], '2 ADSP records'),
  policy('adsp-malformed', 'warning', ADSP, 'DKIM=all', 'is no ADSP record'),
  policy('adsp-unknown-value', 'warning', ADSP, 'dkim=strict', '"dkim=strict" counts as unknown'),
  {
    ...policy('adsp-unsigned', 'error', ADSP, 'dkim=all', 'no key for the mail of example.com works'),
    spoil: (site) => {
      site.txt(ADSP, 'dkim=all');
      withoutRecord(site);
    },
    mend: putRecordBack,
    beside: ['key-name-missing', 'dmarc-unsigned'],
  },
  policy('adsp-against-dmarc', 'warning', ADSP, 'dkim=discardable', 'DMARC says p=none', {
    also: { [DMARC_NAME]: { TXT: [DMARC.replace('reject', 'none')] } },
  }),
  policy('domainkeys-policy-several', 'warning', DK_POLICY, ['o=~', 'o=-'], 'there are 2 policies'),
  policy('domainkeys-policy-malformed', 'warning', DK_POLICY, 'all', 'is no policy'),
  policy('domainkeys-policy-testing', 'warning', DK_POLICY, 't=y; o=~', 'still testing'),
  {
    ...policy('domainkeys-policy-unsigned', 'warning', DK_POLICY, 'o=-', 'o=- says that all mail is signed'),
    spoil: (site) => {
      site.txt(DK_POLICY, 'o=-');
      withoutRecord(site);
    },
    mend: putRecordBack,
    beside: ['key-name-missing', 'dmarc-unsigned'],
  },
  {
    code: 'dmarc-missing',
    severity: 'warning',
    what: 'no DMARC record',
    spoil: (site) => {
      delete site.zone[DMARC_NAME];
    },
    mend: (site, { remedy }) => site.txt(DMARC_NAME, /"(v=DMARC1[^"]*)"/.exec(remedy)![1]!),
    says: 'has a DMARC record',
  },
  dmarc('several', 'error', [DMARC, 'v=DMARC1; p=none'], 'there are 2 DMARC records'),
  {
    code: 'dmarc-unsigned',
    severity: 'error',
    what: 'p=reject and no key that works',
    spoil: withoutRecord,
    mend: putRecordBack,
    says: 'the policy is reject, and no key for the mail of example.com works',
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
    mend: (site) => site.txt('_dmarc.news.example.com', 'v=DMARC1; p=none; adkim=s; rua=mailto:x@example.com'),
    says: 'its mail is signed by example.com, which does not count',
  },
  dmarc(
    'report-unauthorized',
    'warning',
    'v=DMARC1; p=reject; rua=mailto:x@reports.test',
    `no DMARC record at ${DOMAIN}._report._dmarc.reports.test`,
  ),
  dmarc('not-dmarc', 'error', 'v=DMARC; p=reject', 'does not begin with v=DMARC1'),
  dmarc('syntax-error', 'error', `${DMARC}; x`, 'is not sound'),
  dmarc('duplicate-tag', 'error', `${DMARC}; p=none`, 'p= stands there twice'),
  dmarc('unknown-tag', 'warning', `${DMARC}; rau=x`, 'is rua= meant'),
  dmarc('historic-tag', 'warning', `${DMARC}; pct=100`, 'pct=100 is of RFC 7489'),
  dmarc('bad-value', 'error', `${DMARC}; adkim=strict`, 'adkim=strict is not sound'),
  dmarc('no-policy', 'warning', `v=DMARC1; rua=mailto:x@${DOMAIN}`, 'p= is missing'),
  dmarc('policy-not-first', 'warning', `v=DMARC1; rua=mailto:x@${DOMAIN}; p=reject`, 'not right behind v=DMARC1'),
  dmarc('bad-report-uri', 'error', `${DMARC}; ruf=x@${DOMAIN}`, 'is no URI'),
  dmarc('report-uri-not-mailto', 'warning', `${DMARC}; ruf=https://${DOMAIN}/x`, 'is no mailto: address'),
  dmarc('report-size-limit', 'warning', `v=DMARC1; p=reject; rua=mailto:x@${DOMAIN}!10m`, 'size limit'),
  dmarc('fo-without-ruf', 'warning', `${DMARC}; fo=1`, 'fo= does nothing'),
  dmarc('test-mode', 'warning', `${DMARC}; t=y`, 't=y asks receivers'),
  dmarc('quotes-in-record', 'error', `"${DMARC}"`, 'quotes are in the record, first at its offset 0'),
  dmarc('quotes-in-record', 'error', DMARC.replace('p=reject', 'p="reject"'), 'quotes are in the record'),
  dmarc('smart-quotes-in-record', 'error', `\u00e2\u0080\u009c${DMARC}\u00e2\u0080\u009d`, 'curly quotes'),
  dmarc('backslashes-in-record', 'error', DMARC.replaceAll(';', '\\;'), 'backslashes are in the record'),
  dmarc('commas-in-record', 'error', DMARC.replaceAll(';', ','), 'commas are between the tags'),
  dmarc('commas-in-record', 'error', DMARC.replace('; rua', ', rua'), 'commas are between the tags'),
  ...[DOMAIN, `${DMARC_NAME}.${DOMAIN}`].map(
    (name): BrokenDomain => ({
      code: 'dmarc-name-wrong',
      severity: 'error',
      what: `at ${name}`,
      spoil: (site) => {
        delete site.zone[DMARC_NAME];
        site.zone[name] = { ...site.zone[name], TXT: [...((site.zone[name]?.['TXT'] as string[]) ?? []), DMARC] };
      },
      mend: (site) => {
        site.txt(DMARC_NAME, DMARC);
        if (name === DOMAIN) site.txt(DOMAIN, SPF);
        else delete site.zone[name];
      },
      says: `a DMARC record is at ${name}`,
    }),
  ),
  dmarc('weaker-subdomains', 'warning', `${DMARC}; sp=none`, 'sp=none is weaker'),
  dmarc(
    'answer-too-long',
    'warning',
    `${DMARC},${Array.from({ length: 16 }, (_, i) => `mailto:dmarc-reports-${i}@${DOMAIN}`).join(',')}`,
    'octets: over 512',
  ),
  dmarc('suffix-failure-reports', 'warning', `${DMARC}; psd=y; ruf=mailto:x@${DOMAIN}`, 'psd=y and ruf='),
];

const lookups = (count: number) => `v=spf1${' exists:%{i}.x.example'.repeat(count)} -all`;
const include = (name: string, text: string) => ({ also: { [name]: { TXT: [text] } } });

const SPF_CASES: readonly BrokenDomain[] = [
  spf('no-record', 'warning', 'unrelated', 'has no SPF record'),
  spf('multiple-records', 'error', [SPF, 'v=spf1 ~all'], '2 SPF records'),
  spf('syntax-error', 'error', 'v=spf1 foo -all', 'foo'),
  spf('too-many-lookups', 'error', lookups(11), '11 terms with look-ups', { beside: ['spf-duplicate-term'] }),
  spf('many-lookups', 'warning', lookups(9), '9 of 10 terms', { beside: ['spf-duplicate-term'] }),
  spf(
    'too-many-void-lookups',
    'error',
    'v=spf1 a:h1.example a:h2.example a:h3.example -all',
    '3 look-ups find nothing',
    {
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
    'warning',
    `v=spf1 ${Array.from({ length: 40 }, (_, i) => `ip4:8.8.2.${2 * i}`).join(' ')} -all`,
    'characters, and 450 are safe',
    {
      beside: ['spf-answer-too-long'],
    },
  ),
  spf('answer-too-long', 'warning', [SPF, 'x'.repeat(450)], 'over 512'),
  spf('unreachable-term', 'warning', 'v=spf1 -all ip4:8.8.2.1', 'is never used'),
  spf('no-default', 'warning', 'v=spf1 mx', 'everybody else'),
  spf('allows-all', 'error', 'v=spf1 +all', 'allows everybody'),
  spf('allows-much', 'warning', 'v=spf1 ip4:8.0.0.0/8 -all', '1/256 of all IPv4'),
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

export const BROKEN_DOMAINS: readonly BrokenDomain[] = [...FILES, ...TABLES, ...HOSTS, ...POLICIES, ...SPF_CASES];
