import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runDktool } from '../support/bin.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { mailFolder, verify } from '../support/mail-folder.ts';
import { keyOwner, keyRecord, NOW, publicKeyText } from '../support/vectors.ts';

const GOOD = signByHand(PLAIN);
const FORGED = GOOD.replace('Ann <ann@', 'Eve <eve@');
const PASS = (name: string) =>
  `${name}: pass from=ann@example.com\n${name}: dkim=pass reason=signature-valid d=example.com s=rsa2048 alignment=exact: signed by example.com (2048-bit rsa-sha256)\n`;
const FAIL = (name: string) =>
  `${name}: fail from=eve@example.com\n${name}: dkim=fail reason=signature-mismatch d=example.com s=rsa2048 alignment=exact: the signature does not match the signed header fields and the published key\n`;
const NONE = (name: string) => `${name}: none from=ann@example.com\n`;

describe('the inputs of verify', () => {
  it('are stdin', async () => {
    const run = await verify([], { cwd: mailFolder(), input: GOOD });
    expect(run).toEqual({ status: 0, stdout: PASS('-'), stderr: '' });
  });

  it('are files and stdin, reported in order, the worst outcome of all as status', async () => {
    const cwd = mailFolder({ 'good.eml': GOOD, 'forged.eml': FORGED, 'plain.eml': PLAIN });
    const files = ['forged.eml', '-', 'plain.eml', 'good.eml'];
    expect(await verify(files, { cwd, input: GOOD })).toEqual({
      status: 1,
      stdout: `${FAIL('forged.eml')}${PASS('-')}${NONE('plain.eml')}${PASS('good.eml')}`,
      stderr: '',
    });
    expect((await verify(['plain.eml', 'good.eml'], { cwd })).status).toBe(2);
  });

  it('that cannot be read do not keep the others from being judged', async () => {
    const cwd = mailFolder({ 'good.eml': GOOD, 'text.txt': 'Dear Ann,\n\nyours\n', 'empty.eml': '' });
    mkdirSync(join(cwd, 'folder'));
    symlinkSync('loop', join(cwd, 'loop'));
    const files = ['good.eml', 'missing.eml', 'text.txt', 'empty.eml', 'folder', 'loop', 'good.eml'];
    expect(await verify(files, { cwd })).toEqual({
      status: 100,
      stdout: PASS('good.eml').repeat(2),
      stderr: [
        'dktool: cannot open missing.eml: there is no such file',
        'dktool: text.txt: the input is not a message: its first line is not a header field',
        'dktool: hint: a message begins with header fields such as `From: user@example.com`',
        'dktool: empty.eml: the input is empty: there is no message',
        'dktool: folder is a directory, not a message',
        'dktool: hint: verify -r reads the messages in a directory',
        'dktool: cannot open loop: its symbolic links form a loop',
        '',
      ].join('\n'),
    });
  });

  it('are the new and cur of a Maildir with -r', async () => {
    const cwd = mailFolder();
    for (const part of ['new', 'cur', 'tmp']) mkdirSync(join(cwd, 'Maildir', part), { recursive: true });
    writeFileSync(join(cwd, 'Maildir/new/2'), GOOD);
    writeFileSync(join(cwd, 'Maildir/new/1'), FORGED);
    writeFileSync(join(cwd, 'Maildir/cur/3:2,S'), PLAIN);
    writeFileSync(join(cwd, 'Maildir/tmp/4'), 'half');
    const { stdout, stderr, status } = await verify(['-r', 'Maildir'], { cwd });
    expect(stdout).toBe(FAIL('Maildir/new/1') + PASS('Maildir/new/2') + NONE('Maildir/cur/3:2,S'));
    expect({ stderr, status }).toEqual({ stderr: '', status: 1 });
  });

  it('are all files below any other folder with -r, links to folders left alone', async () => {
    const cwd = mailFolder();
    mkdirSync(join(cwd, 'mail/a/b'), { recursive: true });
    writeFileSync(join(cwd, 'mail/z.eml'), GOOD);
    writeFileSync(join(cwd, 'mail/a/b/y.eml'), GOOD);
    symlinkSync('..', join(cwd, 'mail/a/up'));
    symlinkSync('z.eml', join(cwd, 'mail/link.eml'));
    symlinkSync('nowhere', join(cwd, 'mail/dangling'));
    expect(await verify(['--recursive', 'mail'], { cwd })).toEqual({
      status: 100,
      stdout: PASS('mail/a/b/y.eml') + PASS('mail/link.eml') + PASS('mail/z.eml'),
      stderr: 'dktool: cannot open mail/dangling: there is no such file\n',
    });
    mkdirSync(join(cwd, 'empty'));
    expect(await verify(['-r', 'empty'], { cwd })).toEqual({
      status: 2,
      stdout: '',
      stderr: 'dktool: there are no messages in empty\n',
    });
  });

  it('may be 1 MB of random octets', async () => {
    const input = Buffer.concat([Buffer.from([0xff]), randomBytes(1_000_000)]); // no field begins like this
    const { status, stdout, stderr } = await verify([], { cwd: mailFolder(), input });
    expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
    expect(stderr).toMatch(/^dktool: .+\n(?:dktool: hint: .+\n)?$/);
  });

  it('with names and texts that would play tricks on a terminal are escaped', async () => {
    const name = 'a\u001b[31m\n.eml';
    const cwd = mailFolder({ x: PLAIN.replace('ann@', '"a\u001b]0;x\u0007"@') });
    renameSync(join(cwd, 'x'), join(cwd, name));
    const { stdout } = await verify([name], { cwd });
    expect(stdout).toBe('a\\x1b[31m\\x0a.eml: none from="a\\x1b]0;x\\x07"@example.com\n');
  });
});

describe('the output of verify', () => {
  it('with -v says more', async () => {
    const { stdout } = await verify(['-v'], { cwd: mailFolder(), input: GOOD });
    expect(stdout).toBe(
      [
        '-: pass from=ann@example.com',
        '-: dkim=pass reason=signature-valid d=example.com s=rsa2048 a=rsa-sha256 c=relaxed/relaxed alignment=exact body-hash=match signature=valid: signed by example.com (2048-bit rsa-sha256)',
        '-: dkim signed fields: from:to:subject:date:message-id',
        '',
      ].join('\n'),
    );
  });

  it('with -q is nothing but errors', async () => {
    const cwd = mailFolder({ 'good.eml': GOOD, 'forged.eml': FORGED });
    for (const json of [[], ['--json']]) {
      expect(await verify(['-q', ...json, 'good.eml'], { cwd })).toEqual({ status: 0, stdout: '', stderr: '' });
      expect(await verify(['-q', ...json, 'forged.eml'], { cwd })).toEqual({ status: 1, stdout: '', stderr: '' });
      const { status, stdout, stderr } = await verify(['-q', ...json, 'missing'], { cwd });
      expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
      expect(stderr).toBe('dktool: cannot open missing: there is no such file\n');
    }
  });

  it('with --json is an object a line, one line an input, in input order', async () => {
    const cwd = mailFolder({ 'good.eml': GOOD, 'plain.eml': PLAIN, 'text.txt': 'Hello\n' });
    const files = ['good.eml', 'missing.eml', '-', 'text.txt', 'plain.eml'];
    const { status, stdout, stderr } = await verify(['--json', ...files], { cwd, input: FORGED });
    expect({ status, stderr }).toEqual({ status: 100, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines.pop()).toBe('');
    const [good, missing, forged, text, plain] = lines.map((line) => JSON.parse(line) as Record<string, object>);
    expect(good).toMatchObject({ file: 'good.eml', result: 'pass', from: 'ann@example.com' });
    expect(good!['dkim']).toEqual({
      result: 'pass',
      signatures: [
        {
          result: 'pass',
          reason: 'signature-valid',
          detail: 'signed by example.com (2048-bit rsa-sha256)',
          domain: 'example.com',
          selector: 'rsa2048',
          identity: '@example.com',
          algorithm: 'rsa-sha256',
          canonicalization: 'relaxed/relaxed',
          keyBits: 2048,
          bodyHash: 'match',
          signature: 'valid',
          signedHeaders: ['from', 'to', 'subject', 'date', 'message-id'],
          timestamp: NOW,
          expires: null,
          testing: false,
          alignment: 'exact',
          warnings: [],
        },
      ],
    });
    expect(missing).toEqual({
      file: 'missing.eml',
      error: {
        code: 'input-unreadable',
        kind: 'permanent',
        detail: 'cannot open missing.eml: there is no such file',
      },
    });
    expect(forged).toMatchObject({
      file: '-',
      result: 'fail',
      dkim: { signatures: [{ bodyHash: 'match', signature: 'invalid' }] },
    });
    expect(text).toMatchObject({ file: 'text.txt', error: { code: 'not-a-message', kind: 'permanent' } });
    expect(plain).toMatchObject({ file: 'plain.eml', result: 'none', dkim: { result: 'none', signatures: [] } });
  });

  it('has no colour and no table where there is no terminal, unless it is asked for', async () => {
    const env = { FORCE_COLOR: '1' };
    const { stdout } = await verify([], { cwd: mailFolder(), input: GOOD, env });
    expect(stdout).toBe(PASS('-'));
  });
});

describe('the keys of verify', () => {
  it('come from the command line with --key-record', async () => {
    const record = `${keyOwner('rsa2048')}=v=DKIM1; p=${publicKeyText('rsa2048')}`;
    const args = ['verify', '--now', String(NOW), '--key-record', record];
    expect(await runDktool(args, { cwd: mailFolder(), input: GOOD })).toEqual({
      status: 0,
      stdout: PASS('-'),
      stderr: '',
    });
    const other = ['verify', '--key-record', 'x._domainkey.example.com=v=DKIM1; p='];
    const run = await runDktool(other, { cwd: mailFolder(), input: GOOD });
    expect(run.stdout).toContain('reason=key-not-found');
    expect(run.status).toBe(1);
  });

  it.each([
    [
      'keys.zone',
      `${keyOwner('rsa2048')}. IN TXT "${keyRecord('rsa2048').slice(0, 200)}" "${keyRecord('rsa2048').slice(200)}"\n`,
    ],
    [
      'example.com=keys.zone',
      `rsa2048._domainkey IN TXT "${keyRecord('rsa2048').slice(0, 200)}" "${keyRecord('rsa2048').slice(200)}"\n`,
    ],
    ['keys.zone', `'${keyOwner('rsa2048')}:${keyRecord('rsa2048')}:300\n`],
  ])('come from a zone file with --zone %s', async (zone, text) => {
    const cwd = mailFolder({ 'keys.zone': text });
    const run = await runDktool(['verify', '--now', String(NOW), '--zone', zone], { cwd, input: GOOD });
    expect(run).toEqual({ status: 0, stdout: PASS('-'), stderr: '' });
  });

  it.each([
    [['--zone', 'nowhere.zone'], 111, 'dktool: cannot read zone file nowhere.zone: there is no such file\n'],
    [['--zone', 'bad.zone'], 111, 'dktool: bad.zone:1:'],
    [['--key-record', 'v=DKIM1; p='], 100, "dktool: --key-record 'v=DKIM1; p=' does not begin with NAME=\n"],
  ])('are an error where they cannot be had: %j', async (args, status, message) => {
    const cwd = mailFolder({ 'bad.zone': 'x' });
    const run = await runDktool(['verify', ...args], { cwd, input: GOOD });
    expect(run.status).toBe(status);
    expect(run.stdout).toBe('');
    expect(run.stderr.slice(0, message.length)).toBe(message);
  });
});

describe('the statuses of verify', () => {
  const CASES = [
    ['pass', GOOD, 0, 0],
    ['fail', FORGED, 1, 65],
    ['none', PLAIN, 2, 66],
    ['temperror', signByHand(PLAIN, { tags: { s: 'timeout' } }), 111, 75],
    ['no message', 'Hello\n', 100, 64],
  ] as const;

  it.each(CASES)('for %s, in both styles', async (_, input, qmail, sysexits) => {
    const cwd = mailFolder();
    expect((await verify([], { cwd, input })).status).toBe(qmail);
    expect((await verify(['--exit-style', 'sysexits'], { cwd, input })).status).toBe(sysexits);
  });

  it('are of the style that the environment names, unless an option names one', async () => {
    const run = { cwd: mailFolder(), input: PLAIN, env: { DKTOOL_EXIT_STYLE: 'sysexits' } };
    expect((await verify([], run)).status).toBe(66);
    expect((await verify(['--exit-style=qmail'], run)).status).toBe(2);
  });

  it('for a full disk', async () => {
    const full = openSync('/dev/full', 'w');
    const run = await verify([], { cwd: mailFolder(), input: GOOD, stdout: full });
    closeSync(full);
    expect(run).toMatchObject({ status: 111, stderr: 'dktool: cannot write stdout: the disk is full\n' });
  });
});
