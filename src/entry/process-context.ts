/** The Context of a real process. With the entries beside it, the only code that touches `process`. */
import { readlinkSync } from 'node:fs';
import { DescriptorSink, DescriptorSource, mayBeTerminal } from '../console/streams/bytes.ts';
import { closedStdout } from '../console/streams/closed-stdout.ts';
import type { Context } from '../console/context.ts';
import type { Installation } from './installation.ts';

/** Handed to the program by its launcher. */
declare const installation: Installation;

/** node:tty is loaded only where a character device makes the question worth asking. */
const isTerminal = (fd: number) => mayBeTerminal(fd) && process.getBuiltinModule('node:tty').isatty(fd);
function terminal(fd: 1 | 2) {
  const stream = () => (fd === 1 ? process.stdout : process.stderr);
  return {
    isTerminal: () => isTerminal(fd),
    columns: () => (isTerminal(fd) ? (stream().columns ?? 0) : 80),
  };
}

/** `performance` costs milliseconds to load. */
const milliseconds = () => Number(process.hrtime.bigint()) / 1e6;

export const SYSTEM_CONFIGURATION = '/etc/dktool.conf';

/** By the XDG Base Directory Specification, which ignores a relative path. */
function userConfiguration(): string[] {
  const { XDG_CONFIG_HOME: given = '', HOME: home = '' } = process.env;
  const directory = given.startsWith('/') ? given : home.startsWith('/') ? `${home}/.config` : undefined;
  return directory === undefined ? [] : [`${directory}/dktool/config`];
}

export function processContext(): Context {
  return {
    stdin: new DescriptorSource(0, 'stdin', () => isTerminal(0)),
    stdout: new DescriptorSink(1, 'stdout', { ...terminal(1), closed: () => closedStdout(process.ppid) }),
    stderr: new DescriptorSink(2, 'stderr', terminal(2)),
    env: process.env,
    configurationFiles: [SYSTEM_CONFIGURATION, ...userConfiguration()],
    now: () => Date.now() / 1000,
    liveResolver: async (settings) => {
      const { liveResolver } = await import('../lib/dns/live/live.ts');
      return liveResolver({ ...settings, clock: milliseconds });
    },
    self: {
      pid: process.pid,
      // Asked for by few: it loads node:os.
      get place() {
        return processPlace();
      },
      isAlive,
    },
    startWorker: (workerData) => installation.startWorker(workerData),
    packageFile: (path) => installation.read(path),
    service: async () => (await import('./process-service.ts')).serviceProcess(),
    prompt: async (question) => {
      const { promptOnTerminal } = await import('../console/keys/tty-prompt.ts');
      return promptOnTerminal(question);
    },
  };
}

/** Containers share folders, and each counts its processes from 1. */
function processPlace(): string {
  const host = process.getBuiltinModule('node:os').hostname();
  try {
    return `${host} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return host; // no Linux
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code !== 'ESRCH';
  }
}
