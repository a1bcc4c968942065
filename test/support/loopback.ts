/** Addresses of loopback at which name servers can have their own port, 53. */
import { createSocket } from 'node:dgram';
import { leaveOut } from './peers.ts';

/** Addresses that no other test process uses: 127.0.0.0/8 is all ours. */
export function loopbackAddresses(count: number): string[] {
  const own = `127.${1 + ((process.pid >> 8) & 0x7f)}.${process.pid & 0xff}`;
  return Array.from({ length: count }, (_, i) => `${own}.${i + 2}`);
}

/** Where port 53 is not to be had (no root, another system than Linux), the test is left out and says why. */
export async function needPort53(addresses: readonly string[], skip: (reason: string) => never): Promise<void> {
  for (const address of addresses) {
    const fault = await bindFault(address);
    if (fault !== undefined) leaveOut(`no name server can listen at ${address} port 53 (${fault})`, skip);
  }
}

function bindFault(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', ({ message }) => resolve(message));
    socket.bind(53, address, () => socket.close(() => resolve(undefined)));
  });
}
