/**
 * IP addresses, read strictly. `inet_aton` takes `010.0.0.1` for 8.0.0.1 and `1.2.3` for 1.2.0.3, and node:net takes
 * zone ids (`::1%eth0`): none of that may slip into a check of who may send mail.
 */

export interface IpAddress {
  readonly family: 4 | 6;
  /** The address as a number: 32 or 128 bits, network order. */
  readonly value: bigint;
}

export const FAMILY_BITS = { 4: 32, 6: 128 } as const;

/** RFC 7208 section 5.6: qnum, no leading zeros. */
const QNUM = /^(?:[0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])$/;
const GROUP = /^[0-9A-Fa-f]{1,4}$/;

/** ::ffff:0:0/96 (RFC 4291 section 2.5.5.2). */
const MAPPED_PREFIX = 0xffffn;

/** Four decimal numbers from 0 to 255 without leading zeros, or `undefined`. */
export function parseIpv4(text: string): IpAddress | undefined {
  if (text.length > 15) return undefined;
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => QNUM.test(part))) return undefined;
  return { family: 4, value: parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n) };
}

/** The text forms of RFC 4291 section 2.2 (`::` for one group or more, a dotted quad at the end), without a zone id. */
export function parseIpv6(text: string): IpAddress | undefined {
  if (text.length > 45) return undefined; // 8 groups with a dotted quad at their end
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const left = groupsOf(halves[0]!, halves.length === 1);
  const right = halves.length === 2 ? groupsOf(halves[1]!, true) : [];
  if (left === undefined || right === undefined) return undefined;
  const missing = 8 - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array<number>(missing).fill(0), ...right];
  return { family: 6, value: groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n) };
}

/** The 16-bit groups of one side of a `::`; only the last side may end in a dotted quad. */
function groupsOf(side: string, isLast: boolean): number[] | undefined {
  if (side === '') return [];
  const groups: number[] = [];
  const parts = side.split(':');
  for (const [i, part] of parts.entries()) {
    if (GROUP.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const quad = isLast && i === parts.length - 1 ? parseIpv4(part) : undefined;
    if (quad === undefined) return undefined;
    groups.push(Number(quad.value >> 16n), Number(quad.value & 0xffffn));
  }
  return groups;
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
  if (ip.family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((ip.value >> shift) & 0xffn)).join('.');
  if (ip.value >> 32n === MAPPED_PREFIX) return `::ffff:${formatIpAddress(unmapped(ip))}`; // RFC 5952 section 5
  const groups = Array.from({ length: 8 }, (_, i) => Number((ip.value >> BigInt(112 - 16 * i)) & 0xffffn));
  const { start, length } = longestZeroRun(groups);
  // RFC 5952 section 4.2.2: a single group of zeros is not shortened
  return length < 2 ? hex(groups) : `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

function hex(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':');
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let i = 0; i < groups.length; i++) {
    let end = i;
    while (groups[end] === 0) end++;
    if (end - i > best.length) best = { start: i, length: end - i };
    i = Math.max(i, end);
  }
  return best;
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
