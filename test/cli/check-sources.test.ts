/** Where check finds domains and keys: paths with a selector of its own, and rspamd's configuration. */
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planOf } from '../../src/commands/check/sources.ts';
import type { CheckReport } from '../../src/lib/report/check.ts';
import { CheckSite, DMARC, KEY_NAME, SPF } from '../support/check-site.ts';
import { runInMemory } from '../support/context.ts';
import { DOMAIN, keyRecord, publicKeyText } from '../support/vectors.ts';

const check = (site: CheckSite, ...more: readonly string[]) => runInMemory(site.commandLine(...more));

async function keysOf(site: CheckSite, ...more: readonly string[]): Promise<(readonly string[])[]> {
  const { stdout } = await check(site, '--json', ...more);
  return stdout
    .trim()
    .split('\n')
    .flatMap((line) => (JSON.parse(line) as CheckReport).keys)
    .map(({ domain, selector, path, type }) => [domain, selector, path, type ?? 'none']);
}

/** A site whose key is published under the selector `dkim`, and lies at PATH. */
function siteWithKeyAt(path: string): CheckSite {
  const site = new CheckSite();
  delete site.zone[KEY_NAME];
  site.txt(`dkim._domainkey.${DOMAIN}`, keyRecord('rsa2048'));
  site.putKey('rsa2048', join(site.folder, path));
  return site;
}

/** Where rspamd, Exim and Haraka have keys that are all called alike. */
const LAYOUTS = ['rspamd/%.dkim.key', 'exim/%/private.pem', 'haraka/%/private', 'flat/%'];

describe('-s with a path in which % stands for the domain', () => {
  it.each(LAYOUTS)('is the selector of the key at %s', async (pattern) => {
    const path = pattern.replace('%', DOMAIN);
    const site = siteWithKeyAt(path);
    for (const args of [
      [DOMAIN, '-k', join(site.folder, pattern), '-s', 'dkim'],
      [DOMAIN, '--key-path', join(site.folder, pattern), '-s', 'dkim'],
      ['--key-path', join(site.folder, pattern), '-s', 'dkim'],
    ]) {
      site.args = args;
      expect(await check(site), args.join(' ')).toMatchObject({ status: 0, stdout: '', stderr: '' });
      expect(await keysOf(site)).toEqual([[DOMAIN, 'dkim', join(site.folder, path), 'rsa']]);
    }
    site.txt(`dkim._domainkey.${DOMAIN}`, keyRecord('rsa1024'));
    expect((await check(site)).stdout).toContain('[key-differs]');
  });

  it('stands there once for --key-path', async () => {
    const { status, stderr } = await runInMemory(['check', '--key-path', '/x/%', '-s', 'a', '-s', 'b']);
    expect(status).toBe(100);
    expect(stderr).toContain('takes only one -s');
  });
});

const rspamd = (site: CheckSite, text: string, name = 'local.d/dkim_signing.conf') => {
  site.args = ['--rspamd', site.write(name, text)];
};

describe("rspamd's dkim_signing.conf", () => {
  it('names a path and a selector for all domains', async () => {
    const site = siteWithKeyAt(`dkim/${DOMAIN}.dkim.key`);
    rspamd(site, `path = "${site.folder}/dkim/$domain.$selector.key";\nselector = "dkim";\n`);
    expect(await check(site)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(await keysOf(site)).toEqual([[DOMAIN, 'dkim', `${site.folder}/dkim/${DOMAIN}.dkim.key`, 'rsa']]);
    delete site.zone[`dkim._domainkey.${DOMAIN}`];
    expect((await check(site)).stdout).toContain('[key-name-missing]');
  });

  it('names the keys of each domain, and maps of paths and selectors', async () => {
    const site = siteWithKeyAt('k/one.key');
    site.putKey('ed25519', join(site.folder, 'k/ed.key'));
    site.txt(`ed._domainkey.${DOMAIN}`, `v=DKIM1; k=ed25519; p=${publicKeyText('ed25519')}`);
    const other = 'other.example';
    site.zone[other] = { MX: [{ preference: 0, exchange: `mail.${DOMAIN}` }], TXT: [SPF] };
    site.txt(`_dmarc.${other}`, DMARC.replaceAll(DOMAIN, other));
    site.txt(`2026._domainkey.${other}`, keyRecord('rsa2048'));
    const selectors = site.write('selectors.map', `${other} 2026\n`);
    const paths = site.write('paths.map', `# paths\n${other} ${site.folder}/k/one.key\n`);
    rspamd(
      site,
      `domain {
        ${DOMAIN} { selectors [
          { path = "${site.folder}/k/one.key"; selector = "dkim"; },
          { path = "${site.folder}/k/ed.key"; selector = "ed"; }
        ] }
      }
      selector_map = "${selectors}";
      path_map = "file://${paths}";
      try_fallback = false;`,
    );
    expect(await check(site)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(await keysOf(site)).toEqual([
      [DOMAIN, 'dkim', `${site.folder}/k/one.key`, 'rsa'],
      [DOMAIN, 'ed', `${site.folder}/k/ed.key`, 'ed25519'],
      [other, '2026', `${site.folder}/k/one.key`, 'rsa'],
    ]);
  });

  it('includes other files, as the one that comes with rspamd does', async ({ skip }) => {
    const isClosed = process.getuid?.() !== 0 && existsSync('/var/lib/rspamd');
    if (isClosed) skip('what rspamd writes for itself in /var/lib/rspamd can only be read by root');
    const site = siteWithKeyAt(`dkim/${DOMAIN}.dkim.key`);
    site.write('local.d/dkim_signing.conf', `path = "${site.folder}/dkim/$domain.$selector.key";\n`);
    rspamd(
      site,
      `dkim_signing {
        selector = "dkim";
        .include(try=true,priority=5) "\${DBDIR}/dynamic/no-such-file.conf"
        .include(try=true,priority=1) "$LOCAL_CONFDIR/local.d/dkim_signing.conf"
      }`,
      'modules.d/dkim_signing.conf',
    );
    expect(await check(site)).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  it('is refused where only rspamd gets at the keys, and reported where it cannot be read', async () => {
    const site = new CheckSite();
    rspamd(site, 'use_redis = true; key_prefix = "DKIM";');
    expect(await check(site)).toMatchObject({ status: 100, stdout: '' });
    expect((await check(site)).stderr).toContain('the keys are in redis');
    rspamd(site, 'selector_map = "https://maps.example/s";');
    expect((await check(site)).stderr).toContain('which only rspamd can read');
    rspamd(site, 'domain {\n');
    expect((await check(site)).stdout).toMatch(
      /^error: .*dkim_signing\.conf: line 2 is the end of the file.* \[config-syntax\]/,
    );
    site.args = ['--rspamd', '/no/such/file'];
    expect(await check(site)).toMatchObject({ status: 111, stdout: '' });
  });
});

describe('a domain and nothing else', () => {
  it('is checked with the key at the usual place, its own or that of its parent', () => {
    const site = new CheckSite();
    const usual = join(site.folder, 'keys', '%', 'default');
    const options = { retireAfter: 30, failOn: 'error', patience: 1, exitStyle: 'qmail' } as const;
    const keysFor = (domain: string) =>
      planOf([domain], options, usual).plans.flatMap(({ keys, signers }) => [...keys.map(({ path }) => path), signers]);
    expect(keysFor(DOMAIN)).toEqual([usual.replace('%', DOMAIN), undefined]);
    expect(keysFor(`sub.${DOMAIN}`)).toEqual([[DOMAIN]]);
    expect(keysFor('other.example')).toEqual([undefined]);
  });

  it('says with -v that DKIM is not checked', async () => {
    const site = new CheckSite();
    site.args = [DOMAIN];
    expect(await check(site)).toMatchObject({ status: 0, stdout: '' });
    const { stdout } = await check(site, '-v');
    expect(stdout).toMatch(/^example\.com: ok\n {2}note +dkim /);
    expect(stdout).toMatch(/^note: example\.com: .* DKIM is not checked; .* \[dkim-unchecked\]$/m);
  });
});

it('a folder that everybody can write is reported once, however many keys are in it', async () => {
  const site = siteWithKeyAt('k/a.example');
  for (const name of ['a.example', 'b.example']) {
    site.putKey('rsa2048', join(site.folder, 'k', name));
    site.zone[name] = { MX: [{ preference: 0, exchange: `mail.${DOMAIN}` }], TXT: [SPF] };
    site.txt(`_dmarc.${name}`, DMARC.replaceAll(DOMAIN, name));
    site.txt(`dkim._domainkey.${name}`, keyRecord('rsa2048'));
  }
  chmodSync(join(site.folder, 'k'), 0o777);
  site.args = ['--key-path', join(site.folder, 'k', '%'), '-s', 'dkim'];
  const { status, stdout } = await check(site);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^error: a\.example: [^\n]*\/k: .* \[key-folder-writable\]\n$/);
});

describe('a SigningTable', () => {
  it('says who sends: what only signs for others needs no policies', async () => {
    const site = siteWithKeyAt('k/esp');
    chmodSync(join(site.folder, 'k/esp'), 0o600);
    site.zone['esp.test'] = {};
    site.txt('dkim._domainkey.esp.test', keyRecord('rsa2048'));
    const table = site.write('KeyTable', `k esp.test:dkim:${site.folder}/k/esp\n`);
    const codes = async (pattern: string) => {
      site.args = ['--key-table', table, '--signing-table', site.write('SigningTable', `${pattern} k\n`)];
      const { stdout } = await check(site, '--json', '--severity', 'warning', 'esp.test');
      return (JSON.parse(stdout) as CheckReport).findings.map(({ code }) => code);
    };
    site.zone['esp.test'] = { TXT: [SPF] };
    expect(await codes(`*@${DOMAIN}`)).toEqual([]);
    expect(await codes('*@esp.test')).toContain('no-mail-host');
    expect(await codes('*')).toContain('no-mail-host');
  });
});
