/** What DMARC makes of messages, written from the text of RFC 9989, each with its section. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DMARC_REASONS, type DmarcVerdict, type SpfIdentifier } from '../../../src/lib/dmarc/evaluate.ts';
import { type DmarcInput, judgeDmarc } from '../../../src/lib/dmarc/judge.ts';
import { fromField } from '../../../src/lib/header/author.ts';
import { HeaderBlock } from '../../../src/lib/header/header-block.ts';
import type { ResultWord } from '../../../src/lib/verdict.ts';
import { dmarcResolver, tableRows } from '../../support/dmarc.ts';
import { txtResolver } from '../../support/domainkeys.ts';

const from = (header: string) => fromField(new HeaderBlock(Buffer.from(`${header}\n`, 'latin1')));

const signature = (domain: string, result: ResultWord = 'pass') => ({ domain, result, selector: 's1' });

/** `DOMAIN=RESULT:ALIGNMENT` */
function identifier(text: string) {
  const [, helo, domain, result, aligned] = /^(helo:)?(\S+)=(\w+):(\S+)$/.exec(text)!;
  const identity: SpfIdentifier['identity'] = helo === undefined ? 'mailfrom' : 'helo';
  return { identity, domain: domain!, result: result as ResultWord, aligned: aligned === '?' ? undefined : aligned };
}

function judged(input: Partial<DmarcInput> & { readonly from: DmarcInput['from'] }, records: string) {
  const resolver = dmarcResolver(records);
  const verdict = judgeDmarc({ dkim: [], spf: undefined, ...input }, resolver) as DmarcVerdict;
  return { ...verdict, asked: resolver.asked };
}

describe('a message', () => {
  const rows = tableRows('dmarc-alignments.txt');

  it.each(rows)('RFC 9989 %s: %s', (_, __, author, records, dkim, spf, result, applied) => {
    const signatures = dkim === '-' ? [] : dkim.split(' ').map(identifier);
    const host = spf === '-' ? undefined : identifier(spf);
    const verdict = judged(
      {
        from: from(`From: x@${author}`),
        dkim: signatures.map(({ domain, result: word }) => signature(domain, word)),
        spf: host && { identity: host.identity, domain: host.domain, result: host.result },
      },
      records,
    );
    expect(verdict.dkim.map(({ aligned }) => aligned)).toEqual(signatures.map(({ aligned }) => aligned));
    expect(typeof verdict.spf === 'object' ? verdict.spf.aligned : undefined).toBe(host?.aligned);
    expect(`${verdict.result} ${verdict.reason}`).toBe(result);
    expect(verdict.applied ?? '-').toBe(applied);
    for (const sentence of [verdict.detail, verdict.handling]) expect(sentence).toMatch(/^\S.*[^.]$/);
  });

  it('meets every reason', () => {
    const reasons = new Set(rows.map(([, , , , , , result]) => result!.split(' ')[1]));
    const others = ['from-missing', 'from-unreadable', 'several-from-fields', 'several-author-domains'];
    expect(new Set([...reasons, ...others])).toEqual(new Set(Object.keys(DMARC_REASONS)));
  });
});

describe('the author domain (section 5.3.1)', () => {
  const REJECT = 'example.com{v=DMARC1; p=reject}';

  it.each([
    ['From: A <a@example.com>', 'example.com'],
    ['From: a@EXAMPLE.com, b@example.COM', 'example.com'],
    ['From: a@example.com.', 'example.com'],
    ['From: Team: a@example.com, b@example.com;', 'example.com'],
    ['From: a@b\xc3\xbccher.example', 'xn--bcher-kva.example'],
    ['From: a@[192.0.2.1]', '[192.0.2.1]'],
  ])('%j: %s', (header, domain) => {
    const { author } = judged({ from: from(header) }, '');
    expect(author).toEqual({ ok: true, domain });
  });

  it.each([
    ['To: b@example.com', 'from-missing'],
    ['From: a@example.com\nFrom: a@example.com', 'several-from-fields'],
    ['X: x\rFrom: ceo@bank.example\nFrom: a@example.com', 'several-from-fields'],
    ['From: a@example.com, b@example.net', 'several-author-domains'],
    ['From: nobody', 'from-unreadable'],
    ['From: a@example.com, b@\xff\xfe', 'from-unreadable'],
  ])('%j: no verdict, and nothing is asked for', (header, reason) => {
    const verdict = judged({ from: from(header), dkim: [signature('example.com')] }, REJECT);
    expect(verdict).toMatchObject({ result: 'permerror', reason, applied: undefined, asked: [] });
    expect(verdict.handling).toBe('DMARC gives no verdict, and a receiver should treat such a message as a threat');
  });
});

describe('what a receiver does', () => {
  it.each([
    ['p=none', 'a receiver delivers the message as if there were no DMARC (p=none at _dmarc.example.com)'],
    [
      'p=reject; t=y',
      'a receiver treats the message as suspicious, and files it as spam (p=reject at _dmarc.example.com, one step weaker because of t=y)',
    ],
    [
      'p=reject',
      'a receiver rejects the message, or files it as spam if nothing else speaks against it (p=reject at _dmarc.example.com)',
    ],
  ])('%s', (tags, sentence) => {
    expect(judged({ from: from('From: a@example.com') }, `example.com{v=DMARC1; ${tags}}`).handling).toBe(sentence);
  });
});

describe('why', () => {
  const REJECT = 'example.com{v=DMARC1; p=reject; adkim=s}';
  const detail = (input: Partial<DmarcInput>) => judged({ from: from('From: a@example.com'), ...input }, REJECT).detail;

  it.each<[input: Partial<DmarcInput>, sentence: string]>([
    [{}, 'nothing in the message is authenticated; SPF was not checked'],
    [{ spf: 'no client' }, 'nothing in the message is authenticated; SPF was not checked: no client'],
    [
      { dkim: [signature('mail.example.com'), signature('other.test')], spf: 'x' },
      'the DKIM signature of mail.example.com passes, but is not example.com itself, as the record requires (strict alignment), and the same goes for 1 more; SPF was not checked: x',
    ],
    [{ dkim: [signature('example.com')] }, 'the DKIM signature of example.com passes and is aligned with example.com'],
  ])('%j', (input, sentence) => {
    expect(detail(input)).toBe(sentence);
  });
});

const many = (count: number, name: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => signature(name(i), i === count - 1 ? 'pass' : 'fail'));

describe('what a forger makes us ask', () => {
  const RECORD = 'example.com{v=DMARC1; p=reject}';
  it('is nothing for domains outside the organization', () => {
    const dkim = many(32, (i) => `a.b.c.d.e.f.g.h.n${i}.test`);
    const { asked } = judged({ from: from('From: a@example.com'), dkim }, RECORD);
    expect(asked).toEqual(['_dmarc.example.com TXT', '_dmarc.com TXT']);
  });

  it('is at most ten walks, and passes come first', () => {
    const dkim = many(32, (i) => `a.b.c.d.e.n${i}.example.com`);
    const verdict = judged({ from: from('From: a@example.com'), dkim }, RECORD);
    expect(verdict.asked.length).toBeLessThanOrEqual(2 + 10 * 8);
    expect(verdict).toMatchObject({ result: 'pass' });
    expect(verdict.dkim.filter(({ aligned }) => aligned === undefined)).toHaveLength(22);
  });

  it('is one walk for a domain that signs again and again', () => {
    const dkim = many(32, () => 'mail.example.com');
    expect(judged({ from: from('From: a@example.com'), dkim }, RECORD).asked).toHaveLength(5);
  });
});

it('never throws, whatever is published and claimed', () => {
  const label = fc.constantFrom(
    'a',
    'b',
    'example',
    'com',
    'co',
    'uk',
    'xn--bcher-kva',
    '-',
    '',
    'x'.repeat(63),
    '\xe9',
    '[',
    '_dmarc',
  );
  const domain = fc.array(label, { minLength: 1, maxLength: 20 }).map((labels) => labels.join('.'));
  const text = fc.constantFrom(
    'v=DMARC1; p=reject',
    'v=DMARC1; p=none; psd=y',
    'v=DMARC1; p=quarantine; psd=n; np=reject',
    'v=DMARC1',
    'v=DMARC1; sp=x; t=y; adkim=s',
    'v=spf1 -all',
    'SERVFAIL',
  );
  const records = fc.array(fc.tuple(domain, text), { maxLength: 6 });
  const words = fc.constantFrom<ResultWord>('pass', 'fail', 'temperror', 'none');
  const claims = fc.array(fc.tuple(domain, words), { maxLength: 12 });
  fc.assert(
    fc.property(domain, records, claims, domain, words, (author, published, dkim, host, word) => {
      const zone = Object.fromEntries(published.map(([name, record]) => [`_dmarc.${name}`, record]));
      const resolver = txtResolver(zone);
      const verdict = judgeDmarc(
        {
          from: from(`From: x@${author}`),
          dkim: dkim.map(([name, result]) => signature(name, result)),
          spf: { domain: host, result: word, identity: 'mailfrom' },
        },
        resolver,
      ) as DmarcVerdict;
      expect(verdict.result).toBe(DMARC_REASONS[verdict.reason].result);
      expect(verdict.applied === undefined).toBe(verdict.result !== 'fail');
      // The author's walk, whether it exists, and ten more walks.
      expect(resolver.asked.length).toBeLessThanOrEqual(8 + 1 + 10 * 8);
      if (verdict.result === 'pass') {
        const passing = [...verdict.dkim, verdict.spf].filter(
          (one) => typeof one === 'object' && one.result === 'pass',
        );
        expect(passing.some((one) => typeof one === 'object' && one.aligned !== 'no')).toBe(true);
      }
    }),
  );
});
