/** What `DKVERIFY` makes of the verdicts on a message. */
import { DK_STATUSES, type DkStatusCode, messageDkStatus } from '../domainkeys/status.ts';
import { type MailAction, actionFor, type Dkverify, LIBDKIM_NO_SIGNATURES, libdkimCode } from './dkverify.ts';
import type { DomainKeysMessageVerdict } from '../domainkeys/verdict.ts';
import type { MessageVerdict } from '../verify-message.ts';

/** DomainKeys and DKIM are judged apart; the harder decision counts. */
export function refusalOf(
  letters: Dkverify,
  { dkim, domainkeys }: Pick<MessageVerdict, 'dkim' | 'domainkeys'>,
): MailAction {
  const deciding = dkim.signatures.find(({ result }) => result === dkim.result);
  const decisions = [
    actionFor(
      letters.domainkeys,
      DK_STATUSES.findIndex(({ code }) => code === statusOf(domainkeys)),
    ),
    actionFor(letters.dkim, deciding === undefined ? LIBDKIM_NO_SIGNATURES : libdkimCode(deciding)),
  ];
  return (['reject', 'defer'] as const).find((decision) => decisions.includes(decision)) ?? 'accept';
}

/** What RFC 8301 or a limit of ours does not count is as good as unsigned: libdomainkeys would have had no objection. */
function statusOf({ signatures, sender, result }: DomainKeysMessageVerdict): DkStatusCode {
  return result === 'policy' ? 'NOSIG' : messageDkStatus(signatures, sender !== undefined).code;
}
