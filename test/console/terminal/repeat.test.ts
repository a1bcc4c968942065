import { describe, expect, it } from 'vitest';
import { MemorySink, MemorySource } from '../../../src/console/streams/bytes.ts';
import type { Context } from '../../../src/console/context.ts';
import { repeatUntil, type RepeatOptions } from '../../../src/console/terminal/repeat.ts';

/** A world whose clock moves only while somebody sleeps. */
function world() {
  let now = 1000;
  const stderr = new MemorySink();
  const context: Context = {
    stdin: new MemorySource(new Uint8Array()),
    stdout: new MemorySink(),
    stderr,
    env: {},
    now: () => now,
    sleep: (seconds) => {
      now += seconds;
      return Promise.resolve();
    },
    liveResolver: () => Promise.reject(new Error('no name server is asked')),
  };
  return { context, stderr, elapsed: () => now - 1000 };
}

function options(context: Context, more: Partial<RepeatOptions<number>> = {}): RepeatOptions<number> {
  return { label: 'it', wait: 0, pause: 5, describe: String, quiet: false, verbose: false, context, ...more };
}

/** Runs until the `good`th try; says when each was. */
async function times(good: number, more: Partial<RepeatOptions<number>>) {
  const { context, stderr, elapsed } = world();
  const tries: number[] = [];
  const action = () => Promise.resolve(tries.push(elapsed()));
  const result = await repeatUntil(action, (count) => count >= good, options(context, more));
  return { result, tries, stderr: stderr.text };
}

describe('repeatUntil', () => {
  it('tries once where there is no time to wait', async () => {
    expect(await times(2, {})).toEqual({ result: 1, tries: [0], stderr: '' });
    expect(await times(1, { wait: 60 })).toEqual({ result: 1, tries: [0], stderr: '' });
  });

  it('tries again after pauses that grow to twelve times the first', async () => {
    const { tries } = await times(12, { wait: 10_000 });
    const pauses = tries.slice(1).map((at, i) => at - tries[i]!);
    expect(pauses.slice(0, 3)).toEqual([5, 7.5, 11.25]);
    expect(pauses.at(-1)).toBeCloseTo(60, 6);
  });

  it('tries a last time when time is up, and hands that over', async () => {
    const { result, tries } = await times(100, { wait: 20 });
    expect([result, tries]).toEqual([4, [0, 5, 12.5, 20]]);
  });

  it('says with verbose why it goes on, safely', async () => {
    const { stderr } = await times(2, { wait: 20, verbose: true, describe: () => 'no\u001b' });
    expect(stderr).toBe('dktool: not yet (no\\x1b), again in 5 s\n');
    expect((await times(2, { wait: 20, verbose: true, quiet: true })).stderr).toBe('');
  });

  it('lets an error out', async () => {
    const { context } = world();
    const broken = repeatUntil(
      () => Promise.reject(new Error('broken')),
      () => true,
      options(context, { wait: 60 }),
    );
    await expect(broken).rejects.toThrow('broken');
  });
});
