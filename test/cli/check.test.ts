import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../src/lib/report/check.ts';
import { runDktool } from '../support/bin.ts';
import { CheckSite, DMARC, KEY_NAME, SPF } from '../support/check-site.ts';
import { runInMemory } from '../support/context.ts';
import { answer, records, RCODE, startDnsServer, type Table } from '../support/dns-server.ts';
import { DOMAIN, keyPath, keyRecord, publicKeyText } from '../support/vectors.ts';

const check = (site: CheckSite, ...more: readonly string[]) => runInMemory(site.commandLine(...more));
const codesIn = (text: string) => [...text.matchAll(/ \[([a-z0-9-]+)\]$/gm)].map(([, code]) => code!);

/** A site whose record is gone. */
function brokenSite(): CheckSite {
  const site = new CheckSite();
  delete site.zone[KEY_NAME];
  site.txt(`_dmarc.${DOMAIN}`, DMARC.replace('reject', 'none'));
  return site;
}

/** A site with a warning. */
function warningSite(): CheckSite {
  const site = new CheckSite();
  site.txt(DOMAIN, 'v=spf1 mx');
  return site;
}

/** A site with DNS trouble. */
function troubledSite(): CheckSite {
  const site = new CheckSite();
  site.zone[`_dmarc.${DOMAIN}`] = { TXT: 'SERVFAIL' };
  return site;
}

/** A domain that lives, with its policies. */
function addDomain(site: CheckSite, name: string): void {
  site.zone[name] = { MX: [{ preference: 0, exchange: `mail.${DOMAIN}` }], TXT: [SPF] };
  site.txt(`_dmarc.${name}`, `v=DMARC1; p=none; rua=mailto:x@${name}`);
}

describe('what check writes', () => {
  it('is a line a finding, worst first', async () => {
    const site = brokenSite();
    site.txt(DOMAIN, 'v=spf1 mx');
    site.zone[`_domainkey.${DOMAIN}`] = { TXT: 'TIMEOUT' };
    const { status, stdout, stderr } = await runDktool(site.commandLine());
    expect({ status, stderr }).toEqual({ status: 111, stderr: '' });
    const record = `"dktool dns-record ${DOMAIN} -s s1 -k ${site.keyFile}"`;
    expect(stdout).toBe(
      `error: ${DOMAIN}: ${KEY_NAME}: the name does not exist (NXDOMAIN); ` +
        `expected: a TXT record with the key in ${site.keyFile}; ` +
        `remedy: publish what ${record} prints; if that is done, check that the zone was reloaded and its serial increased ` +
        `[key-name-missing]\n` +
        `temporary: ${DOMAIN}: no answer for _domainkey.${DOMAIN} TXT: ${site.folder}/zone.json: no answer for ` +
        `_domainkey.${DOMAIN} TXT in time; expected: answers from DNS; ` +
        `remedy: check the resolver, then the name servers of ${DOMAIN} [no-answer]\n` +
        `warning: ${DOMAIN}: the record of ${DOMAIN} has no default: end it in -all, ~all or ` +
        `redirect=; expected: all or redirect= as the last term; remedy: add -all or ~all at its end [spf-no-default]\n`,
    );
  });

  it('is all that was looked at with -v, aligned', async () => {
    const { status, stdout } = await check(new CheckSite(), '-v');
    expect(status).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('example.com: ok');
    expect(lines.slice(1, -1).map((line) => /^ {2}(\S+) +(\S+)/.exec(line)!.slice(1))).toEqual(
      ['key', 'record', 'probe', 'mx', 'spf', 'dmarc', 'adsp', 'domainkeys'].map((part) => ['ok', part]),
    );
    expect(new Set(lines.slice(2, 4).map((line) => line.indexOf(KEY_NAME))).size).toBe(1);
  });

  it('is an object a domain with --json', async () => {
    const site = brokenSite();
    const { stdout } = await check(site, '--json', DOMAIN, 'nokey.example');
    const reports = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as CheckReport);
    expect(reports.map(({ domain, result }) => [domain, result])).toEqual([
      [DOMAIN, 'error'],
      ['nokey.example', 'error'],
    ]);
    expect(reports[0]!.keys).toEqual([
      {
        domain: DOMAIN,
        selector: 's1',
        path: site.keyFile,
        role: 'current',
        type: 'rsa',
        bits: 2048,
        age: 1,
        confirmed: false,
      },
    ]);
    expect(reports[1]!.findings.map(({ code }) => code)).toEqual(['domain-missing']);
  });

  it('is nothing with --quiet', async () => {
    expect(await check(brokenSite(), '-q')).toMatchObject({ status: 1, stdout: '', stderr: '' });
  });

  it('holds nothing that moves a terminal', async () => {
    const site = new CheckSite();
    site.txt(`_adsp._domainkey.${DOMAIN}`, 'dkim =\u001b[31m');
    site.txt(`_domainkey.${DOMAIN}`, '\u001b]0;x\u0007');
    const { stdout } = await check(site, '-v');
    expect(stdout).toContain('\\027');
    expect(stdout.replaceAll('\n', '')).toMatch(/^[ -~]*$/);
  });
});

describe('the exit status of check', () => {
  it.each([
    ['an error', brokenSite, [], 1],
    ['a warning', warningSite, [], 0],
    ['a warning, with --fail-on warning', warningSite, ['--fail-on', 'warning'], 1],
    ['an error that is ignored', brokenSite, ['--ignore', 'key-name-missing'], 0],
    ['an error that is ignored for this domain', brokenSite, ['--ignore', `${DOMAIN}:key-name-missing`], 0],
    ['an error that is ignored for another domain', brokenSite, ['--ignore', 'example.net:key-name-missing'], 1],
    ['DNS trouble', troubledSite, [], 111],
    ['DNS trouble, for Postfix', troubledSite, ['--exit-style', 'sysexits'], 75],
    ['an error, for Nagios', brokenSite, ['--format', 'nagios'], 2],
    ['a warning, for Nagios', warningSite, ['--format', 'nagios'], 1],
    ['DNS trouble, for Nagios', troubledSite, ['--format', 'nagios'], 3],
    ['nothing, for Nagios', () => new CheckSite(), ['--format', 'nagios'], 0],
  ] as const)('with %s', async (_, site, more, status) => {
    expect((await check(site(), ...more)).status).toBe(status);
  });

  it.each([
    [[], 'nothing to check is given'],
    [['-k', 'x'], '-k needs a domain'],
    [['--key-path', '/etc/key'], 'it must contain %'],
    [['--ignore', 'no-such-code', DOMAIN], 'not a finding code'],
    [['--signer', 'nobody-of-that-name', DOMAIN], "no account 'nobody-of-that-name'"],
    [['--signing-table', 'x', DOMAIN], '--signing-table needs --key-table'],
    [[`${'x'.repeat(64)}.example`], 'it must be a domain name'],
    [['a\u0007.example'], 'it must be a domain name'],
  ])('of %j is 100', async (args, words) => {
    const { status, stdout, stderr } = await runInMemory(['check', ...args]);
    expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
    expect(stderr).toContain(words);
    expect(stderr.replaceAll('\n', '')).toMatch(/^[ -~]*$/);
  });

  it.each([
    ['--control', 'there is no directory /no/such/place'],
    ['--config', 'configuration file /no/such/place does not exist'],
    ['--key-table', 'key table /no/such/place does not exist'],
    ['--key-path', 'cannot list /no/such/place'],
  ])('is 111 where %s leads nowhere', async (option, words) => {
    const path = option === '--key-path' ? '/no/such/place/%/default' : '/no/such/place';
    const { status, stdout, stderr } = await runInMemory(['check', option, path]);
    expect({ status, stdout }).toEqual({ status: 111, stdout: '' });
    expect(stderr).toContain(words);
    const nagios = await runInMemory(['check', option, path, '--format', 'nagios']);
    expect(nagios).toMatchObject({ status: 3, stderr: '' });
    expect(nagios.stdout).toMatch(/^DKTOOL UNKNOWN - .*\n$/);
  });

  it('is 2 where there is no domain', async () => {
    const site = new CheckSite();
    mkdirSync(join(site.folder, 'empty'));
    const run = await runInMemory(['check', '--key-path', join(site.folder, 'empty', '%', 'default')]);
    expect(run).toMatchObject({ status: 2, stdout: '', stderr: 'dktool: there is no domain to check\n' });
  });
});

describe('where keys come from', () => {
  it('-k and -s, the first with the first', async () => {
    const site = new CheckSite();
    site.putKey('ed25519', join(site.folder, 'ed.pem'));
    site.txt(`s2._domainkey.${DOMAIN}`, `v=DKIM1; k=ed25519; p=${publicKeyText('ed25519')}`);
    site.args = [DOMAIN, '-k', site.keyFile, '-k', join(site.folder, 'ed.pem'), '-s', 's1', '-s', 's2'];
    expect(await check(site)).toMatchObject({ status: 0, stdout: '' });
    const { stdout } = await check(site, '--json');
    expect((JSON.parse(stdout) as CheckReport).keys.map(({ selector, type }) => [selector, type])).toEqual([
      ['s1', 'rsa'],
      ['s2', 'ed25519'],
    ]);
  });

  it('-s alone: the record by itself', async () => {
    const site = new CheckSite();
    site.args = [DOMAIN, '-s', 's1'];
    expect(await check(site)).toMatchObject({ status: 0, stdout: '' });
    const cases = [
      ['v=DKIM1; p=', 'key-revoked'],
      ['v=DKIM1; p=AAAA', 'record-syntax'],
      ['hello', 'no-key-record'],
      [keyRecord('rsa1024'), 'key-weak'],
      [keyRecord('rsa2048', 't=y; '), 'testing'],
    ] as const;
    for (const [text, code] of cases) {
      site.txt(KEY_NAME, text);
      expect(codesIn((await check(site)).stdout), text).toEqual([code]);
    }
  });

  it('a domain alone: its policies', async () => {
    const site = new CheckSite();
    site.args = [DOMAIN];
    delete site.zone[KEY_NAME];
    expect(await check(site)).toMatchObject({ status: 0, stdout: '' });
  });

  it('a domain in letters of another script is converted, and shown', async () => {
    const site = new CheckSite();
    site.args = ['b\u00fccher.example'];
    const { stdout } = await check(site);
    expect(stdout).toMatch(/^error: xn--bcher-kva\.example \(b\u00fccher\.example\): the domain does not exist/m);
  });

  it('the control files of a qmail, where a child is signed with the key of its parent', async () => {
    const site = new CheckSite();
    const control = (name: string, text: string) => site.write(`control/${name}`, text);
    control('dksign', `${site.folder}/keys/%/default\n`);
    control('rcpthosts', `.wild.example\nchild.${DOMAIN}\n# comment\nbad\u0007name.example\n`);
    control('locals', 'localhost\n');
    control('virtualdomains', `virtual.${DOMAIN}:joe\njoe@${DOMAIN}:joe\n`);
    site.args = ['--control', join(site.folder, 'control'), '--signer', 'root'];
    for (const child of ['child', 'virtual']) addDomain(site, `${child}.${DOMAIN}`);
    const { stdout } = await check(site, '--json');
    const reports = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as CheckReport);
    expect(reports.map(({ domain, findings }) => [domain, findings.map(({ code }) => code)])).toEqual([
      [null, ['domain-invalid']],
      [DOMAIN, []],
      [`child.${DOMAIN}`, ['dmarc-no-enforcement']],
      [`virtual.${DOMAIN}`, ['dmarc-no-enforcement']],
    ]);
    expect(reports[0]!.findings[0]!.observed).toBe("line 4 has 'bad\\007name.example', which is not a domain");
  });

  it('dkimkeys of indimail', async () => {
    const site = new CheckSite();
    site.write('control/dkimkeys', `${DOMAIN}:../keys/${DOMAIN}/s1:DKIMSIGNOPTIONS=-z\n`);
    site.args = ['--control', join(site.folder, 'control')];
    expect(await check(site)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    site.args = ['--key-table', join(site.folder, 'control', 'dkimkeys')];
    expect(await check(site)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    delete site.zone[KEY_NAME];
    expect(codesIn((await check(site)).stdout)).toContain('key-name-missing');
  });

  it('an opendkim.conf with tables, a key of % and one that stands in the table', async () => {
    const site = new CheckSite();
    const inline = readFileSync(keyPath('ed25519'), 'utf8').replace(/-----[^-]+-----|\s/g, '');
    const table = site.write('KeyTable', `k1 %:s1:${site.folder}/keys/%/s1\nk2 in.example:ed:${inline}\n`);
    chmodSync(table, 0o644);
    site.write('SigningTable', `*@${DOMAIN} k1\n*@in.example k2\n* k1\n`);
    site.write('more.conf', `KeyTable ${site.folder}/KeyTable\n`);
    const config = site.write(
      'opendkim.conf',
      `Include more.conf\nSigningTable refile:${site.folder}/SigningTable\nUserID root:root\n`,
    );
    addDomain(site, 'in.example');
    site.txt('ed._domainkey.in.example', `v=DKIM1; k=ed25519; p=${publicKeyText('ed25519')}`);
    site.args = ['--config', config];
    const { stdout } = await check(site);
    // The table holds a key, and everybody can read it.
    expect(codesIn(stdout)).toEqual(['key-exposed']);
    expect(stdout).toContain(`${table}: anyone on this machine can read it`);
  });

  it('an opendkim.conf with a single key', async () => {
    const site = new CheckSite();
    site.args = ['--config', site.write('opendkim.conf', `Domain ${DOMAIN}\nSelector s1\nKeyFile keys/${DOMAIN}/s1\n`)];
    expect(await check(site)).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  it('not a database', async () => {
    const site = new CheckSite();
    site.args = ['--config', site.write('opendkim.conf', 'KeyTable dsn:mysql://h/d\n')];
    const { status, stderr } = await check(site);
    expect(status).toBe(100);
    expect(stderr).toContain('KeyTable in');
    expect(stderr).toContain('hint: give the domains and their keys');
  });

  it('not a pipe: nobody waits for one', async () => {
    const site = new CheckSite();
    const { status, stderr } = await runInMemory(['check', '--key-table', '/dev/null']);
    expect(status).toBe(111);
    expect(stderr).toContain('is a device, not a regular file');
    site.args = ['--key-table', site.folder];
    expect((await check(site)).stderr).toContain('is a directory, not a regular file');
  });

  it('a table of 100,000 lines: what is wrong with it is reported briefly', async () => {
    const site = new CheckSite();
    site.args = ['--key-table', site.write('KeyTable', `${'x y z\n'.repeat(100_000)}k ${DOMAIN}:s1:${site.keyFile}\n`)];
    const { status, stdout } = await check(site);
    expect(status).toBe(1);
    expect(codesIn(stdout)).toEqual(Array.from({ length: 21 }, () => 'config-syntax'));
    expect(stdout).toContain('99980 more lines are wrong');
  });
});

describe('several keys in the folder of a domain', () => {
  it('the next one must be right once its record is there', async () => {
    const site = new CheckSite();
    site.putKey('rsa4096', join(site.keyFolder, 's2'), 0);
    writeFileSync(join(site.keyFolder, 's2.pub'), 'no key');
    expect(await check(site)).toMatchObject({ status: 0, stdout: '' });
    site.txt(`s2._domainkey.${DOMAIN}`, keyRecord('rsa2048'));
    expect(codesIn((await check(site)).stdout)).toEqual(['key-differs']);
    site.txt(`s2._domainkey.${DOMAIN}`, keyRecord('rsa4096'));
    expect(await check(site)).toMatchObject({ status: 0, stdout: '' });
    rmSync(join(site.keyFolder, 'default'));
    symlinkSync('s2', join(site.keyFolder, 'default'));
    // Just changed: mail that is under way still needs the old one.
    expect(await check(site)).toMatchObject({ status: 0, stdout: '' });
  });

  it('the Ed25519 key of a pair signs too', async () => {
    const site = new CheckSite();
    site.putKey('ed25519', join(site.keyFolder, 's1-ed25519'), 2);
    expect(codesIn((await check(site)).stdout)).toEqual(['key-name-missing']);
    site.txt(`s1-ed25519._domainkey.${DOMAIN}`, `v=DKIM1; k=ed25519; p=${publicKeyText('ed25519')}`);
    expect(await check(site)).toMatchObject({ status: 0, stdout: '' });
  });
});

describe('--patience', () => {
  it('tells of DNS trouble when it lasts', async () => {
    const site = troubledSite();
    const state = join(site.folder, 'state', 'check.json');
    const patient = () => check(site, '--patience', '3', '--state', state);
    expect(await patient()).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(statSync(state).mode & 0o777).toBe(0o600);
    expect(await patient()).toMatchObject({ status: 0, stdout: '' });
    expect((await patient()).status).toBe(111);
    expect((await patient()).stdout).toContain('[no-answer]');
    // Other domains in the same file stay as they are.
    await runInMemory(new CheckSite().commandLine('--patience', '3', '--state', state).concat('other.example'));
    site.txt(`_dmarc.${DOMAIN}`, DMARC);
    expect(await patient()).toMatchObject({ status: 0, stdout: '' });
    site.zone[`_dmarc.${DOMAIN}`] = { TXT: 'SERVFAIL' };
    expect(await patient()).toMatchObject({ status: 0, stdout: '' });
  });

  it('does not hide errors', async () => {
    const site = brokenSite();
    site.zone[`_domainkey.${DOMAIN}`] = { TXT: 'SERVFAIL' };
    const { status, stdout } = await check(site, '--patience', '3', '--state', join(site.folder, 's'));
    expect([status, ...codesIn(stdout)]).toEqual([1, 'key-name-missing']);
  });

  it('begins anew with a damaged file, and says so of one that it cannot use', async () => {
    const site = troubledSite();
    const state = site.write('state', '{"version":1,"trouble":{"x');
    const { status, stderr } = await check(site, '--patience', '2', '--state', state);
    expect([status, stderr]).toEqual([
      0,
      `dktool: warning: state file ${state} is damaged: the results of earlier runs are lost\n`,
    ]);
    expect(await check(site, '--patience', '2', '--state', state)).toMatchObject({ status: 111, stderr: '' });
    expect(await check(site, '--patience', '2')).toMatchObject({ status: 100, stdout: '' }); // no HOME in this context
    const unusable = await check(site, '--patience', '2', '--state', site.folder);
    expect(unusable).toMatchObject({ status: 111, stderr: expect.stringContaining('is a directory') as string });
    expect(codesIn(unusable.stdout)).toEqual(['no-answer']);
  });

  it('has its place in the home directory', async () => {
    const site = troubledSite();
    const env = { HOME: site.folder, XDG_STATE_HOME: '' };
    const run = await runDktool(site.commandLine('--patience', '2'), { env });
    expect(run).toMatchObject({ status: 0, stdout: '' });
    expect(JSON.parse(readFileSync(join(site.folder, '.local/state/dktool/check.json'), 'utf8'))).toEqual({
      version: 1,
      trouble: { [DOMAIN]: 1 },
    });
  });
});

describe('for monitoring', () => {
  it('--format nagios is one line with numbers', async () => {
    const good = await check(new CheckSite(), '--format', 'nagios');
    expect(good.stdout).toMatch(
      /^DKTOOL OK - 1 domain and 1 key checked \| domains=1;;;0 keys=1;;;0 errors=0;;0;0 warnings=0;0;;0 temporary=0;;;0 unknown=0;;;0 oldest_key_days=1;;;0 time=[\d.]+s;;;0\n$/,
    );
    const site = new CheckSite();
    site.txt(KEY_NAME, 'a|b');
    const bad = await check(site, '--format', 'nagios');
    expect(bad.stdout).toMatch(/^DKTOOL CRITICAL - 2 findings, first: .*'a\/b' \[no-key-record\] \| domains=1;/);
    expect(bad.stdout.match(/[|\n]/g)).toEqual(['|', '\n']);
  });

  it('--format prometheus is text that its collector reads, written whole', async () => {
    const site = brokenSite();
    site.zone[`_domainkey.${DOMAIN}`] = { TXT: 'TIMEOUT' };
    const file = join(site.folder, 'dktool.prom');
    const run = await check(site, '--format', 'prometheus', '-o', file);
    expect(run).toMatchObject({ status: 111, stdout: '', stderr: '' });
    const text = readFileSync(file, 'utf8');
    const seen = new Set<string>();
    let family = '';
    for (const line of text.trimEnd().split('\n')) {
      const head = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line);
      if (head?.[1] === 'HELP') {
        family = head[2]!;
        expect(seen.has(family)).toBe(false); // a family stands in one piece
        seen.add(family);
      } else if (head !== null) expect([head[2], head[3]]).toEqual([family, 'gauge']);
      else {
        const [, name, labels] = /^([a-z_]+)(\{(?:[a-z]+="(?:[^"\\]|\\[\\"n])*",?)+\})? \d+(?:\.\d+)?$/.exec(line)!;
        expect(name).toBe(family);
        expect(seen.has(`${name}${labels}`)).toBe(false);
        seen.add(`${name}${labels}`);
      }
    }
    expect(text).toContain(`dktool_domain_findings{domain="${DOMAIN}",severity="error"} 1\n`);
    expect(text).toContain(`dktool_domain_findings{domain="${DOMAIN}",severity="temporary"} 1\n`);
    const labels = `{domain="${DOMAIN}",selector="s1",type="rsa",role="current"}`;
    expect(text).toContain(`dktool_key_length${labels} 2048\n`);
    expect(text).toContain(`dktool_key_age_seconds${labels} 86400\n`);
    expect(text).toContain(`dktool_key_record_ok${labels} 0\n`);
  });
});

describe('over the network', () => {
  it('comes to an end where nobody answers', async () => {
    const silent = await startDnsServer(new Proxy<Table>({}, { get: () => () => [] }));
    try {
      const domains = Array.from({ length: 40 }, (_, i) => `d${i}.example`);
      const limits = ['--timeout', '0.1', '--tries', '1', '--deadline', '0.5'];
      const { status, stdout } = await runDktool(['check', ...domains, '--nameserver', silent.address, ...limits]);
      expect(status).toBe(111);
      expect(codesIn(stdout)).toEqual(domains.map(() => 'no-answer'));
    } finally {
      await silent.close();
    }
  });

  it('checks 300 domains together, and asks each question once', async () => {
    const site = new CheckSite();
    // What all ask for has a TTL that outlives the run, however slow the machine.
    const table: Record<string, Table[string]> = {
      [`mail.${DOMAIN} A`]: records('A', '192.0.2.1'),
      [`mail.${DOMAIN} AAAA`]: records('AAAA', '2001:db8::1'),
    };
    const domains = Array.from({ length: 300 }, (_, i) => `d${i}.example`);
    for (const domain of domains) {
      table[domain] = answer({});
      table[`${domain} MX`] = records('MX', { preference: 10, exchange: `mail.${DOMAIN}` });
      table[`${domain} TXT`] = records('TXT', ['v=spf1 mx -all']);
      table[`_dmarc.${domain}`] = records('TXT', [DMARC.replaceAll(DOMAIN, domain)]);
      table[`s1._domainkey.${domain}`] = records('TXT', [
        keyRecord('rsa2048').slice(0, 200),
        keyRecord('rsa2048').slice(200),
      ]);
      table[`_adsp._domainkey.${domain}`] = answer({ rcode: RCODE.nxDomain });
    }
    const server = await startDnsServer(table);
    try {
      const keys = domains.map((domain, i) => `k${i} ${domain}:s1:${site.keyFile}\n`).join('');
      const file = site.write('KeyTable', keys);
      const run = await runDktool(['check', '--key-table', file, '--nameserver', server.address, '--timeout', '60']);
      expect(run).toEqual({ status: 0, stdout: '', stderr: '' });
      const asked = server.queries.map(({ name, type }) => `${name} ${type}`);
      expect(new Set(asked).size).toBe(asked.length);
    } finally {
      await server.close();
    }
  });
});
