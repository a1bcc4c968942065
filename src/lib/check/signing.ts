/** What is known of the signatures under a domain's mail, to hold its policies against. */
import { isWithin } from '../syntax/domain-name.ts';

export interface Signing {
  /** Nobody said where keys are: nothing follows from it that none are known. */
  readonly isKnown: boolean;
  /** d= of every key that is there for the mail of the domain. */
  readonly signers: readonly string[];
  /** d= of those that work: the probe verifies. */
  readonly working: readonly string[];
  /** SPF allows nobody: the domain sends no mail, and needs no key. */
  readonly isParked: boolean;
  /** DNS kept back what would tell. */
  readonly isPending: boolean;
}

/** One name lies under the other, or both under one name of two labels: as near to DMARC's organizational domain as one gets without asking. */
export function mayBeRelated(a: string, b: string): boolean {
  return isWithin(a, b) || isWithin(b, a) || lastTwo(a) === lastTwo(b);
}

function lastTwo(name: string): string {
  return name.split('.').slice(-2).join('.');
}

/** Why a policy that wants all mail signed is not kept; `undefined` where it is, or where one cannot tell. */
export function unmetPolicyReason(
  domain: string,
  signing: Signing,
  isAligned: (signer: string) => boolean,
): string | undefined {
  if (!signing.isKnown || signing.isParked || signing.isPending) return undefined;
  if (signing.working.some(isAligned)) return undefined;
  if (signing.signers.length === 0) return `there is no key for mail from ${domain}`;
  if (!signing.signers.some(isAligned))
    return `its mail is signed by ${signing.signers.join(', ')}, which is not aligned`;
  return `no key for mail from ${domain} works`;
}
