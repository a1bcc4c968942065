/** What docs and manual page say of `rotate` is what it does: their crontab lines run as they stand. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PHASES } from '../src/lib/rotate/state.ts';
import { DKTOOL, runProgram, temporaryFolder } from './support/bin.ts';
import { pageText } from './support/pages.ts';
import { RotateWorld } from './support/rotate-world.ts';
import { DOMAIN, keyPath, keyRecord, NOW } from './support/vectors.ts';

const textOf = (path: string) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
const page = textOf('man/dktool-rotate.1');
const section = (title: string) => page.split(`.Sh ${title}\n`)[1]!.split(/^\.Sh /m)[0]!;

const CRON = /^(?:\S+ ){5}dktool rotate .*$/gm;
const DOCS_LINES = pageText('docs/cron.md').match(CRON) ?? [];
const PAGE_LINES = (page.match(CRON) ?? []).map((line) => line.replaceAll('\\e', '\\'));

/** A machine in a folder, with an nsupdate and a systemctl that write down what they get. */
function machine() {
  const root = temporaryFolder();
  const put = (path: string, write: (at: string) => void) => {
    const at = join(root, path);
    mkdirSync(dirname(at), { recursive: true });
    write(at);
  };
  const key = (path: string) =>
    put(path, (at) => {
      copyFileSync(keyPath('ed25519'), at);
      chmodSync(at, 0o600);
      utimesSync(at, NOW - 100 * 86_400, NOW - 100 * 86_400);
    });
  key(`etc/domainkeys/${DOMAIN}/2023a`);
  symlinkSync('2023a', join(root, `etc/domainkeys/${DOMAIN}/default`));
  key('etc/dkimkeys/mail.private');
  const config = `Domain ${DOMAIN}\nSelector mail\nKeyFile ${root}/etc/dkimkeys/mail.private\n`;
  put('etc/opendkim.conf', (at) => writeFileSync(at, config));
  const zone = Object.fromEntries(
    ['2023a', 'mail'].map((s) => [`${s}._domainkey.${DOMAIN}`, { TXT: [keyRecord('ed25519')] }]),
  );
  put('zone.json', (at) => writeFileSync(at, JSON.stringify(zone)));
  const program = (name: string, script: string) =>
    put(`bin/${name}`, (at) => {
      writeFileSync(at, `#!/bin/sh\n${script}\n`);
      chmodSync(at, 0o755);
    });
  program('dktool', `exec '${process.execPath}' '${DKTOOL}' "$@" --zone '${root}/zone.json' --now ${NOW}`);
  program('nsupdate', `echo "$@" >> '${root}/updates'; cat >> '${root}/updates'`);
  program('systemctl', `echo "$@" >> '${root}/reloads'`);
  const run = (line: string) => {
    const command = line.replace(/^(?:\S+ ){5}/, '').replaceAll('\\%', '%');
    return runProgram('sh', ['-c', command.replace(/(?<=[ '])\/(?=etc)/g, `${root}/`)], {
      env: { PATH: `${join(root, 'bin')}${delimiter}${process.env['PATH'] ?? ''}` },
    });
  };
  return { root, run };
}

describe('the crontab lines of rotate', () => {
  it('are there, in docs, README and manual page', () => {
    expect(DOCS_LINES).toHaveLength(2);
    expect(DOCS_LINES).toContain(pageText('README.md').match(CRON)?.[0]);
    expect(PAGE_LINES).toEqual([...DOCS_LINES, expect.stringContaining('--follow')]);
  });

  it.each(PAGE_LINES)('run silently, and have the next key published: %s', async (line) => {
    const { root, run } = machine();
    expect(await run(line)).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(await run(line)).toEqual({ status: 0, stdout: '', stderr: '' });
    const updates = join(root, 'updates');
    expect(existsSync(updates)).toBe(line.includes('--publish'));
    if (line.includes('--publish')) {
      expect(readFileSync(updates, 'utf8')).toMatch(
        /^-k \S+\nupdate delete 202309\._domainkey\.example\.com\. TXT\nupdate add /,
      );
    }
    expect(readlinkSync(join(root, `etc/domainkeys/${DOMAIN}/default`))).toBe('2023a');
  });
});

describe('dktool-rotate.1', () => {
  it('has every phase but the way back, in order', () => {
    const phases = [
      ...page
        .split('.Ss The phases\n')[1]!
        .split(/^\.S[hs] /m)[0]!
        .matchAll(/^\.It Cm (\w+)$/gm),
    ];
    expect(phases.map(([, phase]) => phase)).toEqual(PHASES.filter((phase) => phase !== 'drop'));
  });

  it('has every field of --json and no others, and every metric', async () => {
    const world = new RotateWorld();
    await world.run();
    world.commandLine = ['-k', world.link, '--status', '--json'];
    const report = JSON.parse((await world.run()).stdout) as object;
    const fields = [...section('JSON').matchAll(/^\.It Li (\w+)$/gm)].map(([, field]) => field!);
    expect(fields.sort()).toEqual(Object.keys(report).sort());
    world.commandLine = ['-k', world.link, '--status', '--format', 'prometheus'];
    const metrics = [...(await world.run()).stdout.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name!);
    const said = section('JSON').match(/dktool_\w+/g) ?? [];
    expect(said).toEqual(expect.arrayContaining(metrics));
    expect(metrics).toHaveLength(4); // none is finished yet
  });
});
