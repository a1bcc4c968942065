/** verify --resume: a run that was broken off goes on, and its output is what it would have been. */
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLEAN_ENV, DKTOOL, temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { mboxOf } from '../support/mailboxes.ts';
import { keyOwner, keyRecord, NOW } from '../support/vectors.ts';

const RECORD = ['--now', String(NOW), '--key-record', `${keyOwner('rsa2048')}=${keyRecord('rsa2048')}`];
const verify = (...args: string[]) => runInMemory(['verify', ...RECORD, ...args]);

const GOOD = signByHand(PLAIN).replaceAll('\r\n', '\n');
const FORGED = GOOD.replace('Ann <ann@', 'Eve <eve@');
const COUNT = 300;
const messages = Array.from({ length: COUNT }, (_, i) => (i % 7 === 3 ? FORGED : GOOD));

/** A mailbox, single messages, and a line of each in the output of a run that nothing broke off. */
async function site(...args: string[]) {
  const folder = temporaryFolder();
  const path = (name: string) => join(folder, name);
  writeFileSync(path('a'), FORGED);
  writeFileSync(path('box'), mboxOf(messages, 'mboxo'));
  writeFileSync(path('c'), GOOD);
  const inputs = ['a', 'box', 'c', 'a', 'box', 'box'].map(path);
  const { stdout, status } = await verify('--json', ...args, ...inputs);
  return { path, inputs, whole: stdout, status };
}

describe('verify --resume', () => {
  it.each([[[]], [['--only-failures']], [['--jobs', '2']]])(
    'writes what was left out, wherever the run was broken off: %j',
    async (args) => {
      const { path, inputs, whole, status } = await site(...args);
      const out = path('out');
      const lines = whole.split('\n').length;
      for (const length of [
        0,
        10,
        700,
        ...[0.2, 0.5, 0.9].map((part) => Math.floor(whole.length * part)),
        whole.length - 1,
        whole.length,
      ]) {
        writeFileSync(out, whole.slice(0, length));
        const run = await verify(...args, '--resume', out, ...inputs);
        expect(run).toEqual({ status, stdout: '', stderr: '', output: '' });
        expect(readFileSync(out, 'utf8') === whole, `of ${lines} lines, broken off at ${length}`).toBe(true);
      }
      expect(existsSync(`${out}.lock`)).toBe(false);
    },
  );

  it('begins a file that is not there, and counts all of it', async () => {
    const { path, inputs, whole } = await site();
    const { stdout } = await verify('--summary', '--resume', path('new'), ...inputs);
    expect(readFileSync(path('new'), 'utf8')).toBe(whole);
    expect(stdout).toContain(`${3 * COUNT + 3} messages: `);
    expect((await verify('--summary', '--resume', path('new'), ...inputs)).stdout).toBe(stdout);
  });

  it('judges what was taken out of the file again, once', async () => {
    const { path } = await site();
    const inputs = ['a', 'box', 'c'].map(path);
    const lines = (await verify('--json', ...inputs)).stdout.split(/(?<=\n)/);
    const places = [0, 1, 2, 40, 41, COUNT - 3, COUNT, COUNT + 1];
    writeFileSync(path('out'), lines.filter((_, i) => !places.includes(i)).join(''));
    const again = [...lines.filter((_, i) => !places.includes(i)), ...places.map((i) => lines[i])].join('');
    for (let i = 0; i < 3; i++) {
      expect(await verify('--resume', path('out'), ...inputs)).toMatchObject({ status: 1, stdout: '', stderr: '' });
      expect(readFileSync(path('out'), 'utf8') === again).toBe(true);
    }
  });

  it('judges messages that came since, though files have other names now', async () => {
    const { path, inputs, whole } = await site();
    await verify('--resume', path('out'), ...inputs);
    appendFileSync(path('box'), mboxOf([FORGED], 'mboxo'));
    renameSync(path('c'), path('d'));
    await verify('--resume', path('out'), path('box'), path('d'));
    const added = readFileSync(path('out'), 'utf8').slice(whole.length).trimEnd().split('\n');
    expect(added.map((line) => JSON.parse(line) as object)).toMatchObject([
      { file: path('box'), id: String(COUNT + 1), result: 'fail' },
      { file: path('d'), result: 'pass' },
    ]);
  });

  it('leaves alone what is not an output of verify, and one of another mailbox', async () => {
    const { path, inputs, whole } = await site();
    for (const content of ['{"file":"x"}\n', 'precious\n']) {
      writeFileSync(path('out'), content);
      const run = await verify('--resume', path('out'), ...inputs);
      expect(run.status).toBe(100);
      expect(run.stderr).toContain(`cannot go on with ${path('out')}: line 1 is not a line of verify --json`);
      expect(readFileSync(path('out'), 'utf8')).toBe(content);
    }
    writeFileSync(path('out'), whole);
    writeFileSync(path('box'), mboxOf([GOOD], 'mboxo'));
    const run = await verify('--resume', path('out'), path('box'));
    expect(run.status).toBe(100);
    expect(run.stderr).toContain(`box has no message ${COUNT}@`);
  });

  it('needs a regular file', async () => {
    const { path, inputs } = await site();
    const onStdout = await verify('--resume', '-', ...inputs);
    expect(onStdout).toMatchObject({ status: 100, stdout: '' });
    expect(onStdout.stderr).toContain('--resume needs a file, not stdout');
    for (const [name, reason] of [
      ['/dev/null', 'it is not a regular file'],
      [path('.'), 'directory'],
    ] as const) {
      const run = await verify('--resume', name, ...inputs);
      expect(run).toMatchObject({ status: 111, stdout: '' });
      expect(run.stderr).toContain(`cannot write ${name}: `);
      expect(run.stderr).toContain(reason);
    }
  });

  it('waits for no other run that writes the same file', async () => {
    const { path, inputs } = await site();
    writeFileSync(path('out.lock'), 'another run\n');
    const run = await verify('--resume', path('out'), ...inputs);
    expect(run.status).toBe(111);
    expect(run.stderr).toContain('out.lock exists: another run has the lock');
  });

  it('goes on behind kill -9', async () => {
    const folder = temporaryFolder();
    const [box, out] = [join(folder, 'box'), join(folder, 'out')];
    writeFileSync(box, mboxOf(Array.from({ length: 40 }, () => messages).flat(), 'mboxrd'));
    const { stdout: whole } = await verify('--json', box);
    const start = () =>
      spawn(process.execPath, [DKTOOL, 'verify', ...RECORD, '--resume', out, box], { env: CLEAN_ENV });
    const killed = start();
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (!existsSync(out) || readFileSync(out).length < 300_000) return;
        clearInterval(timer);
        killed.kill('SIGKILL');
        resolve();
      }, 5);
    });
    await new Promise((resolve) => killed.on('exit', resolve));
    const half = readFileSync(out, 'utf8');
    expect(whole.startsWith(half)).toBe(true);
    expect(half.length).toBeLessThan(whole.length);
    const status = await new Promise((resolve) => start().on('exit', resolve));
    expect(status).toBe(1);
    expect(readFileSync(out, 'utf8') === whole).toBe(true);
  });
});
