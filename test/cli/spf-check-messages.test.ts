import { describe, expect, it } from 'vitest';
import { dktool, testFile, zoneJson } from '../support/spf.ts';

const ZONE = testFile(
  zoneJson({
    'example.com': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'], A: ['198.51.100.9'] },
    'guess.example': { A: ['192.0.2.77'] },
  }),
);
const CHECK = ['spf-check', '--zone', ZONE];

const OUTSIDE =
  'Received: from mail.example.com (mail.example.com [192.0.2.1])\n\tby mx.example.net (Postfix) with ESMTP id 1; Thu, 1 Jan 2026 00:00:00 +0000\n';
const RELAY = 'Received: from mx.example.net (mx.example.net [198.51.100.7]) by store (Postfix) with ESMTP id 2\n';
const MESSAGE = `Return-Path: <user@example.com>\n${OUTSIDE}From: user@example.com\n\nbody\n`;

describe('saved messages', () => {
  it('tells for each file what it used, and the worst outcome wins', async () => {
    const good = testFile(MESSAGE);
    const refused = testFile(`Return-Path: <user@example.com>\n${RELAY}${OUTSIDE}\n`);
    const { stdout, stderr, status } = await dktool([...CHECK, '--json', good, refused]);
    const [first, second] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toMatchObject({
      file: good,
      result: 'pass',
      sources: {
        ip: 'Received 1',
        helo: 'Received 1',
        sender: 'Return-Path',
        line: 'Received: from mail.example.com (mail.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id 1; Thu, 1 Jan 2026 00:00:00 +0000',
      },
    });
    expect(second).toMatchObject({ file: refused, result: 'fail', ip: '198.51.100.7' });
    expect([stderr, status]).toEqual(['', 1]);
    const trusted = await dktool([...CHECK, '--json', '--trusted', '198.51.100.0/24', refused]);
    expect(JSON.parse(trusted.stdout)).toMatchObject({ result: 'pass', ip: '192.0.2.1' });
    const hop = await dktool([...CHECK, '--json', '--hop', '2', refused]);
    expect(JSON.parse(hop.stdout)).toMatchObject({ result: 'pass', sources: { ip: 'Received 2' } });
  });

  it('says when it cannot tell, with status 2, and does not stop there', async () => {
    const silent = testFile('Return-Path: <user@example.com>\nFrom: x\n\n');
    const { stdout, status } = await dktool([...CHECK, '--json', silent, testFile(MESSAGE)]);
    const [first, second] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toEqual({
      file: silent,
      error: {
        code: 'session-unknown',
        kind: 'permanent',
        detail: 'cannot determine which client the message came from: the message has no Received field',
      },
    });
    expect(second).toMatchObject({ result: 'pass' });
    expect(status).toBe(2);
    const unsent = await dktool(CHECK, { stdin: `${OUTSIDE}\n` });
    expect(unsent.stderr).toContain('cannot determine the envelope sender');
    expect(unsent.status).toBe(2);
  });

  it('lets options say what the message does not', async () => {
    const { stdout } = await dktool([...CHECK, '--json', '--ip', '203.0.113.1', '-'], { stdin: MESSAGE });
    expect(JSON.parse(stdout)).toMatchObject({
      result: 'fail',
      sources: { ip: '--ip', sender: 'Return-Path', line: null },
    });
  });
});

describe('Received-SPF', () => {
  const FIELD = `Received-SPF: pass (mx.example.net: domain of user@example.com designates
 192.0.2.1 as permitted sender) client-ip=192.0.2.1;
 envelope-from="user@example.com"; helo=mail.example.com;
 receiver=mx.example.net; identity=mailfrom; mechanism="ip4:192.0.2.0/24"
`;

  it('is printed alone', async () => {
    const { stdout } = await dktool([...CHECK, '--received-spf', '--receiver', 'mx.example.net'], { stdin: MESSAGE });
    expect(stdout).toBe(FIELD);
  });

  it('is put on top of the message, which stays as it is', async () => {
    const args = [...CHECK, '--annotate', '--receiver', 'mx.example.net'];
    const octets = Buffer.concat([Buffer.from(MESSAGE), Buffer.from([0, 0xff, 0x0d, 0x41])]);
    const written = await dktool(args, { stdin: octets });
    expect(written.stdout).toBe(FIELD + octets.toString('utf8'));
    expect(written.status).toBe(0);
    const mbox = await dktool(args, { stdin: `From user Thu Jan  1 00:00:00 2026\n${MESSAGE}` });
    expect(mbox.stdout).toBe(`From user Thu Jan  1 00:00:00 2026\n${FIELD}${MESSAGE}`);
    const crlf = await dktool(args, { stdin: MESSAGE.replace(/\n/g, '\r\n') });
    expect(crlf.stdout).toBe((FIELD + MESSAGE).replace(/\n/g, '\r\n'));
  });

  it('does not make a filter fail, unless it is asked to', async () => {
    const args = [...CHECK, '--annotate', '--ip', '203.0.113.1'];
    expect((await dktool(args, { stdin: MESSAGE })).status).toBe(0);
    expect((await dktool([...args, '--exit-verdict'], { stdin: MESSAGE })).status).toBe(1);
    const silent = 'From: x\n\nbody\n';
    const unknown = await dktool([...CHECK, '--annotate'], { stdin: silent });
    expect(unknown).toMatchObject({ stdout: silent, status: 0 });
    expect(unknown.stderr).toContain('no Received-SPF field: cannot determine which client');
    expect((await dktool([...CHECK, '--annotate', '--exit-verdict'], { stdin: silent })).status).toBe(2);
  });
});

const mbox = (from: string) => `From ${from} Thu May 14 12:00:00 2009\n${MESSAGE}\n`;

it('a mailbox of several messages is refused, where a file of it is named', async () => {
  const file = testFile(mbox('a@example.com') + mbox('b@example.com'));
  const { stdout, stderr, status } = await dktool([...CHECK, file]);
  expect({ stdout, status }).toEqual({ stdout: '', status: 100 });
  expect(stderr).toContain('this is an mbox file with several messages, not a message');
  expect((await dktool([...CHECK, testFile(mbox('a@example.com'))])).status).toBe(0);
});

describe('batches', () => {
  it('answers line by line, in order, bad lines too', async () => {
    const lines = [
      '192.0.2.1 mail.example.com user@example.com',
      '',
      '1.2.3 mail.example.com user@example.com',
      '{"ip":"::ffff:203.0.113.1","helo":"h.example","from":"user@example.com"}',
      '203.0.113.1 example.com <>',
      '203.0.113.1 example.com',
      'nonsense',
      '{"ip":7}',
      '{',
      `192.0.2.1 ${'x'.repeat(5000)} user@example.com`,
    ];
    const { stdout, status } = await dktool([...CHECK, '--batch'], { stdin: lines.join('\r\n') });
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { line: number; result?: string; error?: { code: string }; trace?: unknown });
    expect(answers.map(({ line, result, error }) => [line, result ?? error?.code])).toEqual([
      [1, 'pass'],
      [3, 'bad-ip-address'],
      [4, 'fail'],
      [5, 'fail'],
      [6, 'fail'],
      [7, 'bad-line'],
      [8, 'bad-line'],
      [9, 'bad-line'],
      [10, 'bad-line'],
    ]);
    expect(answers[0]).not.toHaveProperty('trace');
    expect(status).toBe(100);
  });

  it('takes lists from files, and names them', async () => {
    const files = ['192.0.2.1', '203.0.113.1'].map((ip) => testFile(`\n${ip} mail.example.com user@example.com\n`));
    const { stdout, status } = await dktool([...CHECK, '--batch', ...files], { stdin: 'not read' });
    const answers = stdout.trim().split('\n');
    expect(answers.map((line) => JSON.parse(line) as object)).toMatchObject([
      { file: files[0], line: 2, result: 'pass' },
      { file: files[1], line: 2, result: 'fail' },
    ]);
    expect(status).toBe(1);
    const missing = await dktool([...CHECK, '--batch', './none']);
    expect(missing).toMatchObject({ status: 100, stdout: '' });
    expect(missing.stderr).toContain('there is no such file');
  });

  it('takes thousands of lines', async () => {
    const stdin = Array.from(
      { length: 3000 },
      (_, i) => `192.0.2.${i % 256} mail.example.com u${i}@example.com\n`,
    ).join('');
    const { stdout, status } = await dktool([...CHECK, '--batch'], { stdin });
    const senders = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { sender: string }).sender);
    expect(senders).toEqual(Array.from({ length: 3000 }, (_, i) => `u${i}@example.com`));
    expect(status).toBe(0);
  });
});

const query = (...args: string[]) => dktool([...CHECK, '--compat', 'spfquery', '--exit-style', 'spfquery', ...args]);

describe('--compat spfquery', () => {
  it('prints the two lines of the patch', async () => {
    expect(await query('192.0.2.1', 'h.example', 'user@example.com')).toMatchObject({
      stdout:
        'result=pass\nReceived-SPF: pass (localhost: SPF record at example.com designates 192.0.2.1 as permitted sender)\n',
      status: 0,
    });
    expect(await query('203.0.113.1', 'h.example', 'user@example.com')).toMatchObject({
      stdout:
        'result=fail: See http://spf.pobox.com/why.html?sender=user%40example.com&ip=203.0.113.1&receiver=localhost\n' +
        'Received-SPF: fail (localhost: SPF record at example.com does not designate 203.0.113.1 as permitted sender)\n',
      status: 5,
    });
  });

  it('takes rules, guess and explanation', async () => {
    const own = await query('203.0.113.1', 'h.example', 'user@example.com', 'ip4:203.0.113.0/24');
    expect(own.stdout).toContain('pass (localhost: local policy designates');
    const guessed = await query('192.0.2.1', 'h.example', 'user@guess.example', '', 'v=spf1 a/24');
    expect(guessed.stdout).toContain('result=pass\n');
    const ended = await query('203.0.113.1', 'h.example', 'user@example.com', '', '', 'No, %{i}');
    expect(ended.stdout).toContain('result=fail: No, 203.0.113.1\n');
  });
});

const lint = (record: string, ...args: string[]) =>
  dktool([...CHECK, '--lint', 'example.com', '--record', record, ...args]);

describe('--lint', () => {
  it('shows the record with a caret, and is a negative answer', async () => {
    const { stdout, status } = await lint('v=spf1 mx/99 -all');
    expect(stdout).toBe(`record: example.com: v=spf1 mx/99 -all
                              ^^^ column 10: an IPv4 prefix length is a number from 0 to 32 without leading zeros
error syntax-error: example.com column 10: an IPv4 prefix length is a number from 0 to 32 without leading zeros
worst case: 0 of 10 terms with DNS look-ups; 0 of 2 void for IPv4, 0 for IPv6
allows: 0 IPv4 and 0 IPv6 addresses in 0 networks (as far as the policy can be read)
`);
    expect(status).toBe(1);
  });

  it('lists the networks, as lines and as JSON', async () => {
    const record = 'v=spf1 ip4:192.0.2.0/25 ip4:192.0.2.128/25 ip6:2001:db8::/32 a exists:%{l}.x.example -all';
    const { stdout, status } = await lint(record, '--networks');
    expect(stdout.split('\n').slice(1)).toEqual([
      'worst case: 2 of 10 terms with DNS look-ups; 0 of 2 void for IPv4, 1 for IPv6',
      'allows: 257 IPv4 and 79228162514264337593543950336 IPv6 addresses in 3 networks',
      'allows more, depending on the sender: exists:%{l}.x.example of example.com',
      'network: 192.0.2.0/24',
      'network: 198.51.100.9',
      'network: 2001:db8::/32',
      '',
    ]);
    expect(status).toBe(0);
    const { stdout: line } = await lint(record, '--networks', '--json');
    expect(line).toContain('"addresses":{"ipv4":257,"ipv6":79228162514264337593543950336}');
    expect(JSON.parse(line)).toMatchObject({
      domain: 'example.com',
      findings: [],
      networks: ['192.0.2.0/24', '198.51.100.9', '2001:db8::/32'],
    });
  });

  it('has nothing to judge where there is no record', async () => {
    expect(await dktool([...CHECK, '--lint', 'gone.example'])).toMatchObject({
      stdout: 'error no-record: gone.example: gone.example does not exist\n',
      status: 2,
    });
  });
});
