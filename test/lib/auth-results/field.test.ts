import { assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asAuthservId, formatAuthResults } from '../../../src/lib/auth-results/field.ts';

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
    ['a'.repeat(400), ` header.d=${'a'.repeat(400)}`],
    ['a'.repeat(401), ''],
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

  it.each(['mx.example.org', 'mx', 'a+b', 'MX'])('%s can be a name', (id) => expect(asAuthservId(id)).toBe(id));
  it.each(['', 'a b', 'a;b', 'a\nb', '\u00fc b', '\ud800', 'a'.repeat(1000)])('%j cannot', (id) =>
    expect(asAuthservId(id)).toBeUndefined(),
  );
  it('U-labels are written as A-labels', () =>
    expect(asAuthservId('MX.B\u00dccher.example')).toBe('mx.xn--bcher-kva.example'));
});
