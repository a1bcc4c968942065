/** The command in this process, its world in memory: quicker than a program of its own. */
import { COMMANDS } from '../../src/commands/index.ts';
import { MemorySink, MemorySource } from '../../src/console/streams/bytes.ts';
import type { Context } from '../../src/console/context.ts';
import { main } from '../../src/main.ts';
import type { Run } from './bin.ts';
import { NOW } from './vectors.ts';

export interface MemoryRun extends Run {
  /** latin1 octets; `stdout` is their text as UTF-8. */
  readonly output: string;
}

/**
 * @param input latin1
 * @param world what is there besides, such as name servers
 */
export async function runInMemory(
  args: readonly string[],
  input = '',
  world: Partial<Context> = {},
): Promise<MemoryRun> {
  const [stdout, stderr] = [new MemorySink(), new MemorySink()];
  const context = {
    stdin: new MemorySource(Buffer.from(input, 'latin1')),
    stdout,
    stderr,
    env: {},
    now: () => NOW,
    usualKeyPath: '/nowhere/%/default',
    liveResolver: () => Promise.reject(new Error('no name server is asked')),
    ...world,
  };
  const status = await main(args, context, COMMANDS);
  return { status, stdout: stdout.text, stderr: stderr.text, output: stdout.bytes.toString('latin1') };
}
