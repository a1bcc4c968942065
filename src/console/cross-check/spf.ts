/** mailauth's SPF evaluator in its strict mode, on the answers that our own resolver gives. */
import type { Resolver } from '../../lib/dns/resolver.ts';
import { DktoolError } from '../../lib/errors.ts';
import type { SecondOpinion } from '../../lib/report/spf.ts';
import { type SpfIdentity, SPF_RESULTS, type SpfResult } from '../../lib/spf/verdict.ts';
import type { SpfSession } from '../../lib/spf/session.ts';
import { octetsAsText } from '../../lib/syntax/octets.ts';
import { mailauthParts, type MailauthResolver, mailauthResolver, muted } from './mailauth.ts';

export const mailauthSpf = (): Promise<MailauthSpf> =>
  mailauthParts(async () => (await import('mailauth/lib/spf/index.js')) as unknown as MailauthSpf);

interface MailauthSpf {
  spf(options: {
    readonly sender: string;
    readonly ip: string;
    readonly helo: string;
    readonly mta: string;
    readonly strict: true;
    readonly maxElapsedTime: number;
    readonly resolver: MailauthResolver;
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
  const mailauth = await mailauthSpf();
  const { status } = await muted(() =>
    mailauth.spf({
      sender: identity === 'helo' ? '' : bareSender(octetsAsText(session.sender)),
      ip: session.ip,
      helo: octetsAsText(session.helo),
      mta: settings.receiver,
      strict: true,
      maxElapsedTime: settings.seconds * 1000,
      resolver: mailauthResolver(settings.resolver),
    }),
  );
  const result = SPF_RESULTS.find((word) => word === status.result) ?? 'temperror';
  return { by: 'mailauth', result, agrees: result === ours, detail: status.comment ?? '' };
}

/** It does not take the brackets off by itself, and answers `none` for them. */
function bareSender(sender: string): string {
  return sender.trim().replace(/^<(.*)>$/, '$1');
}
