/** Networks (an address with a prefix length), sets of addresses made of them, and what is known of special ranges. */
import { FAMILY_BITS, formatIpAddress, type IpAddress, parseIpAddress } from './ip-address.ts';

/** An address with the length of its prefix (CIDR). */
export interface IpNetwork {
  /** The address as written; its host bits may be set. */
  readonly address: IpAddress;
  /** 0..32 or 0..128. */
  readonly prefix: number;
}

const PREFIX = /^(?:0|[1-9][0-9]{0,2})$/;

/** `192.0.2.0/24`, `2001:db8::/32`, or an address alone (its whole length), or `undefined`. Host bits may be set. */
export function parseIpNetwork(text: string): IpNetwork | undefined {
  const slash = text.indexOf('/');
  const address = parseIpAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const bits = FAMILY_BITS[address.family];
  if (slash < 0) return { address, prefix: bits };
  const digits = text.slice(slash + 1);
  return PREFIX.test(digits) && Number(digits) <= bits ? { address, prefix: Number(digits) } : undefined;
}

/** The network without host bits, `192.0.2.0/24`; a single address without its prefix length. */
export function formatIpNetwork(network: IpNetwork): string {
  const { first } = rangeOf(network);
  const address = formatIpAddress({ family: network.address.family, value: first });
  return network.prefix === FAMILY_BITS[network.address.family] ? address : `${address}/${network.prefix}`;
}

/** RFC 7208 section 5: the high-order bits are compared; addresses of the other family are never in it. */
export function isInNetwork(ip: IpAddress, network: IpNetwork): boolean {
  if (ip.family !== network.address.family) return false;
  const hostBits = BigInt(FAMILY_BITS[ip.family] - network.prefix);
  return ip.value >> hostBits === network.address.value >> hostBits;
}

/** Addresses from `first` to `last`, both included. */
export interface IpRange {
  readonly first: bigint;
  readonly last: bigint;
}

export function rangeOf(network: IpNetwork): IpRange {
  const hostBits = BigInt(FAMILY_BITS[network.address.family] - network.prefix);
  const first = (network.address.value >> hostBits) << hostBits;
  return { first, last: first + (1n << hostBits) - 1n };
}

/** A set of addresses of one family: ranges in order, apart from each other by at least one address. */
export type IpSet = readonly IpRange[];

/** The set of what lies in any of the ranges. */
export function unionOf(ranges: Iterable<IpRange>): IpSet {
  const sorted = [...ranges].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const set: IpRange[] = [];
  for (const range of sorted) {
    const previous = set.at(-1);
    if (previous === undefined || range.first > previous.last + 1n) set.push(range);
    else if (range.last > previous.last) set[set.length - 1] = { first: previous.first, last: range.last };
  }
  return set;
}

/** What lies in `set` and not in `removed`. */
export function without(set: IpSet, removed: IpSet): IpSet {
  const rest: IpRange[] = [];
  let next = 0;
  for (const range of set) {
    let first = range.first;
    while (next < removed.length && removed[next]!.last < first) next++;
    for (let i = next; i < removed.length && removed[i]!.first <= range.last && first <= range.last; i++) {
      if (removed[i]!.first > first) rest.push({ first, last: removed[i]!.first - 1n });
      if (removed[i]!.last >= first) first = removed[i]!.last + 1n;
    }
    if (first <= range.last) rest.push({ first, last: range.last });
  }
  return rest;
}

/** The fewest networks that hold exactly the addresses of the set. */
export function networksOf(set: IpSet, family: 4 | 6): IpNetwork[] {
  const bits = FAMILY_BITS[family];
  const networks: IpNetwork[] = [];
  for (const { first, last } of set) {
    for (let at = first; at <= last; ) {
      let hostBits = 0;
      // Grow while the block stays aligned and inside the range: at most one step a bit.
      while (hostBits < bits) {
        const size = 1n << BigInt(hostBits + 1);
        if (at % size !== 0n || at + size - 1n > last) break;
        hostBits++;
      }
      networks.push({ address: { family, value: at }, prefix: bits - hostBits });
      at += 1n << BigInt(hostBits);
    }
  }
  return networks;
}

/** How many addresses the set holds. */
export function sizeOf(set: IpSet): bigint {
  return set.reduce((sum, range) => sum + range.last - range.first + 1n, 0n);
}

/** Ranges that no mail of the Internet comes from. */
export type AddressScope = 'loopback' | 'private' | 'link-local' | 'shared' | 'unspecified' | 'multicast' | 'reserved';

const SCOPES = [
  ['0.0.0.0/8', 'unspecified'], // RFC 1122 section 3.2.1.3
  ['10.0.0.0/8', 'private'], // RFC 1918
  ['100.64.0.0/10', 'shared'], // RFC 6598
  ['127.0.0.0/8', 'loopback'], // RFC 1122 section 3.2.1.3
  ['169.254.0.0/16', 'link-local'], // RFC 3927
  ['172.16.0.0/12', 'private'], // RFC 1918
  ['192.168.0.0/16', 'private'], // RFC 1918
  ['224.0.0.0/4', 'multicast'], // RFC 5771
  ['240.0.0.0/4', 'reserved'], // RFC 1112 section 4
  ['::/128', 'unspecified'], // RFC 4291 section 2.5.2
  ['::1/128', 'loopback'], // RFC 4291 section 2.5.3
  ['fc00::/7', 'private'], // RFC 4193
  ['fe80::/10', 'link-local'], // RFC 4291 section 2.5.6
  ['ff00::/8', 'multicast'], // RFC 4291 section 2.7
] as const;

let scopes: readonly { readonly family: 4 | 6; readonly range: IpRange; readonly scope: AddressScope }[] | undefined;

/** The special range that an address lies in, or `undefined` for one that a mail server on the Internet can have. */
export function scopeOf(ip: IpAddress): AddressScope | undefined {
  // Not parsed at every start: few runs ask.
  scopes ??= SCOPES.map(([text, scope]) => {
    const network = parseIpNetwork(text)!;
    return { family: network.address.family, range: rangeOf(network), scope };
  });
  const { family, value } = ip;
  return scopes.find(({ family: its, range }) => its === family && value >= range.first && value <= range.last)?.scope;
}
