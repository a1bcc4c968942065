/** What dktool-remote tells qmail-rspawn when something is wrong: mail is put off, and neither bounced, cut, doubled nor lost. */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../support/bin.ts';
import { QmailHome, type WrapperOptions, until } from '../support/qmail-standins.ts';

const MESSAGE = 'From: Ada <ada@example.com>\nSubject: hello\n\nhello\n';

function home(): QmailHome {
  const made = new QmailHome();
  made.control('dksign', `${made.key('example.com', 'rsa1024')}\n`);
  return made;
}

/**
 * What qmail-rspawn makes of a run (qmail 1.03): the letter that decides, and its text. A crash and status 111 put the mail
 * off whatever the report says; another status bounces it; a report without its last part bounces it too.
 */
function rspawn({ status, signal, report }: { status: number | null; signal: string | null; report: string }): string {
  if (signal !== null) return 'Z crashed';
  if (status === 111) return 'Z unable to run';
  if (status !== 0) return 'D unable to run';
  if (report === '') return 'Z no output';
  const decisive = report
    .split('\0')
    .slice(0, -1)
    .find((part) => /^[KZD]/.test(part));
  return decisive === undefined ? 'D no result' : decisive;
}

/** The mail is put off with a sentence, nothing else is said, and nobody has got it. */
async function putOff(made: QmailHome, sentence: string | RegExp, options: WrapperOptions = {}): Promise<void> {
  const run = await made.remote({ input: MESSAGE, ...options });
  expect(run).toMatchObject({ status: 0, signal: null, stderr: '' });
  expect(run.report).toMatch(/^Zdktool-remote: [ -~]+ \(#4\.3\.0\)\n\0$/);
  expect(run.report).toMatch(sentence);
  expect(made.started).toBe(0);
  expect(made.leftovers).toEqual([]);
}

describe('a mail is put off by', () => {
  it.each<[string, (made: QmailHome) => void, string | RegExp]>([
    ['an empty control/dksign', (made) => made.control('dksign', ''), 'its first line is empty'],
    ['a control/dksign of blanks', (made) => made.control('dksign', ' \n/x\n'), 'its first line is empty'],
    ['a NUL in control/dksign', (made) => made.control('dksign', '/x\0y\n'), 'it contains a NUL'],
    [
      'a control/dksign that cannot be meant',
      (made) => made.control('dksign', '/x\ndomainkeys=off\n'),
      "'domainkeys=off'",
    ],
    ['a large control/dksign', (made) => made.control('dksign', 'x'.repeat(100_000)), 'is too large'],
    ['a control/dksign that is a folder', (made) => mkdirSync(made.path('control/dksign')), 'is a directory'],
    ['a control/dksign that is a FIFO', (made) => mkfifo(made.path('control/dksign')), 'is a pipe'],
    ['a control/dksign that leads nowhere', (made) => symlinkSync('x', made.path('control/dksign')), 'link to nothing'],
    ['a missing control folder', (made) => rmSync(made.path('control'), { recursive: true }), 'does not exist'],
    ['a key that is a folder', (made) => replaceKey(made, mkdirSync), 'is a directory'],
    ['a key that is a FIFO', (made) => replaceKey(made, mkfifo), 'is a pipe'],
    ['a key that leads nowhere', (made) => replaceKey(made, (path) => symlinkSync('x', path)), 'link to nothing'],
    [
      'a key that leads to itself',
      (made) => replaceKey(made, (path) => symlinkSync(path, path)),
      'symbolic links form a loop',
    ],
    ['an empty key', (made) => replaceKey(made, (path) => writeFileSync(path, '')), 'key file'],
    ['a key that is none', (made) => replaceKey(made, (path) => writeFileSync(path, 'no key\n')), 'key file'],
    ['a key of 768 bits', (made) => void made.key('example.com', 'rsa768'), '768 bits'],
    ['a file instead of the folder', (made) => fileAt(made, made.path('keys/example.com')), 'not a directory'],
    ['a selector that is none', (made) => fileAt(made, made.path('keys/example.com'), 'not/a selector'), 'a selector'],
  ])('%s', async (_, damage, sentence) => {
    const made = home();
    if (_.includes('control/dksign that')) rmSync(made.path('control/dksign'));
    damage(made);
    await putOff(made, sentence);
  });

  it.each<[string, Record<string, string>, string | RegExp]>([
    ['a missing key where there is no %', { DKSIGN: '/nowhere/default' }, 'does not exist'],
    ['DKTOOL_SIGN_SENDER', { DKTOOL_SIGN_SENDER: 'yes' }, "DKTOOL_SIGN_SENDER is 'yes'"],
    ['DKTOOL_DOMAINKEYS', { DKTOOL_DOMAINKEYS: 'no' }, "DKTOOL_DOMAINKEYS is 'no'"],
    ['DKTOOL_NOW', { DKTOOL_NOW: 'then' }, "DKTOOL_NOW is 'then'"],
    ['a TMPDIR that is not there', { TMPDIR: '/proc/nowhere' }, 'cannot keep the message in /proc/nowhere'],
    ['a TMPDIR that is not a folder', { TMPDIR: '/dev/null' }, 'cannot keep the message in /dev/null'],
    ['a missing program', { DKREMOTE: '/nowhere/qmail-remote' }, 'cannot run /nowhere/qmail-remote: there is no'],
    ['a program that is not executable', { DKREMOTE: 'control/me' }, /cannot run .*: permission denied/],
    ['a program that is a folder', { DKREMOTE: 'control' }, 'it is not a file'],
    ['a program that is empty', { DKREMOTE: 'bin/empty' }, 'it is empty'],
    ['a program that is a text', { DKREMOTE: 'bin/text' }, 'it is neither a program nor begins with #!'],
  ])('%s', async (_, env, sentence) => {
    const made = home();
    made.program('empty', '');
    made.program('text', 'exit 0\n');
    await putOff(made, sentence, { env });
    // also where nothing is signed, and where a shell is to run it
    if (env['DKREMOTE'] === undefined) return;
    rmSync(made.path('control/dksign'));
    await putOff(made, sentence, { env });
    await putOff(made, sentence, { env, prelude: `set -- "$@" "$(printf '\\377')"` });
  });

  it.each([
    ['without an interpreter', '#!/nowhere/interpreter\n'],
    ['of which a part is missing', '\x7fELF\x02\x01\x01\0 ) ) \n exit 0'],
    ['for another machine', foreignProgram()],
  ])('a program %s, however it is run', async (_, text) => {
    const made = home();
    made.program('odd', text);
    for (const prelude of ['', `set -- "$@" "$(printf '\\377')"`]) {
      const run = await made.remote({ input: MESSAGE, env: { DKREMOTE: 'bin/odd' }, prelude });
      expect(rspawn(run), JSON.stringify(run)).toMatch(/^Z/);
    }
  });

  it('a key that it may not read', async () => {
    const made = home();
    chmodSync(made.path('keys'), 0o700);
    const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'];
    if (process.getuid!() !== 0) chmodSync(made.path('keys/example.com/default'), 0);
    else {
      for (const path of ['.', 'tmp', 'deliveries']) chmodSync(made.path(path), 0o777);
    }
    const prelude = process.getuid!() === 0 ? `set -- ${asNobody.join(' ')} "$@"` : '';
    await putOff(made, 'permission denied', { prelude });
  });

  it('a closed stdin, and /dev/null, which Node puts in its place', async () => {
    await putOff(home(), 'there is no message', { redirections: '0<&-' });
    await putOff(home(), 'there is no message', { redirections: '0</dev/null' });
    await putOff(home(), 'is a directory, not a message', { redirections: '0</' });
  });

  it('a disk that is full', async () => {
    const input = MESSAGE + 'x'.repeat(100_000);
    await putOff(home(), 'the file would be larger than', { input, prelude: 'ulimit -f 8' });
  });

  it('a disk that fills up behind the part that is kept in memory', async () => {
    const input = MESSAGE + 'x'.repeat(4_000_000);
    await putOff(home(), 'the file would be larger than', { input, prelude: 'ulimit -f 3000' });
  });

  it('arguments that are none', async () => {
    await putOff(home(), 'HOST SENDER RECIPIENT', { args: [] });
    await putOff(home(), 'HOST SENDER RECIPIENT', { args: ['--help'] });
  });

  it('a program that leads back to it', async () => {
    const made = home();
    const bin = fileURLToPath(new URL('../../bin/dktool-remote.js', import.meta.url));
    made.program('round', `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`);
    await putOff(made, 'runs dktool again, in a loop', { env: { DKREMOTE: 'bin/round' } });
  });
});

/** With a header as it should be, for a machine that there is not. */
function foreignProgram(): string {
  const program = Buffer.alloc(200);
  program.write('\x7fELF\x02\x01\x01', 'latin1');
  program.writeUInt16LE(2, 16);
  program.writeUInt16LE(0xfffe, 18);
  program.writeUInt32LE(64, 32);
  program.writeUInt16LE(56, 54);
  program.writeUInt16LE(1, 56);
  return `${program.toString('latin1')}\nnothing-to-run\n`;
}

function mkfifo(path: string): void {
  execFileSync('mkfifo', [path]);
}

function replaceKey(made: QmailHome, make: (path: string) => void): void {
  rmSync(made.path('keys/example.com/default'));
  make(made.path('keys/example.com/default'));
}

/** A file in the place of a folder, or a key at another path. */
function fileAt(made: QmailHome, path: string, name?: string): void {
  if (name === undefined) {
    rmSync(path, { recursive: true });
    writeFileSync(path, '');
    return;
  }
  mkdirSync(made.path('keys/example.com/not'));
  cpSync(made.path('keys/example.com/default'), made.path('keys/example.com', name));
  made.control('dksign', `${made.path('keys/%', name)}\n`);
}

describe('the report of qmail-remote', () => {
  it.each([
    ['Zno connection\\n\\0', 'exit 0', 'Zno connection\n'],
    ['h\\0Dno such user\\n\\0', 'exit 0', 'Dno such user\n'],
    ['', 'exit 0', 'Z no output'],
    ['r\\0K', 'exit 1', 'D unable to run'],
    ['', 'exit 100', 'D unable to run'],
    ['Kno\\n\\0', 'exit 111', 'Z unable to run'],
  ])('%j and %s pass as they are', async (report, end, meaning) => {
    const made = home();
    const run = await made.remote({
      input: MESSAGE,
      env: { STANDIN_AFTER: `printf '${report}'; echo said >&2; ${end}` },
    });
    expect(run.report).toBe(report.replaceAll('\\0', '\0').replaceAll('\\n', '\n'));
    expect(run.stderr).toBe('said\n');
    expect(run.status).toBe(Number(end.slice('exit '.length)));
    expect(rspawn(run)).toBe(meaning);
  });

  it.each([
    ['before it has read anything', 'STANDIN_BEFORE', 'kill -9 $$'],
    ['in the middle of its report', 'STANDIN_AFTER', "printf 'r\\0'; kill -9 $$"],
    ['behind its report', 'STANDIN_AFTER', "printf 'r\\0Kaccepted\\n\\0'; kill -9 $$"],
    ['with a core dump', 'STANDIN_AFTER', "printf 'h\\0'; kill -SEGV $$"],
  ])('puts the mail off if it is killed %s, as without us', async (_, when, what) => {
    const run = await home().remote({ input: MESSAGE, env: { [when]: what } });
    expect(rspawn(run)).toMatch(/^Z/);
    expect(run.stderr).toBe('');
  });
});

describe('a signal', () => {
  it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
    '%s while qmail-remote is at work does not part the two',
    async (name) => {
      const made = home();
      const run = await made.remote({
        input: MESSAGE,
        env: { STANDIN_AFTER: 'until test -e go; do sleep 0.02; done' },
        whileRunning: async (child) => {
          await until(() => made.started === 1);
          child.kill(name);
          writeFileSync(made.path('deliveries/go'), '');
        },
      });
      expect(run).toEqual({ status: 0, signal: null, report: 'r\0Kaccepted\n\0', stderr: '' });
      expect(made.deliveries).toHaveLength(1);
    },
  );
});

/** The message with signatures on top. */
const isWhole = (text: string, input: string) => text.endsWith(input) && text.startsWith('DKIM-Signature: ');

describe('if it is killed itself', () => {
  it('before the message has come to its end, qmail-remote is not run', async () => {
    const made = home();
    const run = await made.remote({
      whileRunning: async (child) => {
        child.stdin!.write(MESSAGE);
        await new Promise((resolve) => setTimeout(resolve, 500));
        child.kill('SIGKILL');
      },
    });
    expect(rspawn(run)).toBe('Z crashed');
    expect(made.started).toBe(0);
  });

  it('while qmail-remote reads, that one gets the whole message all the same', async () => {
    const made = home();
    const input = MESSAGE + 'and more\n'.repeat(500_000);
    const run = await made.remote({
      input,
      env: { STANDIN_WHILE: 'until test -e go; do sleep 0.02; done' },
      whileRunning: async (child) => {
        await until(() => made.started === 1);
        child.kill('SIGKILL');
        writeFileSync(made.path('deliveries/go'), '');
      },
    });
    expect(run.signal).toBe('SIGKILL');
    expect(made.deliveries.map(({ message }) => isWhole(message, input))).toEqual([true]);
  });

  it('at any moment, the message goes out whole, or not at all', async () => {
    const input = MESSAGE + 'and more\n'.repeat(300_000);
    for (let i = 0; i < 12; i++) {
      const made = home();
      const delay = Math.random() * 600;
      const run = await made.remote({
        input,
        whileRunning: async (child) => {
          await new Promise((resolve) => setTimeout(resolve, delay));
          child.kill('SIGKILL');
        },
      });
      const { deliveries } = made;
      expect(deliveries.length, `killed after ${delay} ms`).toBeLessThanOrEqual(1);
      for (const { message } of deliveries) expect(isWhole(message, input), `killed after ${delay} ms`).toBe(true);
      if (run.signal === null) expect(run.report).toBe('r\0Kaccepted\n\0');
      else expect(rspawn(run)).toBe('Z crashed');
    }
  });
});

describe('a fault that nobody thought of', () => {
  it('puts mail off, and does not say so on the descriptor of the report', async () => {
    const made = home();
    writeFileSync(made.path('preload.cjs'), `process.nextTick(() => { throw new Error('odd'); });\n`);
    const env = { NODE_OPTIONS: `--require ${made.path('preload.cjs')}` };
    expect(await made.remote({ input: MESSAGE, env })).toEqual({ status: 111, signal: null, report: '', stderr: '' });
    expect(made.started).toBe(0);
  });
});

describe('a damaged package', () => {
  it('puts mail off', async () => {
    const made = new QmailHome();
    cpSync(fileURLToPath(new URL('../../bin', import.meta.url)), made.path('package/bin'), { recursive: true });
    const run = await runProgram(process.execPath, [
      made.path('package/bin/dktool-remote.js'),
      'mx',
      '',
      'a@example.org',
    ]);
    expect(run).toEqual({ status: 111, stdout: '', stderr: '' });
  });
});
