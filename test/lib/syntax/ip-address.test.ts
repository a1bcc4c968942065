import { describe, expect, it } from 'vitest';
import {
  dottedIpAddress,
  formatIpAddress,
  parseIpAddress,
  reverseName,
  unmapped,
} from '../../../src/lib/syntax/ip-address.ts';

describe('parseIpAddress', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8::CB01', '2001:db8::cb01'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4:5:6:c000:201'],
  ])('reads %s', (text, canonical) => {
    expect(formatIpAddress(parseIpAddress(text)!)).toBe(canonical);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '010.0.0.1',
    '1.2.3.256',
    '1.2.3.-4',
    ' 1.2.3.4',
    '1.2.3.4 ',
    '0x1.2.3.4',
    '1.2.3.4/32',
    '::1%eth0',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    '12345::',
    'g::',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    '::1.2.3',
    '::01.2.3.4',
    '1.2.3.4::',
    `::${'0'.repeat(1000)}`,
  ])('refuses %j', (text) => {
    expect(parseIpAddress(text)).toBeUndefined();
  });
});

describe('addresses in DNS names and macros', () => {
  it('turns an IPv4-mapped address into the IPv4 address, and no other', () => {
    expect(formatIpAddress(unmapped(parseIpAddress('::ffff:1.2.3.4')!))).toBe('1.2.3.4');
    expect(formatIpAddress(unmapped(parseIpAddress('::1.2.3.4')!))).toBe('::102:304');
  });

  it('writes the reverse names of RFC 1035 and RFC 3596', () => {
    expect(reverseName(parseIpAddress('192.0.2.3')!)).toBe('3.2.0.192.in-addr.arpa');
    expect(reverseName(parseIpAddress('2001:db8::cb01')!)).toBe(
      '1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
    );
  });

  it('writes the dot-format of the %{i} macro', () => {
    expect(dottedIpAddress(parseIpAddress('192.0.2.3')!)).toBe('192.0.2.3');
    expect(dottedIpAddress(parseIpAddress('cafe:babe::1')!)).toBe(
      'C.A.F.E.B.A.B.E.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1',
    );
  });
});
