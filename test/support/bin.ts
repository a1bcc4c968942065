/** Runs of the commands, as a shell would make them: in this process, or of the programs as they are built. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { COMMANDS } from '../../src/commands/index.ts';
import { dknewkey } from '../../src/commands/legacy/dknewkey.ts';
import { dktest } from '../../src/commands/legacy/dktest.ts';
import type { Context } from '../../src/console/context.ts';
import { DescriptorSink, MemorySink, MemorySource } from '../../src/console/streams/bytes.ts';
import { liveResolver } from '../../src/lib/dns/live/live.ts';
import { main } from '../../src/main.ts';

/** The program, to be run by node. */
export const DKTOOL = fileURLToPath(new URL('../../bin/dktool.js', import.meta.url));

/** A single executable that is tested in the place of the package: `DKTOOL_BIN=dist/dktool-linux-x64 npx vitest run test/cli`. */
const EXECUTABLE = process.env['DKTOOL_BIN'] && resolve(process.env['DKTOOL_BIN']);

/** All that a program is told; what else a shell may hand on would change what is tested, or how long it takes. */
const HANDED_ON = ['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR'];

/** The environment of a program, as a shell without habits has it. */
export const CLEAN_ENV: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    HANDED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  ),
  XDG_CONFIG_HOME: '/dev/null', // settings of whoever runs the tests
};

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: Uint8Array | string;
  readonly env?: Readonly<Record<string, string>>;
  /** A descriptor that takes stdout's place. */
  readonly stdout?: number;
  /** The name that the program is called by. */
  readonly argv0?: string;
}

/** Run dktool in this process: its files, clock, environment and name servers are the real ones. Output is latin1. */
export function runDktool(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  if (EXECUTABLE) return spawnDktool(args, options);
  return runHere((context) => main(args, context, COMMANDS), options);
}

/** Run another program of the package in this process. */
export function runBin(name: 'dknewkey' | 'dktest', args: readonly string[], options: RunOptions = {}): Promise<Run> {
  if (EXECUTABLE) return spawnBin(name, args, options);
  return runHere((context) => (name === 'dktest' ? dktest(args, context) : dknewkey(args, context)), options);
}

async function runHere(program: (context: Context) => Promise<number>, options: RunOptions): Promise<Run> {
  const { cwd, input = '', env, stdout: descriptor } = options;
  const [stdout, stderr] = [new MemorySink(), new MemorySink()];
  const context: Context = {
    stdin: new MemorySource(Buffer.from(input)),
    stdout: descriptor === undefined ? stdout : new DescriptorSink(descriptor, 'stdout'),
    stderr,
    env: { ...CLEAN_ENV, ...env },
    now: () => Date.now() / 1000,
    liveResolver: async (settings) => liveResolver({ ...settings, clock: () => performance.now() }),
  };
  const status = await (cwd === undefined ? program(context) : inFolder(cwd, () => program(context)));
  return { status, stdout: stdout.bytes.toString('latin1'), stderr: stderr.bytes.toString('latin1') };
}

/** A process has one working folder: runs that want one of their own wait for each other. */
let folderFree: Promise<unknown> = Promise.resolve();

function inFolder<T>(folder: string, act: () => Promise<T>): Promise<T> {
  const turn = folderFree.then(async () => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      return await act();
    } finally {
      process.chdir(before);
    }
  });
  folderFree = turn.catch(() => {});
  return turn;
}

/** Run the built dktool. It has no terminal, not even /dev/tty: a session of its own. */
export function spawnDktool(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  if (EXECUTABLE) return runProgram(EXECUTABLE, args, options);
  return runProgram(process.execPath, [DKTOOL, ...args], options);
}

/** Run another built program of the package. */
export function spawnBin(name: 'dknewkey' | 'dktest', args: readonly string[], options: RunOptions = {}): Promise<Run> {
  if (EXECUTABLE) return runProgram(EXECUTABLE, args, { ...options, argv0: name });
  return runProgram(
    process.execPath,
    [fileURLToPath(new URL(`../../bin/${name}.js`, import.meta.url)), ...args],
    options,
  );
}

/** Run any program. Output is latin1. */
export function runProgram(program: string, args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return new Promise((done, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      argv0: options.argv0,
      env: { ...CLEAN_ENV, ...options.env },
      detached: true,
      stdio: ['pipe', options.stdout ?? 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('latin1').on('data', (text: string) => {
        output[name] += text;
      });
    }
    child.on('error', reject);
    child.on('close', (status) => done({ status, ...output }));
    child.stdin?.on('error', () => {}); // it may end without reading
    child.stdin?.end(options.input ?? '');
  });
}

/** A folder for the test that is running, removed behind it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dktool-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
