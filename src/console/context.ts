import type { Worker } from 'node:worker_threads';
import type { LiveResolverSettings } from '../lib/dns/live/live.ts';
import type { LiveResolver } from '../lib/dns/live/stub.ts';
import type { ByteSink, ByteSource } from './streams/bytes.ts';

/** Everything that a command may touch of the world around it. The entry builds it from the process, tests build their own. */
export interface Context {
  readonly stdin: ByteSource;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where settings may stand, the weaker file first: that of the system, that of the user. */
  readonly configurationFiles?: readonly string[];
  /** Seconds since 1970, with fractions. */
  readonly now: () => number;
  readonly liveResolver: (settings: LiveResolverSettings) => Promise<LiveResolver>;
  /** Do nothing for so many seconds; absent: by the clock of the machine. */
  readonly sleep?: (seconds: number) => Promise<void>;
  /** Where the key of a domain, `%`, is unless something else names it; absent: where the patches of qmail look. */
  readonly usualKeyPath?: string;
  /** Which process this is; absent: nobody can tell whether it is alive. */
  readonly self?: ProcessIdentity;
  /** Start a thread of `verify --jobs`; absent where there are none. */
  readonly startWorker?: (workerData: unknown) => Worker;
  /** A text file of the package by its path, such as `man/dktool.1`; `undefined` where it is not there. */
  readonly packageFile?: (path: string) => string | undefined;
  /** What a service needs of its process; absent where there is none to be one. */
  readonly service?: () => Promise<ServiceProcess>;
  /** Run another command line of the program, with a context of its own; absent outside of the program. */
  readonly runCommand?: (args: readonly string[], context: Context) => Promise<CommandStatus>;
  /** Ask the person at the terminal for a secret; answers `undefined`, or is absent, where there is none. */
  readonly prompt?: (question: string) => Promise<Buffer | undefined>;
}

export interface CommandStatus {
  readonly status: number;
  /** The status of the same run if it had to be tried again later. */
  readonly deferred: number;
}

export interface ProcessIdentity {
  readonly pid: number;
  /** Where process numbers have a meaning: the host and its name space. */
  readonly place: string;
  /** Whether there is a process of this number in the same place. */
  readonly isAlive: (pid: number) => boolean;
}

export interface ServiceProcess {
  readonly isRoot: boolean;
  /** Who it runs as now. */
  readonly uid: () => number;
  /** @returns what ends it */
  readonly on: (signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP', act: () => void) => () => void;
  /** Whose rights it has, and what it sees of the machine, to compare with another process. */
  readonly view: () => ProcessView;
  /** Sockets that the process was started with, which listen already. */
  readonly inherited: readonly { readonly fd: number; readonly name: string }[];
  /** @returns `undefined` where there is no such user or group */
  readonly idsOf: (user: string, group: string | undefined) => UserIds | undefined;
  /** Become another user for good. Throws the system's error. */
  readonly becomeUser: (ids: UserIds, user: string) => void;
  /** Octets of memory, and how many descriptors are open, where the system says. */
  readonly usage: () => { readonly rss: number; readonly heap: number; readonly descriptors: number | undefined };
}

export interface ProcessView {
  /** All group ids, effective and supplementary. */
  readonly groups: readonly number[];
  /** Its name spaces of mounts, network, users and host names as Linux names them; empty elsewhere. */
  readonly spaces: readonly string[];
}

export interface UserIds {
  readonly uid: number;
  readonly gid: number;
}
