/** The system's resolver configuration, resolv.conf(5). */
import { readFileSync } from 'node:fs';
import { errnoOf } from '../../errors.ts';
import { type ServerAddress, serverAt } from './server-address.ts';

export const RESOLV_CONF = '/etc/resolv.conf';

/** resolv.conf(5): the resolver library looks at three (MAXNS), waits at most 30 seconds and tries at most 5 times. */
const MAX_SERVERS = 3;
const MAX_TIMEOUT = 30;
const MAX_ATTEMPTS = 5;

export interface SystemConfig {
  readonly servers: readonly ServerAddress[];
  /** Seconds, where the file says so. */
  readonly timeout: number | undefined;
  readonly tries: number | undefined;
  /** `use-vc`: ask over TCP. */
  readonly tcp: boolean;
}

/**
 * Read the text of a resolv.conf. A file without a `nameserver` line means the machine itself (resolv.conf(5)). Of the
 * options, `timeout:n`, `attempts:n` and `use-vc` count; search lists do not, since all our names are complete. Lines
 * that cannot be understood are passed over, as the resolver library does.
 */
export function parseSystemConfig(text: string): SystemConfig {
  const servers: ServerAddress[] = [];
  let timeout: number | undefined;
  let tries: number | undefined;
  let tcp = false;
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line.trim().split(/\s+/);
    if (keyword === 'nameserver') {
      const server = serverAt(words[0] ?? '');
      if (server !== undefined && servers.length < MAX_SERVERS) servers.push(server);
    } else if (keyword === 'options') {
      for (const word of words) {
        timeout = numberAfter('timeout:', word, MAX_TIMEOUT) ?? timeout;
        tries = numberAfter('attempts:', word, MAX_ATTEMPTS) ?? tries;
        tcp ||= word === 'use-vc';
      }
    }
  }
  if (servers.length === 0) servers.push({ ip: '127.0.0.1', family: 4, port: 53 });
  return { servers, timeout, tries, tcp };
}

function numberAfter(prefix: string, word: string, max: number): number | undefined {
  const digits = word.startsWith(prefix) ? word.slice(prefix.length) : '';
  return /^\d{1,6}$/.test(digits) && Number(digits) > 0 ? Math.min(Number(digits), max) : undefined;
}

/**
 * Read the configuration from its file.
 *
 * @returns a sentence where the file cannot be read: a machine without one (a bare chroot) has no resolver that we could
 *   guess, and saying so beats waiting for nobody on 127.0.0.1
 */
export function readSystemConfig(path: string = RESOLV_CONF): SystemConfig | string {
  try {
    return parseSystemConfig(readFileSync(path, 'latin1'));
  } catch (error) {
    const errno = errnoOf(error) ?? 'unknown error';
    return `${path} ${errno === 'ENOENT' ? 'is missing' : `cannot be read: ${errno}`}, and no name server was given`;
  }
}
