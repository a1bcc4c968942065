/** A service from its start to its end. */
import { chownSync } from 'node:fs';
import type { Server } from 'node:net';
import type { Context, ServiceProcess, UserIds } from '../../console/context.ts';
import { liveResolverOf, zonesOf } from '../../console/options/resolver.ts';
import { systemReason } from '../../console/streams/system-reason.ts';
import { cachingResolver } from '../../lib/dns/resolvers/cache.ts';
import type { Resolver } from '../../lib/dns/resolver.ts';
import { zoneResolver } from '../../lib/dns/zones/zone.ts';
import { DktoolError } from '../../lib/errors.ts';
import { VERSION } from '../../lib/version.ts';
import { Counters, type Gauge } from './counters.ts';
import { Desk } from './launchers/desk.ts';
import { type Log, logTo } from './log.ts';
import { publishMetrics } from './metrics.ts';
import { type Connection, serveConnection } from './milter/connection.ts';
import { type HandlerWorld, MilterHandler } from './milter/handler.ts';
import { Places } from './places.ts';
import { ReloadedSigners } from './reloading.ts';
import type { MilterSocket, ServeSettings } from './settings.ts';
import { listenAt, socketText } from './sockets.ts';

/** Octets of DNS answers that are kept: those of some 100,000 domains. */
const MAX_DNS_OCTETS = 32 * 1024 * 1024;
/** Seconds in which messages in hand may end when the service stops. MTAs whose message does not end by then try again. */
const STOP_SECONDS = 60;

/**
 * Serve until a signal ends it: SIGTERM and SIGINT let what is in hand end; SIGHUP reads the keys again.
 *
 * @throws DktoolError where the service cannot be started: no key, no socket, no such user
 */
export async function serveUntilStopped(
  settings: ServeSettings,
  service: ServiceProcess,
  context: Context,
): Promise<void> {
  const log = logTo(context, settings.quiet);
  const counters = new Counters();
  for (const note of settings.notes) log.write('problem', 'warning', { what: note });
  const signers = await loadKeys(settings, log, counters);
  const resolver = await serviceResolver(settings, context);
  const places = new Places(settings.limit, settings.wait);
  const world = { settings, resolver, signers: () => signers?.current, now: context.now, log, counters };
  const stopping: (() => void)[] = [() => signers?.stop()];
  const milters = new MilterServers(world, places);
  const desks = settings.desks.map(
    (folder) => new Desk(folder, { context, view: service.view, resolver, places, log, counters }),
  );
  try {
    for (const milter of settings.milters) await milters.listen(milter);
    if (settings.metrics !== undefined) {
      const text = () => counters.text(gaugesOf(milters, places, service));
      const metrics = await publishMetrics(settings.metrics, settings.socketMode, text, log);
      stopping.push(() => metrics.stop());
    }
    const user = userOf(settings, service);
    for (const desk of desks) desk.prepare(service, user);
    dropRoot(settings, user, service);
    for (const desk of desks) {
      stopping.push(() => desk.stop());
      desk.open(service.uid());
    }
    signers?.watch();
    const isStopped = stopSignal(service, () => void signers?.reload(), stopping);
    log.write('info', 'ready', {
      version: VERSION,
      sockets: settings.milters.map(describe).join(' '),
      slots: settings.desks.join(' '),
      keys: signers?.current.count,
    });
    const signal = await isStopped;
    log.write('info', 'stopping', { signal, messages: places.taken });
    await Promise.all([milters.finish(STOP_SECONDS), ...desks.map((desk) => desk.finish())]);
    log.write('info', 'stopped', {});
  } finally {
    for (const stop of stopping) stop();
    milters.destroy();
  }
}

const describe = ({ address, mode }: MilterSocket) => `${mode}=${socketText(address)}`;

async function loadKeys({ keys, requireSafeKeys }: ServeSettings, log: Log, counters: Counters) {
  if (keys === undefined) return undefined;
  const warn = (what: string) => log.write('problem', 'warning', { what });
  return ReloadedSigners.load(keys, { requireSafe: requireSafeKeys, warn }, { log, counters });
}

/** Zone files, or name servers behind a cache. Nothing in it is used up: each message has a time limit of its own. */
export async function serviceResolver({ dns }: Pick<ServeSettings, 'dns'>, context: Context): Promise<Resolver> {
  const zones = zonesOf(dns);
  if (zones.length > 0) return zoneResolver(zones);
  const live = await liveResolverOf({ ...dns, deadline: Number.POSITIVE_INFINITY }, context);
  return cachingResolver(live, { maxQueries: Number.POSITIVE_INFINITY, maxOctets: MAX_DNS_OCTETS });
}

/** Whom root is to become. */
function userOf({ user }: ServeSettings, service: ServiceProcess): UserIds | undefined {
  if (user === undefined || !service.isRoot) return undefined;
  const [name = '', group] = user.split(':');
  const ids = service.idsOf(name, group);
  if (ids !== undefined) return ids;
  throw new DktoolError('user-unknown', `there is no user or group ${user}`, {
    kind: 'temporary',
    hint: `make it, as in: adduser --system --group --no-create-home ${name}`,
  });
}

/** The sockets in the file system go to the user, who may not be able to make new ones there. */
function dropRoot({ user, milters }: ServeSettings, ids: UserIds | undefined, service: ServiceProcess): void {
  if (user === undefined || ids === undefined) return;
  try {
    for (const { address } of milters) if (address.kind === 'unix') chownSync(address.path, ids.uid, ids.gid);
    service.becomeUser(ids, user.split(':')[0]!);
  } catch (cause) {
    throw new DktoolError('user-unknown', `cannot become ${user}: ${systemReason(cause)}`, {
      kind: 'temporary',
      cause,
    });
  }
}

/** @returns which signal ends the service */
function stopSignal(service: ServiceProcess, reload: () => void, stopping: (() => void)[]): Promise<string> {
  return new Promise((resolve) => {
    stopping.push(
      service.on('SIGHUP', reload),
      service.on('SIGTERM', () => resolve('SIGTERM')),
      service.on('SIGINT', () => resolve('SIGINT')),
    );
  });
}

function gaugesOf(milters: MilterServers, places: Places, service: ServiceProcess): Gauge[] {
  const { rss, heap, descriptors } = service.usage();
  return [
    { name: 'dktool_serve_connections', help: 'Connections that are open.', value: milters.connections },
    { name: 'dktool_serve_messages', help: 'Messages in hand.', value: places.taken },
    { name: 'dktool_serve_messages_waiting', help: 'Messages that wait for a place.', value: places.waiting },
    { name: 'process_resident_memory_bytes', help: 'Resident memory.', value: rss },
    { name: 'nodejs_heap_size_used_bytes', help: 'Memory in use by JavaScript.', value: heap },
    ...(descriptors === undefined ? [] : [{ name: 'process_open_fds', help: 'Open descriptors.', value: descriptors }]),
  ];
}

/** All sockets on which MTAs connect, and their connections. */
class MilterServers {
  readonly #world: HandlerWorld;
  readonly #places: Places;
  readonly #servers: Server[] = [];
  readonly #connections = new Set<Connection>();
  #isEmpty: (() => void) | undefined;

  constructor(world: HandlerWorld, places: Places) {
    this.#world = world;
    this.#places = places;
  }

  get connections(): number {
    return this.#connections.size;
  }

  async listen({ address, mode }: MilterSocket): Promise<void> {
    const { log, counters, settings } = this.#world;
    const handler = new MilterHandler(this.#world, mode);
    const session = { handler, places: this.#places, fault: handler.fault };
    const server = await listenAt(address, settings.socketMode, (socket) => {
      counters.add('dktool_serve_connections_total');
      const connection = serveConnection(socket, session, (fault) => {
        this.#connections.delete(connection);
        if (this.#connections.size === 0) this.#isEmpty?.();
        if (fault !== undefined)
          log.write('problem', 'connection-ended', { socket: socketText(address), why: reasonOf(fault) });
      });
      this.#connections.add(connection);
    });
    // A connection that cannot be taken, for lack of descriptors for example, is the MTA's to try again.
    server.on('error', (error) =>
      log.write('problem', 'accept-failed', { socket: socketText(address), why: systemReason(error) }),
    );
    this.#servers.push(server);
  }

  /** Take no more, and wait until what is in hand has ended. @param seconds at most */
  async finish(seconds: number): Promise<void> {
    for (const server of this.#servers) server.close();
    for (const connection of this.#connections) connection.finish();
    if (this.#connections.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
      this.#isEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  destroy(): void {
    for (const server of this.#servers) server.close();
    for (const connection of this.#connections) connection.destroy();
  }
}

function reasonOf(fault: unknown): string {
  if (fault instanceof DktoolError) return fault.message;
  return `internal error: ${fault instanceof Error ? fault.message : String(fault)}`;
}
