/** dmarc-check: the policy of domains and how it was found, and DMARC on messages. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runDktool, temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { mailFolder } from '../support/mail-folder.ts';
import { VERDICT_ZONE } from '../support/verdict-cases.ts';
import { NOW } from '../support/vectors.ts';

const SOUND = 'v=DMARC1; p=reject; sp=quarantine; np=reject; rua=mailto:d@example.com';

const ZONE = {
  ...VERDICT_ZONE,
  'news.example.com': { A: ['192.0.2.1'] },
  '_dmarc.example.com': { TXT: [SOUND] },
  '_dmarc.two.example': { TXT: ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] },
  '_dmarc.broken.example': { TXT: ['v=DMARC1; p=rejekt'] },
  '_dmarc.caret.example': { TXT: ['v=DMARC1; p=reject; adkim=strict; rua=mailto:a@caret.example, b@caret.example'] },
  '_dmarc.slow.example': { TXT: 'SERVFAIL' },
  '_dmarc.test.example': { TXT: ['v=DMARC1; p=reject; t=y; np=reject; rua=mailto:d@test.example'] },
  '_dmarc.bank': { TXT: ['v=DMARC1; p=none; psd=y'] },
  '_dmarc.evil.example': { TXT: ['\u001b[31mv=DMARC1; p=none'] },
};

function check(args: readonly string[], input = '', zone: object = ZONE) {
  const path = join(temporaryFolder(), 'zone.json');
  writeFileSync(path, JSON.stringify(zone));
  return runInMemory(['dmarc-check', '--now', String(NOW), '--zone', path, ...args], input);
}

const lines = async (args: readonly string[]) => (await check(args)).stdout.split('\n').slice(0, -1);

describe('dmarc-check DOMAIN', () => {
  it('says which policy applies, and how it was found', async () => {
    expect(await check(['a.news.example.com'])).toEqual(
      expect.objectContaining({
        status: 0,
        stderr: '',
        stdout:
          'a.news.example.com: policy=reject: the record at _dmarc.example.com says np=reject; example.com is the ' +
          'Organizational Domain\n' +
          `a.news.example.com: record: ${SOUND}\n` +
          'a.news.example.com: meaning: mail that fails DMARC is to be rejected; from subdomains it is to be treated as ' +
          'suspicious; from subdomains that do not exist it is to be rejected; daily reports go to mailto:d@example.com\n' +
          'a.news.example.com: organizational domain: example.com\n' +
          'a.news.example.com: walk: _dmarc.a.news.example.com: no record\n' +
          'a.news.example.com: walk: _dmarc.news.example.com: no record\n' +
          'a.news.example.com: walk: _dmarc.example.com: a record\n' +
          'a.news.example.com: walk: _dmarc.com: no record\n',
      }),
    );
  });

  it.each([
    ['example.com', 0, 'policy=reject: the record at _dmarc.example.com says p=reject'],
    [
      'news.example.com',
      0,
      'policy=quarantine: the record at _dmarc.example.com says sp=quarantine; example.com is the',
    ],
    [
      'test.example',
      0,
      'policy=reject: the record at _dmarc.test.example says p=reject, and asks for the next weaker policy (t=y',
    ],
    ['one.bank', 0, 'policy=none: the record at _dmarc.bank says p=none; bank is a public suffix'],
    ['none.example', 2, 'no policy: no DMARC record applies to none.example'],
    ['two.example', 2, 'no policy: no DMARC record applies to two.example'],
    [
      'broken.example',
      1,
      'policy ignored: the record at _dmarc.broken.example has neither a valid policy nor a report address',
    ],
    ['x.slow.example', 111, 'policy unknown: it is unknown which policy applies: no answer for _dmarc.slow.example: '],
  ])('%s: status %i', async (domain, status, words) => {
    const run = await check([domain]);
    expect(run.status).toBe(status);
    expect(run.stdout).toContain(`${domain}: ${words}`);
    expect((await check(['-q', domain])).stdout).toBe('');
  });

  it('shows what each name of the walk holds, safe for a terminal', async () => {
    expect(await lines(['two.example'])).toContain(
      'two.example: walk: _dmarc.two.example: 2 DMARC records, all of them discarded',
    );
    expect(await lines(['one.bank'])).toContain(
      'one.bank: walk: _dmarc.bank: a record with psd=y, which ends the walk',
    );
    expect(await lines(['evil.example'])).toContain(
      'evil.example: walk: _dmarc.evil.example: no DMARC record, but "\\x1b[31mv=DMARC1; p=none"',
    );
    expect((await lines(['x.slow.example'])).at(-1)).toMatch(
      /^x\.slow\.example: walk: _dmarc\.slow\.example: no answer: /,
    );
  });

  it('takes several, and the worst decides', async () => {
    const run = await check(['example.com', 'none.example', '-d', 'bank']);
    expect(run.status).toBe(2);
    expect(run.stdout.match(/^\S+: (?:no )?policy.*?:/gm)).toEqual([
      'bank: policy=none:',
      'example.com: policy=reject:',
      'none.example: no policy:',
    ]);
  });

  it('escapes in JSON what would turn a terminal round', async () => {
    const zone = { '_dmarc.turned.example': { TXT: ['v=DMARC1; p=none; x=\u00e2\u0080\u00ae'] } };
    const { stdout } = await check(['--json', 'turned.example'], '', zone);
    expect(stdout).toContain(String.raw`x=\u202e`);
    expect(stdout).not.toContain('\u202e');
    expect(JSON.parse(stdout)).toMatchObject({ tags: { x: '\u202e' } });
  });

  it('is a stable object in JSON', async () => {
    const { stdout } = await check(['--json', 'news.example.com']);
    expect(JSON.parse(stdout)).toEqual({
      domain: 'news.example.com',
      organizationalDomain: 'example.com',
      queries: 3,
      record: { name: '_dmarc.example.com', source: 'organizational', text: SOUND },
      policy: 'quarantine',
      policyTag: 'sp',
      testing: false,
      applied: 'quarantine',
      tags: { v: 'DMARC1', p: 'reject', sp: 'quarantine', np: 'reject', rua: 'mailto:d@example.com' },
      result: 'found',
      detail: 'the record at _dmarc.example.com says sp=quarantine; example.com is the Organizational Domain',
      walk: [
        { name: '_dmarc.news.example.com', status: 'none' },
        { name: '_dmarc.example.com', status: 'found' },
        { name: '_dmarc.com', status: 'none' },
      ],
      findings: [],
    });
  });

  it.each([
    ['none.example', { result: 'none', record: null, policy: null, applied: null, tags: {} }],
    ['broken.example', { result: 'permerror', policy: null, applied: null, tags: { p: 'rejekt' } }],
    ['x.slow.example', { result: 'temperror', record: null, organizationalDomain: null, queries: 2 }],
    ['test.example', { result: 'found', policy: 'reject', testing: true, applied: 'quarantine' }],
    ['one.bank', { result: 'found', record: { source: 'psd' }, organizationalDomain: 'one.bank' }],
  ])('%s in JSON', async (domain, facts) => {
    expect(JSON.parse((await check(['--json', domain])).stdout)).toMatchObject(facts);
  });
});

describe('dmarc-check --lint', () => {
  it('puts a caret under each syntax error', async () => {
    const { status, stdout } = await check(['--lint', 'caret.example']);
    expect(status).toBe(1);
    const [record, first, second] = stdout.split('\n').slice(6);
    const place = (text: string) => ' '.repeat(record!.indexOf(text)) + '^'.repeat(text.length);
    expect(record).toMatch(/^_dmarc\.caret\.example: v=DMARC1/);
    expect(first).toBe(`${place('adkim=strict')} column 21: adkim=strict is invalid: it must be r or s`);
    expect(second).toBe(
      `${place('b@caret.example')} column 63: rua=: b@caret.example is not a URI: write mailto:b@caret.example`,
    );
    expect(stdout).toContain('\nerror: _dmarc.caret.example: adkim=strict is invalid: it must be r or s; expected: ');
  });

  it('puts the finding with its place into JSON', async () => {
    const { stdout } = await check(['--lint', '--json', 'caret.example']);
    const { findings, tags, record } = JSON.parse(stdout) as {
      findings: { code: string; column: number; length: number }[];
      tags: object;
      record: { text: string };
    };
    expect(tags).toHaveProperty('adkim');
    expect(findings.map(({ code }) => code)).toEqual(['bad-value', 'bad-report-uri', 'subdomains-inherit']);
    const [{ column, length }] = findings as [(typeof findings)[0]];
    expect(record.text.slice(column, column + length)).toBe('adkim=strict');
  });

  it.each([
    ['example.com', 0, 'warning weaker-subdomains'],
    ['test.example', 0, 'warning test-mode'],
    ['two.example', 1, 'error several'],
    ['none.example', 2, 'warning missing'],
    ['evil.example', 1, 'error not-dmarc'],
    ['x.slow.example', 111, 'temporary no-answer'],
  ])('%s: status %i, %s', async (domain, status, finding) => {
    const run = await check(['--lint', '--json', domain]);
    expect(run.status).toBe(status);
    const { findings } = JSON.parse(run.stdout) as { findings: { severity: string; code: string }[] };
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toContain(finding);
  });
});

describe('dmarc-check of messages', () => {
  const SIGNED = signByHand(PLAIN);

  it('on stdin and in files, each with its record and alignments', async () => {
    const run = await check([], SIGNED);
    expect(run.status).toBe(0);
    expect(run.stdout).toBe(
      '-: dmarc=pass reason=aligned from=example.com policy=reject: the DKIM signature of example.com passes and is aligned ' +
        'with example.com; DMARC does not object to delivery\n' +
        `-: dmarc record _dmarc.example.com (domain): "${SOUND}"\n` +
        '-: dmarc alignment dkim d=example.com pass: strict\n' +
        '-: organizational domain: example.com\n',
    );
  });

  it.each([
    ['unsigned', PLAIN, [], 1, 'fail'],
    ['signed', SIGNED, [], 0, 'pass'],
    ['without a record', PLAIN.replaceAll('example.com', 'none.example'), [], 2, 'none'],
    ['DNS without an answer', PLAIN.replaceAll('example.com', 'slow.example'), [], 111, 'temperror'],
    ['two From fields', `From: x@example.net\r\n${SIGNED}`, [], 1, 'permerror'],
    ['no SPF record', PLAIN, ['--ip', '192.0.2.1', '--from', 'x@example.com'], 1, 'fail'],
  ] as const)('%s: status %i', async (_, message, more, status, result) => {
    const run = await check(['--json', ...more], message);
    expect(run.status).toBe(status);
    expect(JSON.parse(run.stdout)).toMatchObject({ file: '-', dmarc: { result }, findings: [] });
  });

  it('judges the record that applies with --lint', async () => {
    const message = PLAIN.replaceAll('example.com', 'caret.example');
    const { findings } = JSON.parse((await check(['--lint', '--json'], message)).stdout) as { findings: object[] };
    expect(findings).toMatchObject([{ code: 'bad-value' }, { code: 'bad-report-uri' }, { code: 'subdomains-inherit' }]);
    expect((await check(['--lint'], message)).stdout).toContain('^^^^^^^^^^^^ column 21: adkim=strict is invalid');
  });

  it('says of what is not a message and no domain that it is not there', async () => {
    const { status, stderr } = await check(['nosuchfile']);
    expect([status, stderr]).toEqual([100, expect.stringContaining('nosuchfile')]);
  });
});

it('dmarc-check of the real program', async () => {
  const cwd = mailFolder({ 'dmarc.json': JSON.stringify(ZONE), 'msg.eml': signByHand(PLAIN) });
  const args = ['dmarc-check', '--zone', 'dmarc.json', '--now', String(NOW), 'example.com', 'msg.eml'];
  const { status, stdout, stderr } = await runDktool(args, { cwd });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^example\.com: policy=reject: [^]*^msg\.eml: dmarc=pass reason=aligned /m);
});
