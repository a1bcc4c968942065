import { describe, expect, it } from 'vitest';
import { formatServer, parseServer } from '../../../../src/lib/dns/live/server-address.ts';
import { DktoolError } from '../../../../src/lib/errors.ts';

describe('parseServer', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1:53'],
    ['192.0.2.1:5353', '192.0.2.1:5353'],
    ['2001:DB8::1', '[2001:db8::1]:53'],
    ['[2001:db8::1]', '[2001:db8::1]:53'],
    ['[2001:db8::1]:5353', '[2001:db8::1]:5353'],
    ['::1', '[::1]:53'],
    ['fe80::1%eth0', '[fe80::1%eth0]:53'],
    ['127.0.0.1:65535', '127.0.0.1:65535'],
  ])('%s is %s', (text, server) => {
    expect(formatServer(parseServer(text))).toBe(server);
    expect(parseServer(server)).toEqual(parseServer(text));
  });

  it.each([
    ['dns.example.com', "the name server 'dns.example.com' is not an IP address"],
    ['dns.example.com:53', "the name server 'dns.example.com:53' is not an IP address"],
    ['', "the name server '' is not an IP address"],
    ['1.2.3.4.5', "the name server '1.2.3.4.5' is not an IP address"],
    ['[192.0.2.1]:53', "the name server '[192.0.2.1]:53' is not an IP address"],
    ['2001:db8::1::5353', "the name server '2001:db8::1::5353' is not an IP address"],
    ['192.0.2.1:0', "the port of the name server '192.0.2.1:0' is not a number from 1 to 65535"],
    ['192.0.2.1:', "the port of the name server '192.0.2.1:' is not a number from 1 to 65535"],
    ['192.0.2.1:65536', "the port of the name server '192.0.2.1:65536' is not a number from 1 to 65535"],
    ['192.0.2.1:http', "the port of the name server '192.0.2.1:http' is not a number from 1 to 65535"],
    ['[::1]:x', "the port of the name server '[::1]:x' is not a number from 1 to 65535"],
    ['[::1]x', "the name server '[::1]x' is not an IP address"],
  ])('%j is a usage error with a sentence', (text, message) => {
    const error = (() => {
      try {
        return parseServer(text);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(DktoolError);
    expect(error).toMatchObject({ code: 'bad-nameserver', kind: 'permanent', message });
  });
});
