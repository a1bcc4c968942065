/** verify --preflight and sign --lint: what is found, and that it is gone when the remedy has been carried out. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/commands/index.ts';
import { MemorySink, MemorySource } from '../../src/console/streams/bytes.ts';
import { PREFLIGHT_CHECKS, type PreflightCode, TRANSIT_CHECKS } from '../../src/lib/preflight/checks.ts';
import type { PreflightReport } from '../../src/lib/report/preflight.ts';
import { main } from '../../src/main.ts';
import { temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { PLAIN } from '../support/hand-signer.ts';
import { mailFolder } from '../support/mail-folder.ts';
import { PREFLIGHT_CASES, SOUND, ZONE, type Zone } from '../support/preflight-cases.ts';
import { NOW } from '../support/vectors.ts';

function zoneFile(zone: Zone): string {
  const path = join(temporaryFolder(), 'zone.json');
  writeFileSync(path, JSON.stringify({ ...ZONE, ...zone }));
  return path;
}

async function preflight(message: string, args: readonly string[] = [], zone: Zone = {}) {
  return runInMemory(['verify', '--preflight', '--now', String(NOW), '--zone', zoneFile(zone), ...args], message);
}

async function reportOf(message: string, zone: Zone = {}): Promise<PreflightReport> {
  const { stdout } = await preflight(message, ['--json'], zone);
  return (JSON.parse(stdout) as { preflight: PreflightReport }).preflight;
}

const codesOf = ({ findings }: PreflightReport) => findings.map(({ code }) => code);

const caseOf = (code: PreflightCode) => PREFLIGHT_CASES.find((one) => one.code === code)!;

describe('verify --preflight', () => {
  it.each(PREFLIGHT_CASES.map((one) => [one.code, one] as const))(
    'finds %s, and no more of it once the remedy has been carried out',
    async (code, { subject, broken, fixed, zone, fixedZone = zone }) => {
      const report = await reportOf(broken, zone);
      const found = report.findings.find((finding) => finding.code === code);
      expect(found, codesOf(report).join(' ')).toMatchObject({ subject });
      expect(found!.remedy).not.toBe('');
      const status = report.checks.find((check) => check.code === code)?.status;
      expect(status).toBe(found!.severity);
      expect(codesOf(await reportOf(fixed, fixedZone))).not.toContain(code);
    },
  );

  it('has a message for each finding', () => {
    expect(PREFLIGHT_CASES.map(({ code }) => code)).toEqual(Object.keys(PREFLIGHT_CHECKS));
  });

  it('finds nothing in a sound message', async () => {
    const report = await reportOf(SOUND);
    expect(report).toMatchObject({ result: 'ok', findings: [] });
    expect(report.checks.map(({ code }) => code)).toEqual(Object.keys(PREFLIGHT_CHECKS));
    expect(report.notSeen.map(({ code }) => code)).toEqual(['tls', 'reverse-dns', 'complaints']);
    const { status, stdout } = await preflight(SOUND);
    expect(status).toBe(0);
    expect(stdout).toContain(`-: preflight ok: ${Object.keys(PREFLIGHT_CHECKS).length} checks, nothing found\n`);
    expect(stdout).toContain('-: preflight not seen from here: whether the sending host uses TLS; ');
  });

  it.each([
    ['an error', caseOf('body-line-too-long'), 1, 1],
    ['a warning', caseOf('body-8bit'), 0, 1],
    ['a note', caseOf('footer-rewrites'), 0, 0],
    ['no answer', caseOf('dns-unanswered'), 111, 111],
  ])('ends by the worst finding: %s', async (_, { broken, zone }, plain, strict) => {
    expect((await preflight(broken, [], zone)).status).toBe(plain);
    expect((await preflight(broken, ['--fail-on', 'warning'], zone)).status).toBe(strict);
  });

  it('calls nothing well that it could not see', async () => {
    const of = async (code: PreflightCode) => {
      const { broken, zone } = caseOf(code);
      return (await reportOf(broken, zone)).checks.map((check) => check.code);
    };
    expect(await of('not-signed')).not.toContain('key-short');
    expect(await of('unsubscribe-missing')).not.toContain('unsubscribe-not-signed');
    expect(await of('dns-unanswered')).not.toContain('from-takes-no-mail');
    const overLimit = await reportOf(`${'X: y\r\n'.repeat(200_001)}${SOUND}`);
    expect(overLimit.checks.filter(({ status }) => status === 'ok')).toEqual([]);
    expect(overLimit.result).toBe('error');
  });

  it('calls an author whose domain is no name an error, and not something that passes', async () => {
    const { status, stdout } = await preflight(unsigned(SOUND).replace('@example.com', '@exa/mple.com'));
    expect(status).toBe(1);
    expect(stdout).toContain('exa/mple.com in From is not a domain name, and no answer can reach it');
    expect(stdout).not.toContain('try again later');
  });

  it('counts SPF for alignment', async () => {
    const spf = {
      'example.com': { MX: [{ preference: 10, exchange: 'mail.example.com' }], TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
    };
    const session = ['--ip', '192.0.2.1', '--helo', 'mail.example.com', '--from', 'x@example.com'];
    const { stdout } = await preflight(unsigned(SOUND), ['--json', ...session], spf);
    const report = (JSON.parse(stdout) as { preflight: PreflightReport }).preflight;
    expect(codesOf(report)).toEqual(['not-signed']);
  });

  it('is a checklist at a terminal, with what to do', async () => {
    const stdout = new MemorySink(true, 100);
    const context = {
      stdin: new MemorySource(Buffer.from(caseOf('body-line-too-long').broken, 'latin1')),
      stdout,
      stderr: new MemorySink(),
      env: { LANG: 'C.UTF-8' },
      now: () => NOW,
      liveResolver: () => Promise.reject(new Error('no name server is asked')),
    };
    await main(['verify', '--preflight', '--zone', zoneFile({}), '--color', 'never'], context, COMMANDS);
    expect(stdout.text).toContain('  \u2713 no header line is over 998 octets\n');
    expect(stdout.text).toMatch(/ {2}\u2717 body line 2: a line has 999 octets: .*\n {6}-> encode the body/s);
  });

  it.each([
    [['--fail-on', 'warning'], '--fail-on warning needs --preflight'],
    [['--preflight', '--dmarc', '--fail-on', 'dmarc'], '--fail-on dmarc has no effect with --preflight'],
    [['--preflight', '--auth-results', 'mx.example.org'], '--preflight has no effect with --auth-results'],
  ])('refuses %j', async (args, said) => {
    const { status, stderr } = await runInMemory(['verify', ...args], PLAIN);
    expect([status, stderr]).toEqual([100, expect.stringContaining(said) as string]);
  });
});

/** The options that make a signature fragile. */
const FRAGILE: Partial<Record<PreflightCode, readonly string[]>> = {
  'simple-header': ['-c', 'simple'],
  'simple-trailing-blanks': ['-c', 'relaxed/simple'],
  'body-length': ['--body-length'],
  'expires-early': ['--expire', '1d'],
};

const sign = (args: readonly string[], message: string) =>
  runInMemory(['sign', '-k', join(mailFolder(), 'rsa2048'), '--timestamp', String(NOW), ...args], message);
const said = (stderr: string) => [...stderr.matchAll(/\[([a-z0-9-]+)\]$/gm)].map(([, code]) => code);

/** Without the signature on top. */
const unsigned = (text: string) => text.slice(text.indexOf('\r\nFrom:') + 2);

describe('sign --lint', () => {
  const LONG = PLAIN.replace('hungry', 'hungry '.repeat(200));

  it('warns and signs', async () => {
    const { status, output, stderr } = await sign(['--lint'], LONG);
    expect(status).toBe(0);
    expect(output).toMatch(/^DKIM-Signature: /);
    expect(stderr).toMatch(
      /^dktool: error: body line 1: a line has \d+ octets: .*; remedy: .* \[body-line-too-long\]$/m,
    );
    expect((await sign(['--lint'], PLAIN)).stderr).toBe('');
    expect((await sign(['--lint', '-q'], LONG)).stderr).toBe('');
  });

  it('with =error refuses what will break, and writes nothing', async () => {
    const { status, output, stderr } = await sign(['--lint=error'], LONG);
    expect([status, output]).toEqual([100, '']);
    expect(stderr).toContain('dktool: not signed: body line 1: a line has ');
    expect(stderr).toContain('dktool: hint: encode the body in quoted-printable or base64');
    const warned = await sign(['--lint=error', '--expire', '1d'], PLAIN);
    expect([warned.status, said(warned.stderr)]).toEqual([0, ['expires-early']]);
  });

  it('finds what the options make fragile', async () => {
    const fragile = PLAIN.replace('To: bob@example.net', 'To: bob@example.net,\r\n carol@example.net').replace(
      'yet?',
      'yet? ',
    );
    const { stderr } = await sign(['--lint', '-c', 'simple/simple', '--body-length', '--expire', '1h'], fragile);
    expect(said(stderr)).toEqual(['simple-header', 'simple-trailing-blanks', 'body-length', 'expires-early']);
    expect(said((await sign(['--lint'], fragile)).stderr)).toEqual([]);
  });

  it.each(PREFLIGHT_CASES.filter(({ code }) => code in TRANSIT_CHECKS).map((one) => [one.code, one] as const))(
    'finds %s as --preflight does',
    async (code, { broken, fixed }) => {
      const more = FRAGILE[code] ?? [];
      expect(said((await sign(['--lint', ...more], unsigned(broken))).stderr)).toContain(code);
      expect(said((await sign(['--lint'], unsigned(fixed))).stderr)).not.toContain(code);
    },
  );

  it('takes the word behind it for the file', async () => {
    const file = join(temporaryFolder(), 'msg.eml');
    writeFileSync(file, LONG);
    const { status, stderr } = await sign(['--lint', file], '');
    expect([status, said(stderr)]).toEqual([0, ['body-line-too-long']]);
    expect(await sign(['--lint=eror', file], '')).toMatchObject({ status: 100, output: '' });
  });
});
