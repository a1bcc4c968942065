/** What every authoritative server of a zone has at one name, without any cache between. */
import { type Followed, followReply } from '../resolvers/follow.ts';
import { joinLabels, splitName } from '../wire/name.ts';
import { mapBounded } from '../resolvers/map-bounded.ts';
import type { RecordData, SoaRecord } from '../resolver.ts';
import type { LiveResolver, ServerTrouble } from '../live/stub.ts';
import type { Zone, ZoneServer } from './servers.ts';

/** What one server says of the TXT records at a name. */
export type HeldAnswer =
  | { readonly status: 'found'; readonly records: readonly RecordData['TXT'][] }
  | { readonly status: 'nxdomain' | 'nodata' }
  /** A CNAME: `target` is the next name, not followed. */
  | { readonly status: 'alias'; readonly target: string };

export type ServerView =
  | (ZoneServer & { readonly ok: true; readonly held: HeldAnswer; readonly serial: number | undefined })
  /** `lame`: it answers, but not as a server of this zone. */
  | (ZoneServer & {
      readonly ok: false;
      readonly fault: 'lame' | 'unreachable' | 'tcp-refused';
      readonly detail: string;
      /** Only this machine has no way there, e.g. no IPv6. */
      readonly noRoute: boolean;
    });

/** Servers asked at once. */
const AT_ONCE = 8;

/**
 * Ask all servers of a zone for the TXT records at a name, without recursion, over UDP and where that is truncated over TCP;
 * and for the serial of the zone.
 *
 * @param name in the zone, latin1
 */
export async function surveyZone(name: string, zone: Zone, resolver: Pick<LiveResolver, 'ask'>): Promise<ServerView[]> {
  return mapBounded(zone.servers, AT_ONCE, async (server): Promise<ServerView> => {
    const response = await resolver.ask(server.address, name, 'TXT');
    if (!('reply' in response)) return troubled(server, response);
    if (!response.reply.authoritative) {
      const how = response.reply.refers ? 'only refers to other servers' : 'answers without authority';
      const detail = `${response.server} ${how} for ${zone.name} (no AA)`;
      return { ...server, ok: false, fault: 'lame', detail, noRoute: false };
    }
    const held = heldBy(followReply(response.reply, splitName(name) ?? [], 'TXT'));
    return { ...server, ok: true, held, serial: await serialAt(server, zone, resolver) };
  });
}

function troubled(server: ZoneServer, { reason, detail, noRoute = false }: ServerTrouble): ServerView {
  const fault = FAULTS[reason] ?? 'unreachable';
  return { ...server, ok: false, fault, detail, noRoute };
}

const FAULTS: Readonly<Record<string, 'lame' | 'tcp-refused'>> = {
  refused: 'lame',
  servfail: 'lame',
  malformed: 'lame',
  'tcp-refused': 'tcp-refused',
};

function heldBy({ status, records, names }: Followed): HeldAnswer {
  const [target] = names;
  if (target !== undefined) return { status: 'alias', target: joinLabels(target) };
  if (status === 'found') return { status, records: records as RecordData['TXT'][] };
  return { status: status === 'nxdomain' ? status : 'nodata' };
}

async function serialAt(
  { address }: ZoneServer,
  zone: Zone,
  resolver: Pick<LiveResolver, 'ask'>,
): Promise<number | undefined> {
  const response = await resolver.ask(address, zone.name, 'SOA');
  if (!('reply' in response)) return undefined;
  const soa = response.reply.answers.find(({ type }) => type === 'SOA');
  return (soa?.data as SoaRecord | undefined)?.serial;
}
