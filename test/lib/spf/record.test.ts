import { describe, expect, it } from 'vitest';
import { isSpfRecord, parseSpfRecord } from '../../../src/lib/spf/record.ts';

const problemsOf = (text: string) => {
  const parsed = parseSpfRecord(text);
  return parsed.ok ? [] : parsed.problems;
};

describe('the version section (RFC 7208 section 4.5)', () => {
  it.each(['v=spf1', 'v=spf1 ', 'V=SPF1 -all'])('%j is a record', (text) => expect(isSpfRecord(text)).toBe(true));
  it.each(['v=spf10 -all', 'v=spf1-all', ' v=spf1 -all', 'v=spf1\t-all', 'spf1', ''])('%j is none', (text) => {
    expect(isSpfRecord(text)).toBe(false);
  });
});

describe('terms', () => {
  it('keeps order, qualifiers and columns', () => {
    const parsed = parseSpfRecord('v=spf1   +a  -MX:example.org/24//64 ?ip6:2001:db8::/32 redirect=%{d}.x exp=y.z  ');
    if (!parsed.ok) throw new Error('it parses');
    const { directives, redirect, explanation } = parsed.record;
    expect(directives.map(({ text, qualifier, mechanism, column }) => [text, qualifier, mechanism, column])).toEqual([
      ['+a', '+', 'a', 9],
      ['-MX:example.org/24//64', '-', 'mx', 13],
      ['?ip6:2001:db8::/32', '?', 'ip6', 36],
    ]);
    expect(directives[1]!.prefixes).toEqual({ 4: 24, 6: 64 });
    expect(redirect?.value.source).toBe('%{d}.x');
    expect(explanation?.value.source).toBe('y.z');
  });

  it.each([
    'v=spf1 a:foo:bar/baz.example.com',
    'v=spf1 exists:%{i}.100/86400.rate.%{d}',
    'v=spf1 a:example.com.',
    'v=spf1 a:a.1-2',
    'v=spf1 a:%{l1r+-}._spf.%{D2}',
    'v=spf1 include:%{ir}.%{v}._spf.%{d127R.-+,/_=}',
    'v=spf1 a:foo%%',
    'v=spf1 moo.cow-far_out=man:dog/cat a=b include=x all= -all',
    'v=spf1 foo= foo= foo=%{c}%{r}%{t}',
    'v=spf1 ip6:::1.1.1.1/0 ip4:0.0.0.0/0',
    'v=spf1 a/0//0 mx//128 ptr:example.com',
  ])('%j is right', (text) => expect(problemsOf(text)).toEqual([]));

  it.each([
    ['v=spf1 ipv4:1.2.3.4', 7, 'ip4'],
    ['v=spf1 1.2.3.4', 7, 'ip4:'],
    ['v=spf1 a,mx', 7, 'mechanism'],
    ['v=spf1 =a', 7, 'mechanism'],
    ['v=spf1 constructor', 7, 'mechanism'],
    ['v=spf1 all.', 7, 'mechanism'],
    ['v=spf1 -all:x', 11, 'all takes no argument'],
    ['v=spf1 all/8', 10, 'all takes no argument'],
    ['v=spf1 include', 13, "':' and a domain"],
    ['v=spf1 include:', 14, 'a domain is required here'],
    ['v=spf1 exists', 12, "':' and a domain"],
    ['v=spf1 ptr/0', 10, 'ptr takes no prefix length'],
    ['v=spf1 a:', 8, 'a domain is required here'],
    ['v=spf1 a:example', 9, 'two labels'],
    ['v=spf1 a:example.', 9, 'two labels'],
    ['v=spf1 a:1.2.3.4', 9, 'ip4:'],
    ['v=spf1 a:example.com:8080', 9, 'top-level label'],
    ['v=spf1 a:ex.-com', 9, 'top-level label'],
    ['v=spf1 a:%{d}.', 13, 'two labels'],
    ['v=spf1 mx/33', 9, '0 to 32'],
    ['v=spf1 mx/08', 9, 'leading zeros'],
    ['v=spf1 mx//129', 9, '0 to 128'],
    ['v=spf1 mx/24/64', 9, '/24//64'],
    ['v=spf1 ip4', 9, "':' and an address"],
    ['v=spf1 ip4:1.2.3', 11, 'four numbers'],
    ['v=spf1 ip4:01.2.3.4', 11, 'leading zeros'],
    ['v=spf1 ip4:::1', 11, 'ip6:'],
    ['v=spf1 ip6:1.2.3.4', 11, 'ip4:'],
    ['v=spf1 ip4:1.2.3.4/33', 18, '0 to 32'],
    ['v=spf1 ip4:1.2.3.4//32', 18, '0 to 32'],
    ['v=spf1 a:%(ir).example.com', 9, "'%'"],
    ['v=spf1 a:foo%', 12, "'%'"],
    ['v=spf1 a:%{x}.example.com', 11, 'macro letter'],
    ['v=spf1 a:%{d', 11, "'}'"],
    ['v=spf1 a:%{d0}.x.y', 12, '0 parts'],
    ['v=spf1 a:%{d!}.x.y', 12, 'not allowed'],
    ['v=spf1 exists:%{r}.x.y', 16, 'exp='],
    ['v=spf1 redirect=', 15, 'a domain is required here'],
    ['v=spf1 redirect=a.b redirect=a.b', 20, 'second time'],
    ['v=spf1 exp=a.b -all exp=c.d', 20, 'second time'],
    ['v=spf1 -redirect=a.b', 7, 'mechanism'],
    ['v=spf1 foo=%abc', 11, "'%'"],
    ['v=spf1 a:\u00e9.com', 9, 'US-ASCII'],
    ['v=spf1 a\u0007', 7, 'mechanism'],
    ['v=spf1 a:\u0000.com', 9, 'control'],
    ['v=spf1 incldue:a.b', 7, "unknown mechanism 'incldue'; did you mean 'include'?"],
    ['v=spf1 -al', 7, "did you mean 'all'?"],
    ['v=spf1 existss:a.b', 7, "did you mean 'exists'?"],
    ['v=spf1 prt', 7, "did you mean 'ptr'?"],
    ['v=spf1 ipv6:2001:db8::1', 7, "did you mean 'ip6'?"],
    ['v=spf1 frobnicate', 7, "unknown mechanism 'frobnicate': the mechanisms are all, include"],
  ])('%j has an error at column %d', (text, column, words) => {
    const [problem] = problemsOf(text);
    expect(problem?.detail).toContain(words);
    expect(problem?.column).toBe(column);
    expect(problem!.column + problem!.length).toBeLessThanOrEqual(text.length);
  });

  it('tells of every error in the order of the text, and stops at twenty', () => {
    expect(problemsOf('v=spf1 foo a:x mx/99').map(({ column }) => column)).toEqual([7, 13, 17]);
    expect(problemsOf(`v=spf1 ${'foo '.repeat(5000)}`)).toHaveLength(20);
  });
});
