/** --format, --severity and -o of check. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CheckSite, DMARC, KEY_NAME } from '../support/check-site.ts';
import { runInMemory } from '../support/context.ts';
import { needProgram } from '../support/peers.ts';
import { DOMAIN, keyRecord } from '../support/vectors.ts';

const check = (site: CheckSite, ...more: readonly string[]) => runInMemory(site.commandLine(...more));
const codesIn = (text: string) => [...text.matchAll(/ \[([a-z0-9-]+)\]$/gm)].map(([, code]) => code!);

/** One finding of each severity. */
function mixedSite(): CheckSite {
  const site = new CheckSite();
  site.txt(KEY_NAME, keyRecord('rsa1024'));
  site.txt(DOMAIN, 'v=spf1 mx');
  site.txt(`_dmarc.${DOMAIN}`, DMARC.replace('reject', 'none'));
  site.zone[`_domainkey.${DOMAIN}`] = { TXT: 'SERVFAIL' };
  return site;
}

describe('--severity', () => {
  it.each([
    [[], ['key-differs', 'no-answer', 'spf-no-default']],
    [
      ['--severity', 'note'],
      ['key-differs', 'no-answer', 'spf-no-default', 'dmarc-no-enforcement'],
    ],
    [
      ['--severity', 'warning'],
      ['key-differs', 'no-answer', 'spf-no-default'],
    ],
    [
      ['--severity', 'error'],
      ['key-differs', 'no-answer'],
    ],
    [['-v'], ['key-differs', 'no-answer', 'spf-no-default', 'dmarc-no-enforcement']],
    [
      ['-v', '--severity', 'error'],
      ['key-differs', 'no-answer'],
    ],
  ])('%j', async (args, codes) => {
    const { status, stdout } = await check(mixedSite(), ...args);
    expect(codesIn(stdout)).toEqual(codes);
    expect(status).toBe(111);
  });

  it('does not change the exit status', async () => {
    const site = new CheckSite();
    site.txt(DOMAIN, 'v=spf1 mx');
    const args = ['--severity', 'error', '--fail-on', 'warning'];
    expect(await check(site, ...args)).toMatchObject({ status: 1, stdout: '' });
  });
});

describe('--format', () => {
  it('text is the default, and json is --json', async () => {
    const site = mixedSite();
    expect((await check(site, '--format', 'text')).stdout).toBe((await check(site)).stdout);
    expect((await check(site, '--format', 'json')).stdout).toBe((await check(site, '--json')).stdout);
  });

  it.each(['nagios', 'prometheus', 'json', 'text'])('%s is not taken for a file after -o', async (format) => {
    const { status, stdout, stderr } = await check(new CheckSite(), '-o', format);
    expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
    expect(stderr).toContain(`--format ${format}`);
  });

  it('leaves -o to files, whatever they are called', async () => {
    const site = mixedSite();
    const file = join(site.folder, 'prometheus');
    expect(await check(site, '-o', file)).toMatchObject({ status: 111, stdout: '' });
    expect(codesIn(readFileSync(file, 'utf8'))).toContain('key-differs');
  });

  it.each([
    [['--json', '--format', 'prometheus'], 'exclude each other'],
    [['--format', 'promtheus'], 'promtheus'],
    [['--state', '/tmp/x'], '--state needs --patience or --changed'],
  ])('%j is refused', async (args, words) => {
    const { status, stdout, stderr } = await check(new CheckSite(), ...args);
    expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
    expect(stderr).toContain(words);
    expect(existsSync('promtheus')).toBe(false);
  });

  it("prometheus has nothing that Prometheus' own linter would say a word about", async ({ skip }) => {
    needProgram('promtool', 'prometheus', skip);
    for (const site of [new CheckSite(), mixedSite()]) {
      const { stdout } = await check(site, '--format', 'prometheus');
      const said = execFileSync('promtool', ['check', 'metrics'], { input: stdout, encoding: 'utf8', stdio: 'pipe' });
      expect(said).toBe('');
    }
  });
});
