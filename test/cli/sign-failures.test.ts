/** What sign cannot do ends at once with a sentence and the right status, nothing on stdout, never a stack trace. */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLEAN_ENV, DKTOOL } from '../support/bin.ts';
import { PLAIN } from '../support/hand-signer.ts';
import { runInMemory } from '../support/context.ts';
import { mailFolder, sign } from '../support/mail-folder.ts';
import { keyPath } from '../support/vectors.ts';

/** A folder with everything that is not a key. */
function oddKeys(): string {
  const cwd = mailFolder({
    empty: '',
    text: 'Hello\n',
    'public.pem':
      '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n',
    large: 'x'.repeat(70_000),
  });
  writeFileSync(join(cwd, 'cut'), readFileSync(join(cwd, 'rsa2048'), 'latin1').slice(0, 800), { mode: 0o600 });
  mkdirSync(join(cwd, 'folder'));
  symlinkSync('loop', join(cwd, 'loop'));
  symlinkSync('nowhere', join(cwd, 'dangling'));
  execFileSync('mkfifo', [join(cwd, 'fifo')]);
  return cwd;
}

describe('a key that cannot be used is a temporary error', () => {
  it.each([
    ['missing', 'key file missing does not exist'],
    ['text/key', 'key file text/key does not exist: a part of its path is not a directory'],
    ['folder', 'key file folder is a directory, not a regular file'],
    ['fifo', 'key file fifo is a pipe, not a regular file'],
    ['/dev/null', 'key file /dev/null is a device, not a regular file'],
    ['/dev/zero', 'key file /dev/zero is a device, not a regular file'],
    ['loop', 'key file loop cannot be read: its symbolic links form a loop'],
    ['dangling', 'key file dangling is a symbolic link to nothing'],
    ['large', 'key file large is too large: at most 65536 octets are read, it has 70000 or more'],
    ['empty', 'key file empty is empty'],
    ['text', 'key file text '],
    ['public.pem', 'key file public.pem contains a public key, not a private key'],
    ['cut', "key file cut is truncated: the line '-----END PRIVATE KEY-----' is missing; "],
    ['rsa768', 'key file rsa768 contains an RSA key of 768 bits, fewer than 1024'],
  ])('%s', async (key, sentence) => {
    const cwd = oddKeys();
    const { status, stdout, stderr } = await sign(['-k', key], { cwd, input: PLAIN });
    expect({ status, stdout }).toEqual({ status: 111, stdout: '' });
    expect(stderr).toMatch(/^dktool: .+\n(?:dktool: hint: .+\n)?$/);
    expect(stderr.slice(0, sentence.length + 8)).toBe(`dktool: ${sentence}`);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('tells nothing of what stands in it', async () => {
    const cwd = oddKeys();
    const secret = readFileSync(join(cwd, 'rsa2048'), 'latin1').split('\n')[3]!;
    const { stderr } = await sign(['-k', 'cut'], { cwd, input: PLAIN });
    expect(stderr).not.toContain(secret.slice(0, 8));
  });

  it('is found before the end of the message is there', async () => {
    const child = spawn(process.execPath, [DKTOOL, 'sign', '-k', 'missing'], {
      cwd: mailFolder(),
      env: CLEAN_ENV,
    });
    child.stdin.write(PLAIN); // and no end
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect(status).toBe(111);
  });

  it('also where another key would do', async () => {
    const { status, stdout } = await sign(['-k', 'ed25519', '-k', 'missing'], { cwd: mailFolder(), input: PLAIN });
    expect({ status, stdout }).toEqual({ status: 111, stdout: '' });
  });
});

describe('a message that cannot be signed is a permanent error', () => {
  it.each([
    ['nothing', '', 'the input is empty: there is nothing to sign'],
    ['no header block', '\n\nHello\n', 'the message has no From field'],
    ['no From', 'To: a@example.com\n\n', 'the message has no From field'],
    ['two From', `From: a@example.com\n${PLAIN}`, 'the message has 2 From fields; there must be exactly one'],
    ['a From without an address', 'From: Ann\n\n', 'the From field cannot be read: an address has no @'],
    ['a From of tricks', 'From: a@\u001b[2J\n\n', 'the From field cannot be read: a domain literal is not closed'],
    ['text', 'Hello\n', 'the input is not a message: line 1 of its header block is not a header field'],
    [
      'a broken line',
      'From: a@example.com\nnonsense\n\n',
      'the input is not a message: line 2 of its header block is not a header field',
    ],
    ['NUL octets', Buffer.alloc(5000), 'the input is not a message: line 1 of its header block is not a header field'],
    [
      'a JPEG',
      Buffer.from('ffd8ffe000104a46494600010a0a', 'hex'),
      'the input is not a message: line 1 of its header block is not a header field',
    ],
  ])('%s', async (_, input, sentence) => {
    const { status, stdout, stderr } = await sign(['-k', 'ed25519'], { cwd: mailFolder(), input });
    expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
    expect(stderr.split('\n')[0]).toBe(`dktool: ${sentence}`);
    expect(stderr).toMatch(/^dktool: .+\n(?:dktool: hint: .+\n)?$/);
  });

  it('1 MB of random octets', async () => {
    const { status, stdout, stderr } = await sign(['-k', 'ed25519'], {
      cwd: mailFolder(),
      input: randomBytes(1_000_000),
    });
    expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
    expect(stderr).toMatch(/^dktool: .+\n(?:dktool: hint: .+\n)?$/);
  });

  it.each([
    ['missing.eml', 'cannot open missing.eml: there is no such file'],
    ['folder', 'folder is a directory, not a message'],
  ])('a file that is none: %s', async (file, sentence) => {
    const { status, stdout, stderr } = await sign(['-k', 'ed25519', file], { cwd: oddKeys() });
    expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
    expect(stderr.split('\n')[0]).toBe(`dktool: ${sentence}`);
  });
});

describe('a command line that is wrong is a permanent error', () => {
  it.each<[readonly string[], string, string?]>([
    [['sign'], 'no key is given: -k FILE is needed', 'make one, for example: dktool keygen example.com -s 2026a'],
    [['sign', '-k', 'a', '-s', 'x', '-s', 'y'], '1 key and 2 selectors do not match'],
    [['sign', '-k', 'a', '-k', 'b', '-s', 'x'], '2 keys and 1 selector do not match'],
    [['sign', '-k', '-', '-s', 'x'], 'stdin cannot be both the key and the message'],
    [['sign', '-k', '/dev/stdin', '-s', 'x', '-'], 'stdin cannot be both the key and the message'],
    [['check', 'example.com', '-k', 'a', '-k', 'b', '-s', 'x'], '2 keys and 1 selector do not match'],
    [['sign', '-k', 'ed25519', '-s', 'a b'], "--selector 'a b'"],
    [['sign', '-k', 'ed25519', '-d', 'a/b'], "--domain 'a/b'"],
    [['sign', '-k', 'ed25519', '-c', 'nofws'], "--canonicalization 'nofws'"],
    [['sign', '-k', 'ed25519', '-c', 'relaxed/simple/x'], "--canonicalization 'relaxed/simple/x'"],
    [['sign', '-k', 'ed25519', '--expire', 'soon'], "--expire 'soon'"],
    [['sign', '-k', 'ed25519', '--timestamp', '-1'], "--timestamp '-1'"],
    [['sign', '-k', 'ed25519', '--headers', 'To'], "--headers 'To'"],
    [['sign', '-k', 'ed25519', '--headers', 'From,a;b'], "--headers 'From,a;b'"],
    [
      ['sign', '-q', '-k', 'ed25519', '-i', 'ann@example.org'],
      "the identity 'ann@example.org' (i=) is not an address within example.com",
    ],
    [['sign', '-q', '-k', 'ed25519', '-d', 'com'], "'com' cannot be a signing domain (d=)"],
    [['sign', '-k', 'ed25519', '--copied-heders'], 'unknown option --copied-heders', 'did you mean --copied-headers?'],
    [['sign', '-k', 'ed25519', 'a', 'b'], 'sign takes one argument; 2 were given'],
    [['sign', '-k'], '--key needs a value: <file>'],
    [['verify', '--jsn'], 'unknown option --jsn', 'did you mean --json?'],
    [['verify', '--now', 'today'], "--now 'today'"],
    [['verify', '--color', 'sometimes'], "--color 'sometimes'"],
    [['sing', '-k', 'ed25519'], 'unknown command sing', 'did you mean sign?'],
    [['--bogus'], 'unknown option --bogus'],
  ])('%j', async (args, sentence, hint) => {
    const path = args.map((arg) => (arg === 'ed25519' ? keyPath(arg) : arg));
    const { status, stdout, stderr } = await runInMemory(path, PLAIN);
    expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
    expect(stderr.slice(0, sentence.length + 8)).toBe(`dktool: ${sentence}`);
    expect(stderr).toMatch(/^dktool: .+\n(?:dktool: hint: .+\n)?$/);
    if (hint !== undefined) expect(stderr.toLowerCase()).toContain(`dktool: hint: ${hint}`.toLowerCase());
  });

  it('in sysexits too', async () => {
    const options = { cwd: mailFolder(), input: PLAIN };
    expect((await sign(['-k', 'missing', '--exit-style', 'sysexits'], options)).status).toBe(75);
    expect((await sign(['--exit-style=sysexits', '--bogus'], options)).status).toBe(64);
    const nobody = { ...options, input: 'Subject: from nobody\n\nx\n' };
    expect((await sign(['-k', 'ed25519', '--exit-style', 'sysexits'], nobody)).status).toBe(65);
    expect((await sign(['-k', 'ed25519'], nobody)).status).toBe(100);
    const env = { DKTOOL_EXIT_STYLE: 'sysexists' };
    const { status, stderr } = await sign(['-k', 'ed25519'], { ...options, env });
    expect({ status, stderr }).toEqual({
      status: 100,
      stderr: "dktool: DKTOOL_EXIT_STYLE is 'sysexists', neither qmail nor sysexits\n",
    });
  });
});

describe('failed runs', () => {
  it('leave no file behind', async () => {
    const cwd = mailFolder();
    const before = readdirSync(cwd);
    await sign(['-k', 'missing'], { cwd, input: PLAIN });
    await sign(['-k', 'rsa768', '-o', 'out'], { cwd, input: PLAIN });
    await sign(['-k', 'ed25519', '-o', 'out'], { cwd, input: 'x' });
    expect(readdirSync(cwd)).toEqual(before);
  });
});
