/** What an answer says about a name: the records, the alias that must be followed, or that there are none. */
import { isBelow, lowerAscii, nameKey } from '../wire/name.ts';
import type { RecordData, RecordType, SoaRecord } from '../resolver.ts';
import { RCODES, type Reply, type WireRecord } from '../wire/message.ts';
import { MAX_ALIASES } from '../zones/zone.ts';

export interface Followed {
  /** `alias`: the answer ends in an alias and says nothing of its name, which must be asked for. */
  readonly status: 'found' | 'nxdomain' | 'nodata' | 'alias';
  /** Where found. */
  readonly records: readonly RecordData[RecordType][];
  /** The names of the aliases that were followed, in order; they may loop, but not without end. */
  readonly names: readonly (readonly string[])[];
  /** The least of all that was used; of a negative answer RFC 2308's. */
  readonly ttl: number;
}

/**
 * Follow the aliases inside an answer. Only records of the asked name and of the names that it leads to count; whatever
 * else a server put into the answer is not looked at (RFC 5452 section 6).
 *
 * @param reply with RCODE 0 or 3
 */
export function followReply(reply: Reply, labels: readonly string[], type: RecordType): Followed {
  const names: (readonly string[])[] = [];
  let ttl = Infinity;
  for (let at = labels; ; at = names.at(-1)!) {
    const owner = nameKey(at);
    const own = reply.answers.filter((record) => record.owner === owner);
    const wanted = own.filter((record) => record.type === type);
    if (wanted.length > 0) {
      ttl = Math.min(ttl, ...wanted.map((record) => record.ttl));
      return { status: 'found', records: unique(wanted), names, ttl };
    }
    const alias = own.find((record) => record.type === 'CNAME');
    if (alias?.alias === undefined || names.length > MAX_ALIASES) return ended(reply, owner, names, ttl);
    ttl = Math.min(ttl, alias.ttl);
    names.push(alias.alias);
  }
}

function ended(reply: Reply, owner: string, names: Followed['names'], chainTtl: number): Followed {
  const negativeTtl = negativeTtlOf(reply.authorities, owner);
  const ttl = Math.min(chainTtl, negativeTtl ?? 0);
  // RFC 6604 section 3: of a chain, the RCODE is that of its last name.
  if (reply.rcode === RCODES.nameError) return { status: 'nxdomain', records: [], names, ttl };
  const complete = names.length === 0 || negativeTtl !== undefined;
  return { status: complete ? 'nodata' : 'alias', records: [], names, ttl: complete ? ttl : chainTtl };
}

/**
 * RFC 2308 section 5: the lesser of the SOA's TTL and its minimum. Without an SOA of the name's own zone there is none:
 * such an answer is not to be kept.
 */
function negativeTtlOf(authorities: readonly WireRecord[], owner: string): number | undefined {
  const soa = authorities.find((record) => record.type === 'SOA' && isBelow(owner, record.owner));
  return soa && Math.min(soa.ttl, (soa.data as SoaRecord).minimum);
}

/** RFC 2181 section 5: there are no two equal records; a server that sends one twice means one. */
function unique(records: readonly WireRecord[]): RecordData[RecordType][] {
  const byText = new Map(records.map(({ data }) => [JSON.stringify(data), data]));
  return [...byText.values()];
}

/**
 * What is wrong with one more alias in a chain; `undefined`: nothing.
 *
 * @param name where the chain begins
 * @param before the names that it has led to so far
 */
export function aliasFault(name: string, before: readonly string[], target: string): string | undefined {
  if ([name, ...before].some((known) => lowerAscii(known) === lowerAscii(target))) {
    return `the aliases of ${name} lead back to ${target}`;
  }
  return before.length >= MAX_ALIASES ? `${name} has more than ${MAX_ALIASES} aliases in a row` : undefined;
}
