import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseOpendkimConfig } from '../../src/lib/opendkim/config.ts';
import { parseDataSet } from '../../src/lib/opendkim/data-set.ts';
import { parseKeyTable } from '../../src/lib/opendkim/key-table.ts';
import { parseSigningTable } from '../../src/lib/opendkim/signing-table.ts';
import { parseDomainList } from '../../src/lib/qmail/domain-lists.ts';

describe('a data set', () => {
  it.each([
    ['file:/etc/t', { kind: 'file', path: '/etc/t', isPattern: false }],
    ['refile:/etc/t', { kind: 'file', path: '/etc/t', isPattern: true }],
    ['/etc/t', { kind: 'file', path: '/etc/t', isPattern: false }],
    ['csl:a.example, b.example', { kind: 'list', items: ['a.example', 'b.example'] }],
    ['a.example', { kind: 'list', items: ['a.example'] }],
    ['db:/etc/t.db', { kind: 'foreign', type: 'db' }],
    ['dsn:mysql://x@3306+h/d', { kind: 'foreign', type: 'dsn' }],
  ])('%s', (text, set) => {
    expect(parseDataSet(text)).toEqual(set);
  });
});

describe('a KeyTable', () => {
  it('holds names with domain, selector and key; comments and blank lines do not count', () => {
    const text = '# c\n\nk1 example.com:s1:/etc/k # c\r\nk2\t%:s2:./%/k\nk3 a.example:s3:MIIB:x\n';
    expect(parseKeyTable(text)).toEqual({
      problems: [],
      entries: [
        { line: 3, name: 'k1', domain: 'example.com', selector: 's1', key: { path: '/etc/k' } },
        { line: 4, name: 'k2', domain: '%', selector: 's2', key: { path: './%/k' } },
        { line: 5, name: 'k3', domain: 'a.example', selector: 's3', key: { text: 'MIIB:x' } },
      ],
    });
  });

  it.each([
    ['/etc/k:rsa-sha256', { path: '/etc/k' }],
    ['/etc/k : Ed25519-SHA256', { path: '/etc/k' }],
    ['/etc/k:', { path: '/etc/k' }],
    ['/etc/k:2026', { path: '/etc/k:2026' }],
    ['/etc/k:2026:rsa-sha1', { path: '/etc/k:2026' }],
    ['/etc/rsa-sha256', { path: '/etc/rsa-sha256' }],
    ['MIIB:rsa-sha256', { text: 'MIIB' }],
  ])('may say the algorithm in a fourth field: %s', (field, key) => {
    const table = parseKeyTable(`k1 example.com:s1:${field}\n`);
    expect(table).toMatchObject({ problems: [], entries: [{ domain: 'example.com', selector: 's1', key }] });
  });

  it('may be that of indimail, whose lines have variables at their end', () => {
    const { entries } = parseKeyTable('example.com:/etc/k/s1:DKIMSIGNOPTIONS=-z 2\n'.replace(' ', ''));
    expect(entries).toEqual([
      { line: 1, name: undefined, domain: 'example.com', selector: undefined, key: { path: '/etc/k/s1' } },
    ]);
  });

  it.each(['k1', 'k1 example.com', 'k1 example.com:s1', 'k1 :s1:/k', 'k1 example.com::/k'])(
    'cannot have %s',
    (line) => {
      expect(parseKeyTable(`${line}\n`)).toMatchObject({ entries: [], problems: [{ line: 1 }] });
    },
  );

  it('may have 100,000 lines, whatever they hold', () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => (i % 2 === 0 ? `k${i} d${i}.example:s:/k/${i}` : ':::'));
    const { entries, problems } = parseKeyTable(lines.join('\n'));
    expect([entries.length, problems.length]).toEqual([50_000, 50_000]);
  });
});

it('a SigningTable says which domains are signed for, where that is known', () => {
  const text =
    '*@Example.com k1\nuser@a.example k2:%\nb.example k3\n.c.example k4\n*@*.d.example k5\n* k6\n% k7\nlonely\n';
  const { entries, problems } = parseSigningTable(text);
  expect(entries.map(({ domain, keyName }) => [domain, keyName])).toEqual([
    ['example.com', 'k1'],
    ['a.example', 'k2'],
    ['b.example', 'k3'],
    [undefined, 'k4'],
    [undefined, 'k5'],
    [undefined, 'k6'],
    [undefined, 'k7'],
  ]);
  expect(problems).toMatchObject([{ line: 8 }]);
});

it('an opendkim.conf has names in any case, and the last value counts', () => {
  const { values, includes } = parseOpendkimConfig('Domain a\ndomain\tb # c\nInclude /etc/more.conf\nSyslog\n');
  expect([...values]).toEqual([
    ['domain', 'b'],
    ['syslog', ''],
  ]);
  expect(includes).toEqual(['/etc/more.conf']);
});

it('control files of qmail name domains; wildcards, users and comments are none', () => {
  expect(parseDomainList('rcpthosts', 'A.example \n.b.example\n\n# c\nd.example\r\n').map(({ name }) => name)).toEqual([
    'A.example',
    'd.example',
  ]);
  const virtual = 'a.example:joe\nuser@b.example:joe\n.c.example:joe\n:joe\nd.example:\n';
  expect(parseDomainList('virtualdomains', virtual)).toEqual([
    { line: 1, name: 'a.example' },
    { line: 5, name: 'd.example' },
  ]);
});

it('nothing is thrown for any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      parseKeyTable(text);
      parseSigningTable(text);
      parseOpendkimConfig(text);
      parseDataSet(text);
      parseDomainList('virtualdomains', text);
    }),
  );
});
