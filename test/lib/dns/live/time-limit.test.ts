import { describe, expect, it } from 'vitest';
import type { Resolver } from '../../../../src/lib/dns/resolver.ts';
import { timeLimitedResolver } from '../../../../src/lib/dns/live/time-limit.ts';

const found = { status: 'found', records: ['192.0.2.1'] } as const;
const source = (answer: () => unknown) => ({ query: answer }) as Resolver;

const limited = (answer: () => unknown) => timeLimitedResolver(source(answer), 60, () => 0).query('a.example', 'A');
const never = () => new Promise(() => {});

describe('timeLimitedResolver', () => {
  it('hands on what comes at once, as it is, and what comes in time', async () => {
    expect(limited(() => found)).toBe(found);
    expect(await limited(() => Promise.resolve(found))).toBe(found);
  });

  it('gives up when the time of all questions together is over', async () => {
    let clock = 0;
    const resolver = timeLimitedResolver(source(never), 10, () => clock);
    clock = 10;
    expect(await resolver.query('a.example', 'A')).toEqual({
      status: 'temperror',
      reason: 'deadline',
      detail: 'no answer within the time limit of 10 seconds',
    });
  });
});
