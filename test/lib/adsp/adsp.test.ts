import { describe, expect, it } from 'vitest';
import { lookUpAdsp } from '../../../src/lib/adsp/lookup.ts';
import { formatAdspRecord, parseAdspRecord, ADSP_PRACTICES } from '../../../src/lib/adsp/record.ts';
import { relatedPolicies } from '../../../src/lib/related-policies.ts';
import { type AdspResult, type DkimSignatureResult, messageAdsp } from '../../../src/lib/adsp/verdict.ts';
import { fromField } from '../../../src/lib/header/author.ts';
import { HeaderBlock } from '../../../src/lib/header/header-block.ts';
import { type Records, txtResolver } from '../../support/domainkeys.ts';

const from = (value: string) => fromField(new HeaderBlock(Buffer.from(`From: ${value}\n`, 'latin1')));

describe('ADSP records (RFC 5617 section 4.2.1)', () => {
  it.each(ADSP_PRACTICES)('dkim=%s is read as it is written', (practice) => {
    expect(parseAdspRecord(formatAdspRecord(practice))).toMatchObject({ ok: true, practice });
  });

  it.each([
    ['dkim=ALL', 'all'],
    ['dkim \t= \tall ; t=s', 'all'],
    ['dkim=something-new', 'unknown'],
    ['dkim=all;', 'all'],
  ])('%j is %s', (text, practice) => {
    expect(parseAdspRecord(text)).toMatchObject({ ok: true, practice });
  });

  it.each([
    '',
    'DKIM=all',
    ' dkim=all',
    't=s; dkim=all',
    'dkim=all; dkim=all',
    'dkim=',
    'dkim=a b',
    'dkim\r\n =all',
    'v=spf1 -all',
  ])('%j is none', (text) => {
    expect(parseAdspRecord(text).ok).toBe(false);
  });
});

describe('looking a domain up (RFC 5617 section 4.3 and appendix A)', () => {
  const records: Records = { '_adsp._domainkey.aaa.example': 'dkim=all', 'mail.bbb.example': 'x' };

  it.each([
    ['aaa.example', 'found'],
    ['AAA.Example.', 'found'],
    ['bbb.example', 'none'],
    ['ccc.example', 'nxdomain'],
    ['[192.0.2.1]', 'bad-domain'],
    ['', 'bad-domain'],
    [`${'a.'.repeat(118)}example`, 'bad-domain'],
  ])('%s is %s', async (domain, status) => {
    expect((await lookUpAdsp(domain, txtResolver(records))).status).toBe(status);
  });

  it.each([
    ['one valid among others', ['v=spf1 -all', 'dkim=discardable'], 'found'],
    ['two valid ones', ['dkim=all', 'dkim=all'], 'several'],
    ['none valid', ['v=spf1 -all'], 'malformed'],
    ['no answer', 'SERVFAIL', 'unavailable'],
  ] as const)('%s: %s', async (_, record, status) => {
    const resolver = txtResolver({ '_adsp._domainkey.aaa.example': record });
    expect((await lookUpAdsp('aaa.example', resolver)).status).toBe(status);
  });
});

describe('messages (RFC 5617 section 5.4)', () => {
  const records: Records = {
    'mail.none.example': 'x',
    '_adsp._domainkey.unknown.example': 'dkim=unknown',
    '_adsp._domainkey.all.example': 'dkim=all',
    '_adsp._domainkey.discardable.example': 'dkim=discardable',
    '_adsp._domainkey.several.example': ['dkim=all', 'dkim=unknown'],
    '_adsp._domainkey.broken.example': 'SERVFAIL',
    'sub.all.example': 'x',
  };
  const result = async (field: string, ...signatures: DkimSignatureResult[]): Promise<AdspResult> =>
    (await messageAdsp(from(field), signatures, txtResolver(records))).result;

  it.each([
    ['none', 'none'],
    ['unknown', 'unknown'],
    ['all', 'fail'],
    ['discardable', 'discard'],
    ['several', 'permerror'],
    ['broken', 'temperror'],
    ['nowhere', 'nxdomain'],
  ] as const)('unsigned, practice %s: %s', async (domain, expected) => {
    expect(await result(`a@${domain}.example`)).toBe(expected);
  });

  it.each([
    ['of the author domain', 'pass', 'all.example', 'pass'],
    ['of the author domain, in other letters', 'pass', 'ALL.example', 'pass'],
    ['that is not valid', 'fail', 'all.example', 'fail'],
    ['of its parent', 'pass', 'example', 'fail'],
    ['of a child', 'pass', 'sub.all.example', 'fail'],
    ['of somebody else', 'pass', 'other.example', 'fail'],
    ['whose key is not there for now', 'temperror', 'all.example', 'temperror'],
  ] as const)('a signature %s', async (_, word, domain, expected) => {
    expect(await result('a@all.example', { result: word, domain })).toBe(expected);
  });

  it('a key that is not there for now matters only where it could', async () => {
    expect(await result('a@unknown.example', { result: 'temperror', domain: 'unknown.example' })).toBe('unknown');
    expect(await result('a@none.example', { result: 'temperror', domain: 'none.example' })).toBe('none');
  });

  it('a child has no practice of its parent', async () => {
    expect(await result('a@sub.all.example')).toBe('none');
  });

  it('a valid signature spares the look-up', async () => {
    const resolver = txtResolver(records);
    await messageAdsp(from('a@all.example'), [{ result: 'pass', domain: 'all.example' }], resolver);
    expect(resolver.asked).toEqual([]);
  });

  it('several authors: each is reported, the worst counts', async () => {
    const resolver = txtResolver(records);
    const { result: worst, authors } = await messageAdsp(
      from('a@none.example, "b c"@all.example (comment), List: d@unknown.example;'),
      [],
      resolver,
    );
    expect(worst).toBe('fail');
    expect(authors.map(({ author, result: own }) => [author, own])).toEqual([
      ['a@none.example', 'none'],
      ['"b c"@all.example', 'fail'],
      ['d@unknown.example', 'unknown'],
    ]);
  });

  it('what a forged From makes us ask has a bound', async () => {
    const resolver = txtResolver({});
    const many = Array.from({ length: 1000 }, (_, i) => `a@d${i}.example`).join(', ');
    const { result: worst, authors } = await messageAdsp(from(many), [], resolver);
    expect(resolver.asked).toHaveLength(32);
    expect(authors).toHaveLength(17);
    expect(worst).toBe('nxdomain');
    expect(authors.at(-1)!.result).toBe('permerror');
  });

  it('no author, or one that cannot be read', async () => {
    expect(await result('')).toBe('permerror');
    expect(await result('nobody')).toBe('permerror');
  });
});

describe('what stands around', () => {
  it('DMARC as RFC 9989 finds it: the domain, else its Organizational Domain with sp=', async () => {
    const resolver = txtResolver({ '_dmarc.example.com': 'v=DMARC1; p=reject; sp=quarantine' });
    expect((await relatedPolicies('example.com', resolver)).dmarc).toMatchObject({
      policy: 'reject',
      found: { source: 'domain' },
    });
    const child = await relatedPolicies('a.b.example.com', resolver);
    expect(child.dmarc).toMatchObject({
      policy: 'quarantine',
      found: { name: '_dmarc.example.com', source: 'organizational' },
    });
  });

  it('records under the older names', async () => {
    const resolver = txtResolver({
      '_policy._domainkey.example.com': 'dkim=strict',
      '_ssp._domainkey.example.com': 'dkim=all',
      '_domainkey.example.com': 'o=-',
    });
    const { older } = await relatedPolicies('example.com', resolver);
    expect(older.map(({ record }) => record)).toEqual(['dkim=strict', 'dkim=all', 'o=-']);
  });
});
