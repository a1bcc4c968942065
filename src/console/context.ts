import type { Resolver } from '../lib/dns/resolver.ts';
import type { ByteSink, ByteSource } from './bytes.ts';

/** What a live resolver is told by the options of a run. */
export interface LiveResolverSettings {
  /** `IP`, `IP:port` or `[IP6]:port`; empty: the system's own configuration. */
  readonly nameservers: readonly string[];
  /** Seconds for one try at one server. */
  readonly timeout: number;
  /** Tries a server. */
  readonly tries: number;
  readonly tcp: boolean;
  /** Seconds for all look-ups of the run together. */
  readonly deadline: number;
  /** Called once for each question that went out, with a line for people. */
  readonly trace: ((line: string) => void) | undefined;
}

/** Everything that a command may touch of the world around it. The entry builds it from the process, tests build their own. */
export interface Context {
  readonly stdin: ByteSource;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Seconds since 1970, with fractions. */
  readonly now: () => number;
  readonly liveResolver: (settings: LiveResolverSettings) => Promise<Resolver>;
  /** Ask the person at the terminal for a secret; answers `undefined`, or is absent, where there is none. */
  readonly prompt?: (question: string) => Promise<Buffer | undefined>;
}
