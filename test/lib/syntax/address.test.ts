import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMailbox, type Mailbox, parseAddresses } from '../../../src/lib/syntax/address.ts';

const list = (value: string) => {
  const parsed = parseAddresses(value);
  return parsed.ok ? parsed.mailboxes.map(({ localPart, domain }) => `${localPart}@${domain}`) : parsed.problem;
};

describe('addresses (RFC 5322 sections 3.4 and 4.4)', () => {
  it.each<[string, string[]]>([
    [' ann@example.com', ['ann@example.com']],
    ['<ann@example.com>', ['ann@example.com']],
    ['Ann Lee <ann@example.com>', ['ann@example.com']],
    ['"Lee, Ann" <ann@example.com>', ['ann@example.com']],
    ['"evil@bad.test" <ann@example.com>', ['ann@example.com']],
    ['"a \\" <evil@bad.test>" <ann@example.com>', ['ann@example.com']],
    ['evil@bad.test <ann@example.com>', ['ann@example.com']],
    ['J. R. Lee <j.r@example.com>', ['j.r@example.com']],
    ['=?utf-8?q?J=C3=BCrg?= <j@example.com>', ['j@example.com']],
    ['J\xfcrg <j@example.com>', ['j@example.com']],
    ['Ann\r\n <ann@example.com>\r\n ', ['ann@example.com']],
    ['ann@example.com (Ann (really) \\) Lee)', ['ann@example.com']],
    ['(first) ann (then) @ (x) example (y) . (z) com', ['ann@example.com']],
    ['ann @ example . com', ['ann@example.com']],
    ['"ann lee"@example.com', ['ann lee@example.com']],
    ['"ann"."lee"@example.com', ['ann.lee@example.com']],
    ['"a@b"@example.com', ['a@b@example.com']],
    ['ann@[192.0.2.1]', ['ann@[192.0.2.1]']],
    ['ann@[IPv6:2001:db8::1]', ['ann@[IPv6:2001:db8::1]']],
    ['a@x.test, b@y.test', ['a@x.test', 'b@y.test']],
    ['a@x.test,, b@y.test,', ['a@x.test', 'b@y.test']],
    ['Friends: a@x.test, B <b@y.test>;', ['a@x.test', 'b@y.test']],
    ['Friends: a@x.test;, c@z.test', ['a@x.test', 'c@z.test']],
    ['"The: friends": a@x.test;', ['a@x.test']],
    ['<@a.test,@b.test:ann@example.com>', ['ann@example.com']],
    ["a+tag!#$%&'*/=?^_`{|}~-@example.com", ["a+tag!#$%&'*/=?^_`{|}~-@example.com"]],
  ])('%j', (value, expected) => {
    expect(list(value)).toEqual(expected);
  });

  it.each([
    ['', 'it contains no address'],
    [' \r\n ', 'it contains no address'],
    ['undisclosed-recipients:;', 'it contains no address'],
    ['Ann', 'an address has no @'],
    ['Ann <>', 'an address has no @'],
    ['Ann Lee ann@example.com', 'part of an address has an impossible form'],
    ['ann@', 'an address has no domain'],
    ['@example.com', 'an address has no local part'],
    ['<ann@example.com', "an address opens with '<' and does not close"],
    ['a@b@c.test', 'part of an address has an impossible form'],
    ['a@"example.com"', 'part of an address has an impossible form'],
    ['a@x[1]', 'part of an address has an impossible form'],
    ['"ann@example.com', 'a quoted string is not closed'],
    ['a@[1', 'a domain literal is not closed'],
    ['a@b.test (', 'a comment is not closed'],
    ['a@b.test )', 'a closing parenthesis has no opening one'],
  ])('%j cannot be read', (value, problem) => {
    expect(list(value)).toBe(problem);
  });

  // Whoever shows the one and whoever judges the other must not see two authors in one text.
  it.each([
    ['two addresses in angles', '<evil@bad.test> <ann@example.com>'],
    ['an address behind the angles', '<evil@bad.test> ann@example.com'],
    ['an address in the place of a group name', 'evil@bad.test: ann@example.com'],
    ['angles in the place of a group name', '<evil@bad.test>: ann@example.com;'],
    ['angles in angles', '<<evil@bad.test> ann@example.com>'],
  ])('are not guessed at: %s', (_, value) => {
    expect(list(value)).toEqual(expect.any(String));
  });

  it('are read as they were written', () => {
    const atom = fc.stringMatching(/^[a-z0-9!#$\x80-\xff]{1,6}$/);
    const localPart = fc.oneof(
      fc.array(atom, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.')),
      fc.string({ unit: fc.constantFrom('a', ' ', '"', '\\', '@', '<', ',', '.', '('), minLength: 1 }),
    );
    const domain = fc.oneof(fc.constantFrom('example.com', 'a.b.c', '[192.0.2.1]', 'x'), atom);
    fc.assert(
      fc.property(fc.array(fc.record<Mailbox>({ localPart, domain }), { minLength: 1, maxLength: 4 }), (mailboxes) => {
        expect(parseAddresses(mailboxes.map(formatMailbox).join(', '))).toEqual({ ok: true, mailboxes });
      }),
    );
  });

  it('never throw', () => {
    const part = fc.constantFrom(
      'a',
      '@',
      '.',
      '<',
      '>',
      '"',
      '\\',
      '(',
      ')',
      '[',
      ']',
      ',',
      ';',
      ':',
      ' ',
      '\r\n ',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const parsed = parseAddresses(parts.join(''));
        if (parsed.ok) for (const { domain } of parsed.mailboxes) expect(domain).not.toBe('');
        else expect(parsed.problem).not.toBe('');
      }),
      { numRuns: 1000 },
    );
  });
});
