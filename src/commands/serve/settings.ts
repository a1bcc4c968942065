/** What a service does, however that was configured. */
import type { DnsOptions } from '../../console/options/options.ts';
import type { SignOptions } from '../../lib/sign-message.ts';
import type { IpNetwork } from '../../lib/syntax/ip-network.ts';
import type { RejectChoice } from './refusal.ts';
import type { KeySource } from './signing/source.ts';
import type { SocketAddress } from './sockets.ts';

/** `sign`: mail of our own is signed. `verify`: other mail is judged. `both`: each. What is left is taken as it is. */
export type ServeMode = 'sign' | 'verify' | 'both';

export interface MilterSocket {
  readonly address: SocketAddress;
  readonly mode: ServeMode;
}

export interface ServeSettings {
  readonly milters: readonly MilterSocket[];
  /** Directories in which launchers leave messages. */
  readonly desks: readonly string[];
  /** authserv-id; `undefined`: the MTA's name. */
  readonly id: string | undefined;
  /** Clients whose mail is our own. */
  readonly internal: readonly IpNetwork[];
  readonly rejects: readonly RejectChoice[];
  /** Messages in hand at once. */
  readonly limit: number;
  /** Seconds that one more waits. */
  readonly wait: number;
  readonly dns: DnsOptions;
  /** `USER` or `USER:GROUP`. */
  readonly user: string | undefined;
  /** Permission bits of sockets in the file system. */
  readonly socketMode: number;
  readonly keys: KeySource | undefined;
  readonly requireSafeKeys: boolean;
  readonly sign: Omit<SignOptions, 'timestamp'>;
  readonly metrics: MetricsPlace | undefined;
  readonly quiet: boolean;
  /** What a configuration file says and is not done, as sentences. */
  readonly notes: readonly string[];
}

/** Where metrics are to be had: over HTTP, or in a file that is written again and again. */
export type MetricsPlace = { readonly address: SocketAddress } | { readonly file: string };

/** Seconds for all look-ups of one message: RFC 7208 section 4.6.4 asks for 20 at the least. */
export const DEFAULT_DEADLINE = 20;
