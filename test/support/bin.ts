/** Runs of the real command, as a shell would make them. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The program, to be run by node. */
export const DKTOOL = fileURLToPath(new URL('../../bin/dktool.js', import.meta.url));

/** Variables that would change what is tested, or how long it takes: certificates to read cost each start 60 ms. */
const UNWANTED = /^(?:DKTOOL_|NODE_|FORCE_COLOR$|NO_COLOR$)/;

/** The environment of a program, as a shell without habits has it. */
export const CLEAN_ENV = Object.fromEntries(Object.entries(process.env).filter(([name]) => !UNWANTED.test(name)));

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
}

/** Run the built dktool. It has no terminal, not even /dev/tty: a session of its own. */
export function runDktool(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return runProgram(process.execPath, [DKTOOL, ...args], options);
}

/** Run another program of the package, built as well. */
export function runBin(name: 'dknewkey' | 'dktest', args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return runProgram(
    process.execPath,
    [fileURLToPath(new URL(`../../bin/${name}.js`, import.meta.url)), ...args],
    options,
  );
}

/** Run any program. Output is latin1. */
export function runProgram(program: string, args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
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
    child.on('close', (status) => resolve({ status, ...output }));
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
