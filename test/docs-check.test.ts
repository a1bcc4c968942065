/** What docs and manual page say of `check` is what it does. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CHECK_CODES } from '../src/lib/check/all-codes.ts';
import { DKTOOL, runProgram } from './support/bin.ts';
import { CheckSite, KEY_NAME } from './support/check-site.ts';
import { runInMemory } from './support/context.ts';
import { blocks } from './support/pages.ts';
import { DOMAIN, NOW } from './support/vectors.ts';

const textOf = (path: string) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
const page = textOf('man/dktool-check.1');

/** Up to the next section. */
const section = (title: string) => page.split(`.Sh ${title}\n`)[1]!.split(/^\.Sh /m)[0]!;

describe('dktool-check.1', () => {
  it('has every code of a finding, once', () => {
    const codes = [...section('FINDINGS').matchAll(/^\.It Cm ([a-z0-9-]+)$/gm)].map(([, code]) => code!);
    expect(codes.sort()).toEqual([...CHECK_CODES].sort());
  });

  it('has every field of --json and no others', async () => {
    const site = new CheckSite();
    delete site.zone[KEY_NAME];
    const { stdout } = await runInMemory(
      site.commandLine('--json', '--changed', '--state', join(site.folder, 'state')),
    );
    const report = JSON.parse(stdout) as { findings: object[]; keys: object[]; checked: object[] };
    const known = [report, report.findings[0]!, report.keys[0]!, report.checked[0]!].flatMap(Object.keys);
    const said = section('JSON')
      .match(/^\.(?:It )?Li .*$/gm)!
      .join('\n');
    for (const field of known) expect(said).toMatch(new RegExp(`\\b${field}\\b`));
    const items = [...said.matchAll(/^\.It Li (\w+)$/gm)].map(([, field]) => field!);
    expect(items).toEqual(Object.keys(report));
  });

  it('has every metric', async () => {
    const { stdout } = await runInMemory(new CheckSite().commandLine('--format', 'prometheus'));
    const metrics = [...stdout.matchAll(/^# TYPE (\w+) gauge$/gm)].map(([, name]) => name!);
    expect([...new Set(section('MONITORING').match(/dktool_\w+/g))].sort()).toEqual(metrics.sort());
  });
});

/** Of a crontab line: its command, with the percent signs as cron hands them on (crontab(5)). */
function commandOf(line: string): string {
  return line
    .replace(/^(?:\S+ ){5}/, '')
    .replace(/(?<!\\)%/g, '\n')
    .replaceAll('\\%', '%');
}

/** A machine in a directory: absolute paths begin there. */
function machine() {
  const site = new CheckSite();
  const root = join(site.folder, 'root');
  const write = (path: string, text: string) => site.write(`root${path}`, text);
  site.putKey('rsa2048', join(root, 'etc/domainkeys', DOMAIN, 'default'));
  site.txt(`default._domainkey.${DOMAIN}`, ...(site.zone[KEY_NAME]!['TXT'] as string[]));
  write('/var/qmail/control/dksign', `${root}/etc/domainkeys/%/default\n`);
  write('/var/qmail/control/rcpthosts', `${DOMAIN}\n.${DOMAIN}\n`);
  write('/etc/opendkim/KeyTable', `k ${DOMAIN}:s1:${site.keyFile}\n`);
  write('/etc/opendkim/SigningTable', `*@${DOMAIN} k\n`);
  write(
    '/etc/opendkim.conf',
    `KeyTable ${root}/etc/opendkim/KeyTable\nSigningTable refile:${root}/etc/opendkim/SigningTable\n`,
  );
  mkdirSync(join(root, 'var/lib/prometheus/node-exporter'), { recursive: true });
  const [, ...options] = site.commandLine().slice(site.args.length);
  const zone = [...options, '--now', String(NOW)].map((option) => `'${option}'`).join(' ');
  mkdirSync(join(root, 'bin'));
  writeFileSync(join(root, 'bin/dktool'), `#!/bin/sh\nexec '${process.execPath}' '${DKTOOL}' "$@" ${zone}\n`);
  chmodSync(join(root, 'bin/dktool'), 0o755);
  const run = (line: string) =>
    runProgram('sh', ['-c', commandOf(line).replace(/(?<=[ '])\/(?=etc|var)/g, `${root}/`)], {
      env: { PATH: `${join(root, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`, HOME: root },
    });
  return { root, run, site };
}

describe('the crontab lines of docs/cron.md and the README', () => {
  const [path, ...lines] = blocks('docs/cron.md', 'crontab')
    .find(({ heading }) => heading === 'check')!
    .text.trim()
    .split('\n');
  lines.push(blocks('README.md', 'crontab')[0]!.text.trim().split('\n')[1]!);

  it('are there, behind a PATH that has what npm installs', () => {
    expect(path).toBe('PATH=/usr/local/bin:/usr/bin:/bin');
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(line).toMatch(/^(?:[\d*/]+ ){5}dktool check /);
  });

  it.each(lines)('run silently where all is well: %s', async (line) => {
    const { root, run } = machine();
    expect(await run(line)).toEqual({ status: 0, stdout: '', stderr: '' });
    const metrics = join(root, 'var/lib/prometheus/node-exporter/dktool.prom');
    expect(existsSync(metrics)).toBe(line.includes('prometheus'));
  });

  it.each(lines)('report a record that is gone: %s', async (line) => {
    const { root, run, site } = machine();
    for (const name of Object.keys(site.zone)) if (name.includes('_domainkey')) delete site.zone[name];
    site.commandLine(); // writes the zone
    const { status, stdout } = await run(line);
    expect(status).toBe(1);
    const metrics = join(root, 'var/lib/prometheus/node-exporter/dktool.prom');
    if (!line.includes('prometheus')) expect(stdout).toContain('[key-name-missing]');
    else expect(readFileSync(metrics, 'utf8')).toMatch(/^dktool_key_record_ok\{.*\} 0$/m);
  });
});
