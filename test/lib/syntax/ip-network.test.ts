import { describe, expect, it } from 'vitest';
import { parseIpAddress } from '../../../src/lib/syntax/ip-address.ts';
import {
  formatIpNetwork,
  isInNetwork,
  networksOf,
  parseIpNetwork,
  rangeOf,
  scopeOf,
  sizeOf,
  unionOf,
  without,
} from '../../../src/lib/syntax/ip-network.ts';

const set = (...networks: string[]) => unionOf(networks.map((network) => rangeOf(parseIpNetwork(network)!)));
const listed = (ranges: ReturnType<typeof set>, family: 4 | 6 = 4) => networksOf(ranges, family).map(formatIpNetwork);

const inside = (ip: string, network: string) => isInNetwork(parseIpAddress(ip)!, parseIpNetwork(network)!);

describe('networks', () => {
  it('drops host bits when written, and keeps a single address as it is', () => {
    expect(formatIpNetwork(parseIpNetwork('192.0.2.77/24')!)).toBe('192.0.2.0/24');
    expect(formatIpNetwork(parseIpNetwork('2001:db8::1')!)).toBe('2001:db8::1');
  });

  it.each(['1.2.3.4/33', '1.2.3.4/01', '1.2.3.4/', '::/129', '::/-1', '1.2.3/24', '1.2.3.4/8/8'])(
    'refuses %s',
    (text) => {
      expect(parseIpNetwork(text)).toBeUndefined();
    },
  );

  it('compares the high-order bits, and never across families', () => {
    expect(inside('192.0.2.255', '192.0.2.0/24')).toBe(true);
    expect(inside('192.0.3.0', '192.0.2.0/24')).toBe(false);
    expect(inside('8.8.8.8', '0.0.0.0/0')).toBe(true);
    expect(inside('::1', '0.0.0.0/0')).toBe(false);
    expect(inside('2001:db8::1', '2001:db8::2/127')).toBe(false);
  });
});

describe('sets of addresses', () => {
  it('collapses neighbours and what lies in others', () => {
    expect(listed(set('192.0.2.128/25', '192.0.2.0/25', '192.0.2.7'))).toEqual(['192.0.2.0/24']);
    expect(listed(set('10.0.0.1', '10.0.0.2'))).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('takes networks out of others', () => {
    expect(listed(without(set('192.0.2.0/24'), set('192.0.2.0/26', '192.0.2.255')))).toEqual([
      '192.0.2.64/26',
      '192.0.2.128/26',
      '192.0.2.192/27',
      '192.0.2.224/28',
      '192.0.2.240/29',
      '192.0.2.248/30',
      '192.0.2.252/31',
      '192.0.2.254',
    ]);
    expect(without(set('192.0.2.0/24', '198.51.100.0/24'), set('0.0.0.0/0'))).toEqual([]);
  });

  it('knows all addresses there are', () => {
    expect(listed(set('0.0.0.0/1', '128.0.0.0/1'))).toEqual(['0.0.0.0/0']);
    expect(listed(set('::/0'), 6)).toEqual(['::/0']);
    expect(sizeOf(set('::/0'))).toBe(1n << 128n);
  });
});

it.each([
  ['127.0.0.1', 'loopback'],
  ['10.95.245.230', 'private'],
  ['172.32.0.1', undefined],
  ['100.64.0.1', 'shared'],
  ['fd00::1', 'private'],
  ['fe80::1', 'link-local'],
  ['49.98.162.242', undefined],
  ['2001:db8::1', undefined],
])('%s is %s', (ip, scope) => {
  expect(scopeOf(parseIpAddress(ip)!)).toBe(scope);
});
