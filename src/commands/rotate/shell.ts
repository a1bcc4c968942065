/** The commands of --publish and --after. */
import type { Context } from '../../console/context.ts';

export interface CommandResult {
  /** `undefined`: it ended with 0. A clause otherwise. */
  readonly problem: string | undefined;
  /** What it wrote, both streams, latin1; the last {@link MAX_OUTPUT} octets. */
  readonly output: string;
}

const MAX_OUTPUT = 4096;

/** Seconds after which a command hangs. */
const LIMIT = 600;

/**
 * Run a command line with /bin/sh and wait for its end.
 *
 * @param input its standard input
 * @param env variables beside those of the process
 */
export async function runShell(
  command: string,
  input: string,
  env: Readonly<Record<string, string>>,
  context: Context,
): Promise<CommandResult> {
  const { spawn } = await import('node:child_process');
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', command], {
      env: { ...context.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own, so that what it started goes with it.
      detached: true,
    });
    let output = '';
    let hangs = false;
    const timer = setTimeout(() => {
      hangs = true;
      child.kill('SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
    }, LIMIT * 1000);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('latin1').on('data', (text: string) => {
        output = (output + text).slice(-MAX_OUTPUT);
      });
    }
    const end = (problem: string | undefined) => {
      clearTimeout(timer);
      resolve({ problem, output });
    };
    child.on('error', ({ message }) => end(`cannot be run: ${message}`));
    child.on('close', (status, signal) => {
      if (hangs) end(`did not end within ${LIMIT} seconds`);
      else if (signal !== null) end(`was killed by ${signal}`);
      else end(status === 0 ? undefined : `ended with ${status}`);
    });
    child.stdin.on('error', () => {}); // it may end without reading
    child.stdin.end(input, 'latin1');
  });
}
