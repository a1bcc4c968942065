/** When a message came in, as its Received fields say. */
import { scopeOf, type IpNetwork, isInNetwork } from '../syntax/ip-network.ts';
import { parseDate } from './date.ts';
import type { HeaderBlock } from './header-block.ts';
import { parseReceived } from './received.ts';

export interface ReceivedTime {
  /** Seconds since 1970. */
  readonly time: number | undefined;
  /** Why there is none, a sentence. */
  readonly problem: string | undefined;
}

/**
 * The time in the topmost Received field, which the relay that delivered the message wrote; or in the one that the border of
 * one's own network wrote: the topmost whose client is outside. Fields below that may say anything.
 *
 * @param trusted own relays; `undefined`: the topmost field
 */
export function receivedTime(header: HeaderBlock, trusted: readonly IpNetwork[] | undefined): ReceivedTime {
  const fields = header.named('received');
  const isBorder = (value: string) => {
    const { ip, isFromClient } = parseReceived(value);
    return trusted === undefined || (isFromClient && (ip === undefined || !isOwn(ip, trusted)));
  };
  const border = fields.findIndex((field) => isBorder(header.value(field)));
  const place = border === -1 ? fields.length - 1 : border;
  const field = fields[place];
  if (field === undefined) return { time: undefined, problem: 'the message has no Received field' };
  const value = header.value(field);
  const time = parseDate(value.slice(value.lastIndexOf(';') + 1));
  return { time, problem: time === undefined ? `Received field ${place + 1} has no date` : undefined };
}

function isOwn(ip: Parameters<typeof isInNetwork>[0], trusted: readonly IpNetwork[]): boolean {
  return scopeOf(ip) !== undefined || trusted.some((network) => isInNetwork(ip, network));
}
