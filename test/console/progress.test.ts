import { describe, expect, it } from 'vitest';
import { MemorySink, MemorySource } from '../../src/console/bytes.ts';
import { progress } from '../../src/console/progress.ts';

/** What ticks give over ten seconds of work. */
function ticks(stderr: MemorySink, quiet = false): unknown[] {
  let now = 0;
  const context = {
    stdin: new MemorySource(new Uint8Array()),
    stdout: new MemorySink(),
    stderr,
    env: {},
    now: () => now,
    liveResolver: () => Promise.reject(new Error('no name server is asked')),
  };
  const bar = progress('verifying', context, quiet);
  const given = [];
  for (; now < 10; now++) given.push(bar.tick(now));
  bar.stop();
  return given;
}

describe('progress', () => {
  it.each([
    ['in a pipe', new MemorySink(false), false],
    ['where it is not wanted', new MemorySink(true), true],
    ['in a terminal that does not say how wide it is', new MemorySink(true, 0), false],
  ])('is not shown %s', (_, stderr, quiet) => {
    expect(ticks(stderr, quiet)).toEqual(Array.from({ length: 10 }, () => undefined));
    expect(stderr.text).toBe('');
  });

  it('is shown in a terminal after a moment', () => {
    const given = ticks(new MemorySink(true, 80));
    expect(given[0]).toBeUndefined();
    expect(given.slice(1).every((pause) => pause instanceof Promise)).toBe(true);
  });
});
