import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../src/lib/dns/resolver.ts';
import { KeyCache, keyCandidates, unusable } from '../../../src/lib/keys/lookup.ts';

const asObject = (text: string) => ({ text });

describe('the cache of keys', () => {
  it('reads a record once for each method, for as long as the answer that holds it is there', () => {
    const cache = new KeyCache();
    const read: string[] = [];
    const reader = (method: string) => (text: string) => {
      read.push(`${method} ${text}`);
      return { method };
    };
    const [dkim, domainkeys] = [reader('dkim'), reader('domainkeys')];
    const strings = ['v=DKIM1; ', 'p='];
    expect(cache.get(dkim, strings)).toBe(cache.get(dkim, strings));
    expect(cache.get(domainkeys, strings)).toEqual({ method: 'domainkeys' });
    expect(cache.get(dkim, strings)).toEqual({ method: 'dkim' });
    expect(read).toEqual(['dkim v=DKIM1; p=', 'domainkeys v=DKIM1; p=']);
    // Another answer, even of the same text, is another record: the first can be forgotten.
    cache.get(dkim, [...strings]);
    expect(read).toHaveLength(3);
  });

  it('keeps nothing of an answer that nobody keeps', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const cache = new KeyCache();
    const kept = Array.from({ length: 100 }, (_, i) => new WeakRef(cache.get(asObject, [`p=${i}`])));
    await new Promise((resolve) => setImmediate(resolve)); // what a WeakRef was made of lives as long as its turn
    collectGarbage();
    expect(kept.filter((one) => one.deref() !== undefined).length).toBeLessThan(5);
    expect(cache.get(asObject, ['p=0'])).toEqual({ text: 'p=0' });
  });
});

const candidate = ([text]: readonly string[]) => ({
  ...unusable('key-syntax', text!),
  isForeign: text!.startsWith('v=spf1'),
});
const found = (...texts: string[]): Answer<'TXT'> => ({ status: 'found', records: texts.map((text) => [text]) });

const offered = (answer: Answer<'TXT'>) => keyCandidates(answer, 's._domainkey.example', candidate);

describe('the keys that an answer offers', () => {
  it('are those of the first ten records, what is not a key record last', () => {
    const texts = Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? `v=spf1 ${i}` : `p=${i}`));
    const details = offered(found(...texts)).map((one) => (one.ok ? '' : one.refusal.detail));
    expect(details).toEqual(['p=1', 'p=3', 'p=5', 'p=7', 'p=9', ...[0, 2, 4, 6, 8].map((i) => `v=spf1 ${i}`)]);
  });

  it.each<[Answer<'TXT'>, string, string]>([
    [{ status: 'nxdomain' }, 'key-not-found', 's._domainkey.example does not exist'],
    [{ status: 'nodata' }, 'key-not-found', 's._domainkey.example has no TXT record'],
    [
      { status: 'temperror', reason: 'timeout', detail: 'silence' },
      'key-unavailable',
      'no answer for s._domainkey.example: silence',
    ],
  ])('are none for %j', (answer, reason, detail) => {
    expect(offered(answer)).toEqual([{ ok: false, refusal: { reason, detail } }]);
  });
});
