import { describe, expect, it } from 'vitest';
import { zoneFormat } from '../../../../src/lib/dns/zones/file.ts';
import { parseZoneMaster } from '../../../../src/lib/dns/zones/master.ts';
import { DktoolError } from '../../../../src/lib/errors.ts';

const records = (text: string, origin?: string) => parseZoneMaster('db', Buffer.from(text, 'latin1'), origin).records;

function fault(text: string, origin?: string): string {
  try {
    records(text, origin);
  } catch (error) {
    if (error instanceof DktoolError && error.code === 'bad-zone' && error.kind === 'temporary') return error.message;
    throw error;
  }
  throw new Error('no fault was found');
}

describe('parseZoneMaster', () => {
  it('reads a key record as keygen prints it', () => {
    const text = `2026a._domainkey.example.com. IN TXT ( "v=DKIM1; k=rsa; p=MIIB"\n\t"IjANBg" ) ; the key\n`;
    expect(records(text)).toEqual([
      { name: '2026a._domainkey.example.com', type: 'TXT', data: ['v=DKIM1; k=rsa; p=MIIB', 'IjANBg'], ttl: undefined },
    ]);
  });

  it('reads a fragment with tabs and relative names under an origin', () => {
    const text = 'default._domainkey\tIN\tTXT\t"k=rsa; p=MIGf"\n_domainkey\tIN\tTXT\t"t=y; o=~"\r\n';
    const names = ['default._domainkey.example.com', '_domainkey.example.com'];
    for (const origin of ['example.com', 'Example.COM.']) {
      expect(records(text, origin).map(({ name }) => name)).toEqual(names);
    }
  });

  it('reads a whole zone', () => {
    const text = `
; the zone
$TTL 1h30m
@   IN SOA ns1 host\\.master.example.org. (
        2026010101 ; serial
        1d 2h 4w
        300 )
    IN NS ns1
    NS  ns2.example.net.
ns1 600 IN A 192.0.2.1
    IN 700 AAAA 2001:DB8:0:0::1
$ORIGIN sub
a   PTR @
    MX 10 .
`;
    expect(records(text, 'example.com')).toEqual([
      {
        name: 'example.com',
        type: 'SOA',
        data: { mname: 'ns1.example.com', rname: 'host\\.master.example.org', serial: 2026010101, minimum: 300 },
        ttl: 5400,
      },
      { name: 'example.com', type: 'NS', data: 'ns1.example.com', ttl: 5400 },
      { name: 'example.com', type: 'NS', data: 'ns2.example.net', ttl: 5400 },
      { name: 'ns1.example.com', type: 'A', data: '192.0.2.1', ttl: 600 },
      { name: 'ns1.example.com', type: 'AAAA', data: '2001:db8::1', ttl: 700 },
      { name: 'a.sub.example.com', type: 'PTR', data: 'sub.example.com', ttl: 5400 },
      { name: 'a.sub.example.com', type: 'MX', data: { preference: 10, exchange: '' }, ttl: 5400 },
    ]);
  });

  it('keeps the last TTL where nothing else gives one (RFC 1035 section 5.1)', () => {
    expect(records('a. 60 A 192.0.2.1\nb. A 192.0.2.2\n')[1]).toMatchObject({ ttl: 60 });
  });

  it('undoes escapes, decimal and plain, in strings and in names', () => {
    expect(records('a.example. TXT "say \\"hi\\"; \\\\ \\233\\059" plain\\;word')[0]).toMatchObject({
      data: ['say "hi"; \\ \xe9;', 'plain;word'],
    });
    expect(records('a\\043b\\@C.example. A 192.0.2.1')[0]).toMatchObject({ name: 'a+b@c.example' });
  });

  it('takes bytes for bytes', () => {
    expect(records('a.example. TXT "\xe9\xff"')[0]).toMatchObject({ data: ['\xe9\xff'] });
  });

  it('begins a comment at a semicolon outside quotes', () => {
    expect(records('a.example. TXT v=DKIM1; p=x')[0]).toMatchObject({ data: ['v=DKIM1'] });
  });

  it('passes over other classes and types, whose names exist all the same', () => {
    expect(records('a. CH TXT "version"\nb. IN SRV 0 0 25 mx.\nc. TYPE65400 \\# 0\n')).toEqual([
      { name: 'b', type: 'other' },
      { name: 'c', type: 'other' },
    ]);
  });

  it('understands RFC 3597 for types that it knows', () => {
    expect(records('a. CLASS1 TYPE16 \\# 6 0261 62 026364\nb. A \\# 4 c0000201')).toMatchObject([
      { type: 'TXT', data: ['ab', 'cd'] },
      { type: 'A', data: '192.0.2.1' },
    ]);
  });

  it.each([
    ['default._domainkey IN TXT "p="', "db:1:1: the name 'default._domainkey' is relative, and no origin is given"],
    ['a. TXT "open\nb. TXT "x"', 'db:1:8: a quoted string is not closed on its line'],
    ['a. TXT ( "x"\nb. TXT "y"\n', 'db:1:8: a parenthesis is not closed'],
    ['a. TXT "x" )', 'db:1:12: a closing parenthesis has no opening one'],
    ['a. TXT ( ( "x" ) )', 'db:1:10: parentheses cannot be nested'],
    ['a. TXT "\\256"', 'db:1:8: an escape is over 255, so it is not an octet'],
    ['a. TXT x\\\n', 'db:1:8: a backslash at the end of a line escapes nothing'],
    ['a.\tTXTT "x"', "db:1:4: expected a record type, found 'TXTT'"],
    ['a. "v=DKIM1"', "db:1:4: expected a record type, found 'v=DKIM1'"],
    ['a. 60 IN', 'db:1:1: the record has no type'],
    ['a. IN TXT', 'db:1:7: the TXT record is empty'],
    ['\n\n  A 192.0.2.1', 'db:3:3: the first record has no name'],
    ['a. A 192.0.2.256', "db:1:6: '192.0.2.256' is not an IPv4 address"],
    ['a. AAAA ::g', "db:1:9: '::g' is not an IPv6 address"],
    ['a. MX mx.', 'db:1:4: MX takes 2 words, not 1'],
    ['a. MX 65536 mx.', "db:1:7: '65536' is not a number from 0 to 65535"],
    ['a. A 192.0.2.1 192.0.2.2', 'db:1:16: A takes 1 word, not 2'],
    ['a..b. A 192.0.2.1', "db:1:1: the name 'a..b.' has an empty label"],
    ['a\\.b. A 192.0.2.1', "db:1:1: the name 'a\\.b.' has a dot inside a label"],
    ['$INCLUDE other.zone', "db:1:1: unsupported directive '$INCLUDE'; only $ORIGIN and $TTL are supported"],
    ['$TTL soon', "db:1:6: 'soon' is not a time to live"],
    ['$ORIGIN', 'db:1:1: $ORIGIN has no value'],
    ['a. TXT \\# 3 0161', 'db:1:8: the octets are not a record of type TXT and length 3'],
    ['a. TXT \\# x', "db:1:8: '\\#' takes a length and octets in hexadecimal"],
  ])('says what is wrong and where: %j', (text, message) => {
    expect(fault(text)).toBe(message);
  });

  it('names the limits of strings and names', () => {
    expect(fault(`a. TXT "${'x'.repeat(256)}"`)).toContain('a string has 256 octets; the limit is 255');
    expect(fault(`${'x'.repeat(64)}. A 192.0.2.1`)).toContain('has a label of more than 63 octets');
    expect(fault(`${'abc.'.repeat(64)} A 192.0.2.1`)).toContain('is longer than 255 octets');
  });

  it('hints at what to do about a relative name', () => {
    expect(() => records('a A 192.0.2.1')).toThrow(expect.objectContaining({ hint: { code: 'give-origin' } }));
  });
});

describe('zoneFormat', () => {
  it.each([
    ['\n  {"a": {}}', 'json'],
    ['# notes\n', 'tinydns'],
    ['\n+www.example.com:192.0.2.1:300\n', 'tinydns'],
    ["'sel._domainkey.example.com:v=DKIM1; p=x\n", 'tinydns'],
    [':sel._domainkey.example.com:16:\\003abc:300', 'tinydns'],
    ['Zexample.com:a.ns.example.com:hostmaster.example.com', 'tinydns'],
    ['%lo:192.168', 'tinydns'],
    ['; notes', 'master'],
    ['$TTL 300', 'master'],
    ['@ IN SOA a. b. 1 2 3 4 5', 'master'],
    ['\tIN TXT "x:y"', 'master'],
    ['Cexample. TXT "a:b"', 'master'],
    ['3.2.1.in-addr.arpa. PTR a.', 'master'],
    ['', 'master'],
  ])('%j is %s', (text, format) => {
    expect(zoneFormat(Buffer.from(text))).toBe(format);
  });
});
