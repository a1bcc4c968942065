/**
 * The programs as they are built and started: bundles, compiled forms, descriptors, exit status. What they say is what the
 * same command line says in this process, where all other tests run it.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runBin, runDktool, type RunOptions, spawnBin, spawnDktool } from '../support/bin.ts';
import { DK_NAME, DK_PEM, DK_RECORD } from '../support/domainkeys.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { mailFolder } from '../support/mail-folder.ts';
import { DOMAIN, keyRecord, NOW } from '../support/vectors.ts';

const ZONE = {
  [DOMAIN]: { MX: [{ preference: 10, exchange: `mail.${DOMAIN}` }], TXT: ['v=spf1 mx -all'] },
  [`mail.${DOMAIN}`]: { A: ['192.0.2.1'] },
  [`_dmarc.${DOMAIN}`]: { TXT: ['v=DMARC1; p=reject; rua=mailto:d@example.com'] },
  [`_adsp._domainkey.${DOMAIN}`]: { TXT: ['dkim=all'] },
  [`s1._domainkey.${DOMAIN}`]: { TXT: [keyRecord('rsa2048')] },
  [`rsa2048._domainkey.${DOMAIN}`]: { TXT: [keyRecord('rsa2048')] },
  [`ed25519._domainkey.${DOMAIN}`]: { TXT: [keyRecord('rsa2048')] },
};

const SIGNED = signByHand(PLAIN);
const FORGED = SIGNED.replace('Ann <ann@', 'Eve <eve@');

const folder = () => mailFolder({ 'world.json': JSON.stringify(ZONE), 'signed.eml': SIGNED, 'forged.eml': FORGED });

const at = ['--now', String(NOW), '--zone', 'world.json'];
const session = ['--helo', 'mail.example.com', '--from', `ann@${DOMAIN}`];

interface Case {
  readonly args: readonly string[];
  readonly status: number;
  /** What stdout begins with. */
  readonly stdout: string;
  readonly stderr?: string;
  readonly options?: RunOptions;
}

const sign = ['sign', '--timestamp', String(NOW), '-k', 'rsa2048'];
const convert = ['keygen', DOMAIN, '--convert', 'ed25519', '-s', 'x', '-o', '-'];

const CASES: readonly Case[] = [
  { args: ['--help'], status: 0, stdout: 'Usage: dktool ' },
  { args: [], status: 100, stdout: '', stderr: 'Usage: dktool ' },
  { args: ['--bogus'], status: 100, stdout: '', stderr: 'dktool: unknown option --bogus\n' },
  { args: convert, status: 0, stdout: '-----BEGIN PRIVATE KEY-----\n', stderr: 'x._domainkey.example.com. IN TXT "v=' },
  { args: ['keygen', '-s', 'x', '--bits', '768'], status: 100, stdout: '', stderr: 'dktool: an RSA key of 768 bits' },
  { args: sign, status: 0, stdout: 'DKIM-Signature: v=1; a=rsa-sha256;', options: { input: PLAIN } },
  { args: [...sign, '-s', 's1', '--check-dns', ...at], status: 0, stdout: 'DKIM-Sig', options: { input: PLAIN } },
  { args: ['sign', '-k', 'gone'], status: 111, stdout: '', stderr: 'dktool: key file gone', options: { input: PLAIN } },
  { args: ['sign', '-k', 'rsa2048'], status: 100, stdout: '', stderr: 'dktool: the input is empty' },
  { args: ['verify', ...at, 'signed.eml'], status: 0, stdout: 'signed.eml: pass from=ann@example.com\n' },
  { args: ['verify', ...at, '--json'], status: 1, stdout: '{"file":"-","result":"fail"', options: { input: FORGED } },
  { args: ['verify', ...at], status: 2, stdout: '-: none', options: { input: PLAIN } },
  { args: ['verify', ...at, 'gone.eml'], status: 100, stdout: '', stderr: 'dktool: cannot open gone.eml' },
  {
    args: ['verify', ...at, '--spf', '--dmarc', '--ip', '192.0.2.1', ...session, 'signed.eml'],
    status: 0,
    stdout: 'signed.eml: pass from=ann@example.com\n',
  },
  {
    args: ['verify', ...at, '--auth-results', 'mx.example.org', '--adsp'],
    status: 0,
    stdout: 'Authentication-Results: mx.example.org;',
    options: { input: SIGNED },
  },
  {
    args: ['dns-record', DOMAIN, '-s', 'x', '-k', 'ed25519', '--format', 'route53'],
    status: 0,
    stdout: '{',
  },
  {
    args: ['dns-record', DOMAIN, '-s', 'ed25519', '-k', 'ed25519', '--check', '--zone', 'world.json'],
    status: 1,
    stdout: 'error: ed25519._domainkey.example.com: ',
  },
  { args: ['spf-check', ...at, '--ip', '192.0.2.1', ...session], status: 0, stdout: 'spf=pass reason=' },
  { args: ['spf-check', ...at, '--ip', '192.0.2.9', ...session], status: 1, stdout: 'spf=fail reason=' },
  { args: ['adsp-check', '--zone', 'world.json', DOMAIN], status: 0, stdout: 'example.com: ' },
  { args: ['dmarc-check', '--zone', 'world.json', DOMAIN], status: 0, stdout: 'example.com: ' },
  { args: ['check', ...at, DOMAIN, '-s', 's1'], status: 0, stdout: '' },
  { args: ['check', ...at, DOMAIN, '-s', 's2'], status: 1, stdout: 'error: example.com: ' },
  { args: ['verify', '--exit-style', 'sysexits', ...at, 'forged.eml'], status: 65, stdout: 'forged.eml: fail' },
  {
    args: ['sign', '-k', 'gone'],
    status: 75,
    stdout: '',
    options: { input: PLAIN, env: { DKTOOL_EXIT_STYLE: 'sysexits' } },
  },
];

describe('dktool', () => {
  it.each(CASES)('$args: $status', async ({ args, status, stdout, stderr = '', options }) => {
    const cwd = folder();
    const run = await spawnDktool(args, { ...options, cwd });
    expect(run).toEqual(await runDktool(args, { ...options, cwd }));
    expect(run.status).toBe(status);
    expect(run.stdout.slice(0, stdout.length || 1)).toBe(stdout);
    expect(run.stderr.slice(0, stderr.length)).toBe(stderr);
  });
});

describe('the programs of libdomainkeys', () => {
  const MESSAGE = 'From: Joe <joe@Example.com>\nSubject: x\n\nhi\n';

  it('dknewkey', async () => {
    const cwd = folder();
    const print = ['-p', 'rsa2048'];
    const printed = await spawnBin('dknewkey', print, { cwd });
    expect(printed).toEqual(await runBin('dknewkey', print, { cwd }));
    expect(printed).toMatchObject({ status: 0, stdout: expect.stringMatching(/^rsa2048\._domainkey/) });
    const refused = await spawnBin('dknewkey', ['rsa2048'], { cwd });
    expect(refused).toEqual(await runBin('dknewkey', ['rsa2048'], { cwd }));
    expect(refused).toMatchObject({ status: 100, stdout: '' });
  });

  it('dktest', async () => {
    const cwd = folder();
    writeFileSync(join(cwd, 'private'), DK_PEM);
    writeFileSync(join(cwd, 'dk.json'), JSON.stringify({ [DK_NAME]: { TXT: [DK_RECORD] } }));
    const env = { DKTOOL_ZONE: 'dk.json' };
    const signed = await spawnBin('dktest', ['-s', 'private'], { cwd, input: MESSAGE });
    expect(signed).toEqual(await runBin('dktest', ['-s', 'private'], { cwd, input: MESSAGE }));
    expect(signed).toMatchObject({ status: 0, stderr: '' });
    const judged = await spawnBin('dktest', ['-v'], { cwd, env, input: MESSAGE });
    expect(judged).toEqual(await runBin('dktest', ['-v'], { cwd, env, input: MESSAGE }));
    expect(judged.stdout).toMatch(/^DomainKey-Status: /m);
    const usage = await spawnBin('dktest', [], { cwd });
    expect(usage).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(/^dktest: \[-f\]/) });
  });
});
