import { describe, expect, it } from 'vitest';
import { parseZone } from '../../../../src/lib/dns/zones/file.ts';
import { parseZoneJson } from '../../../../src/lib/dns/zones/json.ts';

const parse = (text: string) => parseZoneJson('z.json', Buffer.from(text, 'utf8')).records;

describe('parseZoneJson', () => {
  it('cuts long texts into character-strings', () => {
    const [, record] = parse(JSON.stringify({ a: { TXT: ['x'.repeat(300)] } }));
    expect(record).toMatchObject({ data: ['x'.repeat(255), 'x'.repeat(45)] });
  });

  it('loses nothing of a name that is there twice', () => {
    expect(parse('{"a": {"A": ["192.0.2.1"]}, "A.": {"A": ["192.0.2.2"]}}').filter(({ type }) => type === 'A')).toEqual(
      [
        { name: 'a', type: 'A', data: '192.0.2.1' },
        { name: 'a', type: 'A', data: '192.0.2.2' },
      ],
    );
  });

  it('reads escapes, SOA and a byte order mark', () => {
    const text = '\ufeff{"a": {"TXT": ["\\u00e9\\n"], "SOA": [{"mname":"m.","rname":"r","serial":1,"minimum":60}]}}';
    expect(parseZone('z.json', Buffer.from(text)).records).toMatchObject([
      { type: 'other' },
      { data: ['\xe9\n'] },
      { data: { mname: 'm', rname: 'r', serial: 1, minimum: 60 } },
    ]);
  });

  it('takes an address that is none for a name without addresses', () => {
    expect(parse('{"a": {"A": ["AAA 2400::1"]}}').every(({ type }) => type === 'other')).toBe(true);
  });

  it.each([
    ['{"a": {"A": ["192.0.2.1",]}}', "z.json:1:26: expected a JSON value, found ']'"],
    ['{"a": {\n  "TXT": ["x"\n}', "z.json:3:1: expected ',' or ']', found '}'"],
    ['{"a": {"TXT": ["x', 'z.json:1:16: a string is not closed'],
    ['{"a": {"TXT": ["x\ny"]}}', 'z.json:1:18: a string contains a control character or a line break'],
    ['{"a": {"TXT": ["\\q"]}}', 'z.json:1:16: a string contains an escape that is not JSON'],
    ['{"a": {}} x', 'z.json:1:11: text follows the end of the JSON value'],
    ['{"a": {}', "z.json:1:9: expected ',' or '}', found the end of the file"],
    ['{a: {}}', "z.json:1:2: expected a name in double quotes, found 'a'"],
    ['[]', 'z.json:1:1: zone JSON is an object of names'],
    ['{"a": []}', "z.json:1:7: the value of 'a' is not an object of record types"],
    ['{"a": {"TXT": "v=spf1"}}', 'z.json:1:15: TXT takes a list, or one of TIMEOUT, SERVFAIL, NXDOMAIN'],
    ['{"a": {"*": ["x"]}}', "z.json:1:8: '*' takes one of TIMEOUT, SERVFAIL, NXDOMAIN"],
    ['{"a": {"TXT": [7]}}', 'z.json:1:16: malformed TXT record: expected a string, or a list of strings to be joined'],
    [
      '{"a": {"MX": ["mx.example"]}}',
      'z.json:1:15: malformed MX record: expected {"preference": NUMBER, "exchange": NAME}',
    ],
    ['{"a": {"TXT": ["\u20ac"]}}', 'z.json:1:17: a character above U+00FF does not represent an octet'],
    ['{"a": {"TXT": -}}', "z.json:1:15: expected a JSON value, found '-'"],
    ['['.repeat(100_000), 'z.json:1:17: the JSON is nested more than 16 levels deep'],
  ])('says what is wrong and where: %.60j', (text, message) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'bad-zone', kind: 'temporary', message }));
  });

  it('refuses a file that is not UTF-8', () => {
    expect(() => parseZoneJson('z.json', Buffer.from('{"a": {"TXT": ["\xe9"]}}', 'latin1'))).toThrow(
      'z.json:1:17: the file is not UTF-8',
    );
  });
});
