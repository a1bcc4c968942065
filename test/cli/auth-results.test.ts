/** `verify --auth-results` as a delivery agent sees it: every octet, and the status. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runDktool, runProgram, temporaryFolder } from '../support/bin.ts';
import { DK_NAME, DK_PEM, DK_RECORD, dkSigned } from '../support/domainkeys.ts';

const BODY = 'From: joe@example.com\r\nSubject: x\r\n\r\nhi\r\n.\r\n\u0000\u00ff';

function folder(records: Readonly<Record<string, unknown>> = {}): string {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'key'), DK_PEM, { mode: 0o600 });
  const zone = { [DK_NAME]: { TXT: [DK_RECORD] }, 'example.com': { A: ['192.0.2.1'] }, ...records };
  writeFileSync(join(cwd, 'zone.json'), JSON.stringify(zone));
  return cwd;
}

const bytes = (text: string) => Buffer.from(text, 'latin1');

const verify = (input: string, args: readonly string[], cwd = folder()) =>
  runDktool(['verify', '--zone', 'zone.json', ...args], { cwd, input: bytes(input) });

describe('verify --auth-results', () => {
  it('writes the message on, the field on top in its line ends, and ends with 0 whatever the verdict', async () => {
    const field =
      'Authentication-Results: mx.example.org;\r\n\tdkim=none;\r\n' +
      '\tdomainkeys=pass header.d=example.com header.from=example.com\r\n';
    const signed = await dkSigned(BODY);
    expect(await verify(signed, ['--auth-results', 'mx.example.org'])).toEqual({
      status: 0,
      stdout: field + signed,
      stderr: '',
    });
    const altered = signed.replace('\nhi', '\nho');
    const { status, stdout } = await verify(altered, ['--auth-results', 'mx.example.org']);
    expect(status).toBe(0);
    expect(stdout.endsWith(altered)).toBe(true);
    expect(stdout).toMatch(
      /^[^]*\tdomainkeys=fail reason=signature-mismatch header\.d=example\.com\r\n\theader\.from=/,
    );
  });

  it('--exit-verdict gives the status of the verdict', async () => {
    expect((await verify(BODY, ['--auth-results', 'mx', '--exit-verdict'])).status).toBe(2);
    expect((await verify(await dkSigned(BODY), ['--auth-results', 'mx', '--exit-verdict'])).status).toBe(0);
  });

  it('takes out what pretends to be ours and nothing else', async () => {
    const forged = [
      'Authentication-Results: mx.example.org; dkim=pass\r\n',
      'AUTHENTICATION-RESULTS:\r\n (x) "MX.Example.org" 1;\r\n\tdkim=pass\r\n',
    ];
    const others = [
      'Authentication-Results: mx.example.org.evil.example; dkim=pass\r\n',
      'Authentication-Results: (mx.example.org) other.example; dkim=pass\r\n',
      'X-Authentication-Results: mx.example.org; dkim=pass\r\n',
    ];
    const input = `From joe Thu Jan  1 00:00:00 1970\r\n${forged[0]}${others[0]}${others[1]}${forged[1]}${others[2]}${BODY}`;
    const { stdout } = await verify(input, ['--auth-results', 'mx.example.org']);
    const field = 'Authentication-Results: mx.example.org;\r\n\tdkim=none;\r\n\tdomainkeys=none\r\n';
    expect(stdout).toBe(`From joe Thu Jan  1 00:00:00 1970\r\n${field}${others.join('')}${BODY}`);
  });

  it('reports each DKIM signature with enough to tell them apart', async () => {
    const cwd = folder();
    const args = ['sign', '-q', '-s', 'default', '-k', 'key', '--timestamp', '0'];
    const once = (await runDktool([...args, '-i', 'joe@example.com'], { cwd, input: bytes(BODY) })).stdout;
    const twice = once.replace('\nhi', '\nho');
    const good = await verify(once, ['--auth-results', 'mx', '--auth-results-only'], cwd);
    const b = /b=([^;]{8})[^;]*$/m.exec(once.split('From: joe')[0]!)![1]!;
    expect(good.stdout.replace(/\r\n\t/g, ' ')).toBe(
      'Authentication-Results: mx; dkim=pass header.d=example.com header.i=joe@example.com header.s=default ' +
        `header.a=rsa-sha256 header.b=${/[/=]/.test(b) ? `"${b}"` : b}; domainkeys=none\r\n`,
    );
    const bad = await verify(twice, ['--auth-results', 'mx', '--auth-results-only'], cwd);
    expect(bad.stdout).toContain('dkim=fail reason=body-hash-mismatch header.d=example.com');
  });

  it('lets nothing from outside become a part of the field', async () => {
    const hostile = `DKIM-Signature: v=1; a=rsa-sha256; d=x.example;\r\n s="; spf=pass; i=a(b@x.example; b=);\r\n${BODY}`;
    const { stdout } = await verify(hostile, ['--auth-results', 'mx', '--auth-results-only']);
    expect(stdout).toBe(
      'Authentication-Results: mx;\r\n\tdkim=permerror reason=tag-missing header.d=x.example\r\n' +
        '\theader.i=@x.example header.s="\\"" header.a=rsa-sha256 header.b=")";\r\n\tdomainkeys=none\r\n',
    );
  });

  it('--adsp adds the practice of the author domain', async () => {
    const cwd = folder({ '_adsp._domainkey.example.com': { TXT: ['dkim=discardable'] } });
    const { stdout } = await verify(BODY, ['--auth-results', 'mx', '--auth-results-only', '--adsp'], cwd);
    expect(stdout).toContain('\tdkim-adsp=discard header.from=joe@example.com\r\n');
    const report = JSON.parse((await verify(BODY, ['--json', '--adsp'], cwd)).stdout) as { adsp: unknown };
    expect(report.adsp).toMatchObject({ result: 'discard', authors: [{ practice: 'discardable' }] });
  });

  it('a large message from a pipe comes out whole', async () => {
    const large = `${BODY}${'0123456789abcdef\r\n'.repeat(1_200_000)}`; // beyond what is kept in memory
    const { status, stdout } = await verify(large, ['--auth-results', 'mx']);
    expect(status).toBe(0);
    expect(stdout.length).toBeGreaterThan(large.length);
    expect(stdout.endsWith(large)).toBe(true);
  });

  it.each([
    ['', 'the input is empty: there is no message'],
    ['no message\n', 'the input is not a message: its first line is not a header field'],
    [`${'X: y\n'.repeat(200_001)}\n`, 'cannot pass the message on: the header block has more than 200000 fields'],
  ])('what is not a message gives 100 and nothing', async (input, sentence) => {
    const { status, stdout, stderr } = await verify(input, ['--auth-results', 'mx']);
    expect({ status, stdout, first: stderr.split('\n')[0] }).toEqual({
      status: 100,
      stdout: '',
      first: `dktool: ${sentence}`,
    });
  });

  it.each([
    [['--auth-results', 'a b'], "--auth-results 'a b'"],
    [['--auth-results', 'a;b'], "--auth-results 'a;b'"],
    [['--auth-results-only'], '--auth-results-only needs --auth-results'],
    [['--exit-verdict'], '--exit-verdict needs --auth-results'],
    [['--compat', 'qmail-patch'], '--compat qmail-patch needs --auth-results'],
    [['--compat', 'seed'], '--compat qmail-patch needs --auth-results'],
    [['--auth-results', 'mx', '--json'], '--auth-results and --json cannot be used together'],
    [['--auth-results', 'mx', 'a', 'b'], '--auth-results takes one message; 2 were given'],
  ])('%j is a usage error', async (args, sentence) => {
    const { status, stdout, stderr } = await verify(BODY, args);
    expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
    expect(stderr).toContain(`dktool: ${sentence}`);
  });

  it('a reader that goes away ends it quietly', async () => {
    const command = `'${process.execPath}' '${join(import.meta.dirname, '../../bin/dktool.js')}'`;
    const script = `yes x | head -c 30000000 | { printf 'From: a@b.example\\n\\n'; cat; } | ${command} verify --zone zone.json --auth-results mx | head -c 5`;
    const { stdout, stderr } = await runProgram('sh', ['-c', script], { cwd: folder() });
    expect({ stdout, stderr }).toEqual({ stdout: 'Authe', stderr: '' });
  });
});

const qmailPatch = async (input: string, cwd?: string, word = 'qmail-patch') =>
  (await verify(input, ['--auth-results', 'host', '--compat', word, '--auth-results-only'], cwd)).stdout;

describe('verify --compat', () => {
  it('qmail-patch is the field of the old qmail patch', async () => {
    const signed = await dkSigned(BODY);
    expect(await qmailPatch(signed)).toBe(
      'Authentication-Results: host; domainkeys=pass (ok); dkim=none (no signature)\r\n',
    );
    expect(await qmailPatch(signed.replace('\nhi', '\nho'))).toContain('domainkeys=fail (bad sig);');
    expect(await qmailPatch(BODY)).toContain('domainkeys=none (no signature); dkim=none (no signature)');
    expect(await qmailPatch(signed.replace('q=dns', 'q=x'))).toContain('domainkeys=neutral (bad format);');
    expect(await qmailPatch(signed, folder({ [DK_NAME]: { TXT: 'TIMEOUT' } }))).toContain(
      "domainkeys=temperror (can't verify);",
    );
    expect(await qmailPatch(signed, folder({ [DK_NAME]: { TXT: ['p='] } }))).toContain('domainkeys=fail (revoked);');
    const cwd = folder();
    const dkim = (await runDktool(['sign', '-q', '-s', 'default', '-k', 'key'], { cwd, input: bytes(BODY) })).stdout;
    expect(await qmailPatch(dkim)).toContain('dkim=pass (ok)');
    expect(await qmailPatch(dkim.replace('\nhi', '\nho'))).toContain('dkim=fail (bad bodyhash)');
    // the patch had these two the other way round
    expect(await qmailPatch(dkim, folder({ [DK_NAME]: { TXT: 'TIMEOUT' } }))).toContain('dkim=temperror (dns)');
    expect(await qmailPatch(dkim.replace('s=default', 's=nowhere'))).toContain('dkim=permerror (dns)');
  });

  it('qmail-patch may be called seed, as it was, and help does not say so', async () => {
    expect(await qmailPatch(BODY, folder(), 'seed')).toBe(await qmailPatch(BODY));
    const { stdout } = await runDktool(['verify', '--help', '--all']);
    expect(stdout).toMatch(/--compat <form>.*\n?.*qmail-patch/);
    expect(stdout).not.toContain('seed');
  });

  it('dktest is a DomainKey-Status, in place of those that are there', async () => {
    const signed = await dkSigned(BODY);
    const { stdout } = await verify(`DomainKey-Status: good\r\n${signed.replace('\nhi', '\nho')}`, [
      '--auth-results',
      'mx',
      '--compat',
      'dktest',
    ]);
    expect(stdout).toBe(`DomainKey-Status: bad\r\n${signed.replace('\nhi', '\nho')}`);
  });

  it('dktest alone prints the two lines of dktest -v, with a status', async () => {
    const comment = 'Comment: DomainKeys? See http://domainkeys.sourceforge.net/\n';
    expect(await verify(await dkSigned(BODY), ['--compat', 'dktest'])).toEqual({
      status: 0,
      stdout: `${comment}DomainKey-Status: good\n`,
      stderr: '',
    });
    expect(await verify(BODY, ['--compat', 'dktest'])).toEqual({
      status: 2,
      stdout: `${comment}DomainKey-Status: no signature\n`,
      stderr: '',
    });
  });
});
