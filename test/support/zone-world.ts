/** A zone and its name servers in memory: what a resolver finds of them, and what each says when it is asked itself. */
import type { Answer, RecordType, Resolver } from '../../src/lib/dns/resolver.ts';
import type { Heard, LiveResolver } from '../../src/lib/dns/stub.ts';
import type { Reply, WireRecord } from '../../src/lib/dns/wire.ts';
import { nameKey } from '../../src/lib/dns/name.ts';

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
    }
  | Omit<Heard & { readonly reason: string }, 'final' | 'server'>;

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
      ask: ({ ip }, name, type) => Promise.resolve(heardFrom(servers[ip]!, ip, name, type)),
    },
  };
}

function heardFrom(server: FakeServer, ip: string, name: string, type: RecordType): Heard {
  if ('reason' in server) return { ...server, final: true, server: ip } as Heard;
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
        : texts.map((text) => record([text], 'TXT'));
  const isThere = answers.length > 0 || server.names?.includes(name) === true;
  const reply: Reply = {
    kind: 'reply',
    rcode: isThere ? 0 : 3,
    authoritative: server.lame !== true,
    recursion: false,
    authenticated: false,
    answers,
    authorities: [],
    refers: false,
    extendedErrors: [],
    signatures: [],
    size: 100,
  };
  return { reply, server: `${ip}:53` };
}
