/** What a name server of the zone itself has, with its own time to live and without any cache between. */
import { type Followed, followReply } from '../resolvers/follow.ts';
import { joinLabels, splitName } from '../wire/name.ts';
import type { Answer, RecordData, Resolver } from '../resolver.ts';
import type { LiveResolver } from '../live/stub.ts';
import { findZone } from './servers.ts';

export interface OwnAnswer {
  readonly answer: Answer<'TXT'>;
  /** It comes from a server of the zone; else from the resolver, whose TTL is what is left of it. */
  readonly isAuthoritative: boolean;
}

/** Servers that are asked, one after the other. */
const MAX_ASKED = 4;

/**
 * The TXT records at a name, from the first server of its zone that answers. Where none can be asked, the resolver is.
 * An alias is not followed: then the answer is `nodata`, with the alias.
 */
export async function ownTexts(name: string, resolver: Resolver, live: Pick<LiveResolver, 'ask'>): Promise<OwnAnswer> {
  const zone = await findZone(name, resolver);
  const servers = zone.status === 'found' ? zone.servers.slice(0, MAX_ASKED) : [];
  for (const { address } of servers) {
    const response = await live.ask(address, name, 'TXT');
    if ('reply' in response && response.reply.authoritative) {
      return { answer: answerOf(followReply(response.reply, splitName(name) ?? [], 'TXT')), isAuthoritative: true };
    }
  }
  return { answer: await resolver.query(name, 'TXT'), isAuthoritative: false };
}

function answerOf({ status, records, names, ttl }: Followed): Answer<'TXT'> {
  if (names.length > 0) return { status: 'nodata', aliases: names.map(joinLabels) };
  if (status === 'found') return { status, records: records as RecordData['TXT'][], ttl };
  return { status: status === 'nxdomain' ? status : 'nodata' };
}
