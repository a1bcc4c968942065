import { describe, expect, it } from 'vitest';
import { runSteps, settled, type Steps } from '../../src/lib/steps.ts';

function* sum(...values: (number | Promise<number>)[]): Steps<number> {
  let total = 0;
  for (const value of values) total += yield* settled(value);
  return total;
}

function* failing(first: number | Promise<number>): Steps<number> {
  yield* settled(first);
  throw new Error('no');
}

function* careful(): Steps<string> {
  try {
    return yield* settled(Promise.reject<string>(new Error('no')));
  } catch {
    return 'caught';
  }
}

describe('work in steps', () => {
  it('is done at once where it waits for nothing', () => {
    expect(runSteps(sum(1, 2, 3))).toBe(6);
  });

  it('is a promise where it has to wait', async () => {
    const result = runSteps(sum(1, Promise.resolve(2), 3, Promise.resolve(4)));
    expect(result).toBeInstanceOf(Promise);
    expect(await result).toBe(10);
  });

  it('throws, or rejects, as it fails', async () => {
    expect(() => runSteps(failing(1))).toThrow('no');
    await expect(runSteps(failing(Promise.resolve(1)))).rejects.toThrow('no');
  });

  it('can catch what it waits for', async () => {
    expect(await runSteps(careful())).toBe('caught');
  });
});
