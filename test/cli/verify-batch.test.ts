/** verify of many messages: lists of names, and threads. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLEAN_ENV, DKTOOL, type RunOptions, runProgram, spawnDktool } from '../support/bin.ts';
import { records, startDnsServer } from '../support/dns-server.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { mailFolder, verify } from '../support/mail-folder.ts';
import { keyOwner, keyRecord, NOW } from '../support/vectors.ts';

const GOOD = signByHand(PLAIN);
const FORGED = GOOD.replace('Ann <ann@', 'Eve <eve@');
const FILES = { 'good.eml': GOOD, 'forged.eml': FORGED, 'plain.eml': PLAIN };

/** The name and result of each JSON line; the code of an error. */
function verdictsIn(stdout: string): [string, string][] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { file: string; result?: string; error?: { code: string } })
    .map(({ file, result, error }) => [file, result ?? error!.code]);
}

describe('verify --files-from', () => {
  it('judges the files of a list behind those of the command line', async () => {
    const cwd = mailFolder({ ...FILES, list: 'forged.eml\n\nmissing.eml\nplain.eml' });
    const { status, stdout, stderr } = await verify(['--json', '--files-from', 'list', 'good.eml'], { cwd });
    expect({ status, stderr }).toEqual({ status: 100, stderr: '' });
    expect(verdictsIn(stdout)).toEqual([
      ['good.eml', 'pass'],
      ['forged.eml', 'fail'],
      ['missing.eml', 'input-unreadable'],
      ['plain.eml', 'none'],
    ]);
  });

  it('takes the list from stdin, where - is not a message', async () => {
    const cwd = mailFolder(FILES);
    const run = await verify(['--json', '--files-from', '-'], { cwd, input: 'good.eml\n-\nplain.eml\n' });
    expect(verdictsIn(run.stdout)).toEqual([
      ['good.eml', 'pass'],
      ['-', 'no-input'],
      ['plain.eml', 'none'],
    ]);
    expect(run.status).toBe(100);
    const list = mailFolder({ ...FILES, list: '-\n' });
    expect(verdictsIn((await verify(['--json', '--files-from', 'list'], { cwd: list, input: GOOD })).stdout)).toEqual([
      ['-', 'pass'],
    ]);
  });

  it('opens names with line ends and octets that are not UTF-8, with -0', async () => {
    const cwd = mailFolder(FILES);
    const odd = Buffer.from('b\xe4d\n.eml', 'latin1');
    writeFileSync(Buffer.concat([Buffer.from(`${cwd}/`), odd]), GOOD, 'latin1');
    const find = `find . -name 'b*.eml' -print0 | "$0" "$@"`;
    const args = [DKTOOL, 'verify', '--json', '--now', String(NOW), '--zone', 'zone.json', '--files-from', '-', '-0'];
    const run = await runProgram('sh', ['-c', find, process.execPath, ...args], { cwd });
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const file = Buffer.from(verdictsIn(run.stdout)[0]![0], 'latin1').toString('utf8');
    expect(file).toBe('./b\ufffdd\n.eml');
  });

  it('opens the folders of the list with -r', async () => {
    const cwd = mailFolder({ list: 'Maildir\n' });
    mkdirSync(join(cwd, 'Maildir/new'), { recursive: true });
    writeFileSync(join(cwd, 'Maildir/new/1'), GOOD);
    const { stdout } = await verify(['--json', '-r', '--files-from', 'list'], { cwd });
    expect(verdictsIn(stdout)).toEqual([['Maildir/new/1', 'pass']]);
  });

  it('with nothing in the list has nothing to judge', async () => {
    const cwd = mailFolder({ list: '\n\n' });
    expect(await verify(['--files-from', 'list'], { cwd, input: GOOD })).toEqual({
      status: 2,
      stdout: '',
      stderr: 'dktool: there are no messages in list\n',
    });
  });

  it('tells a verdict before it waits for more names', async () => {
    const cwd = mailFolder(FILES);
    const args = [DKTOOL, 'verify', '--json', '--now', String(NOW), '--zone', 'zone.json', '--files-from', '-'];
    const child = spawn(process.execPath, args, { cwd, env: CLEAN_ENV, stdio: ['pipe', 'pipe', 'inherit'] });
    const next = () => new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))));
    for (const name of ['good.eml', 'forged.eml']) {
      const line = next();
      child.stdin.write(`${name}\n`);
      expect(verdictsIn(await line)).toHaveLength(1);
    }
    const status = new Promise((resolve) => child.on('close', resolve));
    child.stdin.end();
    expect(await status).toBe(1);
  });

  it.each([
    [['-0'], '-0 needs --files-from'],
    [['--files-from', '-', '-'], 'stdin cannot be a message and the list of --files-from'],
    [['--files-from', 'gone'], 'cannot open gone: there is no such file'],
    [
      ['--auth-results', 'mx', '--files-from', '-'],
      '--auth-results takes one message and cannot be used with --files-from',
    ],
    [['--auth-results', 'mx', '--jobs', '2'], '--auth-results takes one message and cannot be used with --jobs'],
    [['--jobs', '0', 'good.eml'], "--jobs '0': it must be a whole number from 1 to 100"],
  ])('is refused where it makes no sense: %j', async (args, message) => {
    const run = await verify(args, { cwd: mailFolder(FILES), input: GOOD });
    expect({ status: run.status, stdout: run.stdout }).toEqual({ status: 100, stdout: '' });
    expect(run.stderr.split('\n')[0]).toBe(`dktool: ${message}`);
  });
});

/** Threads run the program that was built. */
const threads = (args: readonly string[], options: RunOptions) =>
  spawnDktool(['verify', '--now', String(NOW), '--zone', 'zone.json', '--jobs', '3', ...args], options);

describe('verify --jobs', () => {
  /** Enough for threads to be worth it, with every kind of trouble among them. */
  const NAMES = Array.from({ length: 2300 }, (_, i) => {
    if (i % 7 === 3) return 'forged.eml';
    if (i % 101 === 5) return 'missing.eml';
    if (i % 211 === 9) return 'folder';
    if (i % 307 === 11) return '-';
    return i % 5 === 0 ? 'plain.eml' : `good${i % 50}.eml`;
  });
  const list = `${NAMES.join('\n')}\n`;
  let cwd = '';

  function folder(): string {
    const copies = Array.from({ length: 50 }, (_, i) => [`good${i}.eml`, GOOD.replace('Hello', `Hello ${i}`)]);
    const made = mailFolder({ ...FILES, ...(Object.fromEntries(copies) as Record<string, string>), list });
    mkdirSync(join(made, 'folder'));
    return made;
  }

  it.each([[[]], [['--json']], [['-v']], [['-q']], [['--adsp', '--json']], [['--spf', '--json']]])(
    'tells the same in the same order as one thread: %j',
    async (options) => {
      cwd = folder();
      const args = [...options, '--files-from', '-'];
      const one = await verify(args, { cwd, input: list });
      const three = await threads(args, { cwd, input: list });
      expect(three).toEqual(one);
      expect(one.status).toBe(100);
    },
  );

  it('has the worst outcome of all threads', async () => {
    cwd = mailFolder(FILES);
    const input = `${'good.eml\n'.repeat(1900)}forged.eml\n${'good.eml\n'.repeat(400)}`;
    const { status, stdout } = await threads(['--json', '--files-from', '-'], { cwd, input });
    expect(status).toBe(1);
    expect(verdictsIn(stdout).map(([, result]) => result)).toEqual([
      ...Array.from({ length: 1900 }, () => 'pass'),
      'fail',
      ...Array.from({ length: 400 }, () => 'pass'),
    ]);
  });

  it('asks a name server once a thread', async () => {
    const text = keyRecord('rsa2048').match(/.{1,255}/g)!;
    const server = await startDnsServer({ [keyOwner('rsa2048')]: records('TXT', text) });
    try {
      const args = ['verify', '--json', '--now', String(NOW), '--nameserver', server.address, '--jobs', '3'];
      const input = 'good.eml\n'.repeat(2200);
      const { status, stdout } = await spawnDktool([...args, '--files-from', '-'], { cwd: mailFolder(FILES), input });
      expect([status, verdictsIn(stdout).length]).toEqual([0, 2200]);
      const keys = server.queries.filter(({ name }) => name === keyOwner('rsa2048'));
      expect(keys.length).toBeLessThanOrEqual(3);
      expect(keys.length).toBeGreaterThan(0);
    } finally {
      await server.close();
    }
  });

  it('reads a zone file once, so that it may be a pipe', async () => {
    cwd = mailFolder(FILES);
    const command = `mkfifo zone.fifo; cat zone.json > zone.fifo & exec "$0" "$@"`;
    const args = [DKTOOL, 'verify', '-q', '--now', String(NOW), '--zone', 'zone.fifo', '--jobs', '3', '--files-from'];
    const input = 'good.eml\n'.repeat(2200);
    const run = await runProgram('sh', ['-c', command, process.execPath, ...args, '-'], { cwd, input });
    expect(run).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it.each([[['--jobs', '1']], [['--jobs', '3']]])('ends quietly when its reader goes away: %j', async (jobs) => {
    cwd = mailFolder(FILES);
    writeFileSync(join(cwd, 'many'), 'good.eml\n'.repeat(5000));
    const command = `("$0" "$@"; echo "status $?" >&2) | head -n 1`;
    const args = [DKTOOL, 'verify', '--json', '--now', String(NOW), '--zone', 'zone.json', '--files-from', 'many'];
    const run = await runProgram('sh', ['-c', command, process.execPath, ...args, ...jobs], { cwd });
    expect(verdictsIn(run.stdout)).toEqual([['good.eml', 'pass']]);
    expect(run.stderr).toBe('status 111\n');
  });
});
