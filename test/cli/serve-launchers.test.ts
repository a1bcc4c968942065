/** The launchers of qmail with `dktool serve --slots`: the same mail as without it, and none lost or doubled whoever dies. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CLEAN_ENV, DKTOOL } from '../support/bin.ts';
import { findProgram } from '../support/peers.ts';
import { ENVELOPE, QmailHome, until, type WrapperOptions } from '../support/qmail-standins.ts';
import { startService } from '../support/service.ts';

const MESSAGE = 'From: Ada <ada@example.com>\nSubject: hello\n\nhello\n';
const ACCEPTED = { status: 0, signal: null, report: 'r\0Kaccepted\n\0', stderr: '' };
const VERIFYING = { DKVERIFY: '', DKTOOL_LOG: '', DKTOOL_ZONE: '/dev/null', DKTOOL_NOW: '1694000000' };

function home(): QmailHome {
  const made = new QmailHome();
  made.control('dksign', `${made.key('example.com', 'rsa1024')}\n`);
  mkdirSync(made.path('desk'), { mode: 0o700 });
  return made;
}

/** Node.js is no way out: whatever is delivered came through the service. */
const withoutNode = (made: QmailHome) => {
  made.program('node', '#!/bin/sh\nexit 1\n');
  return { DKTOOL_SLOTS: made.path('desk'), DKTOOL_NODE: made.path('bin', 'node') };
};

const SHELLS = [['sh'], ['dash'], ['bash'], ['busybox', 'sh'], ['mksh']].filter(([name]) => findProgram(name!));

describe.each(SHELLS.map((shell) => ({ name: shell.join(' '), shell })))('under $name', ({ shell }) => {
  const launcher = [findProgram(shell[0]!)!, ...shell.slice(1)];

  it('the service signs what goes out, and reads no address wrong', async () => {
    const made = home();
    await startService(['--slots', made.path('desk')]);
    const args = [
      'mx.example.org',
      'ada@example.com',
      "o'brien$(id)`x`@example.org",
      ' two  words ',
      '',
      '%s\\',
      'gr\u00fc\u00dfe@example.org',
    ];
    const run = await made.remote({
      launcher,
      input: MESSAGE,
      args,
      env: { ...withoutNode(made), DKTOOL_NOW: '1694000000' },
    });
    expect(run).toEqual(ACCEPTED);
    const [delivery] = made.deliveries;
    expect(delivery!.message).toMatch(/^DKIM-Signature: [^]*t=1694000000;[^]*\nDomainKey-Signature: /);
    expect(delivery!.message.endsWith(MESSAGE)).toBe(true);
    expect(delivery!.args.map((arg) => Buffer.from(arg, 'latin1').toString('utf8'))).toEqual(args);
    expect([...delivery!.descriptors.keys()]).toEqual([0, 1, 2]);
    expect(readdirSync(made.path('desk'))).toEqual(['ready']);
  });

  it('the service verifies what comes in, with the same result as without it', async () => {
    const made = home();
    await startService(['--slots', made.path('desk')]);
    made.control('me', 'mx.example.org\n');
    const forged = `Authentication-Results: mx.example.org; dkim=pass\n${MESSAGE}`;
    const spf = { ...VERIFYING, DKTOOL_SPF: '1', TCPREMOTEIP: '192.0.2.1' };
    const through = await made.queue({ launcher, input: forged, env: { ...spf, ...withoutNode(made) } });
    expect(through).toMatchObject({ status: 0, signal: null });
    expect(through.stderr).toMatch(/^dktool-queue: accepted: dkim=none [^]*client 192\.0\.2\.1; qp \d+\n$/);
    await made.queue({ launcher, input: forged, env: { ...spf, DKTOOL_SLOTS: '/nowhere' } });
    const [first, second] = made.deliveries;
    expect(first!.message).toMatch(/^Authentication-Results: mx\.example\.org;\n\tdkim=none/);
    expect(first).toMatchObject({ message: second!.message, envelope: second!.envelope });
    expect(first!.envelope).toBe(ENVELOPE);
    expect(first!.message).not.toContain('Authentication-Results: mx.example.org; dkim=pass');
    expect(readdirSync(made.path('desk'))).toEqual(['ready']);
  });

  it('a message that is refused is refused by the service too, in words where there is a pipe for them', async () => {
    const made = home();
    await startService(['--slots', made.path('desk')]);
    const env = { ...withoutNode(made), ...VERIFYING, DKVERIFY: ',N' };
    const run = await made.queue({ launcher, input: MESSAGE, env });
    expect(run).toMatchObject({ status: 31, report: '' });
    expect(run.stderr).toContain('refused by DKVERIFY');
    const words = made.path('words');
    const read = { prelude: `mkfifo pipe; cat pipe >${words} & exec 6>pipe` };
    expect(await made.queue({ launcher, input: MESSAGE, env, ...read })).toMatchObject({ status: 82 });
    await until(() => existsSync(words) && readFileSync(words, 'utf8') !== '');
    expect(readFileSync(words, 'utf8')).toMatch(
      /^Dthis message is not accepted: dkim=none domainkeys=none \(#5\.7\.20\)$/,
    );
    const unread = { prelude: 'rm -f pipe; mkfifo pipe; : <pipe & exec 6>pipe; wait' };
    expect(await made.queue({ launcher, input: MESSAGE, env, ...unread })).toMatchObject({ status: 31 });
    expect(made.started).toBe(0);
  });

  it.each(['nobody answers', 'the service is stopped'])('Node.js is started where %s', async (why) => {
    const made = home();
    if (why === 'nobody answers') made.program('nothing', '');
    const service = await resident(made);
    service.kill(why === 'nobody answers' ? 'SIGKILL' : 'SIGSTOP');
    expect(existsSync(made.path('desk', 'ready'))).toBe(true);
    const began = performance.now();
    const run = await made.remote({ launcher, input: MESSAGE, env: { DKTOOL_SLOTS: made.path('desk') } });
    expect(run).toEqual(ACCEPTED);
    expect(performance.now() - began).toBeGreaterThan(900);
    expect(made.deliveries[0]!.message).toMatch(/^DKIM-Signature: /);
    expect(readdirSync(made.path('desk'))).toEqual(['ready']);
    service.kill('SIGKILL');
  });
});

/** The built program, as a process that can be killed. */
async function resident(made: QmailHome): Promise<ChildProcess> {
  const child = spawn(process.execPath, [DKTOOL, 'serve', '--slots', made.path('desk')], {
    env: CLEAN_ENV,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  for (let tries = 0; tries < 1000 && !log.includes(' ready '); tries++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  expect(log).toContain(' ready ');
  return child;
}

describe('a service that is killed again and again', () => {
  it.each(['remote', 'queue'] as const)(
    'loses and doubles no mail (%s)',
    async (program) => {
      const made = home();
      const env = { DKTOOL_SLOTS: made.path('desk'), ...(program === 'queue' ? VERIFYING : {}) };
      let service = await resident(made);
      const outcomes: boolean[] = [];
      const send = async (n: number): Promise<void> => {
        const options: WrapperOptions = { input: `${MESSAGE}number ${n}\n`, env, launcher: ['/bin/sh'] };
        const run = program === 'queue' ? await made.queue(options) : await made.remote(options);
        const isTaken = program === 'queue' ? run.status === 0 : run.report.startsWith('r');
        if (!isTaken && program === 'queue') expect([51, 52]).toContain(run.status);
        if (!isTaken && program === 'remote') expect(run.report).toMatch(/^Zdktool-remote: /);
        outcomes[n] = isTaken;
      };
      const rounds = 6;
      for (let round = 0; round < rounds; round++) {
        const mails = Array.from({ length: 6 }, (_, i) => send(round * 6 + i));
        await new Promise((resolve) => setTimeout(resolve, 15 * round));
        service.kill('SIGKILL');
        service = await resident(made);
        await Promise.all(mails);
      }
      service.kill('SIGKILL');
      expect(outcomes.filter(Boolean).length).toBeGreaterThan(6);
      for (const [n, isTaken] of outcomes.entries()) {
        const copies = made.deliveries.filter(({ message }) => message.endsWith(`\nhello\nnumber ${n}\n`));
        expect(copies, `number ${n}`).toHaveLength(isTaken ? 1 : 0);
        for (const { message } of copies)
          expect(message).toMatch(program === 'queue' ? /^Authentication-Results: / : /^DKIM-Signature: /);
      }
    },
    120_000,
  );
});
