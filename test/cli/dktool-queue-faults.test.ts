/** What dktool-queue answers when something is wrong: a mail is queued whole, or refused for now, and never lost. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../support/bin.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { QmailHome, type WrapperOptions, until } from '../support/qmail-standins.ts';
import { keyZone } from '../support/vectors.ts';

const MESSAGE = PLAIN.replaceAll('\r\n', '\n');
const RESULT = 'Authentication-Results: mx.example.org;\n\tdkim=none;\n\tdomainkeys=none\n';

/** It verifies and signs, unless a test says otherwise. */
function home(): QmailHome {
  const made = new QmailHome();
  made.key('example.com', 'rsa1024');
  writeFileSync(made.path('zone.json'), JSON.stringify(keyZone()));
  return made;
}

const environment = (made: QmailHome, env: Readonly<Record<string, string>> = {}) => ({
  DKVERIFY: '',
  DKSIGN: made.path('keys/%/default'),
  DKTOOL_ZONE: made.path('zone.json'),
  ...env,
});

/** The mail is refused with a code, one sentence says why, and nothing is queued. */
async function refused(made: QmailHome, code: number, sentence: string | RegExp, options: WrapperOptions = {}) {
  const run = await made.queue({ input: MESSAGE, ...options, env: environment(made, options.env) });
  expect(run.stderr).toMatch(/^dktool-queue: [ -~]+\n(?:dktool-queue: hint: [ -~]+\n)?$/);
  expect(run.stderr).toMatch(sentence);
  expect(run).toMatchObject({ status: code, signal: null, report: '' });
  expect(made.started).toBe(0);
  expect(made.leftovers).toEqual([]);
}

const mkfifo = (path: string) => execFileSync('mkfifo', [path]);

function replace(path: string, make: (path: string) => void): void {
  rmSync(path, { recursive: true });
  make(path);
}

describe('unable to read its configuration: 55', () => {
  it.each<[string, (made: QmailHome) => void, string]>([
    ['control/me is missing', (made) => rmSync(made.path('control/me')), 'control/me does not contain the name'],
    ['control/me is empty', (made) => made.control('me', ''), 'control/me does not contain the name'],
    ['control/me is not a name', (made) => made.control('me', 'a;b\n'), 'control/me does not contain the name'],
    ['control/me is a directory', (made) => replace(made.path('control/me'), mkdirSync), 'control/me is a directory'],
    ['control/me is a FIFO', (made) => replace(made.path('control/me'), mkfifo), 'control/me is a pipe'],
    ['there is no control folder', (made) => rmSync(made.path('control'), { recursive: true }), 'does not exist'],
    ['the key is a folder', (made) => replace(made.path('keys/example.com/default'), mkdirSync), 'is a directory'],
    ['the key is a FIFO', (made) => replace(made.path('keys/example.com/default'), mkfifo), 'is a pipe'],
    ['the key is a text', (made) => writeFileSync(made.path('keys/example.com/default'), 'x\n'), 'key file'],
    [
      'the key leads nowhere',
      (made) => replace(made.path('keys/example.com/default'), (path) => symlinkSync('x', path)),
      'link to nothing',
    ],
    ['the zone is none', (made) => writeFileSync(made.path('zone.json'), '{'), 'zone.json'],
    ['the zone is missing', (made) => rmSync(made.path('zone.json')), 'cannot read zone file'],
  ])('%s', async (_, damage, sentence) => {
    const made = home();
    damage(made);
    await refused(made, 55, sentence);
  });

  it.each([
    ['DKSIGN', '/nowhere/default', 'does not exist'],
    ['DKTOOL_DOMAINKEYS', 'no', "DKTOOL_DOMAINKEYS is 'no'"],
    ['DKTOOL_DEADLINE', 'soon', "DKTOOL_DEADLINE is 'soon'"],
    ['DKTOOL_NOW', '-1', "DKTOOL_NOW is '-1'"],
    ['DKTOOL_NAMESERVER', 'ns.example.com', 'ns.example.com'],
  ])('%s=%s', async (name, value, sentence) => {
    const zone = name === 'DKTOOL_NAMESERVER' ? { DKTOOL_ZONE: '' } : {};
    await refused(home(), 55, sentence, { env: { ...zone, [name]: value } });
  });

  it('a control/me that is missing does not matter to whoever only signs', async () => {
    const made = home();
    rmSync(made.path('control/me'));
    const { DKVERIFY: _, ...env } = environment(made);
    expect(await made.queue({ input: MESSAGE, env })).toMatchObject({ status: 0 });
  });
});

describe('unable to write: 53', () => {
  it.each(['/proc/nowhere', '/dev/null'])('TMPDIR is %s', async (TMPDIR) => {
    await refused(home(), 53, `cannot keep the message in ${TMPDIR}`, { env: { TMPDIR } });
  });

  it('the disk is full', async () => {
    const input = MESSAGE + 'x'.repeat(100_000);
    await refused(home(), 53, 'the file would be larger than', { input, prelude: 'ulimit -f 8' });
    await refused(home(), 53, 'the file would be larger than', { input: input.repeat(40), prelude: 'ulimit -f 3000' });
  });
});

describe('unable to read: 54', () => {
  it.each([
    ['stdin is closed', '0<&-', 'there is no message'],
    ['stdin is /dev/null', '0</dev/null', 'there is no message'],
    ['stdin is a folder', '0</', 'is a directory'],
    ['the envelope is closed', '1>&-', 'there is no envelope'],
    ['the envelope is /dev/null', '1</dev/null', 'there is no envelope'],
    ['all but stderr is closed', '0<&- 1>&-', 'there is no message'],
  ])('%s', async (_, redirections, sentence) => {
    await refused(home(), 54, sentence, { redirections });
    if (sentence.startsWith('there')) {
      const made = home();
      const run = await made.queue({ input: MESSAGE, redirections });
      expect([run.status, made.started]).toEqual([54, 0]); // also where there is nothing to do
    }
  });

  it('with stderr closed too, nothing takes the number of another descriptor', async () => {
    for (const [redirections, status] of [
      ['0<&- 1>&- 2>&-', 54],
      ['1>&- 2>&-', 54],
      ['0<&- 2>&-', 54],
      ['2>&-', 0],
    ] as const) {
      const made = home();
      expect(await made.queue({ input: MESSAGE, redirections, env: environment(made) })).toMatchObject({ status });
      expect(made.started).toBe(status === 0 ? 1 : 0);
      for (const { message, descriptors } of made.deliveries) {
        expect(message.startsWith(RESULT)).toBe(true);
        expect(descriptors.get(2)).toBe('/dev/null');
      }
    }
  });

  it('the envelope is cut off: qmail-queue itself notices', async () => {
    const made = home();
    const envelope = 'Fsender@example.com\0Trecip';
    expect(await made.queue({ input: MESSAGE, envelope, env: environment(made) })).toMatchObject({ status: 54 });
    expect(made.deliveries).toEqual([]);
  });
});

describe('unable to run qmail-queue: 120', () => {
  it.each<[string, string, string | RegExp]>([
    ['is missing', '/nowhere/qmail-queue', 'there is no such file'],
    ['is not executable', 'control/me', 'permission denied'],
    ['is a directory', 'control', 'it is not a file'],
    ['is empty', 'bin/empty', 'it is empty'],
    ['is a text', 'bin/text', 'it is neither a program nor begins with #!'],
    ['is full of zeros, as after a crash', 'bin/zeros', 'it is neither a program nor begins with #!'],
    ['has no interpreter', 'bin/odd', 'there is no such file'],
  ])('it %s', async (_, DKQUEUE, sentence) => {
    const made = home();
    made.program('empty', '');
    made.program('text', 'exit 0\n');
    made.program('zeros', '\0'.repeat(5000));
    made.program('odd', '#!/nowhere/interpreter\n');
    await refused(made, 120, sentence, { env: { DKQUEUE } });
    const run = await made.queue({ input: MESSAGE, env: { DKQUEUE } });
    expect([run.status, made.started]).toEqual([120, 0]); // also where there is nothing to do
  });

  it('runs dktool again, in a loop', async () => {
    const made = home();
    const bin = fileURLToPath(new URL('../../bin/dktool-queue.js', import.meta.url));
    made.program('round', `#!/bin/sh\nexec '${process.execPath}' '${bin}'\n`);
    await refused(made, 120, 'runs dktool again, in a loop', { env: { DKQUEUE: 'bin/round' } });
  });
});

describe('the exit code of qmail-queue', () => {
  const CODES = [
    0, 1, 11, 13, 31, 32, 40, 41, 51, 52, 53, 54, 55, 56, 61, 62, 66, 71, 72, 73, 74, 81, 82, 88, 91, 99, 100, 111, 115,
    120, 126, 127, 255,
  ];

  it('passes, and what it writes to descriptors 2 and 6 too', async () => {
    for (const code of CODES) {
      const made = home();
      const run = await made.queue({
        input: MESSAGE,
        redirections: '6>&2',
        env: environment(made, { STANDIN_AFTER: `printf 'Dnot here' >&6; echo said >&2; exit ${code}` }),
      });
      expect(run, String(code)).toEqual({ status: code, signal: null, report: '', stderr: 'Dnot heresaid\n' });
    }
  }, 120_000);

  it.each([
    ['before it has read anything', 'STANDIN_BEFORE'],
    ['in the middle of the message', 'STANDIN_WHILE'],
    ['behind the envelope', 'STANDIN_AFTER'],
  ])('is 81, its internal bug, where it is killed %s', async (_, when) => {
    const made = home();
    const what = when === 'STANDIN_WHILE' ? 'head -c 100 >/dev/null; kill -9 $$' : 'kill -9 $$';
    const run = await made.queue({ input: MESSAGE, env: environment(made, { [when]: what }) });
    expect(run).toMatchObject({ status: 81, stderr: 'dktool-queue: qmail-queue: killed by SIGKILL\n' });
    expect(made.deliveries).toEqual([]);
  });
});

describe('a signal while qmail-queue is at work', () => {
  it.each(['SIGTERM', 'SIGHUP', 'SIGALRM'] as const)('%s does not part the two', async (name) => {
    const made = home();
    const run = await made.queue({
      input: MESSAGE,
      env: environment(made, { STANDIN_AFTER: 'until test -e go; do sleep 0.02; done' }),
      whileRunning: async (child) => {
        await until(() => made.started === 1);
        child.kill(name);
        writeFileSync(made.path('deliveries/go'), '');
      },
    });
    expect(run).toEqual({ status: 0, signal: null, report: '', stderr: '' });
    expect(made.deliveries).toHaveLength(1);
  });
});

/** The message with all that belongs on top. */
const isWhole = (text: string, input: string) => text.endsWith(input) && text.startsWith(`${RESULT}DKIM-Signature: `);

describe('if it is killed itself', () => {
  it('before the message has come to its end, qmail-queue is not run', async () => {
    for (const env of [{ DKVERIFY: '' }, environment(home())]) {
      const made = home();
      const run = await made.queue({
        env,
        whileRunning: async (child) => {
          child.stdin!.write(MESSAGE);
          await new Promise((resolve) => setTimeout(resolve, 500));
          child.kill('SIGKILL');
        },
      });
      expect(run.signal).toBe('SIGKILL');
      expect(made.started).toBe(0);
    }
  });

  it('while qmail-queue reads, that one gets the whole message all the same', async () => {
    const made = home();
    const input = MESSAGE + 'and more\n'.repeat(500_000);
    const run = await made.queue({
      input,
      env: environment(made, { STANDIN_WHILE: 'until test -e go; do sleep 0.02; done' }),
      whileRunning: async (child) => {
        await until(() => made.started === 1);
        child.kill('SIGKILL');
        writeFileSync(made.path('deliveries/go'), '');
      },
    });
    expect(run.signal).toBe('SIGKILL');
    expect(made.deliveries.map(({ message }) => isWhole(message, input))).toEqual([true]);
  });

  it('at any moment, the message is queued whole, or not at all', async () => {
    const input = MESSAGE + 'and more\n'.repeat(300_000);
    for (let i = 0; i < 12; i++) {
      const made = home();
      const delay = Math.random() * 600;
      const run = await made.queue({
        input,
        env: environment(made),
        whileRunning: async (child) => {
          await new Promise((resolve) => setTimeout(resolve, delay));
          child.kill('SIGKILL');
        },
      });
      const { deliveries } = made;
      expect(deliveries.length, `killed after ${delay} ms`).toBeLessThanOrEqual(1);
      for (const { message } of deliveries) expect(isWhole(message, input), `killed after ${delay} ms`).toBe(true);
      if (run.signal === null) expect([run.status, deliveries.length]).toEqual([0, 1]);
    }
  });
});

describe('an end of the process that nobody thought of', () => {
  it('is no success, even if nothing is left to wait for', async () => {
    const made = home();
    const preload = made.path('preload.cjs');
    // Sockets and timers that never do anything, and keep nobody waiting.
    writeFileSync(
      preload,
      `const { EventEmitter } = require('node:events');
      require('node:dgram').createSocket = () => new Proxy(new EventEmitter(), {
        get: (target, name) => (name in target ? target[name].bind?.(target) ?? target[name] : () => {}),
      });
      globalThis.setTimeout = () => ({ ref() {}, unref() {}, hasRef() {} });\n`,
    );
    const env = { DKVERIFY: '', DKTOOL_NAMESERVER: '127.0.0.1', NODE_OPTIONS: `--require ${preload}` };
    expect(await made.queue({ input: signByHand(MESSAGE), env })).toMatchObject({ status: 81 });
    expect(made.started).toBe(0);
  });

  it('is no success either where it is an exception', async () => {
    const made = home();
    writeFileSync(made.path('preload.cjs'), `process.nextTick(() => { throw new Error('odd'); });\n`);
    const env = environment(made, { NODE_OPTIONS: `--require ${made.path('preload.cjs')}` });
    expect(await made.queue({ input: MESSAGE, env })).toEqual({ status: 81, signal: null, report: '', stderr: '' });
    expect(made.started).toBe(0);
  });

  it('is no success where the package is damaged', async () => {
    const made = new QmailHome();
    cpSync(fileURLToPath(new URL('../../bin', import.meta.url)), made.path('package/bin'), { recursive: true });
    const run = await runProgram(process.execPath, [made.path('package/bin/dktool-queue.js')]);
    expect(run).toEqual({ status: 81, stdout: '', stderr: '' });
  });
});

describe('a header that cannot be cleaned of forged results', () => {
  const input = `From: a@example.com\nX: ${'x'.repeat(9 * 1024 * 1024)}\n\nx\n`;

  it('goes on as body: beyond 8 MiB nobody knows what is in it', async () => {
    const made = home();
    const run = await made.queue({ input, env: environment(made) });
    expect(run.status).toBe(0);
    expect(run.stderr).toBe(
      'dktool-queue: the header block is longer than 8 MiB: all of it is passed on as body, below a header with our result\n',
    );
    const [result, ...body] = made.deliveries[0]!.message.split('\n\n');
    expect(result!.replace(/\n\t/g, ' ')).toBe(
      'Authentication-Results: mx.example.org; dkim=policy reason=header-over-limit; ' +
        'domainkeys=policy reason=header-over-limit',
    );
    expect(body.join('\n\n') === input).toBe(true);
  });

  it('is refused where the letters refuse what does not count', async () => {
    const env = { DKVERIFY: ',O', DKTOOL_LOG: '' };
    await refused(home(), 31, /refused by DKVERIFY: dkim=policy \(header-over-limit\) domainkeys=policy/, {
      input,
      env,
    });
  });

  it('is none where nothing is verified', async () => {
    const made = home();
    const { DKVERIFY: _, ...env } = environment(made);
    expect(await made.queue({ input, env })).toMatchObject({ status: 0, stderr: '' });
    expect(made.deliveries.map(({ message }) => message === input)).toEqual([true]);
  });
});
