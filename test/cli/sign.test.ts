import {
  chmodSync,
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
import { describe, expect, it } from 'vitest';
import { type Run, runDktool } from '../support/bin.ts';
import { AWKWARD, WILD, withLf } from '../support/awkward-messages.ts';
import { PLAIN } from '../support/hand-signer.ts';
import { mailFolder, sign, verify } from '../support/mail-folder.ts';
import { NOW, vectorPath } from '../support/vectors.ts';

const LF = withLf(PLAIN);
const golden = (name: string) => readFileSync(vectorPath(`golden/${name}`), 'latin1');
const success = (stdout: string): Run => ({ status: 0, stdout, stderr: '' });
const latin1 = (text: string) => Buffer.from(text, 'latin1');

/** Messages that lack Date or Message-ID are warned about. */
const QUIET = ['-q', '-k', 'ed25519'];

describe('sign', () => {
  it.each<[string, string, readonly string[]]>([
    ['rsa2048-crlf.eml', PLAIN, ['-k', 'rsa2048']],
    ['rsa2048-lf.eml', LF, ['-k', 'rsa2048']],
    [
      'rsa2048-lf.eml',
      LF,
      ['--key=rsa2048', '--domain', 'EXAMPLE.com.', '--selector', 'rsa2048', '-c', 'relaxed/relaxed'],
    ],
    ['rsa4096-lf.eml', LF, ['-k', 'rsa4096', '-s', '2023a', '-d', 'example.com']],
    ['ed25519-simple-lf.eml', LF, ['-k', 'ed25519', '-c', 'simple']],
  ])('writes %s', async (name, input, args) => {
    expect(await sign(args, { cwd: mailFolder(), input })).toEqual(success(golden(name)));
  });

  it('writes every-option-lf.eml, and warns of l=', async () => {
    const args = ['-k', 'rsa2048', '-k', 'ed25519', '-c', 'simple/simple', '-i', 'bob@news.example.com'];
    const more = ['--expire', '7d', '-z', '--body-length', '--headers', 'from:to,subject'];
    const cwd = mailFolder();
    const run = await sign([...args, ...more], { cwd, input: LF });
    expect(run).toEqual({
      status: 0,
      stdout: golden('every-option-lf.eml'),
      stderr: 'dktool: warning: with l= anyone can add to the end of the body without breaking the signature\n',
    });
    const { stdout, status } = await verify(['-'], { cwd, input: run.stdout });
    expect([status, stdout.match(/dkim=pass/g)]).toEqual([0, ['dkim=pass', 'dkim=pass']]);
    expect(await sign([...args, ...more, '--quiet'], { cwd, input: LF })).toEqual(success(run.stdout));
  });

  it('reads a file, and writes just the new fields with --header-only', async () => {
    const cwd = mailFolder({ 'msg.eml': LF });
    const field = golden('rsa2048-lf.eml').slice(0, -LF.length);
    expect(await sign(['-k', 'rsa2048', 'msg.eml'], { cwd })).toEqual(success(golden('rsa2048-lf.eml')));
    expect(await sign(['-k', 'rsa2048', '--header-only', 'msg.eml'], { cwd })).toEqual(success(field));
    expect(await sign(['-k', 'rsa2048', '--header-only', '-'], { cwd, input: LF })).toEqual(success(field));
  });

  it('makes the signatures of all keys, each below the one before', async () => {
    const cwd = mailFolder();
    const args = ['-k', 'rsa2048', '-k', 'ed25519', '-s', 'rsa2048', '-s', 'ed25519'];
    const { stdout } = await sign(args, { cwd, input: LF });
    expect(stdout.match(/(?<=^DKIM-Signature: v=1; a=)[\w-]+/gm)).toEqual(['rsa-sha256', 'ed25519-sha256']);
    expect(stdout.endsWith(LF)).toBe(true);
    const verdicts = await verify([], { cwd, input: stdout });
    expect(verdicts.stdout.match(/dkim=\w+ .* s=\w+/g)).toEqual([
      'dkim=pass reason=signature-valid d=example.com s=rsa2048',
      'dkim=pass reason=signature-valid d=example.com s=ed25519',
    ]);
  });

  it('takes the time from --timestamp, --now and the clock, in this order', async () => {
    const cwd = mailFolder();
    const times = async (args: readonly string[]) => {
      const { stdout } = await runDktool(['sign', '-k', 'ed25519', '--header-only', ...args], { cwd, input: LF });
      return /\bt=(\d+);(?:\s+x=(\d+);)?/.exec(stdout)!.slice(1);
    };
    expect(await times(['--timestamp', '1000', '--now', '2000', '--expire', '2h'])).toEqual(['1000', '8200']);
    expect(await times(['--now', '2000'])).toEqual(['2000', undefined]);
    const before = Math.floor(Date.now() / 1000);
    const [clock] = await times([]);
    expect(Number(clock)).toBeGreaterThanOrEqual(before);
    expect(Number(clock)).toBeLessThanOrEqual(Date.now() / 1000);
  });

  it('warns of what others will add, and of a domain that is not the author’s', async () => {
    const cwd = mailFolder();
    const { stderr, status } = await sign(['-k', 'ed25519', '-d', 'example.org'], {
      cwd,
      input: 'From: a@example.com\n\n',
    });
    expect(stderr).toBe(
      [
        'dktool: warning: not aligned: d=example.org is neither the From domain example.com nor a parent of it',
        'dktool: warning: the message has no Date field',
        'dktool: warning: the message has no Message-ID field',
        '',
      ].join('\n'),
    );
    expect(status).toBe(0);
  });
});

describe('the output of sign, less the new field, is the input', () => {
  const some = Object.entries({ ...AWKWARD, ...WILD, lf: LF }).filter(
    ([name]) => name in WILD || ['plain', 'no-separator', 'eight-bit', 'lf'].includes(name),
  );
  it.each(some)('%s', async (_, message) => {
    const cwd = mailFolder();
    const { stdout, stderr, status } = await sign(QUIET, { cwd, input: latin1(message) });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const [field = ''] = /^DKIM-Signature:[^]*?\n(?=\S)/m.exec(stdout) ?? [];
    expect(stdout.replace(field, '')).toBe(message);
    // below a line that begins with `From `, else on top
    expect(stdout.indexOf(field)).toBe(
      message.startsWith('From ') && !message.startsWith('From :') ? message.indexOf('\n') + 1 : 0,
    );
    expect(/\r\n/.test(field)).toBe(/^.*\r\n/.test(message.replace(/^From [^:]*?\n/, '')));
  });
});

describe('the output file of sign', () => {
  it('is there whole, and stdout empty', async () => {
    const cwd = mailFolder();
    expect(await sign(['-k', 'rsa2048', '-o', 'out.eml'], { cwd, input: LF })).toEqual(success(''));
    expect(readFileSync(join(cwd, 'out.eml'), 'latin1')).toBe(golden('rsa2048-lf.eml'));
  });

  it('may be the input itself', async () => {
    const cwd = mailFolder({ 'msg.eml': LF });
    chmodSync(join(cwd, 'msg.eml'), 0o640);
    expect(await sign(['-k', 'rsa2048', '-o', 'msg.eml', 'msg.eml'], { cwd })).toEqual(success(''));
    expect(readFileSync(join(cwd, 'msg.eml'), 'latin1')).toBe(golden('rsa2048-lf.eml'));
    expect(statSync(join(cwd, 'msg.eml')).mode & 0o777).toBe(0o640);
  });

  it('is not touched where the message cannot be signed', async () => {
    const cwd = mailFolder({ 'out.eml': 'old' });
    const files = readdirSync(cwd);
    expect((await sign(['-k', 'rsa2048', '-o', 'out.eml'], { cwd, input: 'X: 1\n\n' })).status).toBe(100);
    expect((await sign(['-k', 'missing', '-o', 'out.eml'], { cwd, input: LF })).status).toBe(111);
    expect(readFileSync(join(cwd, 'out.eml'), 'latin1')).toBe('old');
    expect(readdirSync(cwd)).toEqual(files);
  });

  it('is an error where it cannot be written', async () => {
    const cwd = mailFolder();
    mkdirSync(join(cwd, 'folder'));
    const to = (path: string) => sign(['-k', 'rsa2048', '-o', path], { cwd, input: LF });
    expect(await to('/dev/full')).toEqual({
      status: 111,
      stdout: '',
      stderr: 'dktool: cannot write /dev/full: the disk is full\n',
    });
    expect(await to('folder')).toEqual({
      status: 111,
      stdout: '',
      stderr: 'dktool: cannot write folder: it is a directory\n',
    });
    expect(await to('nowhere/out')).toEqual({
      status: 111,
      stdout: '',
      stderr: 'dktool: cannot write nowhere/out: there is no directory nowhere\n',
    });
  });
});

const domainOf = (run: Run) => /d=([\w.-]+); s=([\w.-]+);/.exec(run.stdout.replace(/\s+/g, ' '))?.slice(1).join(' ');

/** Key files under domains, as qmail has them. */
function domains(...names: readonly string[]): string {
  const cwd = mailFolder();
  for (const name of names) {
    mkdirSync(join(cwd, 'keys', name), { recursive: true });
    writeFileSync(join(cwd, 'keys', name, 'default'), readFileSync(join(cwd, 'ed25519')), { mode: 0o600 });
  }
  return cwd;
}

describe('the keys of sign', () => {
  it.each([
    ['its own', ['news.example.com', 'example.com'], [], 'news.example.com default'],
    ['a parent’s', ['example.com'], [], 'example.com default'],
    ['that of -d', ['news.example.com', 'example.com'], ['-d', 'example.com'], 'example.com default'],
    ['another selector', ['example.com'], ['-s', '2023a'], 'example.com 2023a'],
  ])('with %% in the path are those of the From domain: %s', async (_, names, args, expected) => {
    const cwd = domains(...names);
    const run = await sign(['-q', '-k', 'keys/%/default', ...args], { cwd, input: 'From: Ann@NEWS.Example.COM\n\n' });
    expect({ ...run, stdout: domainOf(run) }).toEqual(success(expected));
  });

  it.each([
    [
      'no key at all',
      'From: ann@news.example.com\n\n',
      [],
      [
        'dktool: there is no key for news.example.com or example.com at keys/%/default',
        'dktool: hint: make one with: mkdir -p keys/news.example.com && dktool keygen news.example.com -o keys/news.example.com/default',
      ],
    ],
    [
      'no key of -d',
      'From: a@example.org\n\n',
      ['-d', 'example.net'],
      [
        'dktool: there is no key for example.net at keys/%/default',
        'dktool: hint: make one with: mkdir -p keys/example.net && dktool keygen example.net -o keys/example.net/default',
      ],
    ],
  ])('with %% in the path: %s', async (_, input, args, stderr) => {
    const run = await sign(['-q', '-k', 'keys/%/default', ...args], { cwd: domains('example.org'), input });
    expect(run).toEqual({ status: 111, stdout: '', stderr: `${stderr.join('\n')}\n` });
  });

  it.each(['../../etc', '[127.0.0.1]', 'a_b.example.com', '.', 'example.com.', 'xn--/.com'])(
    'with %% in the path take no domain that is not a host name: %s',
    async (domain) => {
      const { status, stdout, stderr } = await sign(['-k', 'keys/%/default'], {
        cwd: domains('example.com'),
        input: `From: ann@${domain}\n\n`,
      });
      expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
      expect(stderr).toMatch(
        /^dktool: ('.*' is not a host name, so it cannot replace % in keys\/%\/default|the From field .*)\n$/,
      );
    },
  );

  it('have the selector of the file behind a link in the same folder', async () => {
    const cwd = mailFolder();
    const pem = readFileSync(join(cwd, 'ed25519'));
    mkdirSync(join(cwd, 'k'));
    for (const name of ['2023a.pem', '2023b.private', 'c.key'])
      writeFileSync(join(cwd, 'k', name), pem, { mode: 0o600 });
    symlinkSync('2023a.pem', join(cwd, 'k/default'));
    symlinkSync('./default', join(cwd, 'k/twice'));
    symlinkSync('../ed25519', join(cwd, 'k/elsewhere'));
    const selectorOf = async (path: string) =>
      domainOf(await sign(['-q', '-k', path], { cwd, input: LF }))?.split(' ')[1];
    expect(await selectorOf('k/default')).toBe('2023a');
    expect(await selectorOf('k/twice')).toBe('2023a');
    expect(await selectorOf('k/elsewhere')).toBe('elsewhere');
    expect(await selectorOf('k/2023b.private')).toBe('2023b');
    expect(await selectorOf(join(cwd, 'k/c.key'))).toBe('c');
  });

  it('that everybody can read are warned about, or refused', async () => {
    const cwd = mailFolder();
    chmodSync(join(cwd, 'ed25519'), 0o644);
    const sentence = 'key file ed25519 is accessible to everyone on this machine (mode 644)';
    const { status, stderr } = await sign(['-k', 'ed25519'], { cwd, input: LF });
    expect({ status, stderr }).toEqual({ status: 0, stderr: `dktool: warning: ${sentence}: chmod o= ed25519\n` });
    expect(await sign(['-k', 'ed25519', '--require-safe-key'], { cwd, input: LF })).toEqual({
      status: 111,
      stdout: '',
      stderr: `dktool: ${sentence}\ndktool: hint: chmod o= ed25519\n`,
    });
    chmodSync(join(cwd, 'ed25519'), 0o640);
    expect((await sign(['-k', 'ed25519', '--require-safe-key'], { cwd, input: LF })).stderr).toBe('');
  });
});

describe('verify of what sign has signed', () => {
  it('passes in a pipe, before anything is published', async () => {
    const cwd = mailFolder();
    const keygen = await runDktool(['keygen', 'example.com', '-s', '2026a', '--type', 'ed25519'], { cwd });
    writeFileSync(join(cwd, '2026a.zone'), keygen.stdout);
    const signed = await runDktool(['sign', '-d', 'example.com', '-k', '2026a'], { cwd, input: PLAIN });
    const verdict = await runDktool(['verify', '--zone', '2026a.zone'], { cwd, input: signed.stdout });
    expect(verdict.stdout).toContain('-: pass from=ann@example.com\n');
    expect(verdict.status).toBe(0);
    expect(NOW).toBeLessThan(Date.now() / 1000);
  });
});

describe('a stdout that is full', () => {
  it('is a temporary error', async () => {
    const full = openSync('/dev/full', 'w');
    const run = await sign(['-k', 'rsa2048'], { cwd: mailFolder(), input: LF, stdout: full });
    closeSync(full);
    expect(run).toMatchObject({ status: 111, stderr: 'dktool: cannot write stdout: the disk is full\n' });
  });
});
