/** The launchers of contrib/qmail among signals, and in line for a place: what qmail and a crowded machine do to them. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findProgram } from '../support/peers.ts';
import { QmailHome, type WrapperOptions, type WrapperRun, until } from '../support/qmail-standins.ts';

const MESSAGE = 'From: Ada <ada@example.com>\nSubject: hello\n\nhello\n';
const ACCEPTED = { status: 0, signal: null, report: 'r\0Kaccepted\n\0', stderr: '' };
const PUT_OFF = /^Zdktool-remote: [ -~]+ \(#4\.3\.0\)\n\0$/;
const LAUNCHER = ['/bin/sh'];
const VERIFYING = { DKVERIFY: '', DKTOOL_ZONE: '/dev/null' };

function home(): QmailHome {
  const made = new QmailHome();
  made.control('dksign', `${made.key('example.com', 'rsa1024')}\n`);
  return made;
}

const remote = (made: QmailHome, options: WrapperOptions = {}) =>
  made.remote({ launcher: LAUNCHER, input: MESSAGE, ...options });
const queue = (made: QmailHome, { env, ...options }: WrapperOptions = {}) =>
  made.queue({ launcher: LAUNCHER, input: MESSAGE, env: { ...VERIFYING, ...env }, ...options });

const SHELLS = [['sh'], ['dash'], ['bash'], ['busybox', 'sh'], ['mksh']].filter(([name]) => findProgram(name!));

/** Programs in front of the system's, each of which dies as soon as it runs. */
function dying(made: QmailHome, signal: string, names: readonly string[]): Record<string, string> {
  mkdirSync(made.path('dying'));
  for (const name of names) {
    writeFileSync(made.path('dying', name), `#!/bin/sh\nkill -${signal} $$\n`);
    chmodSync(made.path('dying', name), 0o755);
  }
  return { PATH: `${made.path('dying')}:${process.env['PATH']}` };
}

/** Files to be locked, as contrib/qmail/install makes them. */
function places(made: QmailHome, count: number): void {
  mkdirSync(made.path('dktool'));
  for (const name of ['turn', ...Array.from({ length: count }, (_, i) => String(i + 1))]) {
    writeFileSync(made.path('dktool', name), '');
  }
}

/** Runs a program with a signal blocked or ignored. */
const withSignals = (perl: string) => `set -- perl -MPOSIX=:signal_h -e '${perl}; exec { $ARGV[0] } @ARGV' "$@"`;
const BLOCKED = withSignals('sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGCHLD))');
const ALL_BLOCKED = withSignals('sigprocmask(SIG_BLOCK, POSIX::SigSet->new(1..31))');
const IGNORED = withSignals('$SIG{$_} = "IGNORE" for qw(CHLD HUP INT QUIT ALRM TERM USR1 USR2)');

describe.each(SHELLS.map((words) => ({ name: words.join(' '), words })))('under $name', ({ words }) => {
  const launcher = [findProgram(words[0]!)!, ...words.slice(1)];

  it.each(['KILL', 'SEGV', 'TERM'])(
    'the report has no word of the shell on children that died of SIG%s',
    async (signal) => {
      // qmail-rspawn gives its report twice, as 1 and as 2, and takes what begins with K for a delivery.
      for (const name of ['mktemp', 'uname', 'node']) {
        const made = home();
        const env = { ...dying(made, signal, [name]), DKTOOL_NODE: 'node' };
        const run = await remote(made, { launcher, env, redirections: '2>&1' });
        expect(run).toMatchObject({ status: 0, signal: null });
        expect(run.report === ACCEPTED.report || PUT_OFF.test(run.report), JSON.stringify(run.report)).toBe(true);
        if (name !== 'uname') expect(made.started).toBe(0);
      }
    },
  );

  it('tools that die on the way out of a fault do not get into the report either', async () => {
    const made = home();
    const env = {
      ...dying(made, 'KILL', ['rm', 'tr', 'cut', 'env', 'sleep', 'flock', 'getconf']),
      DKTOOL_NODE: join(made.folder, 'bin/node'),
    };
    made.program('node', '#!/bin/sh\necho fatal; kill -KILL $$\n');
    expect((await remote(made, { launcher, env, redirections: '2>&1' })).report).toMatch(PUT_OFF);
  });

  it.each([
    ['SIGCHLD blocked', BLOCKED],
    ['all signals blocked', ALL_BLOCKED],
    ['signals ignored', IGNORED],
  ])('mail passes with %s, as qmail-rspawn and qmail-lspawn have it', async (_, prelude) => {
    const made = home();
    expect(await remote(made, { launcher, prelude })).toEqual(ACCEPTED);
    expect((await queue(made, { launcher, prelude })).status).toBe(0);
    expect(made.deliveries).toHaveLength(2);
    expect(made.leftovers).toEqual([]);
  });

  it('and so does one whose Node.js dies', async () => {
    const made = home();
    const env = dying(made, 'KILL', ['node']);
    const options = { launcher, prelude: BLOCKED, env: { ...env, DKTOOL_NODE: 'node' } };
    expect((await remote(made, options)).report).toMatch(PUT_OFF);
    expect((await queue(made, options)).status).toBe(51);
    expect(made.started).toBe(0);
  });

  it('a place is taken, and given back', async () => {
    const made = home();
    places(made, 1);
    const env = { DKCONCURRENCY: '1', DKTOOL_WAIT: '1' };
    for (let i = 0; i < 3; i++) expect(await remote(made, { launcher, env })).toEqual(ACCEPTED);
    expect((await queue(made, { launcher, env })).status).toBe(0);
  });
});

describe('files that a killed launcher leaves behind', () => {
  it('are removed by the watch', async () => {
    const made = home();
    made.program('node', '#!/bin/sh\nkill -KILL $$\n');
    // It has no chance to clean up: it is stopped before Node.js runs, and killed.
    const env = { DKTOOL_NODE: made.path('bin/node') };
    made.program('node', `#!/bin/sh\ntouch '${made.path('runs')}'; sleep 0.3; kill -KILL $$\n`);
    const run = await queue(made, {
      env,
      whileRunning: async (child) => {
        await until(() => existsSync(made.path('runs')));
        child.kill('SIGKILL');
      },
    });
    expect(run.signal).toBe('SIGKILL');
    expect(made.leftovers.length).toBeGreaterThan(0);
    await until(() => made.leftovers.length === 0);
  });
});

/** A Node.js that says when it is at work. */
function counted(made: QmailHome): Record<string, string> {
  mkdirSync(made.path('work'));
  made.program(
    'node',
    `#!/bin/sh
touch work/$$; ls work | wc -l >>seen; echo "$3" >>order
exec 9>"$DKTOOL_HANDOVER"; rm -f "$DKTOOL_HANDOVER" "$DKTOOL_HANDOVER".*
until test -e go; do sleep 0.05; done
sleep 0.2; cat >&9; rm work/$$; printf '\\ndktool 99\\n'
`,
  );
  return { DKTOOL_NODE: made.path('bin', 'node') };
}
const send = (made: QmailHome, env: Record<string, string>, sender = 'a@example.com') =>
  remote(made, { env, args: ['mx.example.org', sender, 'b@example.org'] });
const seen = (made: QmailHome) => readFileSync(made.path('seen'), 'latin1').trim().split('\n').map(Number);

describe.runIf(findProgram('flock'))('a limit on Node.js processes', () => {
  it('holds for both programs together, and all mail passes', async () => {
    const made = home();
    places(made, 9);
    made.control('dkconcurrency', '2 \n');
    writeFileSync(made.path('go'), '');
    const env = counted(made);
    const runs = [0, 1, 2, 3].flatMap(() => [send(made, env), queue(made, { env })]);
    for (const { status } of await Promise.all(runs)) expect(status).toBe(0);
    expect(made.deliveries).toHaveLength(8);
    expect(Math.max(...seen(made))).toBe(2);
  });

  it('is kept in the order of arrival', async () => {
    const made = home();
    places(made, 1);
    const env = { ...counted(made), DKCONCURRENCY: '1' };
    const runs: Promise<WrapperRun>[] = [];
    for (const sender of ['1@example.com', '2@example.com', '3@example.com', '4@example.com']) {
      runs.push(send(made, env, sender));
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
    writeFileSync(made.path('go'), '');
    await Promise.all(runs);
    expect(readFileSync(made.path('order'), 'latin1')).toBe(
      '1@example.com\n2@example.com\n3@example.com\n4@example.com\n',
    );
  });

  it('puts mail off whose turn does not come in time', async () => {
    const made = home();
    places(made, 1);
    const env = { ...counted(made), DKCONCURRENCY: '1', DKTOOL_WAIT: '1' };
    const first = send(made, { ...env });
    await until(() => existsSync(made.path('seen')));
    const [second, third, fourth] = await Promise.all([send(made, env), send(made, env), queue(made, { env })]);
    for (const { report } of [second, third]) {
      expect(report).toBe(
        'Zdktool-remote: none of the 1 places for Node.js (DKCONCURRENCY) was free within 1 seconds (#4.3.0)\n\0',
      );
    }
    expect(fourth.status).toBe(52);
    writeFileSync(made.path('go'), '');
    expect(await first).toEqual(ACCEPTED);
    expect(made.leftovers).toEqual([]);
  });

  it('outlives a launcher that is killed: its Node.js still counts', async () => {
    const made = home();
    places(made, 1);
    const env = { ...counted(made), DKCONCURRENCY: '1', DKTOOL_WAIT: '1' };
    const killed = remote(made, {
      env,
      whileRunning: async (child) => {
        await until(() => existsSync(made.path('seen')));
        child.kill('SIGKILL');
      },
    });
    expect((await killed).signal).toBe('SIGKILL');
    expect((await send(made, env)).report).toMatch(/none of the 1 places/);
    writeFileSync(made.path('go'), '');
    await until(() => !existsSync(made.path('work', String(0))));
    expect(await send(made, { ...env, DKTOOL_WAIT: '9' })).toEqual(ACCEPTED);
  });

  it.each(['0', 'many', '-1', '1000000', ' '])('%j is none: mail waits', async (text) => {
    const made = home();
    places(made, 1);
    made.control('dkconcurrency', `${text}\n`);
    expect((await remote(made)).report).toMatch(/^Zdktool-remote: .*is '.*', not a number from 1 to 999 /);
    expect((await queue(made)).status).toBe(55);
  });

  it('is not kept where the places cannot be opened, as by a user who may not hold up the mail of others', async () => {
    const made = home();
    expect(await remote(made, { env: { DKCONCURRENCY: '1' } })).toEqual(ACCEPTED);
  });
});
