/** Runs of the real command, as a shell would make them. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

/** The program, to be run by node. */
export const DKTOOL = fileURLToPath(new URL('../../bin/dktool.js', import.meta.url));

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

/** Run any program. Output is latin1. */
export function runProgram(program: string, args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
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

/** A folder for one test, removed behind it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dktool-test-'));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
