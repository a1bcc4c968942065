import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runDktool, temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { DK_NAME, DK_PEM, DK_RECORD } from '../support/domainkeys.ts';

const MESSAGE = 'From: Joe (x@evil.example) <joe@example.com>\nDate: now\nMessage-ID: <1@example.com>\n\nhi\n';

const ZONE = {
  'example.com': { A: ['192.0.2.1'] },
  '_adsp._domainkey.example.com': { TXT: ['dkim=all'] },
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject; sp=none'] },
  '_domainkey.example.com': { TXT: ['o=~; n=\u001b[31m "x"'] },
  [DK_NAME]: { TXT: [DK_RECORD] },
  'none.example': { MX: [{ preference: 10, exchange: 'mail.none.example' }] },
  'unknown.example': { A: ['192.0.2.1'] },
  '_adsp._domainkey.unknown.example': { TXT: ['dkim=unknown'] },
  'wild.example': { A: ['192.0.2.1'] },
  '_adsp._domainkey.wild.example': { TXT: ['v=spf1 -all'] },
  'several.example': { A: ['192.0.2.1'] },
  '_adsp._domainkey.several.example': { TXT: ['dkim=all', 'dkim=unknown'] },
  'slow.example': { A: ['192.0.2.1'] },
  '_adsp._domainkey.slow.example': { TXT: 'TIMEOUT' },
};

function folder(): string {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'zone.json'), JSON.stringify(ZONE));
  writeFileSync(join(cwd, 'default'), DK_PEM, { mode: 0o600 });
  writeFileSync(join(cwd, 'msg.eml'), MESSAGE);
  return cwd;
}

const check = (args: readonly string[], input = '', cwd = folder()) =>
  runDktool(['adsp-check', '--zone', 'zone.json', ...args], { cwd, input });

describe('adsp-check DOMAIN', () => {
  it('prints the record, the practice, what DMARC says and what would say the same', async () => {
    expect(await check(['example.com'])).toEqual({
      status: 0,
      stderr: '',
      stdout:
        'example.com: practice=all record="dkim=all": example.com signs all its mail (dkim=all)\n' +
        'example.com: hint: DMARC says p=reject (_dmarc.example.com); DMARC has replaced ADSP\n' +
        'example.com: hint: in DMARC dkim=all is "v=DMARC1; p=quarantine; adkim=s"\n' +
        'example.com: older policy at _domainkey.example.com: "o=~; n=\\x1b[31m \\"x\\""\n',
    });
  });

  it.each([
    ['none.example', 2, 'practice=none: none.example publishes no ADSP record'],
    ['unknown.example', 0, 'practice=unknown record="dkim=unknown": '],
    [
      'wild.example',
      1,
      'practice=malformed record="v=spf1 -all": the TXT record at _adsp._domainkey.wild.example is not',
    ],
    ['several.example', 1, 'practice=several record="dkim=all": several.example publishes 2 ADSP records'],
    ['nowhere.example', 1, 'practice=nxdomain: the domain nowhere.example does not exist'],
    ['slow.example', 111, 'practice=unavailable: no answer for slow.example: '],
  ])('%s: status %i', async (domain, status, words) => {
    const run = await check([domain]);
    expect(run.status).toBe(status);
    expect(run.stdout).toContain(`${domain}: ${words}`);
  });

  it('--json has no result, but a practice', async () => {
    const { stdout } = await check(['--json', 'example.com', 'none.example']);
    const [first, second] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toMatchObject({
      result: null,
      practice: 'all',
      domain: 'example.com',
      record: 'dkim=all',
      status: 'found',
      dmarc: { name: '_dmarc.example.com', policy: 'reject', inherited: false },
      equivalent: 'v=DMARC1; p=quarantine; adkim=s',
    });
    expect(second).toMatchObject({
      result: null,
      practice: null,
      record: null,
      status: 'none',
      dmarc: null,
      older: [],
    });
  });
});

const hint = async (records: Readonly<Record<string, readonly string[] | string>>) => {
  const zone = Object.fromEntries(Object.entries(records).map(([name, TXT]) => [`_dmarc.${name}`, { TXT }]));
  const path = join(temporaryFolder(), 'zone.json');
  writeFileSync(path, JSON.stringify({ 'a.example.com': { A: ['192.0.2.1'] }, ...zone }));
  return (await runInMemory(['adsp-check', '--zone', path, 'a.example.com'])).stdout;
};

describe('what adsp-check says of DMARC', () => {
  const REJECT = 'v=DMARC1; p=reject; sp=quarantine';

  it.each<[what: string, records: Parameters<typeof hint>[0], words: string]>([
    [
      'the record of the Organizational Domain',
      { 'example.com': [REJECT] },
      'DMARC says sp=quarantine (_dmarc.example.com, which applies to this domain too)',
    ],
    ['several of its own count as none', { 'a.example.com': [REJECT, REJECT], com: [REJECT] }, '(_dmarc.com, '],
    ['a record that receivers ignore', { 'a.example.com': ['v=DMARC1; p=x'] }, 'has no valid policy, so receivers'],
    ['no answer', { 'example.com': 'SERVFAIL' }, 'the DMARC policy is unknown: no answer for _dmarc.example.com: '],
    ['none', {}, 'a.example.com has no DMARC record'],
  ])('%s', async (_, records, words) => {
    expect(await hint(records)).toContain(words);
  });
});

describe('adsp-check of messages', () => {
  it('on stdin and in files, by the address in From and nothing in its comments', async () => {
    const first =
      /^(-|msg\.eml): fail author=joe@example\.com practice=all record="dkim=all": there is no valid signature/;
    for (const run of [await check([], MESSAGE), await check(['msg.eml'])]) {
      expect(run.status).toBe(1);
      expect(run.stdout).toMatch(first);
    }
  });

  it('passes with a signature of the author domain, and shows the record all the same', async () => {
    const cwd = folder();
    const signed = await runDktool(['sign', '-q', '-k', 'default'], { cwd, input: MESSAGE });
    const { status, stdout } = await check(['--json'], signed.stdout, cwd);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ file: '-', result: 'pass', practice: 'all', domain: 'example.com' });
  });

  it('-d judges for that author domain alone', async () => {
    const { status, stdout } = await check(['-d', 'None.example', 'msg.eml']);
    expect(status).toBe(2);
    expect(stdout).toMatch(/^msg\.eml: none author=none\.example practice=none: /);
  });

  it('several authors: all are reported, the worst counts', async () => {
    const several = MESSAGE.replace('>', '>, a@unknown.example, b@slow.example');
    const { status, stdout } = await check(['--json'], several);
    expect(status).toBe(111);
    const report = JSON.parse(stdout) as { result: string; author: string; authors: { result: string }[] };
    expect(report).toMatchObject({ result: 'temperror', author: 'b@slow.example' });
    expect(report.authors.map(({ result }) => result)).toEqual(['fail', 'unknown', 'temperror']);
  });

  it('--auth-results prints the field', async () => {
    expect(await check(['--auth-results', 'mx.example.org'], MESSAGE)).toEqual({
      status: 1,
      stdout: 'Authentication-Results: mx.example.org;\n\tdkim-adsp=fail header.from=joe@example.com\n',
      stderr: '',
    });
    const domain = await check(['--auth-results', 'mx', 'example.com']);
    expect(domain).toMatchObject({ status: 100, stdout: '' });
  });

  it.each([
    ['no From', 'To: a@b.example\n\n', 1, '-: permerror author=?: the message has no From field'],
    ['two From', `From: a@none.example\n${MESSAGE}`, 1, '-: fail author=joe@example.com practice=all '],
  ])('%s', async (_, input, status, line) => {
    const run = await check([], input);
    expect(run.status).toBe(status);
    expect(run.stdout).toContain(line);
  });

  it('a file that is not there and an empty input are reported, and end with 100', async () => {
    const missing = await check(['./nowhere.eml', 'msg.eml']);
    expect(missing.status).toBe(100);
    expect(missing.stderr).toBe('dktool: cannot open ./nowhere.eml: there is no such file\n');
    expect(missing.stdout).toContain('msg.eml: fail ');
    const named = await check(['nope.eml']);
    expect(named).toMatchObject({ status: 100, stdout: '' });
    expect(named.stderr).toBe('dktool: cannot open nope.eml: there is no such file\n');
    const empty = await check(['--json', '-']);
    expect(empty.status).toBe(100);
    expect(JSON.parse(empty.stdout)).toMatchObject({ file: '-', error: { code: 'empty-message', kind: 'permanent' } });
  });
});

const record = (...args: string[]) => runDktool(['dns-record', ...args]);

describe('dns-record for policies', () => {
  it.each([
    [['example.com', '--adsp', 'all'], '_adsp._domainkey.example.com. IN TXT "dkim=all"'],
    [['--adsp', 'discardable'], '_adsp._domainkey IN TXT "dkim=discardable"'],
    [['--domainkeys-policy', 'example.com'], '_domainkey.example.com. IN TXT "o=~"'],
    [['--domainkeys-policy', 'all', 'example.com', '--testing'], '_domainkey.example.com. IN TXT "o=-; t=y"'],
    [['example.com', '--adsp', 'unknown', '--format', 'tinydns'], "'_adsp._domainkey.example.com:dkim=unknown"],
  ])('%j', async (args, line) => {
    const { status, stdout, stderr } = await record(...args);
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${line}\n` });
    expect(stderr).toContain('is historic');
  });

  it.each([
    [['--adsp', 'strict'], "--adsp 'strict'"],
    [['--adsp', 'all', '-k', 'key'], '--adsp and --key cannot be used together'],
    [['--domainkeys-policy', 'none'], '--domainkeys-policy none is neither all nor some'],
  ])('%j is a usage error', async (args, sentence) => {
    const { status, stdout, stderr } = await record(...args);
    expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
    expect(stderr).toContain(`dktool: ${sentence}`);
  });
});
