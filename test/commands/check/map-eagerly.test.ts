import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mapEagerly } from '../../../src/commands/check/map-eagerly.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const LIMITS = { atOnce: 2, moment: 1, most: 4 };

describe('mapEagerly', () => {
  it('gives the results in the order of the items', async () => {
    const results = mapEagerly([3, 1, 2], (n) => new Promise((done) => setTimeout(() => done(n), n * 100)), LIMITS);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await results).toEqual([3, 1, 2]);
    expect(await mapEagerly([], () => Promise.reject(new Error('not called')), LIMITS)).toEqual([]);
  });

  it('begins others where some take long, up to a limit', async () => {
    const begun: number[] = [];
    const never = (n: number) => {
      begun.push(n);
      return new Promise<void>(() => {});
    };
    void mapEagerly([1, 2, 3, 4, 5, 6], never, LIMITS);
    await vi.advanceTimersByTimeAsync(900);
    expect(begun).toEqual([1, 2]);
    await vi.advanceTimersByTimeAsync(200);
    expect(begun).toEqual([1, 2, 3, 4]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(begun).toEqual([1, 2, 3, 4]);
  });

  it('fails as the action does', async () => {
    await expect(mapEagerly([1], () => Promise.reject(new Error('a bug')), LIMITS)).rejects.toThrow('a bug');
  });
});
