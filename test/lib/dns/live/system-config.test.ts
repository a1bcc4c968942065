import { describe, expect, it } from 'vitest';
import { formatServer } from '../../../../src/lib/dns/live/server-address.ts';
import { parseSystemConfig, readSystemConfig } from '../../../../src/lib/dns/live/system-config.ts';

describe('resolv.conf', () => {
  it('names servers and options', () => {
    const config = parseSystemConfig(`# a comment
; another
domain example.com
search example.com example.net
nameserver 192.0.2.1
  nameserver\t2001:db8::1   # here too
nameserver fe80::1%eth0
nameserver 192.0.2.4
options ndots:2 timeout:2 attempts:4
options rotate use-vc
`);
    expect(config.servers.map(formatServer)).toEqual(['192.0.2.1:53', '[2001:db8::1]:53', '[fe80::1%eth0]:53']);
    expect(config).toMatchObject({ timeout: 2, tries: 4, tcp: true });
  });

  it('without a server means the machine itself', () => {
    expect(parseSystemConfig('nameserver dns.example\n').servers.map(formatServer)).toEqual(['127.0.0.1:53']);
    expect(parseSystemConfig('')).toMatchObject({ timeout: undefined, tries: undefined, tcp: false });
  });

  it('keeps options within the bounds of the resolver library', () => {
    expect(parseSystemConfig('options timeout:3600 attempts:99')).toMatchObject({ timeout: 30, tries: 5 });
    expect(parseSystemConfig('options timeout:0 attempts:-1')).toMatchObject({ timeout: undefined, tries: undefined });
  });

  it('that cannot be read is a sentence', () => {
    expect(readSystemConfig('/no/such/resolv.conf')).toBe(
      '/no/such/resolv.conf is missing, and no name server was given',
    );
    expect(readSystemConfig('/')).toBe('/ cannot be read: EISDIR, and no name server was given');
  });
});
