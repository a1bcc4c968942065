/** verify --dmarc: DMARC on what the signatures and SPF came to. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/commands/index.ts';
import { MemorySink, MemorySource } from '../../src/console/streams/bytes.ts';
import { main } from '../../src/main.ts';
import { temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { mailFolder, verify } from '../support/mail-folder.ts';
import { VERDICT_ZONE } from '../support/verdict-cases.ts';
import { NOW } from '../support/vectors.ts';

const SIGNED = signByHand(PLAIN);
const RECEIVED =
  'Return-Path: <bounce@bounces.example.com>\r\n' +
  'Received: from mail.example.com (HELO mail.example.com) (192.0.2.1)\r\n' +
  '  by mx.example.org with SMTP; 1 Nov 2026 00:00:00 -0000\r\n' +
  PLAIN;
const SUBDOMAIN = PLAIN.replace('ann@example.com', 'ann@news.example.com');

const REJECT = 'v=DMARC1; p=reject; rua=mailto:d@example.com';
const POLICY = { '_dmarc.example.com': { TXT: [REJECT] } };
const SPF = { 'bounces.example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] } };

type Zone = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Files of a message and a zone, and the arguments that name them. */
function folder(message: string, zone: Zone): { readonly args: readonly string[]; readonly file: string } {
  const path = temporaryFolder();
  const [file, records] = [join(path, 'msg.eml'), join(path, 'zone.json')];
  writeFileSync(file, message, 'latin1');
  writeFileSync(records, JSON.stringify({ ...VERDICT_ZONE, ...zone }));
  return { args: ['verify', '--dmarc', '--now', String(NOW), '--zone', records], file };
}

async function judge(more: readonly string[], message = SIGNED, zone: Zone = POLICY) {
  const { args, file } = folder(message, zone);
  const run = await runInMemory([...args, ...more, file]);
  return { ...run, stdout: run.stdout.replaceAll(file, 'msg.eml') };
}

const report = async (...args: Parameters<typeof judge>) =>
  (JSON.parse((await judge(['--json', ...args[0]], args[1], args[2])).stdout) as { dmarc: Record<string, unknown> })
    .dmarc;

const field = async (message: string, zone: Zone) =>
  (await judge(['--auth-results', 'mx.example.org', '--auth-results-only'], message, zone)).stdout;

describe('verify --dmarc', () => {
  it('adds a line', async () => {
    const { status, stdout, stderr } = await judge([]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').at(-2)).toBe(
      'msg.eml: dmarc=pass reason=aligned from=example.com policy=reject: the DKIM signature of example.com passes and is ' +
        'aligned with example.com; DMARC does not object to delivery',
    );
  });

  it('shows the record and each alignment with --verbose', async () => {
    const { stdout } = await judge(['-v', '--ip', '192.0.2.1', '--from', 'x@bounces.example.com'], SIGNED, {
      ...POLICY,
      ...SPF,
    });
    expect(stdout).toContain(`msg.eml: dmarc record _dmarc.example.com (domain): "${REJECT}"\n`);
    expect(stdout).toContain('msg.eml: dmarc alignment dkim d=example.com pass: strict\n');
    expect(stdout).toContain('msg.eml: dmarc alignment spf mailfrom=bounces.example.com pass: relaxed\n');
  });

  it('is an object in JSON', async () => {
    expect(
      await report([], SUBDOMAIN, { ...POLICY, '_dmarc.example.com': { TXT: ['v=DMARC1; p=none; np=reject; t=y'] } }),
    ).toEqual({
      result: 'fail',
      reason: 'not-authenticated',
      detail: 'nothing in the message is authenticated; SPF was not checked',
      handling:
        'a receiver treats the message as suspicious, and files it as spam (np=reject at _dmarc.example.com, one step weaker because of t=y)',
      from: 'news.example.com',
      organizationalDomain: 'example.com',
      record: { name: '_dmarc.example.com', source: 'organizational', text: 'v=DMARC1; p=none; np=reject; t=y' },
      policy: 'reject',
      policyTag: 'np',
      testing: true,
      applied: 'quarantine',
      dkim: [],
      spf: null,
    });
  });

  it('reports the alignment of each signature and of SPF', async () => {
    const list = signByHand(SIGNED, { tags: { d: 'list.example.net', i: undefined } });
    expect(await report(['--ip', '192.0.2.9', '--from', 'x@other.test'], list)).toMatchObject({
      result: 'pass',
      dkim: [
        { domain: 'list.example.net', result: 'pass', aligned: 'no' },
        { domain: 'example.com', result: 'pass', aligned: 'strict' },
      ],
      spf: { domain: 'other.test', identity: 'mailfrom', result: 'none', aligned: 'no' },
    });
  });

  it('counts SPF where --spf can tell the session, and says so where it cannot', async () => {
    expect(await report(['--spf'], RECEIVED, { ...POLICY, ...SPF })).toMatchObject({
      result: 'pass',
      detail: 'SPF for bounces.example.com passes and is aligned with example.com',
      spf: { domain: 'bounces.example.com', result: 'pass', aligned: 'relaxed' },
    });
    expect(await report(['--spf'], PLAIN)).toMatchObject({
      result: 'fail',
      detail:
        'nothing in the message is authenticated; SPF was not checked: cannot determine which client the message came from: ' +
        'the message has no Received field',
      spf: null,
    });
  });

  it('gives no verdict on two From fields', async () => {
    expect(await report([], `From: ceo@example.net\r\n${SIGNED}`)).toMatchObject({
      result: 'permerror',
      reason: 'several-from-fields',
      from: null,
      applied: null,
    });
  });

  it('is one statement in Authentication-Results', async () => {
    expect(await field(SIGNED, POLICY)).toMatch(
      /;\r\n\tdmarc=pass policy\.dmarc=reject header\.from=example\.com\r\n$/,
    );
    const testing = { '_dmarc.example.com': { TXT: ['v=DMARC1; p=none; np=reject; t=y'] } };
    expect(await field(SUBDOMAIN, testing)).toContain(
      'dmarc=fail reason=not-authenticated policy.dmarc=quarantine\r\n\theader.from=news.example.com',
    );
    expect(await field(SIGNED, {})).toContain('dmarc=none reason=no-record header.from=example.com');
    expect(await field(`From: ceo@example.net\r\n${SIGNED}`, POLICY)).toMatch(
      /dmarc=permerror reason=several-from-fields\r\n$/,
    );
  });

  it('stands below the table on a terminal', async () => {
    const { args, file } = folder(SIGNED, POLICY);
    const [stdout, stderr] = [new MemorySink(true, 200), new MemorySink()];
    const context = {
      stdin: new MemorySource(new Uint8Array()),
      stdout,
      stderr,
      env: {},
      now: () => NOW,
      liveResolver: () => Promise.reject(new Error('no name server is asked')),
    };
    expect(await main([...args, '--color', 'never', file], context, COMMANDS)).toBe(0);
    expect(stdout.text).toContain('\n  dmarc=pass reason=aligned from=example.com policy=reject: the DKIM signature');
  });

  it('is left out where it is not asked for, and DNS is not asked', async () => {
    const { args, file } = folder(SIGNED, { '_dmarc.example.com': { TXT: 'SERVFAIL' } });
    const { stdout } = await runInMemory([...args.filter((arg) => arg !== '--dmarc'), '--json', file]);
    expect(Object.keys(JSON.parse(stdout) as object)).not.toContain('dmarc');
  });
});

describe('the exit status', () => {
  const NOTHING: Zone = {};
  it.each<[what: string, message: string, zone: Zone, plain: number, dmarc: number]>([
    ['an aligned signature', SIGNED, POLICY, 0, 0],
    ['no record', SIGNED, NOTHING, 0, 2],
    ['unsigned', PLAIN, POLICY, 2, 1],
    ['no answer', SIGNED, { '_dmarc.example.com': { TXT: 'SERVFAIL' } }, 0, 111],
    ['a record that is ignored', SIGNED, { '_dmarc.example.com': { TXT: ['v=DMARC1; p=x'] } }, 0, 1],
    ['two From fields', `From: ceo@example.net\r\n${PLAIN}`, POLICY, 2, 1],
  ])('%s: %i, and with --fail-on dmarc %i', async (_, message, zone, plain, dmarc) => {
    expect((await judge([], message, zone)).status).toBe(plain);
    expect((await judge(['--fail-on', 'dmarc'], message, zone)).status).toBe(dmarc);
    const filter = ['--auth-results', 'mx.example.org', '--fail-on', 'dmarc'];
    expect((await judge(filter, message, zone)).status).toBe(100); // a filter ends with 0: it would do nothing
    expect((await judge([...filter, '--exit-verdict'], message, zone)).status).toBe(dmarc);
  });

  it('--fail-on dmarc needs --dmarc', async () => {
    expect(await runInMemory(['verify', '--fail-on', 'dmarc'], SIGNED)).toMatchObject({
      status: 100,
      stdout: '',
      stderr: 'dktool: --fail-on dmarc needs --dmarc\n',
    });
  });
});

it('verify --dmarc of the real program, which keeps it apart from plain verify', async () => {
  const cwd = mailFolder({ 'msg.eml': SIGNED, 'dmarc.json': JSON.stringify(POLICY) });
  const { status, stdout, stderr } = await verify(['--dmarc', '--zone', 'dmarc.json', 'msg.eml'], { cwd });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain('msg.eml: dmarc=pass reason=aligned from=example.com policy=reject: ');
});
