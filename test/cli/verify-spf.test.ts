/** verify --spf: SPF beside the signatures, in one answer. */
import { describe, expect, it } from 'vitest';
import { runDktool } from '../support/bin.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { mailFolder, verify } from '../support/mail-folder.ts';
import { NOW } from '../support/vectors.ts';

const SIGNED = signByHand(PLAIN);
const RECEIVED =
  'Return-Path: <bounce@example.com>\r\n' +
  'Received: from mail.example.com (HELO mail.example.com) (198.51.100.7)\r\n' +
  '  by mx.example.org with SMTP; 1 Nov 2026 00:00:00 -0000\r\n' +
  SIGNED;
const SPF = JSON.stringify({ 'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] } });
const cwd = () => mailFolder({ 'spf.json': SPF, 'msg.eml': RECEIVED, 'bare.eml': SIGNED });
const judge = (args: readonly string[]) => verify(['--zone', 'spf.json', '--spf', ...args], { cwd: cwd() });

describe('verify --spf', () => {
  it('takes the session from the message, and leaves the result to the signatures', async () => {
    const { status, stdout } = await judge(['msg.eml']);
    expect(status).toBe(0);
    expect(stdout).toContain(
      "msg.eml: spf=fail reason=mechanism-matched mailfrom=example.com ip=198.51.100.7: '-all' of example.com matched",
    );
  });

  it('takes the session from the options', async () => {
    const session = ['--ip', '192.0.2.1', '--helo', 'mail.example.com', '--from', 'user@example.com'];
    const { status, stdout } = await judge(['--json', ...session, 'msg.eml']);
    expect([status, JSON.parse(stdout)]).toMatchObject([
      0,
      { result: 'pass', spf: { result: 'pass', identity: 'mailfrom', domain: 'example.com', ip: '192.0.2.1' } },
    ]);
  });

  it('takes the session of a message on stdin from the environment of tcpserver', async () => {
    const { stdout } = await runDktool(
      ['verify', '--spf', '--json', '--now', String(NOW), '--zone', 'zone.json', '--zone', 'spf.json'],
      { cwd: cwd(), input: SIGNED, env: { TCPREMOTEIP: '192.0.2.1', SENDER: 'user@example.com' } },
    );
    expect(JSON.parse(stdout)).toMatchObject({ result: 'pass', spf: { result: 'pass', ip: '192.0.2.1' } });
  });

  it('says so where nobody can tell the session, and makes no statement', async () => {
    const sentence = 'cannot determine which client the message came from: the message has no Received field';
    expect((await judge(['bare.eml'])).stdout).toContain(`bare.eml: spf not checked: ${sentence}\n`);
    expect(JSON.parse((await judge(['--json', 'bare.eml'])).stdout)).toMatchObject({
      spf: { result: null, detail: sentence },
    });
    expect((await judge(['--auth-results', 'mx.example.org', 'bare.eml'])).stdout).not.toContain('spf=');
  });

  it('is one statement beside those on signatures in Authentication-Results', async () => {
    const { status, stdout } = await judge(['--auth-results', 'mx.example.org', 'msg.eml']);
    const field = stdout.slice(0, stdout.indexOf('Return-Path'));
    expect(status).toBe(0);
    expect(field).toMatch(/^Authentication-Results: mx\.example\.org;\r\n\tdkim=pass [^;]+;/);
    expect(field).toContain('spf=fail smtp.mailfrom=example.com');
    expect(stdout.endsWith(RECEIVED)).toBe(true);
  });
});
