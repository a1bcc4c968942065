/** dknewkey as scripts know it, and loud where it used to be silent. */
import { openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runBin, runDktool, temporaryFolder } from '../support/bin.ts';

const run = (cwd: string, ...args: string[]) => runBin('dknewkey', args, { cwd });

/** RSA of 1,024 bits: 216 characters of base64 for the SubjectPublicKeyInfo. */
const LINE = /^default\._domainkey\tIN\tTXT\t"k=rsa; p=[A-Za-z0-9+/]{216}"\n$/;

describe('dknewkey KEYFILE [BITS]', () => {
  it('writes the key for its owner only, and its line to stdout', async () => {
    const cwd = temporaryFolder();
    const { status, stdout, stderr } = await run(cwd, 'default', '1024');
    expect(status).toBe(0);
    expect(stdout).toMatch(LINE);
    expect(stderr).toMatch(/^dknewkey: warning: the RSA key has 1024 bits/);
    expect(statSync(join(cwd, 'default')).mode & 0o777).toBe(0o600);
  });

  it('makes 2,048 bits where nothing is said, and no zone loader chokes on the strings', async () => {
    const cwd = temporaryFolder();
    const { stdout, stderr } = await run(cwd, 'default');
    expect(stderr).toBe('');
    const strings = [...stdout.matchAll(/"([^"]*)"/g)].map(([, text]) => text!);
    expect(strings.map(({ length }) => length)).toEqual([255, 146]);
    const { stdout: same } = await runDktool(['dns-record', '-k', 'default', '--domainkeys', '--format', 'raw'], {
      cwd,
    });
    expect(`${strings.join('')}\n`).toBe(same);
  });

  it('takes the selector from the name of the file, whatever it ends in', async () => {
    const cwd = temporaryFolder();
    expect((await run(cwd, './2026.pem', '1024')).stdout).toMatch(/^2026\.pem\._domainkey\t/);
  });
});

describe('the options of its descendants', () => {
  it('-d, -b, -t, -e', async () => {
    const cwd = temporaryFolder();
    const ed25519 = await run(cwd, '-e', '-t', 'ed25519', '-d', 'example.com', 'one');
    expect(ed25519.stdout).toMatch(
      /^one\._domainkey\.example\.com\.\tIN\tTXT\t"v=DKIM1; k=ed25519; p=[A-Za-z0-9+/]{43}="\n$/,
    );
    expect((await run(cwd, 'two', '-b1024')).stdout).toMatch(/p=[A-Za-z0-9+/]{216}"/);
  });

  it('their long names, with the value behind or glued on', async () => {
    const cwd = temporaryFolder();
    const { status, stdout } = await run(cwd, '--domain', 'example.com', '--bits=1024', '--type', 'rsa', 'default');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^default\._domainkey\.example\.com\.\tIN\tTXT\t"k=rsa; p=[A-Za-z0-9+/]{216}"\n$/),
    });
    expect((await run(cwd, '--print', '-d', 'example.com', 'default')).stdout).toBe(stdout);
    expect(await run(cwd, '--force', '-b1024', 'default')).toMatchObject({ status: 0 });
    expect(readdirSync(cwd)).toEqual(['default', 'default.old']);
  });

  it('-r removes the key and the record beside it, and nothing that is not a key', async () => {
    const cwd = temporaryFolder();
    await run(cwd, 'default', '1024');
    writeFileSync(join(cwd, 'default.pub'), 'default._domainkey ...');
    writeFileSync(join(cwd, 'mail'), 'my mail');
    expect(await run(cwd, '-r', 'mail')).toMatchObject({ status: 111, stdout: '' });
    expect(readdirSync(cwd)).toEqual(['default', 'default.pub', 'mail']);
    const { status, stdout, stderr } = await run(cwd, '-r', '-d', 'example.com', 'default');
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toContain('default is removed');
    expect(stderr).toContain('dktool dns-record example.com -s default --published --revoke\n');
    expect(readdirSync(cwd)).toEqual(['mail']);
  });

  it('-p prints the record again, --tinydns as a line of tinydns-data', async () => {
    const cwd = temporaryFolder();
    const { stdout } = await run(cwd, 'default', '1024');
    expect(await run(cwd, '-p', 'default')).toEqual({ status: 0, stdout, stderr: '' });
    const key = /p=([^"]*)/.exec(stdout)![1];
    const tinydns = await run(cwd, '-p', '--tinydns', '-d', 'mail.example', 'default');
    expect(tinydns).toEqual({ status: 0, stdout: `'default._domainkey.mail.example:k=rsa; p=${key}\n`, stderr: '' });
    const anonymous = await run(cwd, '-p', '--tinydns', 'default');
    expect(anonymous.stdout).toBe(`'default._domainkey.example.com:k=rsa; p=${key}\n`);
    expect(anonymous.stderr).toContain('example.com is a placeholder for your domain');
  });

  it('-f keeps the old key beside the new one', async () => {
    const cwd = temporaryFolder();
    await run(cwd, 'default', '1024');
    const old = readFileSync(join(cwd, 'default'));
    const { status, stdout, stderr } = await run(cwd, '-f', 'default', '1024');
    expect(status).toBe(0);
    expect(stdout).toMatch(LINE);
    expect(stderr).toContain('the old default is kept as default.old');
    expect(readFileSync(join(cwd, 'default.old'))).toEqual(old);
  });
});

describe('what used to fail in silence', () => {
  it('never writes over a key', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'default'), 'my key');
    expect(await run(cwd, 'default')).toEqual({
      status: 100,
      stdout: '',
      stderr:
        'dknewkey: default already exists and is not overwritten\n' +
        'dknewkey: hint: -f writes a new key in its place and keeps the old one under another name\n',
    });
    expect(readFileSync(join(cwd, 'default'), 'utf8')).toBe('my key');
  });

  it.each([
    [[], 100, 'no key file is given'],
    [['default', '384'], 100, '384 bits are not between 1024 and 8192'],
    [['default', 'many'], 100, 'many bits are not between 1024 and 8192'],
    [['default', '2048', 'more'], 100, 'unexpected argument: more'],
    [['-x', 'default'], 100, "invalid option -- 'x'"],
    [['--size=2048', 'default'], 100, "unrecognized option '--size'"],
    [['default', '--bits'], 100, "option '--bits' requires an argument"],
    [['--force=yes', 'default'], 100, "option '--force' doesn't allow an argument"],
    [['-r', '-f', 'default'], 100, '-r removes a key and cannot be used with -f'],
    [['-r', 'default'], 111, 'key file default does not exist'],
    [['-t', 'dsa', 'default'], 100, '-t dsa is neither rsa nor ed25519'],
    [['-d', 'a b', 'default'], 100, '-d a b is not a domain name'],
    [['a key'], 100, "'a key' is not a selector"],
    [['nowhere/default'], 111, 'directory nowhere does not exist'],
    [['-p', 'default'], 111, 'key file default does not exist'],
  ])('%j: status %i and no record', async (args, status, sentence) => {
    const cwd = temporaryFolder();
    const made = await run(cwd, ...args);
    expect({ status: made.status, stdout: made.stdout }).toEqual({ status, stdout: '' });
    expect(made.stderr.split('\n')[0]).toBe(`dknewkey: ${sentence}`);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('a full disk behind stdout takes the key away again', async () => {
    const cwd = temporaryFolder();
    const { status, stderr } = await runBin('dknewkey', ['default', '2048'], {
      cwd,
      stdout: openSync('/dev/full', 'w'),
    });
    expect({ status, stderr }).toEqual({
      status: 111,
      stderr: 'dknewkey: cannot write stdout: the disk is full; the new key has been removed\n',
    });
    expect(readdirSync(cwd)).toEqual([]);
  });
});
