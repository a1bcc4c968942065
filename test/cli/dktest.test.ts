/** dktest as scripts know it: exact lines, exact statuses. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DK_STATUSES } from '../../src/lib/domainkeys/status.ts';
import { runBin, runProgram, temporaryFolder } from '../support/bin.ts';
import { DK_NAME, DK_PEM, DK_RECORD } from '../support/domainkeys.ts';
import { RFC8463_SEED } from '../support/keys.ts';

const MESSAGE = 'Received: one\nReceived: two\nFrom: Joe <joe@Example.com>\nSubject:  x\n y\n\nhi  there \n\n';
const COMMENT = 'Comment: DomainKeys? See http://domainkeys.sourceforge.net/\n';
const USAGE = 'dktest: [-f] [-b#] [-c nofws|simple] [-v|-s selector] [-h] [-t#] [-r] [-T]\n';

/** Of the test that runs. */
let cwd: string;

function setUp(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'default'), DK_PEM, { mode: 0o600 });
  writeFileSync(join(folder, 'ed25519'), RFC8463_SEED, { mode: 0o600 });
  writeFileSync(join(folder, 'rubbish'), 'no key\n', { mode: 0o600 });
  return folder;
}

function zone(folder: string, records: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const path = join(folder, 'zone.json');
  writeFileSync(path, JSON.stringify(records));
  return { DKTOOL_ZONE: path };
}

const keyZone = (folder: string, text = DK_RECORD) => zone(folder, { [DK_NAME]: { TXT: [text] } });

const sign = (args: readonly string[], input = MESSAGE) => runBin('dktest', args, { cwd, input });

describe('dktest -s', () => {
  it('prints the lines that libdomainkeys printed, in LF whatever the message has', async () => {
    cwd = setUp();
    const { status, stdout, stderr } = await sign(['-s', 'default', '-c', 'nofws', '-h']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [, signature] = /^ {2}b=([A-Za-z0-9+/=]{172});$/m.exec(stdout)!;
    expect(stdout).toBe(
      `${COMMENT}DomainKey-Signature: a=rsa-sha1; q=dns; c=nofws;\n  s=default; d=Example.com;\n` +
        `  b=${signature};\n  h=Received:Received:From:Subject;\n`,
    );
    expect(await sign(['-sdefault', '-hcnofws'], MESSAGE.replaceAll('\n', '\r\n'))).toMatchObject({ stdout });
  });

  it('-r leaves out what is there twice; without -h and -r there is no h=', async () => {
    cwd = setUp();
    expect((await sign(['-s', 'default', '-r'])).stdout).toMatch(/^ {2}h=From:Subject;$/m);
    const plain = (await sign(['-s', 'default'])).stdout;
    expect(plain).not.toContain('h=');
    expect(plain).toContain('c=simple;');
  });

  it.each([
    ['user@[192.0.2.1]', '', 1, ''],
    ['a@example.com', 'no colon here\n', 1, ''],
    ['a@example.com', '', 0, 'example.com\n'],
    ['"a@b.example"@example.com', '', 0, 'example.com\n'],
  ])('HISTORY: From %s with %j on top is status %i', async (from, above, status, domain) => {
    cwd = setUp();
    const input = `${above}From: ${from}\nSubject: x\n\nhi\n`;
    const { stdout, stderr } = await sign(['-s', 'default', '-t7'], input);
    expect(stdout).toBe(domain);
    expect((await sign(['-s', 'default'], input)).status).toBe(status);
    expect(stderr).toMatch(status === 0 ? /^$/ : /^dktest: DK_STAT_SYNTAX: /);
    const mbox = await sign(['-s', 'default'], `From ada@example.com Thu Jan  1 00:00:00 1970\n${input}`);
    expect(mbox.status).toBe(status);
  });

  it.each([
    [['-s', 'nowhere/default'], "can't open private key file nowhere/default"],
    [['-s', 'rubbish'], 'DK_STAT_BADKEY: Unusable key, public if verifying, private if signing.'],
    [['-s', 'ed25519'], 'DK_STAT_NORESOURCE: Could not get critical resource (temporary failure)'],
    [['-s', 'default', '-c', 'relaxed'], 'unrecognized canonicalization.'],
  ])('%j: status 1 and "%s"', async (args, text) => {
    cwd = setUp();
    expect(await sign(args)).toEqual({ status: 1, stdout: '', stderr: `dktest: ${text}\n` });
  });

  it.each([
    ['no From', 'Subject: x\n\n'],
    ['two From', 'From: a@b.example\nFrom: a@b.example\n\n'],
    ['nothing at all', ''],
    ['a signature that is there', 'DomainKey-Signature: a=rsa-sha1;\nFrom: a@b.example\n\n'],
  ])('%s is not a message to sign', async (_, input) => {
    cwd = setUp();
    const { status, stdout, stderr } = await sign(['-f', '-s', 'default'], input);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(
      'dktest: domainkeys.c(1226):DK_STAT_SYNTAX: Message is not valid syntax. Signature could not be created/checked\n',
    );
  });
});

const verify = async (input: string, env: Readonly<Record<string, string>>, ...args: string[]) =>
  runBin('dktest', ['-v', ...args], { input, env });
const outcome = (status: number, word: string, code = '') => {
  const text = DK_STATUSES.find((known) => known.code === code)?.text;
  return {
    status,
    stdout: `${COMMENT}DomainKey-Status: ${word}\n`,
    stderr: code === '' ? '' : `dktest: DK_STAT_${code}: ${text}\n`,
  };
};

describe('dktest -v', () => {
  it('says each word of libdomainkeys with its text', async () => {
    cwd = setUp();
    const signed = (await sign(['-s', 'default'])).stdout + MESSAGE;
    const env = keyZone(cwd);
    expect(await verify(signed, env)).toEqual(outcome(0, 'good'));
    expect(await verify(signed.replace('\nhi', '\nho'), env)).toEqual(outcome(1, 'bad', 'BADSIG'));
    expect(await verify(MESSAGE, env)).toEqual(outcome(1, 'no signature', 'NOSIG'));
    expect(await verify(signed.replace('s=default;', ''), env)).toEqual(outcome(1, 'no signature', 'NOSIG'));
    expect(await verify(signed.replace('c=simple', 'c=x'), env)).toEqual(outcome(1, 'bad format', 'SYNTAX'));
    expect(await verify('', env)).toEqual(outcome(1, 'bad format', 'SYNTAX'));
    expect(await verify(signed, keyZone(cwd, 'p='))).toEqual(outcome(1, 'revoked', 'REVOKED'));
    expect(await verify(signed, keyZone(cwd, 'k=rsa'))).toEqual(outcome(1, 'no key', 'NOKEY'));
    expect(await verify(signed, keyZone(cwd, 'p=AAAA'))).toEqual(outcome(1, 'bad key', 'BADKEY'));
    expect(await verify(signed, keyZone(cwd, `g=x; ${DK_RECORD}`))).toEqual(
      outcome(1, 'bad sender (g=)', 'GRANULARITY'),
    );
    const dead = zone(cwd, { [DK_NAME]: { TXT: 'SERVFAIL' } });
    expect(await verify(signed, dead)).toEqual(outcome(1, 'no key', 'CANTVRFY'));
  });

  it('-t shows what it is asked for', async () => {
    cwd = setUp();
    const signed = (await sign(['-s', 'default'])).stdout + MESSAGE;
    const env = keyZone(cwd, `t=y; g=joe; ${DK_RECORD}`);
    expect((await verify(signed, env, '-t6')).stdout).toBe('flags: +tg\n');
    expect((await verify(MESSAGE, zone(cwd, { '_domainkey.example.com': { TXT: ['o=-'] } }), '-t', '6')).stdout).toBe(
      'flags: +s\n',
    );
    expect((await verify(MESSAGE, env, '-t', '7')).stdout).toBe('Example.com\n');
    expect((await verify(MESSAGE, env, '-t', '9')).stdout).toBe('Received:Received:From:Subject\n');
    expect((await verify(MESSAGE, env, '-t', '11')).stdout).toBe('Fjoe@Example.com\n');
    expect((await verify('', env, '-t', '11')).stdout).toBe('N\n');
    expect(await verify('', env, '-t', '109')).toEqual({
      status: 0,
      stdout: 'DK_STAT_REVOKED: Key has been revoked.\n',
      stderr: '',
    });
  });

  it.each([
    [[], ''],
    [['-v', '-s', 'default'], ''],
    [['-x'], "dktest: invalid option -- 'x'\n"],
    [['-v', '-b'], "dktest: option requires an argument -- 'b'\n"],
  ])('%j is a usage error', async (args, complaint) => {
    expect(await runBin('dktest', args)).toEqual({ status: 1, stdout: '', stderr: complaint + USAGE });
  });

  it('a setting in the environment that cannot be read is reported', async () => {
    const { status, stderr } = await verify(MESSAGE, { DKTOOL_NOW: 'yesterday' });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: "dktest: DKTOOL_NOW is 'yesterday', which is not a number of seconds\n",
    });
  });
});

/** `(dktest -s key <m; cat m) | dktest -v`, as every wrapper has it. */
describe('the old pipe', () => {
  it.for([
    ['1024', 'lf'],
    ['1024', 'crlf'],
    ['3072', 'lf'],
    ['3072', 'crlf'],
  ])('signs and verifies with %s bits and %s line ends', async ([bits, lineEnd]) => {
    const folder = temporaryFolder();
    const made = await runBin('dknewkey', ['-d', 'example.com', 'default', bits!], { cwd: folder });
    writeFileSync(join(folder, 'zone'), made.stdout);
    writeFileSync(join(folder, 'm'), lineEnd === 'crlf' ? MESSAGE.replaceAll('\n', '\r\n') : MESSAGE);
    const dktest = `'${process.execPath}' '${join(import.meta.dirname, '../../bin/dktest.js')}'`;
    for (const options of ['-c simple', '-c nofws -h', '-r']) {
      const pipe = `(${dktest} -s default ${options} <m; cat m) | DKTOOL_ZONE=zone ${dktest} -v`;
      expect(await runProgram('sh', ['-c', pipe], { cwd: folder })).toEqual({
        status: 0,
        stdout: `${COMMENT}DomainKey-Status: good\n`,
        stderr: '',
      });
    }
    expect(readFileSync(join(folder, 'default'), 'latin1')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  });
});
