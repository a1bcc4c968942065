import { describe, expect, it } from 'vitest';
import { MemorySink, MemorySource } from '../../../src/console/streams/bytes.ts';
import { clearing, progress } from '../../../src/console/terminal/progress.ts';

interface Terminal {
  readonly stderr?: MemorySink;
  readonly stdout?: MemorySink & { isPipe?: boolean };
  readonly quiet?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** What ticks give over ten seconds of work. */
function ticks({ stderr = new MemorySink(true), stdout = new MemorySink(), quiet = false, env = {} }: Terminal) {
  let now = 0;
  const context = {
    stdin: new MemorySource(new Uint8Array()),
    stdout,
    stderr,
    env,
    now: () => now,
    liveResolver: () => Promise.reject(new Error('no name server is asked')),
  };
  const bar = progress('verifying', context, { quiet, total: () => 10 });
  const given = [];
  for (; now < 10; now++) given.push(bar.tick(now));
  bar.stop();
  return given;
}

const pipe = () => Object.assign(new MemorySink(), { isPipe: true });

describe('progress', () => {
  it.each<[string, Terminal]>([
    ['in a pipe', { stderr: new MemorySink(false) }],
    ['where it is not wanted', { quiet: true }],
    ['in a terminal that does not say how wide it is', { stderr: new MemorySink(true, 0) }],
    ['in a terminal that cannot clear a line', { env: { TERM: 'dumb' } }],
    ['beside a pipe, whose reader may write to the terminal', { stdout: pipe() }],
  ])('is not shown %s', (_, terminal) => {
    expect(ticks(terminal)).toEqual(Array.from({ length: 10 }, () => undefined));
    expect(terminal.stderr?.text ?? '').toBe('');
  });

  it.each<[string, Terminal]>([
    ['beside a file', {}],
    ['beside the terminal itself', { stdout: new MemorySink(true) }],
  ])('is shown after a moment %s', (_, terminal) => {
    const given = ticks(terminal);
    expect(given[0]).toBeUndefined();
    expect(given.slice(1).every((pause) => pause instanceof Promise)).toBe(true);
  });

  it('is taken away before anything is written to a terminal', () => {
    const order: string[] = [];
    const shown = { clear: () => void order.push('clear') };
    for (const isTerminal of [true, false]) {
      const sink = Object.assign(new MemorySink(isTerminal), {
        write: (text: unknown) => void order.push(String(text)),
      });
      clearing(sink, shown).write('line');
    }
    expect(order).toEqual(['clear', 'line', 'line']);
  });
});
