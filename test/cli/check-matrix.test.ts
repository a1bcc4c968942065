/** Every finding of `check`: a domain that has it, the remedy, and then silence. */
import { describe, expect, it } from 'vitest';
import { CHECK_CODES } from '../../src/lib/check/all-codes.ts';
import type { CheckReport } from '../../src/lib/report/check.ts';
import type { Finding } from '../../src/lib/finding.ts';
import { BROKEN_DOMAINS } from '../support/broken-domains.ts';
import { BROKEN_RECORDS, zoneFile } from '../support/broken-records.ts';
import { runDktool } from '../support/bin.ts';
import { CheckSite, DMARC, KEY_NAME, SPF } from '../support/check-site.ts';
import { runInMemory } from '../support/context.ts';
import { SERVER_FINDING_CODES } from '../../src/lib/dns/survey/agreement.ts';
import { answer, records, startDnsServer, truncating } from '../support/dns-server.ts';
import { DOMAIN, keyRecord } from '../support/vectors.ts';
import { BROKEN_KEY_FILES } from '../support/broken-key-files.ts';

async function findingsOf(site: CheckSite, mildest = 'warning'): Promise<Finding[]> {
  const { stdout, stderr } = await runInMemory(site.commandLine('--json', '--severity', mildest));
  expect(stderr).toBe('');
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => (JSON.parse(line) as CheckReport).findings);
}

async function expectSilence(site: CheckSite): Promise<void> {
  expect(await runInMemory(site.commandLine())).toMatchObject({ status: 0, stdout: '', stderr: '' });
}

describe('check', () => {
  it('says nothing of a domain where all is well', async () => {
    await expectSilence(new CheckSite());
  });

  it.each(BROKEN_DOMAINS)('$code, $severity: $what', async ({ code, severity, spoil, fix, says, beside = [] }) => {
    const site = new CheckSite();
    spoil(site);
    const findings = await findingsOf(site, severity === 'note' ? 'note' : 'warning');
    const named = findings.find((finding) => finding.code === code && finding.severity === severity);
    expect(named, JSON.stringify(findings)).toMatchObject({ severity });
    expect([...new Set(findings.map((finding) => finding.code))].sort()).toEqual(
      [...new Set([code, ...beside])].sort(),
    );
    const { subject, observed, expected, remedy } = named!;
    expect(`${subject}; ${observed}; ${expected}; ${remedy}`).toContain(says);
    for (const part of [observed, expected, remedy]) expect(part).toMatch(/^[!-~][ -~]*[^.\s]$/);
    const { status } = await runInMemory(site.commandLine());
    expect(status).toBe({ error: 1, warning: 0, note: 0, temporary: 111 }[worst(findings)]);
    if (severity === 'note') await expectSilence(site);
    fix(site, named!);
    await expectSilence(site);
    expect((await findingsOf(site, 'note')).map((finding) => finding.code)).not.toContain(
      severity === 'note' ? code : '',
    );
  });

  it.each(BROKEN_RECORDS)('$code of a record: $what', async (broken) => {
    const { code, severity, key = 'rsa2048', newKey = key, zone, says } = broken;
    const site = new CheckSite();
    site.putKey(key);
    delete site.zone[KEY_NAME];
    // Wildcards work in master files alone.
    const hasWildcard = Object.keys(zone).some((name) => name.startsWith('*'));
    const wildcards = hasWildcard ? ['--zone', site.write('wildcard.zone', zoneFile(zone))] : [];
    const args = site.args;
    site.args = [...args, ...wildcards];
    if (!hasWildcard) Object.assign(site.zone, structuredClone({ ...zone, [DOMAIN]: site.zone[DOMAIN] }));
    const findings = await findingsOf(site);
    const reported = code === 'dns-no-answer' ? 'no-answer' : code;
    const named = findings.find((finding) => finding.code === reported);
    expect(named, JSON.stringify(findings)).toMatchObject({ severity });
    // Of a key file and of silent servers, check says it in its own words.
    if (reported === code && code !== 'key-weak') {
      expect(`${named!.observed}; ${named!.expected}; ${named!.remedy}`).toContain(says);
    }
    const follows = severity === 'error' ? [reported, 'dmarc-unsigned'] : [reported];
    for (const finding of findings) expect(follows).toContain(finding.code);
    for (const name of [...(broken.away ?? []), ...Object.keys(zone)]) if (name !== DOMAIN) delete site.zone[name];
    // A wildcard without a key may stay.
    if (broken.away !== undefined) site.args = args;
    site.putKey(newKey);
    site.txt(KEY_NAME, keyRecord(newKey));
    await expectSilence(site);
  });

  it('tells of a name server that truncates and does not speak TCP', async () => {
    const site = new CheckSite();
    const full = records('TXT', [keyRecord('rsa2048')]);
    const table = {
      [DOMAIN]: answer({}),
      [`${DOMAIN} MX`]: records('MX', { preference: 10, exchange: `mail.${DOMAIN}` }),
      [`${DOMAIN} TXT`]: records('TXT', [SPF]),
      [`mail.${DOMAIN} A`]: records('A', '192.0.2.1'),
      [`_dmarc.${DOMAIN}`]: records('TXT', [DMARC]),
      [KEY_NAME]: truncating(full),
    };
    const server = await startDnsServer(table, { tcp: false });
    try {
      const run = await runDktool(['check', ...site.args, '--nameserver', server.address]);
      expect(run.status).toBe(111);
      expect(run.stdout).toMatch(
        /^temporary: example\.com: s1\._domainkey\.example\.com: .*; remedy: make the name.* \[dns-tcp-refused\]\n/,
      );
    } finally {
      await server.close();
    }
  });

  it('has a case for every code', () => {
    const cases = [...BROKEN_DOMAINS, ...BROKEN_RECORDS, ...BROKEN_KEY_FILES].map(({ code }): string => code);
    // These take name servers: test/lib/check and test/lib/dns have them.
    const elsewhere = [...SERVER_FINDING_CODES, 'probe-failed', 'dns-tcp-refused', 'dnssec-bogus'];
    expect([...new Set([...cases, ...elsewhere])].filter((code) => code !== 'dns-no-answer').sort()).toEqual(
      [...CHECK_CODES].sort(),
    );
  });
});

function worst(findings: readonly Finding[]): Finding['severity'] {
  const has = (severity: Finding['severity']) => findings.some((finding) => finding.severity === severity);
  return has('temporary') ? 'temporary' : has('error') ? 'error' : has('warning') ? 'warning' : 'note';
}
