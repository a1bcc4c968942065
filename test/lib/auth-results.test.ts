import { array, assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authservIdOf, forgedResults, formatAuthResults, isAuthservId } from '../../src/lib/auth-results.ts';
import { HeaderBlock } from '../../src/lib/message/header-block.ts';

const property1 = (value: string) => [{ method: 'x', result: 'pass', properties: [{ name: 'header.d', value }] }];
const shown = (value: string) => formatAuthResults('mx', property1(value), '\n').replace(/\n\t/g, ' ');

describe('writing Authentication-Results (RFC 8601 section 2.2)', () => {
  it('folds statements and long lines with the line end of the message', () => {
    const results = [
      { method: 'dkim', result: 'fail', comment: 'testing', reason: 'a b "c"', properties: [] },
      { method: 'spf', result: 'none', properties: [] },
    ];
    expect(formatAuthResults('mx.example.org', results, '\r\n')).toBe(
      'Authentication-Results: mx.example.org;\r\n\tdkim=fail (testing) reason="a b \\"c\\"";\r\n\tspf=none',
    );
    expect(formatAuthResults('mx', [], '\n')).toBe('Authentication-Results: mx; none');
  });

  it.each([
    ['example.com', ' header.d=example.com'],
    ['user@Example.com', ' header.d=user@example.com'],
    ['@example.com', ' header.d=@example.com'],
    ['"a b"@example.com', ' header.d="a b"@example.com'],
    ['b\u00fccher@example.com', ' header.d=@example.com'],
    ['b\u00c3\u00bccher.example', ' header.d=xn--bcher-kva.example'],
    ['a;b (c)', ' header.d="a;b (c)"'],
    ['a"b\\c', ' header.d="a\\"b\\\\c"'],
    ['a b@example.com', ' header.d=@example.com'],
    ['a\r\nX: y', ''],
    ['x@a\nb', ''],
    ['\u00ff\u00fe', ''],
    ['a'.repeat(1000), ''],
  ])('%j', (value, expected) => {
    expect(shown(value)).toBe(`Authentication-Results: mx; x=pass${expected}`);
  });

  it('nothing from outside ends a line or begins a statement', () => {
    const hostile = string({
      unit: constantFrom('a', '.', '@', '"', '\\', ';', '=', '(', ')', ' ', '\r', '\n', '\u0000', '\u00e9', 'x=pass'),
    });
    assert(
      property(hostile, (value) => {
        const text = formatAuthResults('mx', property1(value), '\n').replace(/"(?:[^"\\]|\\.)*"/g, '""');
        expect(text.replace('\n\t', ' ')).toMatch(/^Authentication-Results: mx; x=pass( header\.d=[!-~]*)?$/);
        expect(text.match(/;/g)).toHaveLength(1);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['mx.example.org', 'mx', 'a+b'])('%s can be a name', (id) => expect(isAuthservId(id)).toBe(true));
  it.each(['', 'a b', 'a;b', 'a\nb', 'b\u00fc', 'a'.repeat(1000)])('%j cannot', (id) =>
    expect(isAuthservId(id)).toBe(false),
  );
});

describe('recognising forged ones (RFC 8601 section 5)', () => {
  it.each([
    [' mx.example.org; dkim=pass', 'mx.example.org'],
    [' MX.Example.Org 1; dkim=pass', 'mx.example.org'],
    ['\r\n (a (b) \\) c)\r\n\tmx.example.org;', 'mx.example.org'],
    [' "mx.example\\.org" ; none', 'mx.example.org'],
    [' mx.example.org/1; dkim=pass', 'mx.example.org'],
    [' mx.example.org from=x; domainkeys=pass (ok)', 'mx.example.org'],
    [' b\u00c3\u00bccher.example; none', 'xn--bcher-kva.example'],
    [' (never closed mx.example.org;', undefined],
    [' "never closed', undefined],
    [' ; dkim=pass', undefined],
    ['', undefined],
  ])('%j is from %s', (value, id) => {
    expect(authservIdOf(value)).toBe(id);
  });

  it('finds ours and no others, wherever they stand', () => {
    const header = new HeaderBlock(
      Buffer.from(
        'Authentication-Results: mx.example.org; a=b\nauthentication-results : MX.EXAMPLE.ORG;\n' +
          'Authentication-Results: mx.example.org.evil.example;\nSubject: Authentication-Results: mx.example.org\n',
      ),
    );
    expect(forgedResults(header, 'Mx.Example.org').map((field) => header.fields.indexOf(field))).toEqual([0, 1]);
  });

  it('never throws, whatever stands there', () => {
    const parts = array(constantFrom('(', ')', '"', '\\', 'mx', ' ', '\n', ';', '\u00ff')).map((some) => some.join(''));
    assert(
      property(parts, (value) => {
        authservIdOf(value);
      }),
    );
  });
});
