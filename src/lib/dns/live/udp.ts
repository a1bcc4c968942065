/** One question over UDP. */
import { createSocket } from 'node:dgram';
import type { ServerAddress } from './server-address.ts';
import type { Decoded } from '../wire/message.ts';
import { decodeReply } from '../wire/message.ts';

export type Exchanged =
  | Exclude<Decoded, { kind: 'stray' }>
  | { readonly kind: 'timeout' }
  /** The network says that nobody is there, or that we may not ask. */
  | { readonly kind: 'unreachable'; readonly fault: string; readonly noRoute?: boolean };

/**
 * Datagrams that fit no question of ours. So many on one port are somebody who guesses: TCP cannot be guessed so (RFC
 * 5452 section 9.3), and the question goes there.
 */
export const MAX_STRAYS = 64;

/** `setTimeout` counts in 31 bits. */
export const MAX_WAIT = 0x7fffffff;

/**
 * Ask one server once. The socket is new, so that the kernel gives it a port that cannot be foretold (RFC 5452 section
 * 9.2), and connected, so that only datagrams of that server reach it.
 *
 * @param query as `encodeQuery` made it
 * @param wait milliseconds
 */
export function askUdp(server: ServerAddress, query: Uint8Array, wait: number): Promise<Exchanged> {
  return new Promise((resolve) => {
    // Looking up an address that is one needs no resolver; a lookup that calls back at once sends without a tick's delay.
    const socket = createSocket({
      type: server.family === 6 ? 'udp6' : 'udp4',
      lookup: (host, _options, callback) => callback(null, host, server.family),
    });
    // A caller that blocks in a read keeps us from hearing: on expiry the loop polls the socket once more, then it counts.
    const timer = setTimeout(() => setImmediate(settle, { kind: 'timeout' }), Math.min(wait, MAX_WAIT));
    timer.unref();
    let strays = 0;
    let settled = false;
    function settle(result: Exchanged): void {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      socket.close();
      resolve(result);
    }
    socket.on('message', (packet) => {
      const decoded = decodeReply(packet, query);
      if (decoded.kind !== 'stray') settle(decoded);
      else if (++strays > MAX_STRAYS) settle({ kind: 'truncated' });
    });
    socket.on('error', (error: NodeJS.ErrnoException) => settle(unreachable(error)));
    socket.connect(server.port, server.ip);
    try {
      socket.send(query);
    } catch {
      // not connected: the error event that follows says why
    }
  });
}

/** `noRoute`: this machine has no way there at all, such as to an IPv6 address from a network without IPv6. */
export function unreachable(error: NodeJS.ErrnoException): Exchanged {
  const noRoute = ['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(error.code ?? '');
  return { kind: 'unreachable', fault: faultOf(error), ...(noRoute ? { noRoute } : {}) };
}

/** A system error in words, where a postmaster meets it. */
function faultOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EHOSTUNREACH':
      return 'no route to host';
    case 'EACCES':
    case 'EPERM':
      return 'the system does not permit it';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'it closed the connection';
    default:
      return code ?? message;
  }
}
