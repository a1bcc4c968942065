import { describe, expect, it } from 'vitest';
import { parseZoneTinydns } from '../../../../src/lib/dns/zones/tinydns.ts';

const records = (text: string) => parseZoneTinydns('data', Buffer.from(text, 'latin1')).records;

describe('parseZoneTinydns', () => {
  it('reads every kind of line', () => {
    const text = `# a comment
.example.com:192.0.2.1:a:300
&sub.example.com::ns.example.net
=www.example.com:192.0.2.2
+Mail.example.com:192.0.2.3:60:4000000038af1379:lo
@example.com:192.0.2.4:b:10:
@example.org::mx.example.net:
'txt.example.com:one\\072 two; \\303\\251:120
^4.2.0.192.in-addr.arpa:mail.example.com
Calias.example.com:www.example.com
Zexample.net:ns.example.net:host.example.net:7:1:2:3:400:
-off.example.com:192.0.2.9
%lo:192.168
`;
    expect(records(text)).toEqual([
      {
        name: 'example.com',
        type: 'SOA',
        data: { mname: 'a.ns.example.com', rname: 'hostmaster.example.com', serial: 0, minimum: 2560 },
        ttl: 2560,
      },
      { name: 'example.com', type: 'NS', data: 'a.ns.example.com', ttl: 300 },
      { name: 'a.ns.example.com', type: 'A', data: '192.0.2.1', ttl: 300 },
      { name: 'sub.example.com', type: 'NS', data: 'ns.example.net', ttl: 259200 },
      { name: 'www.example.com', type: 'A', data: '192.0.2.2', ttl: 86400 },
      { name: '2.2.0.192.in-addr.arpa', type: 'PTR', data: 'www.example.com', ttl: 86400 },
      { name: 'mail.example.com', type: 'A', data: '192.0.2.3', ttl: 60 },
      { name: 'example.com', type: 'MX', data: { preference: 10, exchange: 'b.mx.example.com' }, ttl: 86400 },
      { name: 'b.mx.example.com', type: 'A', data: '192.0.2.4', ttl: 86400 },
      { name: 'example.org', type: 'MX', data: { preference: 0, exchange: 'mx.example.net' }, ttl: 86400 },
      { name: 'txt.example.com', type: 'TXT', data: ['one: two; \xc3\xa9'], ttl: 120 },
      { name: '4.2.0.192.in-addr.arpa', type: 'PTR', data: 'mail.example.com', ttl: 86400 },
      { name: 'alias.example.com', type: 'CNAME', data: 'www.example.com', ttl: 86400 },
      {
        name: 'example.net',
        type: 'SOA',
        data: { mname: 'ns.example.net', rname: 'host.example.net', serial: 7, minimum: 400 },
        ttl: 2560,
      },
    ]);
  });

  it('reads generic records: two strings of a TXT, and types that nobody asks for', () => {
    expect(records(':k._domainkey.example.com:16:\\003abc\\002d\\072:300\n:srv.example.com:33:\\000\\000:\n')).toEqual([
      { name: 'k._domainkey.example.com', type: 'TXT', data: ['abc', 'd:'], ttl: 300 },
      { name: 'srv.example.com', type: 'other' },
    ]);
  });

  it('cuts the text of a quote line as tinydns-data does', () => {
    expect(records(`'a.example:${'x'.repeat(200)}:`)).toMatchObject([{ data: ['x'.repeat(127), 'x'.repeat(73)] }]);
  });

  it('reads the IPv6 lines of the common patch', () => {
    const hex = '20010db8000000000000000000000001';
    expect(records(`3a.example:${hex}:60\n6b.example:${hex}:\n`)).toEqual([
      { name: 'a.example', type: 'AAAA', data: '2001:db8::1', ttl: 60 },
      { name: 'b.example', type: 'AAAA', data: '2001:db8::1', ttl: 86400 },
      { name: `${hex.split('').toReversed().join('.')}.ip6.arpa`, type: 'PTR', data: 'b.example', ttl: 86400 },
    ]);
  });

  it('undoes escapes in names, and one of a backslash', () => {
    expect(records('+user\\053tag.example:192.0.2.1\n')).toMatchObject([{ name: 'user+tag.example' }]);
    expect(records("'a.example:\\\\072 \\x\\")).toMatchObject([{ data: ['\\072 x'] }]);
  });

  it.each([
    ['+a.example:192.0.2', "data:1:12: '192.0.2' is not an IPv4 address"],
    ['# x\nexample.com:1', "data:2:1: unknown line type 'e'"],
    ['+a..example:192.0.2.1', "data:1:2: the name 'a..example' has an empty label"],
    ['+a\\.b.example:192.0.2.1', "data:1:2: the name 'a\\.b.example' has a dot inside a label"],
    [':a.example:16:\\005abc', 'data:1:15: the 4 octets are not a valid record of type 16 (TXT)'],
    [':a.example:70000:x', "data:1:12: '70000' is not a number from 0 to 65535"],
    ['3a.example:::1', "data:1:12: '' is not an IPv6 address of 32 hexadecimal digits"],
    ['+a.example:192.0.2.1:soon', "data:1:22: 'soon' is not a number from 0 to 2147483647"],
  ])('says what is wrong and where: %j', (text, message) => {
    expect(() => records(text)).toThrow(expect.objectContaining({ code: 'bad-zone', message }));
  });
});
