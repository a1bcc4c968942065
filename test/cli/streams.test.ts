/** Pipes: long ones, slow ones, closed ones; and what the program says of itself. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { openSync, closeSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLEAN_ENV, DKTOOL, runDktool, runProgram } from '../support/bin.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { mailFolder, sign } from '../support/mail-folder.ts';
import { NOW } from '../support/vectors.ts';

const SIGN = [DKTOOL, 'sign', '--timestamp', String(NOW), '-k', 'ed25519'];

/** A message of about `megabytes`, in a file. */
function longMessage(cwd: string, megabytes: number): string {
  const path = join(cwd, 'long.eml');
  const fd = openSync(path, 'w');
  writeSync(fd, PLAIN);
  const block = Buffer.from(`${'x'.repeat(70)} \r\n`.repeat(14_000));
  for (let i = 0; i < megabytes; i++) writeSync(fd, block);
  closeSync(fd);
  return path;
}

/** Run a program whose output is read slowly: a pause before each piece. */
function readSlowly(
  args: readonly string[],
  cwd: string,
  stdin: number,
): Promise<{ hash: string; status: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env: CLEAN_ENV, stdio: [stdin, 'pipe', 'inherit'] });
    const hash = createHash('sha256');
    child.stdout!.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      child.stdout!.pause();
      setTimeout(() => child.stdout!.resume(), 1);
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ hash: hash.digest('hex'), status }));
  });
}

describe('a slow reader', () => {
  it('gets every octet of 50 MB, from a file and from a pipe', async () => {
    const cwd = mailFolder();
    const message = readFileSync(longMessage(cwd, 50));
    const { stdout: field } = await sign(['-k', 'ed25519', '--header-only', 'long.eml'], { cwd });
    const expected = createHash('sha256').update(field).update(message).digest('hex');
    const fd = openSync(join(cwd, 'long.eml'), 'r');
    expect(await readSlowly(SIGN, cwd, fd)).toEqual({ hash: expected, status: 0 });
    closeSync(fd);
    const pipe = `cat long.eml | "$0" ${SIGN.map((part) => `'${part}'`).join(' ')} | { sleep 1; sha256sum; }`;
    const { stdout } = await runProgram('sh', ['-c', pipe, process.execPath], { cwd });
    expect(stdout.split(' ')[0]).toBe(expected);
  });
});

describe('a message file that is read while it is written on', () => {
  it('starts where its descriptor stands', async () => {
    const cwd = mailFolder();
    writeFileSync(join(cwd, 'box'), `skipped line\n${PLAIN}`);
    const command = `{ read -r line; "$0" ${SIGN.map((part) => `'${part}'`).join(' ')}; } < box`;
    const { stdout, stderr } = await runProgram('sh', ['-c', command, process.execPath], { cwd });
    const alone = await sign(['-k', 'ed25519'], { cwd, input: PLAIN });
    expect({ stdout, stderr }).toEqual({ stdout: alone.stdout, stderr: '' });
  });
});

describe('a reader that goes away', () => {
  it.each([
    ['sign', SIGN],
    ['verify', [DKTOOL, 'verify', '--zone', 'zone.json', '--json', ...Array.from({ length: 400 }, () => 'signed.eml')]],
  ])('ends %s quietly', async (_, args) => {
    const cwd = mailFolder({ 'signed.eml': signByHand(PLAIN) });
    longMessage(cwd, 5);
    const quoted = args.map((part) => `'${part}'`).join(' ');
    const script = `{ "$0" ${quoted} < long.eml; echo $? > status; } | head -c5`;
    const { stdout, stderr } = await runProgram('sh', ['-c', script, process.execPath], { cwd });
    expect({ stdout: stdout.length, stderr }).toEqual({ stdout: 5, stderr: '' });
    expect(readFileSync(join(cwd, 'status'), 'latin1')).toBe('111\n');
  });
});

const signedFolder = () => mailFolder({ 'signed.eml': signByHand(PLAIN) });
const CLOSED = /^dktool: cannot write (?:the message to )?stdout: it is closed/;

describe('a stdout that is closed', () => {
  it.each([
    ['verify', 'verify --zone zone.json signed.eml'],
    ['verify --json', 'verify --zone zone.json --json signed.eml'],
    ['verify --auth-results', 'verify --zone zone.json --auth-results mx.example.org signed.eml'],
    ['sign', 'sign -k ed25519 signed.eml'],
    ['spf-check', 'spf-check --zone zone.json --ip 192.0.2.1 --helo a.example --from a@b.example'],
    ['spf-check --annotate', 'spf-check --zone zone.json --annotate signed.eml'],
    ['keygen', 'keygen example.com -s new --type ed25519'],
    ['--help', '--help'],
  ])('is a status of %s', async (_, command) => {
    const script = `"$0" '${DKTOOL}' ${command} >&-; echo $?`;
    const { stdout, stderr } = await runProgram('sh', ['-c', script, process.execPath], { cwd: signedFolder() });
    expect(stdout).toBe('111\n');
    expect(stderr).toMatch(CLOSED);
  });

  it('is none where nothing is to be written, nor is /dev/null', async () => {
    const run = `"$0" '${DKTOOL}' verify --now ${NOW} --zone zone.json`;
    const script = `${run} -q signed.eml >&-; echo $?; ${run} signed.eml >/dev/null; echo $?`;
    const { stdout, stderr } = await runProgram('sh', ['-c', script, process.execPath], { cwd: signedFolder() });
    expect({ stdout, stderr }).toEqual({ stdout: '0\n0\n', stderr: '' });
  });

  it.each([
    ['verify', ['verify', '--now', String(NOW), '--zone', 'zone.json', 'signed.eml'], 0],
    ['sign, whose message would be lost', ['sign', '-k', 'ed25519', 'signed.eml'], 111],
  ])('is told from what another program ignores: %s', async (_, args, expected) => {
    const child = spawn(process.execPath, [DKTOOL, ...args], { cwd: signedFolder(), env: CLEAN_ENV, stdio: 'ignore' });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(expected);
  });
});

describe('the program', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };

  it('says its version', async () => {
    for (const flag of ['--version', '-V']) {
      expect(await runDktool([flag])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
    }
  });

  it('says what it can do: on request on stdout, without a command on stderr', async () => {
    const help = await runDktool(['--help']);
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(help.stdout).toMatch(
      /^Usage: dktool [^]*^ {2}sign [^]*^ {2}verify [^]*^All \d+ commands: dktool --help --all/m,
    );
    expect(await runDktool(['help', 'sign'])).toEqual(await runDktool(['sign', '-h']));
    expect(await runDktool([])).toMatchObject({ status: 100, stdout: '', stderr: help.stdout });
  });
});
