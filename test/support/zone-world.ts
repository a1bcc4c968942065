/** A zone and its name servers in memory: what a resolver finds of them, and what each says when it is asked itself. */
import type { Answer, RecordType, Resolver } from '../../src/lib/dns/resolver.ts';
import type { ServerResponse, LiveResolver } from '../../src/lib/dns/live/stub.ts';
import type { Reply, WireRecord } from '../../src/lib/dns/wire/message.ts';
import { nameKey } from '../../src/lib/dns/wire/name.ts';

/** What one server holds, or why it cannot be asked. */
export type FakeServer =
  | {
      readonly serial?: number;
      /** TXT texts by name. */
      readonly texts?: Readonly<Record<string, readonly string[]>>;
      readonly aliases?: Readonly<Record<string, string>>;
      /** No TXT, but the name exists. */
      readonly names?: readonly string[];
      readonly lame?: boolean;
      /** It has the NS records of whatever name it is asked for. */
      readonly answersNs?: boolean;
      /** Zones below: the names of their servers, with the addresses that it gives beside them. */
      readonly delegations?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
    }
  | Omit<ServerResponse & { readonly reason: string }, 'final' | 'server'>;

export interface FakeZone {
  /** Name servers and their addresses. */
  readonly ns: Readonly<Record<string, readonly string[]>>;
}

const found = (records: readonly unknown[]) => ({ status: 'found', records }) as Answer<RecordType>;

/** @param servers by their addresses */
export function zoneWorld(
  zones: Readonly<Record<string, FakeZone>>,
  servers: Readonly<Record<string, FakeServer>>,
): { readonly resolver: Resolver; readonly live: Pick<LiveResolver, 'ask'> } {
  const answerTo = (name: string, type: RecordType): Answer<RecordType> => {
    const zone = zones[name];
    if (type === 'SOA' && zone !== undefined) return found([{ mname: '', rname: '', serial: 0, minimum: 0 }]);
    if (type === 'NS' && zone !== undefined) {
      const names = Object.keys(zone.ns);
      return names.length > 0 ? found(names) : { status: 'nodata' };
    }
    const addresses = Object.values(zones).flatMap(({ ns }) => ns[name] ?? []);
    const fitting = addresses.filter((ip) => ip.includes(':') === (type === 'AAAA'));
    return fitting.length > 0 && (type === 'A' || type === 'AAAA') ? found(fitting) : { status: 'nxdomain' };
  };
  return {
    resolver: { query: <T extends RecordType>(name: string, type: T) => answerTo(name, type) as Answer<T> },
    live: {
      ask: ({ ip }, name, type) => Promise.resolve(responseFrom(servers[ip]!, ip, name, type)),
    },
  };
}

function responseFrom(server: FakeServer, ip: string, name: string, type: RecordType): ServerResponse {
  if ('reason' in server) return { ...server, final: true, server: ip } as ServerResponse;
  const delegation = server.delegations?.[name];
  if (type === 'NS' && delegation !== undefined) return { reply: referral(name, delegation), server: `${ip}:53` };
  const record = (data: WireRecord['data'], of: RecordType, alias?: readonly string[]): WireRecord => {
    return { owner: nameKey(name.split('.')), type: of, ttl: 300, data, alias };
  };
  const alias = server.aliases?.[name];
  const texts = server.texts?.[name] ?? [];
  const answers =
    type === 'SOA'
      ? server.serial === undefined
        ? []
        : [record({ mname: '', rname: '', serial: server.serial, minimum: 0 }, 'SOA')]
      : alias !== undefined
        ? [record(alias, 'CNAME', alias.split('.'))]
        : type === 'NS'
          ? server.answersNs === true
            ? [record('ns1.example.com', 'NS')]
            : []
          : texts.map((text) => record([text], 'TXT'));
  const isThere = answers.length > 0 || server.names?.includes(name) === true;
  const reply = { ...EMPTY, rcode: isThere ? 0 : 3, authoritative: server.lame !== true, answers };
  return { reply, server: `${ip}:53` };
}

const EMPTY: Reply = {
  kind: 'reply',
  rcode: 0,
  authoritative: false,
  recursion: false,
  authenticated: false,
  answers: [],
  authorities: [],
  additionals: [],
  refers: false,
  extendedErrors: [],
  signatures: [],
  size: 100,
};

function recordOf(owner: string, type: RecordType, data: string): WireRecord {
  return { owner: nameKey(owner.split('.')), type, ttl: 300, data, alias: undefined };
}

function referral(zone: string, servers: Readonly<Record<string, readonly string[]>>): Reply {
  return {
    ...EMPTY,
    refers: true,
    authorities: Object.keys(servers).map((name) => recordOf(zone, 'NS', name)),
    additionals: Object.entries(servers).flatMap(([name, addresses]) =>
      addresses.map((ip) => recordOf(name, ip.includes(':') ? 'AAAA' : 'A', ip)),
    ),
  };
}
