/**
 * IP addresses, read strictly. `inet_aton` takes `010.0.0.1` for 8.0.0.1 and `1.2.3` for 1.2.0.3, and node:net takes
 * zone ids (`::1%eth0`): none of that may slip into a check of who may send mail.
 */

import { formatIpv6, ipv4Number, ipv4Text, parseIpv6Octets } from './ip-octets.ts';

export interface IpAddress {
  readonly family: 4 | 6;
  /** The address as a number: 32 or 128 bits, network order. */
  readonly value: bigint;
}

export const FAMILY_BITS = { 4: 32, 6: 128 } as const;

/** ::ffff:0:0/96 (RFC 4291 section 2.5.5.2). */
const MAPPED_PREFIX = 0xffffn;

/** Four decimal numbers from 0 to 255 without leading zeros (RFC 7208 section 5.6), or `undefined`. */
export function parseIpv4(text: string): IpAddress | undefined {
  const number = ipv4Number(text);
  return number === undefined ? undefined : { family: 4, value: BigInt(number) };
}

/** The text forms of RFC 4291 section 2.2 (`::` for one group or more, a dotted quad at the end), without a zone id. */
export function parseIpv6(text: string): IpAddress | undefined {
  const octets = parseIpv6Octets(text);
  if (octets === undefined) return undefined;
  const view = new DataView(octets.buffer);
  return { family: 6, value: (view.getBigUint64(0) << 64n) | view.getBigUint64(8) };
}

function ipv6Octets(value: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  view.setBigUint64(0, value >> 64n);
  view.setBigUint64(8, value); // its low 64 bits
  return new Uint8Array(view.buffer);
}

/** An address of either family, or `undefined` for anything that is not exactly one. */
export function parseIpAddress(text: string): IpAddress | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** An IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) as the IPv4 address that it stands for; any other as it is. */
export function unmapped(ip: IpAddress): IpAddress {
  return ip.family === 6 && ip.value >> 32n === MAPPED_PREFIX ? { family: 4, value: ip.value & 0xffffffffn } : ip;
}

/** The usual text form: dotted quad, or RFC 5952 (lower case, the longest run of zeros shortened). */
export function formatIpAddress(ip: IpAddress): string {
  if (ip.family === 4) return ipv4Text(Number(ip.value));
  // RFC 5952 section 5: the IPv4 address within is shown as one
  return ip.value >> 32n === MAPPED_PREFIX
    ? `::ffff:${formatIpAddress(unmapped(ip))}`
    : formatIpv6(ipv6Octets(ip.value));
}

/** The dot-format of RFC 7208 section 7.3 (`%{i}`): dotted quad, or the 32 hexadecimal digits, upper case, with dots between. */
export function dottedIpAddress(ip: IpAddress): string {
  return ip.family === 4
    ? formatIpAddress(ip)
    : ip.value.toString(16).padStart(32, '0').toUpperCase().split('').join('.');
}

/** The name whose PTR records name the address: `1.2.0.192.in-addr.arpa` (RFC 1035 section 3.5), `...ip6.arpa` (RFC 3596 section 2.5). */
export function reverseName(ip: IpAddress): string {
  const dotted = dottedIpAddress(ip).toLowerCase();
  return `${dotted.split('.').toReversed().join('.')}.${ip.family === 4 ? 'in-addr' : 'ip6'}.arpa`;
}
