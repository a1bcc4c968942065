/** The zone that a name lies in, and the name servers that it has. */
import { mapBounded } from './map-bounded.ts';
import type { Resolver, TempError } from './resolver.ts';
import { formatServer, type ServerAddress, serverAt } from './server-address.ts';

/** One name server at one address. */
export interface ZoneServer {
  readonly name: string;
  readonly address: ServerAddress;
}

export interface Zone {
  readonly status: 'found';
  /** Its apex. */
  readonly name: string;
  readonly servers: readonly ZoneServer[];
  /** Name servers whose names have no address. */
  readonly withoutAddress: readonly string[];
}

/** No name up to the root owns an SOA record. */
export interface NoZone {
  readonly status: 'no-zone';
}

/** Real zones have 2 to 13; what is beyond is not asked. */
const MAX_NAMES = 32;
const MAX_ADDRESSES = 64;
/** Look-ups under way at once. */
const AT_ONCE = 8;

/**
 * Walk up from a name to the zone cut above it (RFC 1034 section 4.2): the first name that owns an SOA record. Then look
 * its name servers and their addresses up, IPv4 and IPv6.
 *
 * @param name latin1
 */
export async function findZone(name: string, resolver: Resolver): Promise<Zone | NoZone | TempError> {
  for (let at = name; at !== ''; at = parentOf(at)) {
    const soa = await resolver.query(at, 'SOA');
    // A loop of aliases at the name itself says nothing of the zone above it.
    if (soa.status === 'temperror' && soa.reason !== 'cname-loop') return soa;
    if (soa.status === 'found' && (soa.aliases?.length ?? 0) === 0) return serversOf(at, resolver);
  }
  return { status: 'no-zone' };
}

function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}

async function serversOf(zone: string, resolver: Resolver): Promise<Zone | TempError> {
  const answer = await resolver.query(zone, 'NS');
  if (answer.status === 'temperror') return answer;
  const names = answer.status === 'found' ? [...new Set(answer.records.map((name) => name.toLowerCase()))].sort() : [];
  const found = await mapBounded(names.slice(0, MAX_NAMES), AT_ONCE, async (name) => {
    const addresses = await addressesOf(name, resolver);
    return { name, addresses };
  });
  const trouble = found.map(({ addresses }) => addresses).find((one) => !Array.isArray(one));
  if (trouble !== undefined) return trouble as TempError;
  const known = found as { name: string; addresses: ServerAddress[] }[];
  return {
    status: 'found',
    name: zone,
    servers: known
      .flatMap(({ name, addresses }) => addresses.map((address) => ({ name, address })))
      .slice(0, MAX_ADDRESSES),
    withoutAddress: known.filter(({ addresses }) => addresses.length === 0).map(({ name }) => name),
  };
}

async function addressesOf(name: string, resolver: Resolver): Promise<ServerAddress[] | TempError> {
  const answers = await Promise.all([resolver.query(name, 'A'), resolver.query(name, 'AAAA')]);
  const texts = answers.flatMap((answer) => (answer.status === 'found' ? answer.records : []));
  const trouble = answers.find((answer) => answer.status === 'temperror');
  if (texts.length === 0 && trouble !== undefined) return trouble;
  return texts.flatMap((text) => serverAt(text) ?? []);
}

/** `ns1.example.com (192.0.2.1)`, with the port where it is not 53. */
export function serverName({ name, address }: ZoneServer): string {
  return `${name} (${address.port === 53 ? address.ip : formatServer(address)})`;
}
