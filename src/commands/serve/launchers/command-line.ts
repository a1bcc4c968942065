/** A command line of sign or verify that contrib/via/dktool-via has handed over. */
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import type { Context } from '../../../console/context.ts';
import { DescriptorSink, DescriptorSource, MemorySink } from '../../../console/streams/bytes.ts';
import type { Claimed } from './claim.ts';

/** Octets for stderr. A pipe always has room for them, so no write of ours waits or is cut. */
const MAX_WORDS = 3000;

/**
 * Statuses of work that is done, in the style `qmail`. Whatever else it is, the launcher's own process finds it again: the
 * fault may be ours alone, such as a disk that is full here.
 */
const DONE: readonly number[] = [0, 1, 2];

/**
 * Write the product into the launcher's file and then answer; without an answer the launcher does the work itself.
 *
 * @throws the system's error where the file is gone
 */
export async function runForLauncher({ request, file, message, say }: Claimed, context: Context): Promise<void> {
  const product = openSync(file, constants.O_WRONLY | constants.O_NOFOLLOW);
  try {
    for (const name of [`${file}.message`, file]) unlinkSync(name);
    const stderr = new MemorySink();
    const its: Context = {
      stdin: new DescriptorSource(message, 'stdin'),
      stdout: new DescriptorSink(product, 'stdout'),
      stderr,
      env: request.env,
      // A user with settings of their own is not served.
      configurationFiles: (context.configurationFiles ?? []).slice(0, 1),
      now: context.now,
      liveResolver: context.liveResolver,
    };
    const { status, deferred } = await context.runCommand!(request.args, its);
    // The end of the pipe may come late: the clock of the launcher has it open too.
    if (!DONE.includes(status) || stderr.bytes.length > MAX_WORDS) return say('refused');
    const words = stderr.text.split('\n').slice(0, -1);
    say([...words.map((line) => `log ${line}`), `dktool ${status} ${deferred}`].join('\n'));
  } finally {
    closeSync(product);
  }
}
