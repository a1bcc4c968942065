/** The address of a name server. */
import { DktoolError } from '../../errors.ts';
import { canonicalIpv4, canonicalIpv6 } from '../../syntax/ip-octets.ts';

/** A name server. */
export interface ServerAddress {
  /** Canonical; an IPv6 address may end in `%` and the name of an interface. */
  readonly ip: string;
  readonly family: 4 | 6;
  readonly port: number;
}

/** RFC 1035 section 4.2. */
export const DNS_PORT = 53;

/** `192.0.2.1:53`, `[2001:db8::1]:53`. */
export function formatServer({ ip, family, port }: ServerAddress): string {
  return family === 6 ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** An address without a port, as resolv.conf(5) has it; `undefined` where it is none. */
export function serverAt(text: string, port = DNS_PORT): ServerAddress | undefined {
  const ipv4 = canonicalIpv4(text);
  if (ipv4 !== undefined) return { ip: ipv4, family: 4, port };
  // RFC 4007 section 11: a link-local address says on which interface.
  const [, address = '', zone = ''] = /^([^%]*)(%[\w.-]{1,32})?$/.exec(text) ?? [];
  const ipv6 = canonicalIpv6(address);
  return ipv6 === undefined ? undefined : { ip: ipv6 + zone, family: 6, port };
}

/**
 * Read `IP`, `IP:port`, `IP6`, `[IP6]` or `[IP6]:port`.
 *
 * @throws DktoolError `bad-nameserver`, permanent, for anything else; a host name would itself have to be looked up
 */
export function parseServer(text: string): ServerAddress {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(text);
  const bare = serverAt(text);
  if (bare !== undefined) return bare;
  const colon = text.lastIndexOf(':');
  const ip = bracketed ? bracketed[1]! : colon < 0 ? text : text.slice(0, colon);
  const port = bracketed ? bracketed[2] : colon < 0 ? undefined : text.slice(colon + 1);
  const server = serverAt(ip);
  if (server === undefined || (bracketed === null ? server.family !== 4 : server.family !== 6)) {
    throw badServer(
      `the name server '${text}' is not an IP address`,
      server?.family === 6 || text.split(':').length > 2
        ? 'an IPv6 address with a port is written [2001:db8::1]:53'
        : 'give its address, with a port if it is not 53: 192.0.2.1, 192.0.2.1:5353 or [2001:db8::1]:53',
    );
  }
  if (port === undefined) return server;
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  if (number < 1 || number > 65_535) {
    throw badServer(`the port of the name server '${text}' is not a number from 1 to 65535`);
  }
  return { ...server, port: number };
}

function badServer(message: string, hint?: string): DktoolError {
  return new DktoolError('bad-nameserver', message, { kind: 'permanent', hint });
}
