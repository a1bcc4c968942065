/** The launchers of contrib/qmail: what stands between qmail and Node.js, and answers where Node.js cannot. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findProgram } from '../support/peers.ts';
import { ENVELOPE, QmailHome, type WrapperOptions, type WrapperRun, until } from '../support/qmail-standins.ts';

const MESSAGE = 'From: Ada <ada@example.com>\nSubject: hello\n\nhello\n';
const ACCEPTED = { status: 0, signal: null, report: 'r\0Kaccepted\n\0', stderr: '' };
const QUEUED = { status: 0, signal: null, report: '', stderr: '' };
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

/** A program in the place of Node.js. It is called with the program of ours and the arguments. */
function fakeNode(made: QmailHome, script: string): Record<string, string> {
  made.program('node', `#!/bin/sh\n${script}\n`);
  return { DKTOOL_NODE: made.path('bin', 'node') };
}

/** What a program of ours does first. */
const LIVES = 'exec 7>"$DKTOOL_HANDOVER"; rm -f "$DKTOOL_HANDOVER" "$DKTOOL_HANDOVER".*';
/** What it does last. */
const answers = (text: string | number) => `printf "\\ndktool ${text}\\n"`;

/** Mail waits, and nobody has got it. */
function expectPutOff(made: QmailHome, run: WrapperRun, reason: string | RegExp = ''): void {
  expect(run).toMatchObject({ status: 0, signal: null, stderr: '' });
  expect(run.report).toMatch(/^Zdktool-remote: [ -~]+ \(#4\.3\.0\)\n\0$/);
  expect(run.report).toMatch(reason);
  expect([made.started, made.leftovers]).toEqual([0, []]);
}

function expectNotQueued(made: QmailHome, run: WrapperRun, codes: readonly number[]): void {
  expect(run.signal).toBe(null);
  expect(codes).toContain(run.status);
  expect([made.started, made.leftovers]).toEqual([0, []]);
}

const SHELLS = [['sh'], ['dash'], ['bash'], ['busybox', 'sh'], ['mksh']].filter(([name]) => findProgram(name!));

describe.each(SHELLS.map((words) => ({ name: words.join(' '), words })))('under $name', ({ words }) => {
  const launcher = [findProgram(words[0]!)!, ...words.slice(1)];

  it('the real qmail-remote takes the place of the launcher, with the signed message', async () => {
    const made = home();
    const args = [
      'mx.example.org',
      'ada-list=x@example.com',
      "o'brien$(id)`x`@example.org",
      ' two  words ',
      '',
      '%s\\',
    ];
    const env = { STANDIN_BEFORE: 'echo $PPID >parent; env >environment', A_NAME: ' a  value ' };
    expect(await remote(made, { launcher, args, env, redirections: '6>/dev/null' })).toEqual(ACCEPTED);
    const [delivery] = made.deliveries;
    expect(delivery!.message).toMatch(/^DKIM-Signature: [^]*\nDomainKey-Signature: /);
    expect(delivery!.message.endsWith(MESSAGE)).toBe(true);
    expect(delivery!.args).toEqual(args);
    expect([...delivery!.descriptors.keys()]).toEqual([0, 1, 2, 6]);
    expect(delivery!.descriptors.get(0)).toMatch(/\(deleted\)$/);
    expect(readFileSync(made.path('deliveries', 'parent'), 'utf8')).toBe(`${process.pid}\n`);
    const environment = readFileSync(made.path('deliveries', 'environment'), 'utf8');
    expect(environment).toContain(`\nPATH=${process.env['PATH']}\n`);
    expect(environment).toContain('\nA_NAME= a  value \n');
    expect(environment).not.toContain('HANDOVER');
  });

  it('the real qmail-queue takes the place of the launcher, with the annotated message and its envelope', async () => {
    const made = home();
    expect(await queue(made, { launcher, redirections: '6>/dev/null' })).toEqual(QUEUED);
    const [delivery] = made.deliveries;
    expect(delivery!.message).toBe(
      `Authentication-Results: mx.example.org;\n\tdkim=none;\n\tdomainkeys=none\n${MESSAGE}`,
    );
    expect(delivery!.envelope).toBe(ENVELOPE);
    expect([...delivery!.descriptors.keys()]).toEqual([0, 1, 2, 6]);
  });

  it.each(['', 'hello\n', '\x7fELF'])('a real program that is none (%j) takes no mail', async (text) => {
    const made = home();
    made.program('nothing', text);
    const sent = await remote(made, { launcher, env: { DKREMOTE: 'bin/nothing' } });
    const queued = await queue(made, { launcher, env: { DKQUEUE: 'bin/nothing' } });
    if (text.includes('ELF') && !['sh', 'dash', 'bash'].includes(words[0]!)) return; // those run it as a script
    // A shell may have said something, which qmail-rspawn passes over up to the NUL.
    expect(sent).toMatchObject({ status: 0, signal: null });
    expect(sent.report).toMatch(/(?:^|\0)Zdktool-remote: [^\0]+ \(#4\.3\.0\)\n\0$/);
    expectNotQueued(made, queued, [120, 126]);
  });

  it('Node.js that does not come to life is ended, and the mail put off', async () => {
    const made = home();
    const env = { ...fakeNode(made, 'echo "Fatal error"; exec sleep 1000'), DKTOOL_STARTUP: '1' };
    expectPutOff(made, await remote(made, { launcher, env }), 'did not start within 1 seconds');
    expectNotQueued(made, await queue(made, { launcher, env }), [52]);
  });
});

describe('what the real program does is the answer', () => {
  it.each([11, 31, 51, 53, 82, 88, 100, 111, 120])('exit code %d of qmail-queue', async (code) => {
    const made = home();
    expect(await queue(made, { env: { STANDIN_AFTER: `exit ${code}` } })).toMatchObject({ ...QUEUED, status: code });
  });

  it('its death by a signal', async () => {
    const made = home();
    const env = { STANDIN_AFTER: 'kill -9 $$' };
    expect(await remote(made, { env })).toMatchObject({ signal: 'SIGKILL', report: '' });
    expect(await queue(made, { env })).toMatchObject({ signal: 'SIGKILL' });
  });

  it('and what it says on 1, 2 and 6', async () => {
    const made = home();
    const said = made.path('said');
    const speaking = { env: { STANDIN_AFTER: 'echo two >&2; echo six >&6' }, redirections: `6>${said}` };
    expect(await remote(made, speaking)).toEqual({ ...ACCEPTED, stderr: 'two\n' });
    expect(await queue(made, speaking)).toEqual({ ...QUEUED, stderr: 'two\n' });
    expect(readFileSync(said, 'utf8')).toBe('six\n');
  });
});

describe('Node.js is not even asked', () => {
  const env = { DKTOOL_NODE: '/nowhere', DKTOOL_HOME: '/nowhere', TMPDIR: '/proc/nowhere' };

  it.each<[string, Record<string, string>]>([
    ['RELAYCLIENT', { DKVERIFY: 'C,N', RELAYCLIENT: '' }],
    ['an empty DKSIGN', { DKVERIFY: 'C,N', RELAYCLIENT: '', DKSIGN: '' }],
  ])('where mail passes as it is: %s', async (_name, variables) => {
    const made = home();
    const input = 'no\0 header\r\n\xff';
    expect(await queue(made, { input, env: { ...env, ...variables } })).toEqual(QUEUED);
    expect(made.deliveries).toMatchObject([{ message: input, envelope: ENVELOPE }]);
  });

  it('where nothing verifies or signs', async () => {
    const made = home();
    expect(await made.queue({ launcher: LAUNCHER, input: MESSAGE, env })).toEqual(QUEUED);
    expect(made.deliveries).toMatchObject([{ message: MESSAGE }]);
  });
});

describe('limits', () => {
  it.each(['-S -v 300000', '-S -d 20000', '-S -s 500', '-S -n 20', '-S -v 300000; ulimit -S -d 3000'])(
    'a soft one (%s) is raised for Node.js, and stands for the real program',
    async (limit) => {
      const made = home();
      const flag = /-S (-.)/.exec(limit)![1]!;
      const env = { STANDIN_BEFORE: `ulimit -S ${flag} >limit` };
      expect(await remote(made, { prelude: `ulimit ${limit}`, env })).toEqual(ACCEPTED);
      expect(readFileSync(made.path('deliveries', 'limit'), 'utf8').trim()).toBe(/\d+/.exec(limit)![0]);
      expect(await queue(made, { prelude: `ulimit ${limit}` })).toMatchObject(QUEUED);
    },
  );

  it.each(['-v 700000', '-d 40000'])('under a hard one (%s) Node.js makes do with less', async (limit) => {
    const made = home();
    expect(await remote(made, { prelude: `ulimit ${limit}` })).toEqual(ACCEPTED);
    expect(made.deliveries[0]!.message).toMatch(/^DKIM-Signature: /);
    expect(await queue(made, { prelude: `ulimit ${limit}` })).toMatchObject({ status: 0 });
  });

  // Node.js dies or hangs here, as it likes.
  it.each(['-v 100000', '-d 20000', '-v 30000'])('under a hard one (%s) that is too low, mail waits', async (limit) => {
    const made = home();
    const env = { DKTOOL_STARTUP: '3' };
    expectPutOff(made, await remote(made, { prelude: `ulimit ${limit}`, env }));
    expectNotQueued(made, await queue(made, { prelude: `ulimit ${limit}`, env }), [51, 52, 120]);
  });

  it('once it lives, Node.js has all the time that the message takes', async () => {
    const made = home();
    const env = { ...fakeNode(made, `${LIVES}; sleep 5; cat >&7; ${answers(99)}`), DKTOOL_STARTUP: '3' };
    expect(await queue(made, { env })).toEqual(QUEUED);
    expect(made.deliveries).toMatchObject([{ message: MESSAGE }]);
  });
});

/** Ends of Node.js without an answer of the program. */
const ENDS: readonly string[] = [
  ...[0, 1, 2, 5, 7, 9, 12, 13, 31, 40, 98, 99, 100, 111, 126, 127, 255].map((status) => `exit ${status}`),
  ...['KILL', 'ABRT', 'TRAP', 'ILL', 'SEGV', 'TERM', 'PIPE', 'XFSZ'].map((signal) => `kill -${signal} $$`),
  'echo FATAL ERROR: JavaScript heap out of memory >&2; kill -ABRT $$',
  'printf "r\\0Zhalf of a rep"; kill -KILL $$',
  'printf "Kaccepted\\n\\0"',
  'printf "dktool 9"; kill -KILL $$',
  'printf "\\ndktool 99\\nFATAL ERROR\\n"',
  'printf "warning without an end dktool 99\\n"',
];

describe('whatever end Node.js comes to, mail waits:', () => {
  it.each(ENDS)('%s', async (end) => {
    const made = home();
    const env = fakeNode(made, end);
    expectPutOff(made, await remote(made, { env }));
    expectNotQueued(made, await queue(made, { env }), [51, 52, 81, 120]);
  });

  it.each(ENDS)('alive, %s', async (end) => {
    const made = home();
    const env = fakeNode(made, `${LIVES}; head -c 20 >&7; ${end}`);
    expectPutOff(made, await remote(made, { env }));
    expectNotQueued(made, await queue(made, { env }), [51, 81]);
  });

  it('with the words of Node.js in the report, on one line', async () => {
    const made = home();
    const env = fakeNode(made, 'printf "\\n#\\n# Fatal\\tOOM \\377\\0\\n" >&2; kill -ABRT $$');
    expectPutOff(made, await remote(made, { env }), 'Node.js died before it had an answer:  # # Fatal OOM ');
  });

  it('with the report of the program below a warning', async () => {
    const made = home();
    const env = fakeNode(made, `${LIVES}; printf 'Warning: x' >&2; ${answers('0 no key')}`);
    expectPutOff(made, await remote(made, { env }), /^Zdktool-remote: no key \(#4\.3\.0\)\n\0$/);
  });

  it.each([31, 71, 53, 82])('but %d is the word of the program', async (code) => {
    const made = home();
    const run = await queue(made, { env: fakeNode(made, `${LIVES}; ${answers(code)}`) });
    expectNotQueued(made, run, [code]);
  });
});

describe('what is missing', () => {
  it.each<[string, Record<string, string>, string, number]>([
    ['Node.js', { DKTOOL_NODE: '/nowhere/node' }, 'cannot find /nowhere/node', 120],
    ['Node.js in PATH', { DKTOOL_NODE: 'no-such-node' }, 'cannot find no-such-node', 120],
    ['the package', { DKTOOL_HOME: '/nowhere' }, 'there is no dktool package in DKTOOL_HOME', 120],
    ['TMPDIR', { TMPDIR: '/proc/nowhere' }, 'cannot make a temporary file', 53],
    ['the real program', { DKREMOTE: '/nowhere/r', DKQUEUE: '/nowhere/q' }, 'cannot run /nowhere/r', 120],
    ['a real program, it is a folder', { DKREMOTE: '/', DKQUEUE: '/' }, 'cannot run /', 120],
    ['sense in DKTOOL_DEPTH', { DKTOOL_DEPTH: '8' }, 'cannot run ', 120],
  ])('%s: mail waits', async (_name, env, reason, code) => {
    const made = home();
    expectPutOff(made, await remote(made, { env }), reason);
    expectNotQueued(made, await queue(made, { env }), [code]);
  });

  it('the real program leads back to the launcher: that ends', async () => {
    const made = home();
    for (const [name, variable] of [
      ['remote', 'DKREMOTE'],
      ['queue', 'DKQUEUE'],
    ] as const) {
      const path = fileURLToPath(new URL(`../../contrib/qmail/dktool-${name}`, import.meta.url));
      const env = { [variable]: path, ...fakeNode(made, `${LIVES}; ${answers(98)}`) };
      if (name === 'remote') expectPutOff(made, await remote(made, { env }), 'cannot run ');
      else expectNotQueued(made, await queue(made, { env }), [120]);
    }
  });

  it.each(['unset PATH', 'PATH=', 'PATH=/nowhere'])('tools: %s', async (prelude) => {
    const made = home();
    writeFileSync(made.path('bin', 'qmail-remote.orig'), '#!/bin/sh\nexec /bin/cat\n');
    const run = await remote(made, { prelude });
    expect(run.report).toMatch(/^DKIM-Signature: /);
  });

  it('a message, descriptor 0 is closed: mail waits', async () => {
    const made = home();
    expectPutOff(made, await remote(made, { redirections: '0<&-' }), 'there is no message');
    expectNotQueued(made, await queue(made, { redirections: '0<&-' }), [54]);
    expectNotQueued(made, await queue(made, { redirections: '1<&-' }), [54]);
  });
});

describe('a launcher that is killed', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'by %s while Node.js is at work says nothing, then or later',
    async (signal) => {
      const made = home();
      const env = fakeNode(
        made,
        `${LIVES}; touch lives; until test -e go; do sleep 0.02; done; cat >&7; ${answers(99)}`,
      );
      for (const run of [remote, queue]) {
        const ended = await run(made, {
          env,
          whileRunning: async (child) => {
            await until(() => isThere(made, 'lives'));
            child.kill(signal);
            writeFileSync(made.path('go'), '');
          },
        });
        expect(ended).toMatchObject({ signal, report: '' });
        expect(made.started).toBe(0);
      }
    },
  );
});

function isThere(made: QmailHome, name: string): boolean {
  try {
    return readFileSync(made.path(name)).length === 0;
  } catch {
    return false;
  }
}

describe('the two launchers', () => {
  const texts = ['dktool-remote', 'dktool-queue'].map((name) =>
    readFileSync(fileURLToPath(new URL(`../../contrib/qmail/${name}`, import.meta.url)), 'utf8'),
  );

  it('have in common what both need', () => {
    const [one, other] = texts.map((text) => /^# --- the same[^]*^# --- to here ---$/m.exec(text)?.[0]);
    expect(one).toBeDefined();
    expect(other).toBe(one);
  });

  it('know the statuses of the programs', () => {
    for (const text of texts) expect(text).toMatch(/98\) exec .* <&8 [^]*99\) exec .* <&9 /);
  });

  it('are run in the place of a qmail program, qmail-queue under its name', async () => {
    const made = home();
    mkdirSync(made.path('real'));
    renameSync(made.path('bin/qmail-queue'), made.path('real/qmail-queue'));
    made.program('qmail-queue.orig', '#!/bin/sh\nexec real/qmail-queue\n');
    made.program('qmail-queue', texts[1]!);
    const run = await made.queue({ command: [join(made.folder, 'bin/qmail-queue')], input: MESSAGE, env: VERIFYING });
    expect(run.status).toBe(0);
    expect(made.deliveries).toHaveLength(1);
  });
});
