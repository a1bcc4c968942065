/** `dktool serve` in this process: its signals and descriptors are the test's. */
import { readlinkSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { COMMANDS } from '../../src/commands/index.ts';
import { MemorySink, MemorySource } from '../../src/console/streams/bytes.ts';
import type { Context, ProcessView, ServiceProcess } from '../../src/console/context.ts';
import { main } from '../../src/main.ts';
import { liveResolver } from '../../src/lib/dns/live/live.ts';
import { NOW } from './vectors.ts';

export interface Service {
  /** Raise a signal. */
  readonly signal: (name: 'SIGTERM' | 'SIGINT' | 'SIGHUP') => void;
  /** What it has logged. */
  readonly log: () => string;
  /** Its exit status, once it has ended. */
  readonly ended: Promise<number>;
  /** Wait until something stands in the log. */
  readonly until: (wanted: RegExp) => Promise<void>;
}

/** As src/entry/process-service.ts has it. */
const VIEW: ProcessView = {
  groups: [process.getegid!(), ...process.getgroups!()],
  spaces: ['mnt', 'net', 'user', 'uts'].map((name) => readlinkSync(`/proc/self/ns/${name}`)),
};

/** Start it, and wait until it is ready. It is stopped behind the test. */
export async function startService(
  args: readonly string[],
  world: Partial<ServiceProcess> & { readonly now?: () => number } = {},
): Promise<Service> {
  const [stdout, stderr] = [new MemorySink(), new MemorySink()];
  const handlers = new Map<string, Set<() => void>>();
  const { now = () => NOW, ...process } = world;
  const service: ServiceProcess = {
    isRoot: false,
    uid: () => globalThis.process.getuid!(),
    view: () => VIEW,
    inherited: [],
    idsOf: () => undefined,
    becomeUser: () => {},
    usage: () => ({ rss: 1, heap: 1, descriptors: 1 }),
    on: (name, act) => {
      const set = handlers.get(name) ?? new Set();
      handlers.set(name, set.add(act));
      return () => set.delete(act);
    },
    ...process,
  };
  const context: Context = {
    stdin: new MemorySource(new Uint8Array()),
    stdout,
    stderr,
    env: {},
    now,
    liveResolver: async (settings) => liveResolver({ ...settings, clock: () => performance.now() }),
    service: () => Promise.resolve(service),
  };
  const signal: Service['signal'] = (name) => handlers.get(name)?.forEach((act) => act());
  const log = () => stderr.text;
  const ended = main(['serve', ...args], context, COMMANDS);
  let isOver = false;
  void ended.then(() => (isOver = true));
  const until = async (wanted: RegExp) => {
    for (let tries = 0; tries < 3000; tries++) {
      if (wanted.test(log())) return;
      if (isOver) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`no ${wanted.source} in the log:\n${log()}`);
  };
  onTestFinished(async () => {
    signal('SIGTERM');
    await ended;
  });
  await until(/ ready /);
  return { signal, log, ended, until };
}
