/** `--reject`: which mail is refused, and in which words. Nothing is without it. */
import type { JudgedMessage } from '../../console/verify/judge.ts';

export const REJECT_CHOICES = ['dmarc', 'dkim'] as const;
export type RejectChoice = (typeof REJECT_CHOICES)[number];

export interface Refusal {
  readonly by: RejectChoice;
  /** Enhanced status code. */
  readonly status: string;
  /** Printable ASCII. */
  readonly text: string;
}

/** RFC 7372 section 3.1: no passing DKIM signature found. */
const NO_PASSING_SIGNATURE = '5.7.20';
/** RFC 7489 section 10.3: a policy of the sender's domain. */
const POLICY = '5.7.1';

/**
 * Why a message is refused, if it is: by the policy of its author's domain (RFC 9989 section 5.4), or because of a signature that does not
 * verify and none that does. Where DNS gave no answer nothing is refused.
 */
export function refusalFor(choices: readonly RejectChoice[]): (judged: JudgedMessage) => Refusal | undefined {
  return ({ dmarc, verdict }) => {
    if (choices.includes('dmarc') && dmarc?.verdict.applied === 'reject') {
      const { author } = dmarc.verdict;
      const domain = author.ok ? author.domain : 'its author';
      return { by: 'dmarc', status: POLICY, text: `refused by the DMARC policy of ${ascii(domain)}` };
    }
    if (choices.includes('dkim') && verdict.dkim.result === 'fail') {
      const [signature] = verdict.dkim.signatures.filter(({ result }) => result === 'fail');
      return {
        by: 'dkim',
        status: NO_PASSING_SIGNATURE,
        text: `the DKIM signature does not verify: ${signature?.reason}`,
      };
    }
    return undefined;
  };
}

const ascii = (text: string) => text.replace(/[^ -~]/g, '?').slice(0, 255);
