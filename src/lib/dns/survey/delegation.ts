/** What the zone above says of the name servers of a zone: the referral that resolvers come by (RFC 1034 section 4.2.1). */
import { nameKey, splitName } from '../wire/name.ts';
import type { Resolver, TempError } from '../resolver.ts';
import { formatServer, type ServerAddress } from '../live/server-address.ts';
import type { LiveResolver } from '../live/stub.ts';
import { RCODES, type Reply, type WireRecord } from '../wire/message.ts';
import { addressesOf, findApex, parentOf, sortedNames, withoutValidation } from './servers.ts';

export type Delegation =
  | {
      readonly status: 'found';
      /** The zone above. */
      readonly parent: string;
      /** The names in its NS records for the zone, in lower case. */
      readonly nameServers: readonly string[];
      /** The addresses that it gives with them, by name. */
      readonly glue: ReadonlyMap<string, readonly string[]>;
    }
  /** The zone above knows nothing of the zone. */
  | { readonly status: 'missing'; readonly parent: string }
  /**
   * There is nothing to compare: no zone above but the root, or its servers have the zone itself too and answer out of
   * that; or the resolver is one that does not look up other zones.
   */
  | { readonly status: 'hidden' }
  | { readonly status: 'unknown'; readonly parent: string; readonly detail: string };

/** Servers of the zone above that are asked, one after the other, until one says something. */
const MAX_ASKED = 4;

/**
 * Ask the servers of the zone above for the NS records of a zone.
 *
 * @param zone the name of its apex
 */
export async function findDelegation(
  zone: string,
  resolver: Resolver,
  live: Pick<LiveResolver, 'ask'>,
): Promise<Delegation> {
  const lenient = withoutValidation(resolver);
  const above = parentOf(zone);
  const parent = await findApex(above, lenient);
  if (typeof parent !== 'string') return parent.status === 'no-zone' ? { status: 'hidden' } : unknown(above, parent);
  const servers = await lenient.query(parent, 'NS');
  if (servers.status === 'temperror') return unknown(parent, servers);
  if (servers.status !== 'found') return { status: 'hidden' };
  let last: Delegation = { status: 'hidden' };
  let asked = 0;
  for (const name of sortedNames(servers.records)) {
    const addresses = await addressesOf(name, lenient);
    if (!Array.isArray(addresses)) {
      last = unknown(parent, addresses);
      continue;
    }
    for (const address of addresses) {
      if (asked++ === MAX_ASKED) return last;
      const response = await askParent(zone, parent, address, live);
      if (response.status !== 'unknown') return response;
      last = response;
    }
  }
  return last;
}

/**
 * What the resolver answers for the zone, but not for the one above, is a zone of its own: it serves the zone itself, or
 * was set up to find it in a network without the root.
 */
function unknown(parent: string, { reason, detail }: Pick<TempError, 'reason' | 'detail'>): Delegation {
  return reason === 'refused' || reason === 'servfail' ? { status: 'hidden' } : { status: 'unknown', parent, detail };
}

async function askParent(
  zone: string,
  parent: string,
  address: ServerAddress,
  live: Pick<LiveResolver, 'ask'>,
): Promise<Delegation> {
  const response = await live.ask(address, zone, 'NS');
  if (!('reply' in response)) return { status: 'unknown', parent, detail: response.detail };
  const { reply } = response;
  const owner = nameKey(splitName(zone) ?? []);
  if (reply.answers.some((record) => isNs(record, owner))) return { status: 'hidden' };
  const referral = reply.authorities.filter((record) => isNs(record, owner));
  if (referral.length > 0) {
    const nameServers = sortedNames(referral.map(({ data }) => data as string));
    return { status: 'found', parent, nameServers, glue: glueOf(nameServers, reply) };
  }
  if (reply.authoritative && (reply.rcode === RCODES.nameError || reply.answers.length === 0)) {
    return { status: 'missing', parent };
  }
  return { status: 'unknown', parent, detail: `${formatServer(address)} has no answer for ${zone} NS` };
}

function isNs({ owner, type }: WireRecord, zone: string): boolean {
  return type === 'NS' && owner === zone;
}

function glueOf(names: readonly string[], { additionals }: Reply): Map<string, readonly string[]> {
  const addresses = additionals.filter(({ type }) => type === 'A' || type === 'AAAA');
  const glue = names.map((name) => {
    const owner = nameKey(splitName(name) ?? []);
    return [name, addresses.filter((record) => record.owner === owner).map(({ data }) => data as string)] as const;
  });
  return new Map(glue.filter(([, own]) => own.length > 0));
}
