/** The name servers that the zone above gives, held against those that the zone itself gives: they should be the same (RFC 1034 section 4.2.2). */
import { mapBounded } from '../resolvers/map-bounded.ts';
import type { Delegation } from './delegation.ts';
import type { Resolver } from '../resolver.ts';
import { serverAt } from '../live/server-address.ts';
import type { ServerFinding } from './agreement.ts';
import {
  addressesOf,
  AT_ONCE,
  MAX_SERVER_ADDRESSES,
  MAX_NAMES,
  withoutValidation,
  type Zone,
  type ZoneServer,
} from './servers.ts';
import { shown } from '../../syntax/shown.ts';

type Found = Delegation & { readonly status: 'found' };

/** The zone with all servers that resolvers ask: those too that only the zone above gives, or at other addresses. */
export async function withDelegatedServers(zone: Zone, delegation: Delegation, resolver: Resolver): Promise<Zone> {
  if (delegation.status !== 'found') return zone;
  const lenient = withoutValidation(resolver);
  const names = onlyAbove(zone, delegation).slice(0, MAX_NAMES);
  const looked = await mapBounded(names, AT_ONCE, async (name) => ({
    name,
    addresses: await addressesOf(name, lenient),
  }));
  const more = looked.flatMap(({ name, addresses }): ZoneServer[] =>
    Array.isArray(addresses) ? addresses.map((address) => ({ name, address })) : [],
  );
  const known = [...zone.servers, ...more];
  const servers = [...known, ...glueServers(delegation).filter((server) => !isAmong(server, known))];
  return {
    ...zone,
    servers: servers.slice(0, MAX_SERVER_ADDRESSES),
    withoutAddress: [
      ...zone.withoutAddress,
      ...looked
        .filter(({ name, addresses }) => Array.isArray(addresses) && !servers.some((server) => server.name === name))
        .map(({ name }) => name),
    ],
  };
}

/** @param zone as it gives itself, without the servers of {@link withDelegatedServers} */
export function delegationFindings(zone: Zone, delegation: Delegation): ServerFinding[] {
  switch (delegation.status) {
    case 'hidden':
      return [];
    case 'missing':
      return [missing(zone, delegation.parent)];
    case 'unknown':
      return [unknown(zone, delegation)];
    default:
      return [
        ...onlyAbove(zone, delegation).map((name) => notInZone(name, zone, delegation)),
        ...zone.nameServers
          .filter((name) => !delegation.nameServers.includes(name))
          .map((name) => notDelegated(name, zone, delegation)),
        ...glueServers(delegation)
          .filter(({ name }) => zone.servers.some((server) => server.name === name))
          .filter((server) => !isAmong(server, zone.servers))
          .map((server) => otherGlue(server, zone, delegation)),
      ];
  }
}

function onlyAbove(zone: Zone, { nameServers }: Found): string[] {
  return nameServers.filter((name) => !zone.nameServers.includes(name));
}

function glueServers({ glue }: Found): ZoneServer[] {
  return [...glue].flatMap(([name, texts]) =>
    texts.flatMap((text) => {
      const address = serverAt(text);
      return address === undefined ? [] : [{ name, address }];
    }),
  );
}

function isAmong({ name, address }: ZoneServer, servers: readonly ZoneServer[]): boolean {
  return servers.some((server) => server.name === name && server.address.ip === address.ip);
}

const SAME = 'the same NS records in the zone and in its parent (RFC 1034 section 4.2.2)';

function notInZone(name: string, zone: Zone, { parent }: Found): ServerFinding {
  return {
    severity: 'warning',
    code: 'ns-not-in-zone',
    subject: name,
    observed: `${parent} delegates ${zone.name} to it, but ${zone.name} does not have it among its own NS records`,
    expected: SAME,
    remedy: `add "${zone.name}. NS ${name}." to the zone, or have it removed from the delegation (at the registrar)`,
  };
}

function notDelegated(name: string, zone: Zone, { parent }: Found): ServerFinding {
  return {
    severity: 'warning',
    code: 'ns-not-delegated',
    subject: name,
    observed: `it is among the NS records of ${zone.name}, but ${parent} does not delegate the zone to it`,
    expected: SAME,
    remedy: `have it added to the delegation (at the registrar), or remove "${zone.name}. NS ${name}." from the zone`,
  };
}

function otherGlue({ name, address }: ZoneServer, zone: Zone, { parent }: Found): ServerFinding {
  const own = zone.servers.filter((server) => server.name === name).map((server) => server.address.ip);
  return {
    severity: 'warning',
    code: 'ns-glue-differs',
    subject: name,
    observed: `${parent} gives ${address.ip} as its address (glue), DNS ${own.join(', ')}`,
    expected: 'the same addresses in both places',
    remedy: 'have the address of the name server (host record) corrected at the registrar',
  };
}

function missing({ name }: Zone, parent: string): ServerFinding {
  return {
    severity: 'error',
    code: 'zone-not-delegated',
    subject: name,
    observed: `the servers of ${parent} do not know ${name}: the zone is found only here, or until caches expire`,
    expected: `NS records for ${name} in ${parent}`,
    remedy: 'check that the domain has not expired or been suspended, then have it delegated to its name servers',
  };
}

function unknown({ name }: Zone, { parent, detail }: Delegation & { readonly status: 'unknown' }): ServerFinding {
  return {
    severity: 'temporary',
    code: 'delegation-unknown',
    subject: name,
    observed: `the servers of ${parent} did not name the servers that ${name} is delegated to: ${shown(detail, 400)}`,
    expected: `a referral to the name servers of ${name}`,
    remedy:
      'try again later; if it persists, check that this machine may query servers other than its resolver (port 53)',
  };
}
