import type { AsOf } from './as-of.ts';
import type { HeaderBlock } from './header/header-block.ts';
import { receivedTime } from './header/received-time.ts';
import type { IpNetwork } from './syntax/ip-network.ts';

/**
 * The time at which a message came in.
 *
 * @param trusted own relays: the time is that of the border of their network; `undefined`: that of the topmost Received field
 */
export function asOfReceived(trusted: readonly IpNetwork[] | undefined): (header: HeaderBlock) => AsOf {
  return (header) => ({ source: 'received', ...receivedTime(header, trusted) });
}
