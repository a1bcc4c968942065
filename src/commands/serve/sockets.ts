/** The sockets that a service listens on: `unix:PATH`, `inet:PORT@HOST`, and those that systemd hands over. */
import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { DktoolError, errnoOf } from '../../lib/errors.ts';
import { systemReason } from '../../console/streams/system-reason.ts';
import { parseIpAddress } from '../../lib/syntax/ip-address.ts';

/** Where to listen. */
export type SocketAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'inet'; readonly host: string; readonly port: number }
  /** A descriptor that listens already. */
  | { readonly kind: 'fd'; readonly fd: number };

export const SOCKET_FORMS = 'unix:PATH, inet:PORT@HOST or inet6:PORT@HOST';

/**
 * An address as Sendmail, Postfix and OpenDKIM write it: `unix:/path`, `local:/path`, `inet:8891@127.0.0.1`,
 * `inet6:8891@::1`. A port without a host is that of loopback.
 *
 * @returns `undefined` where it is none
 */
export function parseSocket(text: string): SocketAddress | undefined {
  const [, kind = '', rest = ''] = /^(unix|local|inet6?):(.+)$/.exec(text) ?? [];
  if (kind === 'unix' || kind === 'local') return rest.startsWith('/') ? { kind: 'unix', path: rest } : undefined;
  const [, port = '', host] = /^(\d{1,5})(?:@\[?([^\s\]]+)\]?)?$/.exec(rest) ?? [];
  if (!(Number(port) > 0 && Number(port) < 65_536)) return undefined;
  const name = host ?? (kind === 'inet6' ? '::1' : '127.0.0.1');
  if (name !== 'localhost' && parseIpAddress(name) === undefined) return undefined;
  return { kind: 'inet', host: name, port: Number(port) };
}

export function socketText(address: SocketAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return address.kind === 'fd' ? `descriptor ${address.fd}` : `inet:${address.port}@${address.host}`;
}

/**
 * Listen.
 *
 * @param mode permission bits of a socket in the file system
 * @throws DktoolError `socket-unusable`
 */
export async function listenAt(address: SocketAddress, mode: number, take: (socket: Socket) => void): Promise<Server> {
  if (address.kind === 'unix') await removeStale(address.path);
  const server = createServer({ allowHalfOpen: false }, take);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(unusable(address, systemReason(error), error)));
    server.once('listening', resolve);
    if (address.kind === 'unix') server.listen(address.path, BACKLOG);
    else if (address.kind === 'fd') server.listen({ fd: address.fd });
    else server.listen({ host: address.host, port: address.port, backlog: BACKLOG });
  });
  if (address.kind === 'unix') chmodSync(address.path, mode);
  return server;
}

const BACKLOG = 512;

function unusable(address: SocketAddress, why: string, cause?: unknown): DktoolError {
  return new DktoolError('socket-unusable', `cannot listen on ${socketText(address)}: ${why}`, {
    kind: 'temporary',
    cause,
  });
}

/** What a service leaves behind that was killed. A socket that somebody answers on is somebody's. */
async function removeStale(path: string): Promise<void> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  const address = { kind: 'unix', path } as const;
  if (!stats.isSocket()) throw unusable(address, 'something that is no socket has this name');
  const isAlive = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => resolve(true)).once('error', (error) => resolve(errnoOf(error) !== 'ECONNREFUSED'));
    probe.once('connect', () => probe.destroy());
  });
  if (isAlive) throw unusable(address, 'another service answers there');
  unlinkSync(path);
}
