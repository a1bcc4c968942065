/** The resolver of a real run: the system's name servers or those that were named. */
import { randomInt } from 'node:crypto';
import { DEFAULT_DEADLINE } from '../resolver.ts';
import { parseServer } from './server-address.ts';
import { type LiveResolver, stubResolver } from './stub.ts';
import { readSystemConfig, type SystemConfig } from './system-config.ts';

/** As resolv.conf(5) has them; RFC 1035 section 4.2.1 asks for 2 to 5 seconds before a question is repeated. */
const DEFAULT_TIMEOUT = 5;
export const DEFAULT_TRIES = 2;

/** The settings of a live resolver. */
export interface LiveResolverSettings {
  /** `IP`, `IP:port` or `[IP6]:port`; none: the system's own configuration. */
  readonly nameservers?: readonly string[] | undefined;
  /** Seconds for one try at one server. Default: the system's configuration, else 5. */
  readonly timeout?: number | undefined;
  /** Tries a server. Default: the system's configuration, else 2. */
  readonly tries?: number | undefined;
  /** Ask over TCP at once, not only for long answers. Default: the system's configuration, else no. */
  readonly tcp?: boolean | undefined;
  /**
   * Seconds of waiting for DNS in the whole run; time in which no question is under way does not count. Default
   * 30; a program that runs on wants none: `systemResolver`.
   */
  readonly deadline?: number | undefined;
  /** Called once for each packet that went out and what came of it, with a line for people, already escaped. */
  readonly trace?: ((line: string) => void) | undefined;
  /** Milliseconds from any origin, monotonic. Default: `performance.now()`. */
  readonly clock?: (() => number) | undefined;
  /** Path of the system's configuration, for tests. */
  readonly systemConfig?: string | undefined;
}

/**
 * A resolver that asks name servers over the network. Nothing is opened before the first question. The process stays
 * alive for as long as a question is under way, and not a moment longer. Every question is asked anew: put
 * `cachingResolver` in front.
 *
 * A question goes out when the caller lets go of the thread: yield once (`setImmediate`) after asking, and between
 * blocking reads.
 *
 * @throws DktoolError `bad-nameserver` for one that is not an address; a system without any is a `temperror` of every question
 */
export function liveResolver(settings: LiveResolverSettings = {}): LiveResolver {
  const named = (settings.nameservers ?? []).map((text) => parseServer(text));
  const system: SystemConfig | string =
    named.length > 0
      ? { servers: named, timeout: undefined, tries: undefined, tcp: false }
      : readSystemConfig(settings.systemConfig);
  const known = typeof system === 'string' ? undefined : system;
  return stubResolver({
    servers: typeof system === 'string' ? system : system.servers,
    timeout: (settings.timeout ?? known?.timeout ?? DEFAULT_TIMEOUT) * 1000,
    tries: Math.max(1, settings.tries ?? known?.tries ?? DEFAULT_TRIES),
    tcp: settings.tcp ?? known?.tcp ?? false,
    deadline: (settings.deadline ?? DEFAULT_DEADLINE) * 1000,
    now: settings.clock ?? (() => performance.now()),
    randomId: () => randomInt(0x10000),
    trace: settings.trace,
  });
}
