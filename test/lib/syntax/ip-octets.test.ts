import { describe, expect, it } from 'vitest';
import { canonicalIpv4, canonicalIpv6 } from '../../../src/lib/syntax/ip-octets.ts';

describe('canonicalIpv4', () => {
  it.each(['0.0.0.0', '192.0.2.255'])('takes %s', (text) => expect(canonicalIpv4(text)).toBe(text));
  it.each(['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.4 ', '1.2.3.x', '+1.2.3.4'])(
    'refuses %j',
    (text) => expect(canonicalIpv4(text)).toBeUndefined(),
  );
});

describe('canonicalIpv6 (RFC 5952)', () => {
  it.each([
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0db8::0:1', '2001:db8::1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
  ])('writes %s as %s', (text, canonical) => expect(canonicalIpv6(text)).toBe(canonical));

  it.each([
    '',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '::1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7::8',
    'g::',
    '12345::',
    ':1::2',
    '1.2.3.4::',
    '::1.2.3.256',
    'fe80::1%eth0',
  ])('refuses %j', (text) => expect(canonicalIpv6(text)).toBeUndefined());
});
