import { describe, expect, it } from 'vitest';
import { expandName, expandText, type MacroValues } from '../../../src/lib/spf/macro.ts';
import { isProblem, type MacroGrammar, parseMacroString } from '../../../src/lib/spf/macro-string.ts';
import { parseIpAddress } from '../../../src/lib/syntax/ip-address.ts';

/** The session of RFC 7208 section 7.4. */
const VALUES: MacroValues = {
  sender: 'strong-bad@email.example.com',
  localPart: 'strong-bad',
  senderDomain: 'email.example.com',
  domain: 'email.example.com',
  ip: parseIpAddress('192.0.2.3')!,
  helo: 'mx.example.org',
  receiver: 'mail.example.net',
  now: 1_700_000_000.9,
  validatedName: 'mx.example.org',
};

function parse(source: string, grammar: MacroGrammar) {
  const parsed = parseMacroString(source, grammar);
  if (isProblem(parsed)) throw new Error(parsed.detail);
  return parsed;
}
const name = (source: string, values: Partial<MacroValues> = {}) =>
  expandName(parse(source, 'domain-spec'), { ...VALUES, ...values });
const text = (source: string, values: Partial<MacroValues> = {}) =>
  expandText(parse(source, 'explain-string'), { ...VALUES, ...values }, 1000);

describe('the examples of RFC 7208 section 7.4', () => {
  it.each([
    ['%{s}', 'strong-bad@email.example.com'],
    ['%{o}', 'email.example.com'],
    ['%{d}', 'email.example.com'],
    ['%{d4}', 'email.example.com'],
    ['%{d3}', 'email.example.com'],
    ['%{d2}', 'example.com'],
    ['%{d1}', 'com'],
    ['%{dr}', 'com.example.email'],
    ['%{d2r}', 'example.email'],
    ['%{l}', 'strong-bad'],
    ['%{l-}', 'strong.bad'],
    ['%{lr}', 'strong-bad'],
    ['%{lr-}', 'bad.strong'],
    ['%{l1r-}', 'strong'],
    ['%{ir}.%{v}._spf.%{d2}', '3.2.0.192.in-addr._spf.example.com'],
    ['%{lr-}.lp._spf.%{d2}', 'bad.strong.lp._spf.example.com'],
    ['%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}', '3.2.0.192.in-addr.strong.lp._spf.example.com'],
    ['%{d2}.trusted-domains.example.net', 'example.com.trusted-domains.example.net'],
  ])('%s', (source, expanded) => expect(name(source)).toBe(expanded));

  it('the IPv6 one', () => {
    const expanded = name('%{ir}.%{v}._spf.%{d2}', { ip: parseIpAddress('2001:db8::cb01')! });
    expect(expanded.toLowerCase()).toBe(
      '1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com',
    );
  });
});

describe('letters, transformers, delimiters', () => {
  it('has c, r and t in explanations', () => {
    expect(text('%{c} %{r} %{t} %{i}')).toBe('192.0.2.3 mail.example.net 1700000000 192.0.2.3');
    expect(text('%{C}', { ip: parseIpAddress('2001:DB8::1')! })).toBe('2001%3Adb8%3A%3A1');
  });

  it('escapes what an upper-case letter stands for, octet by octet', () => {
    expect(text('%{L}', { localPart: 'a+b~c/\u00e9 d' })).toBe('a%2Bb~c%2F%E9%20d');
  });

  it('splits at several delimiters and keeps empty parts', () => {
    expect(name('%{l+-}', { localPart: 'a-b+c' })).toBe('a.b.c');
    expect(text('%{l2r.}', { localPart: '.a..b' })).toBe('a.');
    expect(name('%{d999999999999999999999}')).toBe('email.example.com');
  });

  it('knows the three fixed ones', () => {
    expect(name('a%%b%_c%-d.example')).toBe('a%b c%20d.example');
  });
});

it.each(['%{d0}', '%{d00}.example.com', 'a\u007f.example.com', 'a\u0080.example.com', 'a\u001f.example.com'])(
  '%j is not a domain-spec',
  (source) => expect(isProblem(parseMacroString(source, 'domain-spec'))).toBe(true),
);

describe('long names (RFC 7208 section 7.3)', () => {
  it('drops labels from the left until 253 characters are left', () => {
    const domain = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.example`;
    expect(name('x.%{d}', { domain })).toBe(`x.${domain}`);
    expect(name('xx.yy.z.%{d}', { domain })).toBe(`z.${domain}`);
    expect(name('foo.%{d}.%{d}', { domain }).length).toBeLessThanOrEqual(253);
  });

  it('drops one final dot', () => expect(name('a.example.')).toBe('a.example'));

  it('does not build what it would cut off', () => {
    const source = `${'%{s}'.repeat(16_000)}.example.com`;
    const sender = `${'x'.repeat(60)}.`.repeat(1000);
    expect(name(source, { sender })).toBe(`${`${'x'.repeat(60)}.`.repeat(3)}.example.com`);
  });
});
