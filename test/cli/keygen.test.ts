import { createPublicKey } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Run, runDktool, runProgram, temporaryFolder } from '../support/bin.ts';
import { RFC6376_RSA, RFC6376_RSA_PUBLIC, RFC8463_PUBLIC, RFC8463_SEED } from '../support/keys.ts';
import { needProgram } from '../support/peers.ts';

const RSA_1024 = `-----BEGIN RSA PRIVATE KEY-----\n${RFC6376_RSA.replace(/.{64}/g, '$&\n')}\n-----END RSA PRIVATE KEY-----\n`;

const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);

/** The text of the one TXT record in a BIND line. */
function textOf(line: string): string {
  return [...line.matchAll(/"([^"]*)"/g)].map(([, string]) => string).join('');
}

function publicKeyOf(path: string): string {
  return createPublicKey(readFileSync(path)).export({ type: 'spki', format: 'der' }).toString('base64');
}

describe('keygen', () => {
  it('makes a private key that only its owner can read, and prints its record and nothing else', async () => {
    const cwd = temporaryFolder();
    const { status, stdout, stderr } = await runDktool(['keygen', 'example.com', '-s', '2026a'], { cwd });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(readdirSync(cwd)).toEqual(['2026a']);
    expect(modeOf(join(cwd, '2026a'))).toBe('600');
    expect(readFileSync(join(cwd, '2026a'), 'latin1')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(stdout).toMatch(/^2026a\._domainkey\.example\.com\. IN TXT "[^"]{255}" "[^"]{1,255}"\n$/);
    expect(textOf(stdout)).toBe(`v=DKIM1; k=rsa; p=${publicKeyOf(join(cwd, '2026a'))}`);
  });

  it('makes an Ed25519 key, its p= the 32 octets of RFC 8463', async () => {
    const cwd = temporaryFolder();
    const { stdout } = await runDktool(['keygen', '-s', 'ed', '--type', 'ed25519', '-o', 'ed.pem'], { cwd });
    expect(stdout).toMatch(/^ed\._domainkey IN TXT "v=DKIM1; k=ed25519; p=[A-Za-z0-9+/]{43}="\n$/);
    const spki = Buffer.from(publicKeyOf(join(cwd, 'ed.pem')), 'base64');
    expect(textOf(stdout)).toContain(`p=${spki.subarray(12).toString('base64')}`);
  });

  it('makes both with --dual', async () => {
    const cwd = temporaryFolder();
    const { status, stdout } = await runDktool(['keygen', 'example.com', '-s', 'k', '--dual'], { cwd });
    expect(status).toBe(0);
    expect(stdout.split('\n').map((line) => line.slice(0, 44))).toEqual([
      expect.stringMatching(/^k\._domainkey\.example\.com\. IN TXT "v=DKIM1/),
      expect.stringMatching(/^k-ed25519\._domainkey\.example\.com\. IN TXT/),
      '',
    ]);
    expect(readdirSync(cwd).sort()).toEqual(['k', 'k-ed25519']);
  });

  it('takes two selectors and two files for --dual, or a folder', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'keys'));
    const names = ['-s', 'one', '-s', 'two'];
    expect((await runDktool(['keygen', '--dual', ...names, '-o', 'a', '-o', 'b'], { cwd })).status).toBe(0);
    expect((await runDktool(['keygen', '--dual', ...names, '-o', 'keys'], { cwd })).status).toBe(0);
    expect(readdirSync(cwd).sort()).toEqual(['a', 'b', 'keys']);
    expect(readdirSync(join(cwd, 'keys')).sort()).toEqual(['one', 'two']);
  });

  it('names the selector after the file where none is given', async () => {
    const { stdout } = await runDktool(['keygen', 'example.com', '-o', '2026b.pem', '--type', 'ed25519'], {
      cwd: temporaryFolder(),
    });
    expect(stdout).toMatch(/^2026b\._domainkey\.example\.com\. /);
  });

  it('publishes under A-labels', async () => {
    const { stdout } = await runDktool(['keygen', 'Bücher.example.', '-s', 'x', '--type', 'ed25519'], {
      cwd: temporaryFolder(),
    });
    expect(stdout).toMatch(/^x\._domainkey\.xn--bcher-kva\.example\. IN TXT /);
  });

  it('writes the private key to stdout with -o -, and the record to stderr', async () => {
    const cwd = temporaryFolder();
    const { status, stdout, stderr } = await runDktool(['keygen', '-s', 'x', '--type', 'ed25519', '-o', '-'], { cwd });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^-----BEGIN PRIVATE KEY-----\n[^-]*\n-----END PRIVATE KEY-----\n$/);
    expect(stderr).toMatch(/^x\._domainkey IN TXT "v=DKIM1; k=ed25519; p=[^"]*"\n$/);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('warns of RSA keys below 2048 bits and refuses them below 1024', async () => {
    const cwd = temporaryFolder();
    const weak = await runDktool(['keygen', '-s', 'weak', '--bits', '1024'], { cwd });
    expect(weak).toMatchObject({
      status: 0,
      stderr:
        'dktool: warning: the RSA key has 1024 bits: signers should use 2048 bits or more (RFC 8301 section 3.2)\n',
    });
    const weaker = await runDktool(['keygen', '-s', 'weaker', '--bits', '768'], { cwd });
    expect(weaker).toEqual({
      status: 100,
      stdout: '',
      stderr:
        'dktool: an RSA key of 768 bits is too weak: verifiers refuse it (RFC 8301 section 3.2)\n' +
        'dktool: hint: use 2048, or --force-weak for a test\n',
    });
    expect((await runDktool(['keygen', '-s', 'forced', '--bits', '768', '--force-weak', '-q'], { cwd })).stderr).toBe(
      '',
    );
    expect(readdirSync(cwd).sort()).toEqual(['forced', 'weak']);
  });

  it('tells the next steps with -v', async () => {
    const cwd = temporaryFolder();
    const { stderr } = await runDktool(['keygen', 'example.com', '-s', 'x', '--type', 'ed25519', '-v'], { cwd });
    expect(stderr).toBe(
      'dktool: wrote x: Ed25519 key, readable by its owner only\n' +
        'dktool: next: publish the record on stdout in the zone of example.com\n' +
        'dktool: then: dktool sign -d example.com -s x -k x < message > signed\n',
    );
  });

  it('gives the key to a group', async () => {
    const cwd = temporaryFolder();
    const gid = String(process.getgid!());
    const { status } = await runDktool(['keygen', '-s', 'x', '--type', 'ed25519', '--group', gid], {
      cwd,
    });
    expect(status).toBe(0);
    expect(modeOf(join(cwd, 'x'))).toBe('640');
    expect(statSync(join(cwd, 'x')).gid).toBe(Number(gid));
  });
});

describe('keygen with something in the way', () => {
  const REGULAR = [
    'already exists and is not overwritten',
    'choose another name with -o, or use --force, which keeps the old file under another name',
  ];
  const IRREGULAR = [
    'is a symbolic link, and only a regular file is replaced with a key',
    'choose another name with -o',
  ];

  it.each([
    ['a file', (path: string) => writeFileSync(path, 'mine'), REGULAR],
    ['a link to a file', (path: string) => symlinkSync('/dev/null', path), IRREGULAR],
    ['a link to nothing', (path: string) => symlinkSync('nothing', path), IRREGULAR],
  ])('leaves %s as it is', async (_, put, [problem, hint]) => {
    const cwd = temporaryFolder();
    put(join(cwd, 'x'));
    const { status, stdout, stderr } = await runDktool(['keygen', '-s', 'x'], { cwd });
    expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
    expect(stderr).toBe(`dktool: x ${problem}\ndktool: hint: ${hint}\n`);
    expect(readdirSync(cwd)).toEqual(['x']);
  });

  it('keeps the old file beside the new one with --force, every time', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'x'), 'first', { mode: 0o640 });
    const force = ['keygen', '-s', 'x', '--type', 'ed25519', '--force'];
    const { status, stderr } = await runDktool(force, { cwd });
    expect(status).toBe(0);
    expect(stderr).toBe(
      'dktool: the old x is kept as x.old\n' +
        'dktool: warning: the old x was readable by its group, the new one is not (see --group)\n',
    );
    const second = readFileSync(join(cwd, 'x'), 'latin1');
    expect((await runDktool([...force, '-q'], { cwd })).stderr).toBe('');
    expect(readdirSync(cwd).sort()).toEqual(['x', 'x.old', 'x.old.2']);
    expect(readFileSync(join(cwd, 'x.old'), 'latin1')).toBe('first');
    expect(readFileSync(join(cwd, 'x.old.2'), 'latin1')).toBe(second);
  });

  it('makes neither of two keys where one file is in the way', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'x-ed25519'), 'mine');
    const { status, stdout } = await runDktool(['keygen', '-s', 'x', '--dual'], { cwd });
    expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
    expect(readdirSync(cwd)).toEqual(['x-ed25519']);
  });

  it('leaves no key where the record cannot be written', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'x'), 'mine');
    const full = openSync('/dev/full', 'w');
    const args = ['keygen', '--type', 'ed25519', '-q'];
    const fresh = await runDktool([...args, '-s', 'y'], { cwd, stdout: full });
    const forced = await runDktool([...args, '-s', 'x', '--force'], { cwd, stdout: full });
    closeSync(full);
    for (const { status, stderr } of [fresh, forced]) {
      expect(status).toBe(111);
      expect(stderr).toBe('dktool: cannot write stdout: the disk is full; the new key has been removed\n');
    }
    expect(readdirSync(cwd)).toEqual(['x']);
    expect(readFileSync(join(cwd, 'x'), 'latin1')).toBe('mine');
  });

  it.each([
    [['-s', 'x', '-o', 'gone/x'], 111, 'directory gone does not exist', 'mkdir -p gone'],
    [['-s', 'x', '-o', 'file/x'], 111, 'directory file is not a directory', undefined],
    [['-s', 'x', '-o', 'n'.repeat(300)], 100, `the name ${'n'.repeat(300)} is too long`, undefined],
  ])('%j: status %i', async (args, status, reason, hint) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'file'), '');
    const run = await runDktool(['keygen', '--type', 'ed25519', ...args], { cwd });
    const stderr = `dktool: ${reason}\n${hint === undefined ? '' : `dktool: hint: ${hint}\n`}`;
    expect(run).toEqual({ status, stdout: '', stderr });
    expect(readdirSync(cwd)).toEqual(['file']);
  });
});

describe('keygen with a wrong command line', () => {
  it.each([
    [[], 'a selector is needed'],
    [['-o', '-'], 'a selector is needed'],
    [['-o', '.pem'], "'' is not a selector"],
    [['-s', '../x'], "--selector '../x': it must be a selector: letters, digits, hyphens and dots"],
    [['a/b', '-s', 'x'], "domain 'a/b': it must be a domain name"],
    [['a.example', '-d', 'b.example', '-s', 'x'], 'two different domains are given, a.example and b.example'],
    [['-s', 'x', '-s', 'y'], '2 selectors are given for one key'],
    [['-s', 'x', '-o', 'a', '-o', 'b'], '-o is given 2 times for one key'],
    [['-s', 'x', '--dual', '-o', '-'], 'two keys cannot both go to stdout'],
    [['-s', 'x', '--dual', '--type', 'rsa'], '--dual and --type cannot be used together'],
    [['-s', 'x', '--type', 'dsa'], "--type 'dsa': it must be rsa or ed25519"],
    [['-s', 'x', '--bits', '2k'], '--bits 2k is not between 1024 and 8192'],
    [['-s', 'x', '--bits', '9000'], '--bits 9000 is not between 1024 and 8192'],
    [['-s', 'x', '--bits', '2048', '--type', 'ed25519'], '--bits is for RSA: Ed25519 keys have one size'],
    [['-s', 'x', '--format', 'spki'], '--format spki would lose the private key'],
    [['-s', 'x', '--format', 'seed'], 'the format seed is for Ed25519 keys only; this key is RSA'],
    [['-s', 'x', '--group', 'no such group'], "there is no group 'no such group' in /etc/group"],
    [
      ['-s', `${'a'.repeat(63)}.`.repeat(3) + 'a'.repeat(60)],
      `the name ${`${'a'.repeat(63)}.`.repeat(3)}${'a'.repeat(60)}._domainkey is too long for DNS`,
    ],
  ])('%j', async (args, reason) => {
    const cwd = temporaryFolder();
    const { status, stdout, stderr } = await runDktool(['keygen', ...args], { cwd });
    expect({ status, stdout, first: stderr.split('\n')[0] }).toEqual({
      status: 100,
      stdout: '',
      first: `dktool: ${reason}`,
    });
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe('keygen --convert', () => {
  it.each([
    ['seed', `${RFC8463_SEED}\n`],
    [
      'rspamd',
      `${Buffer.concat([Buffer.from(RFC8463_SEED, 'base64'), Buffer.from(RFC8463_PUBLIC, 'base64')]).toString('base64')}\n`,
    ],
    [
      'pkcs8',
      '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n',
    ],
    [
      'spki',
      '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n',
    ],
  ])('writes an Ed25519 key as %s', async (format, expected) => {
    const args = ['keygen', '--convert', '-', '--format', format, '-s', 'x', '-o', '-'];
    const { status, stdout, stderr } = await runDktool(args, { input: `${RFC8463_SEED}\n` });
    expect({ status, stdout }).toEqual({ status: 0, stdout: expected });
    expect(stderr).toBe(`x._domainkey IN TXT "v=DKIM1; k=ed25519; p=${RFC8463_PUBLIC}"\n`);
  });

  it.each(['pkcs8', 'pkcs1', 'pkcs8-der', 'pkcs1-der'])(
    'an RSA key written as %s is the same when it is read again',
    async (format) => {
      const cwd = temporaryFolder();
      writeFileSync(join(cwd, 'old'), RSA_1024);
      const there = await runDktool(['keygen', '--convert', 'old', '--format', format, '-o', 'new', '-q'], { cwd });
      const back = await runDktool(['keygen', '--convert', 'new', '--format', 'pkcs1', '-s', 'x', '-o', '-', '-q'], {
        cwd,
      });
      expect([there.status, back.status]).toEqual([0, 0]);
      expect(back.stdout).toBe(RSA_1024);
      expect(textOf(there.stdout)).toBe(`v=DKIM1; k=rsa; p=${RFC6376_RSA_PUBLIC}`);
    },
  );

  it.each(['pkcs8', 'pkcs1', 'pkcs8-der'])('encrypts as %s and opens it again', async (format) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'old'), RSA_1024);
    writeFileSync(join(cwd, 'word'), 'open sesame\r\n');
    const word = ['--passphrase-file', 'word', '-q'];
    const shut = await runDktool(
      ['keygen', '--convert', 'old', '--format', format, '--encrypt', '-o', 'shut', ...word],
      { cwd },
    );
    expect(shut.status).toBe(0);
    const open = await runDktool(['keygen', '--convert', 'shut', '--format', 'pkcs1', '-s', 'x', '-o', '-', ...word], {
      cwd,
    });
    expect(open.stdout).toBe(RSA_1024);
    const closed = await runDktool(['keygen', '--convert', 'shut', '-s', 'x', '-o', '-'], { cwd });
    expect(closed).toEqual({
      status: 111,
      stdout: '',
      stderr:
        'dktool: key file shut is encrypted and no passphrase was given\n' +
        'dktool: hint: give one with --passphrase-file, or store the key without one: dktool keygen --convert shut -o shut.plain\n',
    });
  });

  it('has no passphrase to encrypt with', async () => {
    const cwd = temporaryFolder();
    const run = await runDktool(['keygen', '-s', 'x', '--type', 'ed25519', '--encrypt'], { cwd });
    expect(run).toMatchObject({ status: 100, stdout: '' });
    expect(readdirSync(cwd)).toEqual([]);
  });
});

/** `script` (bsdutils) gives the command a terminal, and types what comes on its stdin. */
async function atTerminal(skip: (reason: string) => never, cwd: string, command: string, typed: string): Promise<Run> {
  const script = needProgram('script', 'bsdutils', skip);
  const line = `${process.execPath} ${fileURLToPath(new URL('../../bin/dktool.js', import.meta.url))} ${command}`;
  return runProgram(script, ['-qec', line, '/dev/null'], { cwd, input: typed });
}

describe('a passphrase asked for at the terminal', () => {
  it('opens a key, and is not shown', async ({ skip }) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'word'), 'open sesame\n');
    const options = ['--type', 'ed25519', '--encrypt', '--passphrase-file', 'word', '-o', 'shut'];
    expect((await runDktool(['keygen', ...options], { cwd })).status).toBe(0);
    const { status, stdout } = await atTerminal(skip, cwd, 'keygen --convert shut -o open -q', 'open sex\x7fsame\n');
    expect(status).toBe(0);
    expect(stdout).toContain('Passphrase of the key: \r\n');
    expect(readFileSync(join(cwd, 'open'), 'latin1')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  });
});
