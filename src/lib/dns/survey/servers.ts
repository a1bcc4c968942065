/** The zone that a name lies in, and the name servers that it has. */
import { mapBounded } from '../resolvers/map-bounded.ts';
import { lowerAscii } from '../wire/name.ts';
import type { Answer, RecordType, Resolver, TempError } from '../resolver.ts';
import { formatServer, type ServerAddress, serverAt } from '../live/server-address.ts';

/** One name server at one address. */
export interface ZoneServer {
  readonly name: string;
  readonly address: ServerAddress;
}

export interface Zone {
  readonly status: 'found';
  /** Its apex. */
  readonly name: string;
  /** The names in its own NS records, in lower case. */
  readonly nameServers: readonly string[];
  /** What is to be asked. */
  readonly servers: readonly ZoneServer[];
  /** Name servers whose names have no address. */
  readonly withoutAddress: readonly string[];
}

/** No name up to the root owns an SOA record. */
export interface NoZone {
  readonly status: 'no-zone';
}

/** Real zones have 2 to 13; what is beyond is not asked. */
export const MAX_NAMES = 32;
export const MAX_SERVER_ADDRESSES = 64;
/** Look-ups under way at once. */
export const AT_ONCE = 8;

/**
 * The zone that a name lies in, by the zone cut above it, with its name servers and their addresses, IPv4 and IPv6.
 *
 * @param name latin1
 */
export async function findZone(name: string, resolver: Resolver): Promise<Zone | NoZone | TempError> {
  const lenient = withoutValidation(resolver);
  const apex = await findApex(name, lenient);
  return typeof apex === 'string' ? serversOf(apex, lenient) : apex;
}

/**
 * Walk up from a name to the zone cut above it (RFC 1034 section 4.2): the first name that owns an SOA record.
 *
 * @returns its name, never the root
 */
export async function findApex(name: string, resolver: Resolver): Promise<string | NoZone | TempError> {
  for (let at = name; at !== ''; at = parentOf(at)) {
    const soa = await resolver.query(at, 'SOA');
    if (soa.status === 'found' && (soa.aliases?.length ?? 0) === 0) return at;
    if (soa.status === 'temperror' && !(await isAlias(at, soa, resolver))) return soa;
  }
  return { status: 'no-zone' };
}

/**
 * Nothing but DNSSEC records stands beside a CNAME (RFC 2181 section 10.1), so an alias is not a zone cut, wherever it leads.
 * Resolvers answer SERVFAIL where it leads in circles, but to a question for the CNAME itself.
 */
async function isAlias(name: string, { reason }: TempError, resolver: Resolver): Promise<boolean> {
  return reason === 'cname-loop' || (await resolver.query(name, 'CNAME')).status === 'found';
}

/** Where the servers are is wanted even of a zone that does not validate. */
export function withoutValidation(resolver: Resolver): Resolver {
  return {
    async query<T extends RecordType>(name: string, type: T): Promise<Answer<T>> {
      const answer = await resolver.query(name, type);
      if (answer.status !== 'temperror' || answer.reason !== 'servfail') return answer;
      return resolver.query(name, type, { checkingDisabled: true });
    },
  };
}

export function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}

async function serversOf(zone: string, resolver: Resolver): Promise<Zone | TempError> {
  const answer = await resolver.query(zone, 'NS');
  if (answer.status === 'temperror') return answer;
  const names = answer.status === 'found' ? sortedNames(answer.records) : [];
  const addressed = await mapBounded(names.slice(0, MAX_NAMES), AT_ONCE, async (name) => {
    const addresses = await addressesOf(name, resolver);
    return { name, addresses };
  });
  const trouble = addressed.map(({ addresses }) => addresses).find((one) => !Array.isArray(one));
  if (trouble !== undefined) return trouble as TempError;
  const known = addressed as { name: string; addresses: ServerAddress[] }[];
  return {
    status: 'found',
    name: zone,
    nameServers: names,
    servers: known
      .flatMap(({ name, addresses }) => addresses.map((address) => ({ name, address })))
      .slice(0, MAX_SERVER_ADDRESSES),
    withoutAddress: known.filter(({ addresses }) => addresses.length === 0).map(({ name }) => name),
  };
}

/** In lower case, each once. */
export function sortedNames(names: readonly string[]): string[] {
  return [...new Set(names.map(lowerAscii))].sort();
}

/** IPv4 before IPv6. */
export async function addressesOf(name: string, resolver: Resolver): Promise<ServerAddress[] | TempError> {
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
