/** --state: what earlier runs met, in a file that several runs share, and that may not be writable. */
import { existsSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../src/lib/report/check.ts';
import { spawnDktool, temporaryFolder } from '../support/bin.ts';
import { CheckSite, DMARC, KEY_NAME } from '../support/check-site.ts';
import { runInMemory } from '../support/context.ts';
import { DOMAIN, keyRecord } from '../support/vectors.ts';

const check = (site: CheckSite, ...more: readonly string[]) => runInMemory(site.commandLine(...more));

/** A site with an error. */
function brokenSite(): CheckSite {
  const site = new CheckSite();
  site.txt(KEY_NAME, keyRecord('rsa1024'));
  site.txt(`_dmarc.${DOMAIN}`, DMARC.replace('reject', 'none'));
  return site;
}

/** A site with DNS trouble. */
function troubledSite(): CheckSite {
  const site = new CheckSite();
  site.zone[`_dmarc.${DOMAIN}`] = { TXT: 'SERVFAIL' };
  return site;
}

/** A link, since the lock beside it has to be made. */
function linkTo(path: string): string {
  const link = join(temporaryFolder(), 'state');
  symlinkSync(path, link);
  return link;
}

describe('a state that cannot be kept', () => {
  it.each([
    ['full', () => linkTo('/dev/full')],
    ['a directory', () => temporaryFolder()],
    ['in no folder', () => '/proc/no/such/folder/state'],
    ['read-only', () => '/proc/state'],
  ])('because it is %s hides no finding', async (_, make) => {
    const state = make();
    const { status, stdout, stderr } = await check(brokenSite(), '--changed', '--state', state);
    expect(status).toBe(111);
    expect(stdout).toContain('[key-differs]');
    expect(stderr).toMatch(/^dktool: .*\bstate\b/);
    const trouble = await check(troubledSite(), '--patience', '3', '--state', state);
    expect(trouble.stdout).toContain('[no-answer]');
    const good = await check(new CheckSite(), '--patience', '3', '--state', state, '--format', 'nagios');
    expect(good.status).toBe(3);
    expect(good.stdout).toMatch(/^DKTOOL UNKNOWN - .*state/);
    expect(existsSync(`${state}.lock`)).toBe(false);
  });

  it.each(['', '{"version":1,"trouble":{"x', '\u0000\u0000\u0000', '[]'])(
    'because it holds %j begins anew, and hides no finding',
    async (text) => {
      const site = brokenSite();
      const state = site.write('state', text);
      const { status, stdout, stderr } = await check(site, '--changed', '--state', state);
      expect(status).toBe(1);
      expect(stdout).toContain('[key-differs]');
      expect(stderr).toBe(`dktool: warning: state file ${state} is damaged: the results of earlier runs are lost\n`);
      expect(await check(site, '--changed', '--state', state)).toMatchObject({ status: 1, stdout: '', stderr: '' });
    },
  );
});

describe('a state that several runs share', () => {
  it('loses no update of runs at the same time', async () => {
    const site = troubledSite();
    const state = join(site.folder, 'state');
    const domains = Array.from({ length: 12 }, (_, i) => `d${i}.example`);
    for (const domain of domains) site.zone[domain] = { MX: 'SERVFAIL', TXT: 'SERVFAIL' };
    const line = (domain: string) => ['check', domain, '--zone', join(site.folder, 'zone.json'), '--patience', '5'];
    site.commandLine();
    await Promise.all(domains.map((domain) => runInMemory([...line(domain), '--state', state])));
    const { trouble } = JSON.parse(readFileSync(state, 'utf8')) as { trouble: Record<string, number> };
    expect(Object.keys(trouble).sort()).toEqual([...domains].sort());
  });

  it('loses none of processes at the same time', async () => {
    const site = troubledSite();
    const state = join(site.folder, 'state');
    const line = site.commandLine('--patience', '9', '--state', state);
    await Promise.all(Array.from({ length: 4 }, () => spawnDktool(line)));
    expect(JSON.parse(readFileSync(state, 'utf8'))).toEqual({ version: 1, trouble: { [DOMAIN]: 4 } });
    expect(existsSync(`${state}.lock`)).toBe(false);
  });

  it('is not held for ever by a run that died', async () => {
    const site = troubledSite();
    const state = join(site.folder, 'state');
    writeFileSync(`${state}.lock`, '');
    const long = Date.now() / 1000 - 60;
    utimesSync(`${state}.lock`, long, long);
    expect(await check(site, '--patience', '2', '--state', state)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(existsSync(`${state}.lock`)).toBe(false);
  });

  it('is waited for, and then everything is printed', async () => {
    const site = troubledSite();
    const state = join(site.folder, 'state');
    writeFileSync(`${state}.lock`, '');
    let slept = 0;
    const world = { sleep: (seconds: number) => Promise.resolve(void (slept += seconds)) };
    const run = await runInMemory(site.commandLine('--patience', '2', '--state', state), '', world);
    expect(run.status).toBe(111);
    expect(run.stdout).toContain('[no-answer]');
    expect(run.stderr).toContain(`${state}.lock exists: another run has the lock`);
    expect(slept).toBeGreaterThan(5);
  });
});

describe('--changed', () => {
  it('reports what is new and what is gone', async () => {
    const site = brokenSite();
    const state = join(site.folder, 'state');
    const changed = (...more: readonly string[]) => check(site, '--changed', '--state', state, ...more);
    expect((await changed()).stdout).toMatch(/^error: .* \[key-differs\]\n$/);
    expect(statSync(state).mode & 0o777).toBe(0o600);
    expect(await changed()).toMatchObject({ status: 1, stdout: '', stderr: '' });
    site.txt(DOMAIN, 'v=spf1 mx');
    expect((await changed()).stdout).toMatch(/^warning: .* \[spf-no-default\]\n$/);
    site.txt(KEY_NAME, keyRecord('rsa2048'));
    const fixed = await changed();
    expect(fixed.status).toBe(0);
    expect(fixed.stdout).toMatch(
      /^gone: example\.com: s1\._domainkey\.example\.com: another key .* \[key-differs\]\n$/,
    );
    expect(await changed()).toMatchObject({ status: 0, stdout: '' });
  });

  it('keeps runs of other command lines apart', async () => {
    const site = brokenSite();
    const state = join(site.folder, 'state');
    const changed = (...more: readonly string[]) => check(site, '--changed', '--state', state, ...more);
    expect((await changed()).stdout).toContain('[key-differs]');
    expect((await changed(DOMAIN)).stdout).toContain('[key-differs]');
    expect((await changed()).stdout).toBe('');
  });

  it('takes nothing for gone that DNS kept back', async () => {
    const site = brokenSite();
    const state = join(site.folder, 'state');
    const changed = () => check(site, '--changed', '--state', state);
    expect((await changed()).stdout).toContain('[key-differs]');
    const record = site.zone[KEY_NAME]!;
    site.zone[KEY_NAME] = { TXT: 'SERVFAIL' };
    expect((await changed()).stdout).toMatch(/^temporary: .* \[no-answer\]\n$/);
    site.zone[KEY_NAME] = record;
    expect((await changed()).stdout).toMatch(/^gone: .* \[no-answer\]\n$/);
  });

  it('is an object for each domain that changed, with --json', async () => {
    const site = brokenSite();
    const state = join(site.folder, 'state');
    const changed = async () =>
      (await check(site, '--changed', '--json', '--severity', 'warning', '--state', state)).stdout;
    const first = JSON.parse(await changed()) as CheckReport;
    expect(first.findings.map(({ code }) => code)).toEqual(['key-differs']);
    expect(await changed()).toBe('');
    site.txt(KEY_NAME, keyRecord('rsa2048'));
    const last = JSON.parse(await changed()) as CheckReport & { gone: { code: string }[] };
    expect([last.result, last.findings, last.gone.map(({ code }) => code)]).toEqual(['ok', [], ['key-differs']]);
  });

  it.each([
    [['--format', 'prometheus'], 'monitoring systems compare by themselves'],
    [['-v'], '--changed reports only changes, -v everything: use one of them'],
    [[], 'need a file that records earlier runs'],
  ])('does not go with %j', async (more, words) => {
    const { status, stdout, stderr } = await check(new CheckSite(), '--changed', ...more);
    expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
    expect(stderr).toContain(words);
  });
});
