/**
 * A second opinion from mailauth's evaluator in its strict mode, on the answers that our own resolver gives. The only file
 * that knows mailauth's SPF interface.
 */
import type { MxRecord, Resolver } from '../../lib/dns/resolver.ts';
import { DktoolError } from '../../lib/errors.ts';
import type { SecondOpinion } from '../../lib/report/spf.ts';
import { type SpfIdentity, SPF_RESULTS, type SpfResult } from '../../lib/spf/verdict.ts';
import type { SpfSession } from '../../lib/spf/session.ts';
import { octetsAsText, textAsOctets } from '../../lib/syntax/octets.ts';

interface MailauthSpf {
  spf(options: {
    readonly sender: string;
    readonly ip: string;
    readonly helo: string;
    readonly mta: string;
    readonly strict: true;
    readonly maxElapsedTime: number;
    readonly resolver: (name: string, type: string) => Promise<unknown>;
  }): Promise<{ readonly status: { readonly result: string; readonly comment?: string } }>;
}

/** Its regular expressions are not ours: longer input is not handed over. */
const MAX_INPUT = 1024;

/**
 * @param ours the result to compare with
 * @param seconds after which it gives up
 * @throws DktoolError where mailauth is not installed, or the session is too long for it
 */
export async function secondOpinion(
  session: SpfSession,
  identity: SpfIdentity,
  ours: SpfResult,
  settings: { readonly resolver: Resolver; readonly receiver: string; readonly seconds: number },
): Promise<SecondOpinion> {
  if (session.helo.length > MAX_INPUT || session.sender.length > MAX_INPUT) {
    throw new DktoolError('cross-check-too-long', `--cross-check takes names of up to ${MAX_INPUT} octets`, {
      kind: 'permanent',
    });
  }
  const mailauth = await load();
  const { status } = await muted(() =>
    mailauth.spf({
      sender: identity === 'helo' ? '' : bareSender(octetsAsText(session.sender)),
      ip: session.ip,
      helo: octetsAsText(session.helo),
      mta: settings.receiver,
      strict: true,
      maxElapsedTime: settings.seconds * 1000,
      resolver: (name, type) => answer(settings.resolver, textAsOctets(name), type),
    }),
  );
  const result = SPF_RESULTS.find((word) => word === status.result) ?? 'temperror';
  return { by: 'mailauth', result, agrees: result === ours, detail: status.comment ?? '' };
}

async function load(): Promise<MailauthSpf> {
  try {
    return (await import('mailauth/lib/spf/index.js')) as unknown as MailauthSpf;
  } catch (cause) {
    throw new DktoolError('mailauth-missing', '--cross-check needs the package mailauth, which cannot be loaded', {
      kind: 'temporary',
      hint: 'npm install brings it with dktool',
      cause,
    });
  }
}

/** It does not take the brackets off by itself, and answers `none` for them. */
function bareSender(sender: string): string {
  return sender.trim().replace(/^<(.*)>$/, '$1');
}

/** stdout carries our product only: whatever the library logs is dropped. */
async function muted<T>(work: () => Promise<T>): Promise<T> {
  const { console: real } = globalThis;
  const silent = new Proxy(real, { get: () => () => {} });
  globalThis.console = silent;
  try {
    return await work();
  } finally {
    globalThis.console = real;
  }
}

/** An answer in the shape of node:dns, which is what mailauth expects: arrays, and errors with a code. */
async function answer(resolver: Resolver, name: string, type: string): Promise<unknown> {
  if (type !== 'TXT' && type !== 'A' && type !== 'AAAA' && type !== 'MX' && type !== 'PTR') throw dnsError('ENODATA');
  const got = await resolver.query(name, type);
  if (got.status === 'nxdomain') throw dnsError('ENOTFOUND');
  if (got.status === 'nodata') throw dnsError('ENODATA');
  if (got.status === 'temperror') throw dnsError(got.reason === 'bad-name' ? 'EBADNAME' : 'ETIMEOUT');
  if (type !== 'MX') return got.records;
  return (got.records as readonly MxRecord[]).map(({ preference, exchange }) => ({ priority: preference, exchange }));
}

function dnsError(code: string): Error {
  return Object.assign(new Error(`DNS error ${code}`), { code });
}
