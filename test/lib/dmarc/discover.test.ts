/** Tree walks written from the text of RFC 9989, each with its section. */
import { describe, expect, it } from 'vitest';
import type { Answer, Resolver } from '../../../src/lib/dns/resolver.ts';
import {
  discoverDmarc,
  discoverPolicy,
  type PolicyDiscovery,
  type DmarcDiscovery,
  organizationalDomain,
  walkNames,
} from '../../../src/lib/dmarc/discover.ts';
import { dmarcResolver, tableRows } from '../../support/dmarc.ts';

const A = 'a.mail.example.com';

const walked = (records: string) => discoverDmarc(A, dmarcResolver(records)) as DmarcDiscovery;

describe('the names of a walk', () => {
  it.each<[section: string, domain: string, names: readonly string[]]>([
    ['4.10 step 1', 'com', ['com']],
    ['4.10 step 4', 'example.com', ['example.com', 'com']],
    [
      '4.10 step 4, x < 8',
      'd.e.f.g.mail.example.com',
      [
        'd.e.f.g.mail.example.com',
        'e.f.g.mail.example.com',
        'f.g.mail.example.com',
        'g.mail.example.com',
        'mail.example.com',
        'example.com',
        'com',
      ],
    ],
    [
      '4.10 step 4, x = 8',
      'a.b.c.d.e.mail.example.com',
      [
        'a.b.c.d.e.mail.example.com',
        'b.c.d.e.mail.example.com',
        'c.d.e.mail.example.com',
        'd.e.mail.example.com',
        'e.mail.example.com',
        'mail.example.com',
        'example.com',
        'com',
      ],
    ],
    [
      '4.10, its own example',
      'a.b.c.d.e.f.g.h.i.j.mail.example.com',
      [
        'a.b.c.d.e.f.g.h.i.j.mail.example.com',
        'g.h.i.j.mail.example.com',
        'h.i.j.mail.example.com',
        'i.j.mail.example.com',
        'j.mail.example.com',
        'mail.example.com',
        'example.com',
        'com',
      ],
    ],
    [
      '5.1.8, its own example',
      'mail.a.b.c.d.e.f.g.example.com',
      [
        'mail.a.b.c.d.e.f.g.example.com',
        'c.d.e.f.g.example.com',
        'd.e.f.g.example.com',
        'e.f.g.example.com',
        'f.g.example.com',
        'g.example.com',
        'example.com',
        'com',
      ],
    ],
  ])('%s: %s', (_, domain, names) => {
    expect(walkNames(domain)).toEqual(names);
  });

  it.each([1, 2, 7, 8, 9, 12, 60, 120])('are at most eight where a name has %i labels', async (count) => {
    const domain = [...Array<string>(count - 1).fill('a'), 'com'].join('.');
    const resolver = dmarcResolver('');
    await organizationalDomain(domain, resolver);
    expect(resolver.asked).toHaveLength(Math.min(count, 8));
    // Seven labels are walked one by one, and so are the seven that are left of a longer name.
    expect(resolver.asked.slice(1).map((question) => question.split('.').length - 1)).toEqual(
      [7, 6, 5, 4, 3, 2, 1].filter((labels) => labels < count),
    );
  });
});

describe('a walk and what it finds', () => {
  const walks = tableRows('dmarc-walks.txt');

  it('is described by more than sixty', () => expect(walks.length).toBeGreaterThan(60));

  it.each(walks)('RFC 9989 %s: %s', (_, __, domain, records, organizational, applies, queries) => {
    const resolver = dmarcResolver(records);
    const discovery = discoverDmarc(domain, resolver) as DmarcDiscovery;
    const { found, policy, policyTag } = discovery;
    expect(discovery.organizationalDomain ?? '?').toBe(organizational);
    expect(policy === undefined ? '-' : `${policy} ${policyTag} ${found?.source} ${found?.domain}`).toBe(applies);
    expect(resolver.asked.filter((question) => question.startsWith('_dmarc.'))).toHaveLength(Number(queries));
    expect(organizationalDomain(domain, dmarcResolver(records)) ?? '?').toBe(organizational);
  });

  it('says which answer did not come, and asks nothing further', () => {
    const { trouble, steps } = walked('mail.example.com!');
    expect(trouble).toMatchObject({ name: '_dmarc.mail.example.com', reason: 'servfail' });
    expect(steps.map(({ status }) => status)).toEqual(['none', 'temperror']);
  });

  it('says what stands at each name', () => {
    const { steps } = walked(`${A}{v=DMARC1}{v=DMARC1} mail.example.com{v=spf1 -all} com{v=DMARC1; p=none; psd=y}`);
    expect(steps.map(({ name, status }) => `${name} ${status}`)).toEqual([
      `_dmarc.${A} several`,
      '_dmarc.mail.example.com other',
      '_dmarc.example.com none',
      '_dmarc.com found',
    ]);
  });

  it('is spared where only the policy is asked for, and the domain has a record of its own', () => {
    const resolver = dmarcResolver(`${A}{v=DMARC1; p=reject} example.com{v=DMARC1; p=none}`);
    expect(discoverPolicy(A, resolver)).toMatchObject({ policy: 'reject', found: { source: 'domain' } });
    expect(resolver.asked).toEqual([`_dmarc.${A} TXT`]);
  });

  it.each(walks)('finds the same policy alone: %s: %s', (_, __, domain, records) => {
    const {
      organizationalDomain: ___,
      steps,
      ...whole
    } = discoverDmarc(domain, dmarcResolver(records)) as DmarcDiscovery;
    const alone = discoverPolicy(domain, dmarcResolver(records)) as PolicyDiscovery;
    expect(alone).toEqual({ ...whole, steps: steps.slice(0, alone.steps.length) });
  });

  it('waits for answers that come later', async () => {
    const later: Resolver = {
      query: (name, type) => Promise.resolve(dmarcResolver('example.com{v=DMARC1; p=reject}').query(name, type)),
    };
    expect(await organizationalDomain(A, later)).toBe('example.com');
    expect(await discoverDmarc(A, later)).toMatchObject({ policy: 'reject', organizationalDomain: 'example.com' });
  });
});

const existing = (answer: Answer<'MX'>): DmarcDiscovery => {
  const texts = dmarcResolver('example.com{v=DMARC1; p=reject; np=none}');
  const query = (name: string, type: string) => (type === 'MX' ? answer : texts.query(name, 'TXT'));
  return discoverDmarc(A, { query: query as Resolver['query'] }) as DmarcDiscovery;
};

describe('whether a domain exists (appendix A.4)', () => {
  it.each<[what: string, answer: Answer<'MX'>, policy: string]>([
    ['NXDOMAIN', { status: 'nxdomain' }, 'none'],
    ['NODATA', { status: 'nodata' }, 'reject'],
    ['a record', { status: 'found', records: [{ preference: 0, exchange: 'mx.example.com' }] }, 'reject'],
    ['an alias to a name that does not exist', { status: 'nxdomain', aliases: ['gone.example.net'] }, 'reject'],
  ])('%s', (_, answer, policy) => {
    expect(existing(answer).policy).toBe(policy);
  });

  it('is not known without an answer, and neither is the policy', () => {
    const answer = { status: 'temperror', reason: 'timeout', detail: 'no answer' } as const;
    expect(existing(answer)).toMatchObject({
      policy: undefined,
      trouble: { ...answer, name: A },
      found: { domain: 'example.com' },
    });
  });

  it.each(['; sp=none; np=none', ''])('is not asked where nothing depends on it: %j', (tags) => {
    const resolver = dmarcResolver(`example.com{v=DMARC1; p=reject${tags}}`);
    void discoverDmarc(A, resolver);
    expect(resolver.asked.filter((question) => question.endsWith(' MX'))).toEqual([]);
  });
});
