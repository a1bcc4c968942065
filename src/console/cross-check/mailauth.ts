/**
 * What every use of mailauth needs: its parts loaded one by one and late (its root import needs a newer Node), our resolver in
 * the shape that it expects, and its log kept off our streams.
 */
import type { MxRecord, Resolver } from '../../lib/dns/resolver.ts';
import { DktoolError } from '../../lib/errors.ts';
import { textAsOctets } from '../../lib/syntax/octets.ts';

/** As node:dns answers. */
export type MailauthResolver = (name: string, type: string) => Promise<unknown>;

/**
 * Load parts of mailauth.
 *
 * @throws DktoolError where it is not installed
 */
export async function mailauthParts<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new DktoolError('mailauth-missing', '--cross-check needs the package mailauth, which cannot be loaded', {
      kind: 'temporary',
      hint: 'install it next to dktool: npm install mailauth@7.1.0, with --global where dktool is installed globally',
      cause,
    });
  }
}

let mutedRuns = 0;
let realConsole: Console | undefined;

/** stdout carries our product only: whatever the library logs is dropped. Runs may overlap. */
export async function muted<T>(work: () => Promise<T>): Promise<T> {
  if (mutedRuns++ === 0) {
    realConsole = globalThis.console;
    globalThis.console = new Proxy(realConsole, { get: () => () => {} });
  }
  try {
    return await work();
  } finally {
    if (--mutedRuns === 0) globalThis.console = realConsole!;
  }
}

/** Our answers in the shape of node:dns: arrays, and errors with a code. */
export function mailauthResolver(resolver: Resolver): MailauthResolver {
  return async (name, type) => {
    if (type !== 'TXT' && type !== 'A' && type !== 'AAAA' && type !== 'MX' && type !== 'PTR') throw dnsError('ENODATA');
    const got = await resolver.query(textAsOctets(name), type);
    if (got.status === 'nxdomain') throw dnsError('ENOTFOUND');
    if (got.status === 'nodata') throw dnsError('ENODATA');
    if (got.status === 'temperror') throw dnsError(got.reason === 'bad-name' ? 'EBADNAME' : 'ETIMEOUT');
    if (type === 'MX') {
      const records = got.records as readonly MxRecord[];
      return records.map(({ preference, exchange }) => ({ priority: preference, exchange }));
    }
    // It changes what it gets, which others have in their caches.
    return structuredClone(got.records);
  };
}

function dnsError(code: string): Error {
  return Object.assign(new Error(`DNS error ${code}`), { code });
}
