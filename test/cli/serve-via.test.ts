/** contrib/via/dktool-via: the same result as dktool itself, by the service or without it, whoever dies. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CLEAN_ENV, DKTOOL, type Run, runProgram, temporaryFolder } from '../support/bin.ts';
import { findProgram } from '../support/peers.ts';
import { startService } from '../support/service.ts';
import { keyPath } from '../support/vectors.ts';

const VIA = fileURLToPath(new URL('../../contrib/via/dktool-via', import.meta.url));
const MESSAGE = 'From: Ada <ada@example.com>\nSubject: hello\n\nhello\n';
const SIGN = ['sign', '-d', 'example.com', '-s', 's', '-k', keyPath('rsa1024'), '--now', '1694000000'];
const VERIFY = ['verify', '--zone', '/dev/null'];

class Desk {
  readonly folder = temporaryFolder();
  readonly slots = join(this.folder, 'slots');
  /** What stands in for dktool shows what it is given. */
  readonly standIn = this.program('stand-in', '#!/bin/sh\nprintf "own: %s\\n" "$*"\ncat\n');
  readonly dktool = this.program('dktool', `#!/bin/sh\nexec '${process.execPath}' '${DKTOOL}' "$@"\n`);

  /** The service has all the time it needs, however crowded the machine is. */
  readonly patient = { PATH: `${join(this.folder, 'patient')}:${process.env['PATH']}` };

  constructor() {
    mkdirSync(join(this.folder, 'patient'));
    this.program('patient/sleep', `#!/bin/sh\nexec '${findProgram('sleep')}' 30\n`);
    mkdirSync(this.slots, { mode: 0o700 });
    writeFileSync(join(this.folder, 'empty.zone'), '');
  }

  program(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    chmodSync(path, 0o755);
    return path;
  }

  get zone(): string {
    return join(this.folder, 'empty.zone');
  }

  run(args: readonly string[], options: { dktool?: string; input?: string; env?: object; shell?: string[] } = {}) {
    const { dktool = this.standIn, input = MESSAGE, env, shell = ['sh'] } = options;
    return runProgram(findProgram(shell[0]!)!, [...shell.slice(1), VIA, this.slots, ...args], {
      input,
      env: { HOME: this.folder, DKTOOL: dktool, ...env },
      cwd: this.folder,
    });
  }

  /** The program itself. */
  own(args: readonly string[], input = MESSAGE, env = {}): Promise<Run> {
    return runProgram(process.execPath, [DKTOOL, ...args], { input, env: { HOME: this.folder, ...env } });
  }
}

const SHELLS = [['sh'], ['dash'], ['bash'], ['busybox', 'sh'], ['mksh']].filter(([name]) => findProgram(name!));

describe.each(SHELLS.map((shell) => ({ name: shell.join(' '), shell })))('under $name', ({ shell }) => {
  it('the service signs and verifies as the program does', async () => {
    const desk = new Desk();
    await startService(['--slots', desk.slots]);
    const own = await desk.own(SIGN);
    expect(own.stdout).toMatch(/^DKIM-Signature: [^]*t=1694000000;/);
    expect(own.stderr).not.toBe('');
    expect(await desk.run(SIGN, { shell, env: desk.patient })).toEqual(own);
    const verify = ['verify', '--zone', desk.zone];
    for (const input of [MESSAGE, own.stdout, `${MESSAGE}\0\xff\r\n no line feed`]) {
      const judged = await desk.own(verify, input);
      expect(judged.stdout).not.toBe('');
      expect(await desk.run(verify, { shell, input, env: desk.patient })).toEqual(judged);
    }
    const field = [
      'verify',
      '--zone',
      desk.zone,
      '--auth-results',
      "o'brien.example",
      '--key-record',
      's._domainkey.example.com=v=DKIM1;  n=`id`$(id)\\n; p=',
    ];
    expect(await desk.run(field, { shell, env: desk.patient })).toEqual(await desk.own(field));
    expect(readdirSync(desk.slots)).toEqual(['ready']);
  });

  it.each(['there is no service', 'the service was killed', 'the service is stopped'])(
    'the program does it where %s',
    async (why) => {
      const desk = new Desk();
      if (why !== 'there is no service') {
        const service = await resident(desk);
        service.kill(why === 'the service is stopped' ? 'SIGSTOP' : 'SIGKILL');
      }
      const run = await desk.run(SIGN, { shell });
      expect(run).toEqual({ status: 0, stdout: `own: ${SIGN.join(' ')}\n${MESSAGE}`, stderr: '' });
      expect(readdirSync(desk.slots).filter((name) => name !== 'ready')).toEqual([]);
    },
  );
});

describe('the program does it where the service could do something else', () => {
  const cases: [string, readonly string[], Record<string, string>?][] = [
    ['a relative path', ['sign', '-k', 'key']],
    ['a relative path, attached', ['sign', '--key=key']],
    ['a path in an attached short option', ['sign', `-k${keyPath('rsa1024')}`]],
    ['a descriptor', ['sign', '-k', '/dev/fd/3']],
    ['a key that is not there', ['sign', '-k', '/nowhere/key']],
    ['a file of its own', ['verify', '/etc/hostname']],
    ['an output of its own', [...SIGN, '-o', '/nowhere/out']],
    ['a state of its own', ['verify', '--resume', '/nowhere/state']],
    ['a line break', ['sign', '-d', 'a\nb', '-k', keyPath('rsa1024')]],
    ['another command', ['config']],
    ['help', ['sign', '--help']],
    ['a key from the environment', ['sign'], { DKTOOL_KEY: 'key' }],
    ['a zone that is not a file', VERIFY],
    ['a line break in the environment', SIGN, { LANG: 'C\nend' }],
  ];
  it.each(cases)('%s', async (_, args, env) => {
    const desk = new Desk();
    const service = await startService(['--slots', desk.slots]);
    const run = await desk.run(args, env && { env });
    expect(run).toEqual({ status: 0, stdout: `own: ${args.join(' ')}\n${MESSAGE}`, stderr: '' });
    expect(readdirSync(desk.slots)).toEqual(['ready']);
    expect(service.log()).not.toContain('deferred');
  });

  it('a user with settings of their own', async () => {
    const desk = new Desk();
    await startService(['--slots', desk.slots]);
    mkdirSync(join(desk.folder, '.config/dktool'), { recursive: true });
    writeFileSync(join(desk.folder, '.config/dktool/config'), '');
    expect((await desk.run(SIGN)).stdout).toMatch(/^own: /);
  });

  it('a directory that others may enter', async () => {
    const desk = new Desk();
    await startService(['--slots', desk.slots]);
    chmodSync(desk.slots, 0o750);
    expect((await desk.run(SIGN)).stdout).toMatch(/^own: /);
  });

  it.each([
    ['groups', { groups: [1, 2, 3] }],
    ['name spaces', { spaces: ['mnt:[1]'] }],
  ])('other %s', async (_, other) => {
    const desk = new Desk();
    const groups = [process.getegid!(), ...process.getgroups!()];
    await startService(['--slots', desk.slots], { view: () => ({ groups, spaces: [], ...other }) });
    expect((await desk.run(SIGN)).stdout).toBe(`own: ${SIGN.join(' ')}\n${MESSAGE}`);
  });
});

it('errors and their statuses are those of the program', async () => {
  const desk = new Desk();
  await startService(['--slots', desk.slots]);
  for (const [args, input] of [
    [SIGN, 'no header\n'],
    [['sign', '-k', keyPath('rsa1024'), '--expire', 'x'], MESSAGE],
    [['verify', '--zone', desk.zone, '--exit-style', 'sysexits'], MESSAGE],
  ] as const) {
    const own = await desk.own(args, input);
    expect(own.status).toBeGreaterThan(2);
    expect(await desk.run(args, { dktool: desk.dktool, input })).toEqual(own);
  }
});

it.each([
  ['qmail', 111],
  ['sysexits', 75],
])('a reader that goes away means try again later (%s)', async (style, status) => {
  const desk = new Desk();
  await startService(['--slots', desk.slots]);
  const script = '{ "$@"; echo $? >status; } | :';
  await runProgram('/bin/sh', ['-c', script, 'sh', VIA, desk.slots, ...SIGN, '--exit-style', style], {
    input: `${MESSAGE}${'x'.repeat(70)}\n`.repeat(5000),
    env: { HOME: desk.folder, DKTOOL: desk.standIn, ...desk.patient },
    cwd: desk.folder,
  });
  expect(readFileSync(join(desk.folder, 'status'), 'utf8')).toBe(`${status}\n`);
});

it.each([
  ['sign', SIGN, 111],
  ['sign, sysexits', [...SIGN, '--exit-style', 'sysexits'], 75],
  ['verify', ['verify', '--auth-results', 'mx.example.org'], 111],
])('a message that cannot be kept whole is not cut: try again later (%s)', async (_, args, status) => {
  const desk = new Desk();
  await startService(['--slots', desk.slots]);
  // It reads a part, and then cannot write on.
  desk.program('cat', '#!/bin/sh\nhead -c 10\nexit 1\n');
  const run = await desk.run(args, { dktool: desk.dktool, env: { PATH: `${desk.folder}:${process.env['PATH']}` } });
  expect(run).toMatchObject({ status, stdout: '' });
  expect(run.stderr).toContain(`dktool-via: cannot keep the message in ${desk.slots}\n`);
  expect(readdirSync(desk.slots)).toEqual(['ready']);
});

it.each([[['DIR', 'sign']], [[]]])('says how it is used', async (args) => {
  const run = await runProgram(VIA, args);
  expect(run).toEqual({
    status: 100,
    stdout: '',
    stderr: 'dktool-via: usage: dktool-via /DIRECTORY sign|verify [OPTION]...\n',
  });
});

it('each message comes out once and whole while the service is killed again and again', async () => {
  const desk = new Desk();
  let service = await resident(desk);
  const expected = new Map<number, Promise<Run>>();
  const runs: Promise<[number, Run]>[] = [];
  for (let round = 0; round < 6; round++) {
    for (let n = round * 5; n < round * 5 + 5; n++) {
      const input = `${MESSAGE}number ${n}\n${'x'.repeat(70)}\n`.repeat(n % 2 === 0 ? 1 : 2000);
      runs.push(desk.run(SIGN, { dktool: desk.dktool, input }).then((run) => [n, run]));
      if (n % 5 === 0) expected.set(n, desk.own(SIGN, input));
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 80));
    service.kill('SIGKILL');
    service = await resident(desk);
  }
  for (const [n, run] of await Promise.all(runs)) {
    expect(run.status, `number ${n}`).toBe(0);
    expect(run.stdout.match(/^DKIM-Signature: /gm), `number ${n}`).toHaveLength(1);
    const count = n % 2 === 0 ? 1 : 2000;
    expect(run.stdout.endsWith(`${MESSAGE}number ${n}\n${'x'.repeat(70)}\n`.repeat(count))).toBe(true);
    if (expected.has(n)) expect(run).toEqual(await expected.get(n));
  }
}, 180_000);

/** The built program, as a process that can be killed. */
async function resident(desk: Desk): Promise<ChildProcess> {
  const child = spawn(process.execPath, [DKTOOL, 'serve', '--slots', desk.slots], {
    env: CLEAN_ENV,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  for (let tries = 0; tries < 6000 && !log.includes(' ready '); tries++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  expect(log).toContain(' ready ');
  expect(existsSync(join(desk.slots, 'ready'))).toBe(true);
  return child;
}
