/** What a domain is used for: not every one sends mail, and none needs what only senders need. */
import type { LintReport } from '../spf/lint.ts';
import type { CheckFinding } from './codes.ts';
import type { Signing } from './signing.ts';

export interface DomainUse {
  /** SPF allows nobody: it sends no mail, and takes none where it says so. */
  readonly isParked: boolean;
  /** It stands in d= of the mail of others, and in no From. */
  readonly onlySigns: boolean;
}

/**
 * @param hostFindings what is wrong with the hosts that take its mail
 * @param isSender `false`: a SigningTable names its key for others and not for itself; `undefined`: nobody said. Then a
 *   domain with a key that works, without SPF and without a host that takes mail, is taken for one that only signs:
 *   mail from it would be refused in many places (RFC 5321 section 5.1)
 */
export function useOf(
  hostFindings: readonly CheckFinding[],
  spf: LintReport,
  signing: Signing,
  isSender: boolean | undefined,
): DomainUse {
  const hasNoHost = hostFindings.some(({ code }) => code === 'no-mail-host');
  const hasNoSpf = spf.findings.some(({ code }) => code === 'no-record');
  const hasKey = signing.working.includes(spf.domain);
  return { isParked: signing.isParked, onlySigns: isSender === false || (hasNoHost && hasNoSpf && hasKey) };
}

/** Where only senders need it, a finding is a note. */
export function asNotes<F extends CheckFinding>(findings: readonly F[], { onlySigns }: DomainUse): F[] {
  return onlySigns ? findings.map((finding) => ({ ...finding, severity: 'note' })) : [...findings];
}
