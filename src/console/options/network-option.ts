import { BadValue } from './bad-value.ts';
import { type IpNetwork, parseIpNetwork } from '../../lib/syntax/ip-network.ts';

/** For a repeatable option whose values are addresses or networks. */
export function collectNetworks(text: string, before: readonly IpNetwork[] = []): IpNetwork[] {
  const network = parseIpNetwork(text);
  if (network === undefined) throw new BadValue('It must be an address or a network, such as 192.0.2.0/24.');
  return [...before, network];
}
