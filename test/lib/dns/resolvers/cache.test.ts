import { describe, expect, it, vi } from 'vitest';
import { cachingResolver, type CacheOptions } from '../../../../src/lib/dns/resolvers/cache.ts';
import type { Answer, RecordType, Resolver } from '../../../../src/lib/dns/resolver.ts';

/** A source that notes what it is asked and answers when told to, or at once. */
function source(answer: Answer<RecordType> = { status: 'found', records: [['x']], ttl: 60 }, atOnce = false) {
  const asked: string[] = [];
  const open: (() => void)[] = [];
  const resolver = {
    query(name: string, type: RecordType): Answer<RecordType> | Promise<Answer<RecordType>> {
      asked.push(`${name} ${type}`);
      return atOnce ? answer : new Promise<Answer<RecordType>>((resolve) => open.push(() => resolve(answer)));
    },
  } as Resolver;
  return { resolver, asked, open };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

function cached(from: ReturnType<typeof source>, options: Partial<CacheOptions> = {}) {
  const clock = { now: 1000 };
  return { clock, resolver: cachingResolver(from.resolver, { now: () => clock.now, ...options }) };
}

describe('cachingResolver', () => {
  it('asks once, whatever the case, and then answers at once', async () => {
    const from = source();
    const { resolver } = cached(from);
    const first = resolver.query('a.example', 'TXT');
    const second = resolver.query('A.Example', 'TXT');
    expect(second).toBe(first);
    from.open[0]!();
    await first;
    expect(resolver.query('a.EXAMPLE', 'TXT')).toMatchObject({ status: 'found' });
    expect(from.asked).toEqual(['a.example TXT']);
    void resolver.query('a.example', 'A');
    expect(from.asked).toEqual(['a.example TXT', 'a.example A']);
  });

  it.each<[string, Answer<RecordType>, number, number]>([
    ['a record for its TTL', { status: 'found', records: [['x']], ttl: 60 }, 59, 61],
    ['an absent name for its negative TTL', { status: 'nxdomain', ttl: 40 }, 39, 41],
    ['an absent record for its negative TTL', { status: 'nodata', ttl: 40 }, 39, 41],
    ['a TTL of 0 for the message at hand', { status: 'found', records: [['x']], ttl: 0 }, 4, 6],
    ['trouble for a while', { status: 'temperror', reason: 'timeout', detail: 'no answer' }, 29, 31],
  ])('keeps %s', (_, answer, kept, gone) => {
    const from = source(answer, true);
    const { resolver, clock } = cached(from);
    void resolver.query('a', 'TXT');
    clock.now += kept;
    void resolver.query('a', 'TXT');
    expect(from.asked.length).toBe(1);
    clock.now += gone - kept;
    void resolver.query('a', 'TXT');
    expect(from.asked.length).toBe(2);
  });

  it('keeps trouble for as long as it is told to', () => {
    const from = source({ status: 'temperror', reason: 'timeout', detail: 'no answer' }, true);
    const { resolver, clock } = cached(from, { failureHold: 3600 });
    void resolver.query('a', 'TXT');
    clock.now += 3599;
    void resolver.query('a', 'TXT');
    expect(from.asked.length).toBe(1);
  });

  it('keeps what has no TTL for the whole run', () => {
    const from = source({ status: 'nxdomain' }, true);
    const { resolver, clock } = cached(from);
    void resolver.query('a', 'TXT');
    clock.now += 1e9;
    void resolver.query('a', 'TXT');
    expect(from.asked.length).toBe(1);
  });

  it('has at most so many questions under way, and asks the others as places become free', async () => {
    const from = source();
    const { resolver } = cached(from, { maxInFlight: 2 });
    const answers = ['a', 'b', 'c', 'd'].map(async (name) => resolver.query(name, 'A'));
    expect(from.asked).toEqual(['a A', 'b A']);
    from.open[1]!();
    await settled();
    expect(from.asked).toEqual(['a A', 'b A', 'c A']);
    from.open[0]!();
    from.open[2]!();
    await settled();
    from.open[3]!();
    expect((await Promise.all(answers)).length).toBe(4);
    void resolver.query('e', 'A');
    void resolver.query('f', 'A');
    void resolver.query('g', 'A');
    expect(from.asked.slice(4)).toEqual(['e A', 'f A']);
  });

  it('lets others go out while some wait for a server that is slow, up to a limit', async () => {
    vi.useFakeTimers();
    try {
      const from = source();
      const { resolver } = cached(from, { maxInFlight: 1 });
      for (let i = 0; i < 12; i++) void resolver.query(`n${i}`, 'A');
      expect(from.asked.length).toBe(1);
      await vi.advanceTimersByTimeAsync(300);
      expect(from.asked.length).toBe(2);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(from.asked.length).toBe(8);
      from.open[0]!();
      await vi.advanceTimersByTimeAsync(0);
      expect(from.asked.length).toBe(9);
    } finally {
      vi.useRealTimers();
    }
  });

  it('stops asking beyond the limit of the run', () => {
    const from = source(undefined, true);
    const { resolver } = cached(from, { maxQueries: 2 });
    void resolver.query('a', 'A');
    void resolver.query('b', 'A');
    expect(resolver.query('a', 'A')).toMatchObject({ status: 'found' });
    expect(resolver.query('c', 'A')).toMatchObject({ status: 'temperror', reason: 'too-many-queries' });
    expect(from.asked.length).toBe(2);
  });

  it('drops the oldest answer when it is full', () => {
    const from = source(undefined, true);
    const { resolver } = cached(from, { maxEntries: 2 });
    for (const name of ['a', 'b', 'c', 'c', 'b', 'a']) void resolver.query(name, 'A');
    expect(from.asked).toEqual(['a A', 'b A', 'c A', 'a A']);
  });

  it('replaces an answer that came anew without dropping another', () => {
    const asked: string[] = [];
    const from = {
      query: (name: string) => {
        asked.push(name);
        return { status: 'found', records: [['x']], ttl: name === 'short' ? 10 : 1000 };
      },
    } as Resolver;
    let now = 0;
    const resolver = cachingResolver(from, { now: () => now, maxEntries: 2 });
    for (const name of ['long', 'short']) void resolver.query(name, 'A');
    now = 20;
    for (const name of ['short', 'long']) void resolver.query(name, 'A');
    expect(asked).toEqual(['long', 'short', 'short']);
    // And it is the newest now.
    for (const name of ['third', 'short', 'long']) void resolver.query(name, 'A');
    expect(asked).toEqual(['long', 'short', 'short', 'third', 'long']);
  });

  it('frees the place of a source that rejects', async () => {
    const broken = { query: () => Promise.reject(new Error('a bug')) } as Resolver;
    const resolver = cachingResolver(broken, { now: () => 0, maxInFlight: 1 });
    await expect(resolver.query('a', 'A')).rejects.toThrow('a bug');
    await expect(resolver.query('a', 'A')).rejects.toThrow('a bug');
  });
});
