/** The single executable, made as `npm run executable` makes it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram, type RunOptions, temporaryFolder } from '../support/bin.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { mailFolder } from '../support/mail-folder.ts';
import { QmailHome } from '../support/qmail-standins.ts';
import { NOW } from '../support/vectors.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The one that DKTOOL_BIN names, or a new one. */
let executable = process.env['DKTOOL_BIN'] && resolve(process.env['DKTOOL_BIN']);
beforeAll(() => {
  if (executable) return;
  execFileSync(process.execPath, [join(root, 'scripts/executable.mjs')]);
  executable = join(root, `dist/dktool-${process.platform}-${process.arch}`);
}, 120_000);

/** With a PATH that has no Node.js in it. */
const run = (args: readonly string[], options: RunOptions = {}) =>
  runProgram(executable!, args, { ...options, env: { PATH: '/nowhere', ...options.env } });

describe('the single executable', () => {
  it('signs and verifies', async () => {
    const cwd = mailFolder();
    const signed = await run(['sign', '-q', '-k', 'ed25519', '--timestamp', String(NOW)], { cwd, input: PLAIN });
    expect(signed).toMatchObject({ status: 0, stderr: '' });
    const verdict = await run(['verify', '--json', '--now', String(NOW), '--zone', 'zone.json'], {
      cwd,
      input: Buffer.from(signed.stdout, 'latin1'),
    });
    expect(JSON.parse(verdict.stdout)).toMatchObject({ result: 'pass' });
  });

  it('judges in several threads', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `m${i}.eml`);
    const cwd = mailFolder(Object.fromEntries(names.map((name) => [name, signByHand(PLAIN)])));
    const args = ['verify', '--now', String(NOW), '--zone', 'zone.json'];
    const alone = await run([...args, ...names], { cwd });
    expect(alone.stdout.match(/dkim=pass/g)).toHaveLength(names.length);
    expect(await run([...args, '--jobs', '3', ...names], { cwd })).toEqual(alone);
  });

  it('has the packages that it loads late: chalk, node-forge, mailauth', async () => {
    const cwd = mailFolder();
    const args = [
      'spf-check',
      '--zone',
      'zone.json',
      '--record',
      'v=spf1 -all',
      '--ip',
      '192.0.2.1',
      '--from',
      'a@b.example',
    ];
    const { stdout } = await run([...args, '--cross-check', '--color', 'always'], { cwd });
    expect(stdout).toContain('\u001b[31mfail');
    expect(stdout).toContain('cross-check: mailauth says');
    writeFileSync(join(cwd, 'damaged'), readFileSync(join(cwd, 'rsa2048'), 'latin1').replace(/^.{40}\n/m, ''));
    const whole = await runProgram(process.execPath, [join(root, 'bin/dktool.js'), 'dns-record', '-k', 'damaged'], {
      cwd,
    });
    expect(await run(['dns-record', '-k', 'damaged'], { cwd })).toEqual(whole);
  });

  it('is what it is called', async () => {
    const folder = temporaryFolder();
    const call = (name: string, args: readonly string[], options: RunOptions = {}) => {
      symlinkSync(executable!, join(folder, name));
      return runProgram(join(folder, name), args, { cwd: folder, ...options });
    };
    expect((await call('dktool', ['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await call('dktest', [])).stderr).toContain('dktest: [-f]');
    expect((await call('dknewkey', ['2026a', '2048'])).stdout).toMatch(/^2026a\._domainkey/);
    expect(readdirSync(folder)).toContain('2026a');
    // Mail waits: there is no qmail here.
    for (const name of ['dktool-queue', 'qmail-queue']) expect((await call(name, [])).status).toBe(120);
    for (const name of ['dktool-remote', 'qmail-remote']) {
      expect((await call(name, ['mx.example.org', 'a@b.example', 'c@d.example'])).stdout).toMatch(/^Zdktool-remote: /);
    }
  });

  it('has the manual pages', async () => {
    for (const page of readdirSync(join(root, 'man')).filter((file) => /\.\d$/.test(file))) {
      const { stdout } = await run(['help', page.replace(/\.\d$/, ''), '--man']);
      expect(stdout).toBe(readFileSync(join(root, 'man', page), 'latin1'));
    }
    const japanese = await run(['help', 'sign', '--man'], { env: { LANG: 'ja_JP.UTF-8' } });
    expect(japanese.stdout).toBe(readFileSync(join(root, 'man/ja/dktool-sign.1'), 'latin1'));
  });

  it('works behind the launchers of qmail', async () => {
    const made = new QmailHome();
    made.control('dksign', `${made.key('example.com', 'rsa1024')}\n`);
    const home = temporaryFolder();
    mkdirSync(join(home, 'bin'));
    symlinkSync(executable!, join(home, 'bin/dktool-remote'));
    const env = { DKTOOL_HOME: home, DKTOOL_NODE: '/nowhere/node' };
    const input = 'From: Ada <ada@example.com>\n\nhello\n';
    expect(await made.remote({ launcher: ['/bin/sh'], input, env })).toMatchObject({ report: 'r\0Kaccepted\n\0' });
    expect(made.deliveries[0]!.message).toMatch(/^DKIM-Signature: /);
  });

  it('has the licences of all that is in it', () => {
    const text = readFileSync(join(root, 'build/executable/LICENSE'), 'utf8');
    for (const name of ['dktool', 'commander 14', 'chalk 5', 'node-forge 1', 'mailauth 7', 'Node.js v']) {
      expect(text).toMatch(new RegExp(`^${name}`, 'm'));
    }
    expect(basename(executable!)).toBe(`dktool-${process.platform}-${process.arch}`);
  });
});
