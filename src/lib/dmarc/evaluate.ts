/** What DMARC makes of a message whose signatures and host have been judged (RFC 9989 section 5.3). Pure: look-ups are done. */
import type { ResultWord } from '../verdict.ts';
import type { AuthorDomain } from './author-domain.ts';
import { type DmarcDiscovery, effectivePolicy, type Trouble } from './discover.ts';
import type { DmarcPolicy } from './record.ts';

/** The words that Authentication-Results has for DMARC (RFC 7489 section 11.2). */
export type DmarcResult = 'pass' | 'fail' | 'none' | 'temperror' | 'permerror';

/** Every reason for a result, with the rule behind it. dktool-verify(1) lists them. */
export const DMARC_REASONS = {
  aligned: { result: 'pass', rule: 'RFC 9989 5.3.5' },
  'not-aligned': { result: 'fail', rule: 'RFC 9989 5.3.5' },
  'not-authenticated': { result: 'fail', rule: 'RFC 9989 5.3.5' },
  'no-record': { result: 'none', rule: 'RFC 9989 4.10.1' },
  'policy-unavailable': { result: 'temperror', rule: 'RFC 9989 5.3.6' },
  'alignment-unavailable': { result: 'temperror', rule: 'RFC 9989 5.3.6' },
  'authentication-unavailable': { result: 'temperror', rule: 'RFC 9989 5.3.6' },
  'record-invalid': { result: 'permerror', rule: 'RFC 9989 4.10.1' },
  'from-missing': { result: 'permerror', rule: 'RFC 9989 5.3.1' },
  'from-unreadable': { result: 'permerror', rule: 'RFC 9989 5.3.1' },
  'several-from-fields': { result: 'permerror', rule: 'RFC 9989 11.5' },
  'several-author-domains': { result: 'permerror', rule: 'RFC 9989 11.5' },
} as const satisfies Record<string, { result: DmarcResult; rule: string }>;

/** A key of DMARC_REASONS. */
export type DmarcReason = keyof typeof DMARC_REASONS;

/** `strict`: the author domain itself. `relaxed`: a domain with the same Organizational Domain (section 4.4). */
export type DmarcAlignment = 'strict' | 'relaxed' | 'no';

/** A signature, judged. */
export interface DkimIdentifier {
  readonly result: ResultWord;
  /** d=, ASCII, lower case. */
  readonly domain: string;
  readonly selector: string | undefined;
}

/** An SPF check: of MAIL FROM, of HELO where that is empty (RFC 7208 section 2.4). */
export interface SpfIdentifier {
  readonly result: ResultWord | 'softfail';
  readonly identity: 'mailfrom' | 'helo';
  /** ASCII, lower case. */
  readonly domain: string;
}

/** `aligned` is `undefined` where DNS kept back what would tell, or the message names too many domains. */
export type Aligned<Identifier> = Identifier & { readonly aligned: DmarcAlignment | undefined };

/** What the verdict rests on. */
export interface DmarcFacts {
  readonly author: AuthorDomain;
  /** Of the author domain, where there is one. */
  readonly discovery: DmarcDiscovery | undefined;
  /** Top to bottom. */
  readonly dkim: readonly Aligned<DkimIdentifier>[];
  /** `undefined`: SPF was not checked. A text: it was to be, and this is why it could not. */
  readonly spf: Aligned<SpfIdentifier> | string | undefined;
}

/** What DMARC makes of a message. */
export interface DmarcVerdict extends DmarcFacts {
  readonly result: DmarcResult;
  readonly reason: DmarcReason;
  /** One sentence without a full stop: why. */
  readonly detail: string;
  /** One sentence without a full stop: what a receiver does about it. */
  readonly handling: string;
  /** What the record asks for, after sp= and np= and after t=; `undefined` where none applies or is known. */
  readonly effectivePolicy: DmarcPolicy | undefined;
  /** That, where the message fails. */
  readonly applied: DmarcPolicy | undefined;
}

/** What was decided; the sentence about the receiver follows from it. */
type DmarcGrounds = Pick<DmarcVerdict, 'reason' | 'detail'>;

/** Decide from facts that are known (RFC 9989 section 5.3). Nothing is looked up: `judgeDmarc` does that. */
export function evaluateDmarc(facts: DmarcFacts): DmarcVerdict {
  const decision = decide(facts);
  const { result } = DMARC_REASONS[decision.reason];
  const effective = facts.discovery && effectivePolicy(facts.discovery);
  return {
    ...facts,
    ...decision,
    result,
    handling: handling(result, decision.reason, facts.discovery),
    effectivePolicy: effective,
    applied: result === 'fail' ? effective : undefined,
  };
}

function decide({ author, discovery, dkim, spf }: DmarcFacts): DmarcGrounds {
  if (!author.ok) return { reason: author.reason, detail: author.detail };
  if (discovery === undefined) throw new Error('an author domain has to be looked up');
  const { found, policy, trouble } = discovery;
  if (found === undefined) {
    return trouble === undefined
      ? { reason: 'no-record', detail: `no DMARC record applies to ${author.domain}` }
      : { reason: 'policy-unavailable', detail: `the DMARC record is unknown: ${troubleText(trouble)}` };
  }
  if (policy === undefined && trouble === undefined) {
    const detail = `the DMARC record at ${found.name} has neither a valid policy nor a report address, so it is ignored`;
    return { reason: 'record-invalid', detail };
  }
  const { adkim, aspf } = found.record;
  const spfChecked = typeof spf === 'object' ? spf : undefined;
  const identifiers = [
    ...dkim.map((one) => ({ ...one, word: `the DKIM signature of ${one.domain}`, isStrict: adkim === 's' })),
    ...(spfChecked === undefined
      ? []
      : [{ ...spfChecked, word: `SPF for ${spfChecked.domain}`, isStrict: aspf === 's' }]),
  ];
  // Section 5.3.5: one that is authenticated and aligned is enough.
  const passing = identifiers.filter(({ result }) => result === 'pass');
  const aligned = passing.find((one) => counts(one.aligned, one.isStrict));
  if (aligned !== undefined) {
    return { reason: 'aligned', detail: `${aligned.word} passes and is aligned with ${author.domain}` };
  }
  // Section 5.3.6: what DNS kept back might have made it a pass.
  const unknown = passing.find((one) => one.aligned === undefined);
  if (unknown !== undefined) {
    const detail = `${unknown.word} passes, but its alignment with ${author.domain} is unknown`;
    return { reason: 'alignment-unavailable', detail };
  }
  const pending = identifiers.find(
    (one) => one.result === 'temperror' && (one.aligned === undefined || counts(one.aligned, one.isStrict)),
  );
  if (pending !== undefined) {
    return { reason: 'authentication-unavailable', detail: `${pending.word} could not be checked at the moment` };
  }
  if (trouble !== undefined) {
    return { reason: 'policy-unavailable', detail: `it is unknown which policy applies: ${troubleText(trouble)}` };
  }
  return failure(author.domain, passing, spf);
}

function counts(aligned: DmarcAlignment | undefined, isStrict: boolean): boolean {
  return aligned === 'strict' || (aligned === 'relaxed' && !isStrict);
}

function failure(
  author: string,
  passing: readonly { readonly word: string; readonly aligned: DmarcAlignment | undefined }[],
  spf: DmarcFacts['spf'],
): DmarcGrounds {
  const unchecked =
    spf === undefined ? '; SPF was not checked' : typeof spf === 'string' ? `; SPF was not checked: ${spf}` : '';
  if (passing.length === 0) {
    return { reason: 'not-authenticated', detail: `nothing in the message is authenticated${unchecked}` };
  }
  const [first] = passing;
  const more = passing.length === 1 ? '' : `, and the same goes for ${passing.length - 1} more`;
  const why =
    first!.aligned === 'relaxed'
      ? `not ${author} itself, as the record requires (strict alignment)`
      : `not aligned with ${author}`;
  return { reason: 'not-aligned', detail: `${first!.word} passes, but is ${why}${more}${unchecked}` };
}

function troubleText({ name, detail }: Trouble): string {
  return `no answer for ${name}: ${detail}`;
}

function handling(result: DmarcResult, reason: DmarcReason, discovery: DmarcDiscovery | undefined): string {
  if (result === 'pass') return 'DMARC does not object to delivery';
  if (result === 'temperror') return 'a receiver delivers the message without DMARC, or defers it';
  if (result === 'none' || reason === 'record-invalid')
    return 'DMARC does not apply: a receiver relies on its other checks';
  if (result === 'permerror') return 'DMARC gives no verdict, and a receiver should treat such a message as a threat';
  const { policy, policyTag, found } = discovery!;
  const effective = effectivePolicy(discovery!)!;
  const source = `${policyTag}=${policy} at ${found!.name}${effective === policy ? '' : ', one step weaker because of t=y'}`;
  return `${ACTIONS[effective]} (${source})`;
}

/** Section 7.4: nobody should refuse mail for p=reject alone. */
const ACTIONS: Readonly<Record<DmarcPolicy, string>> = {
  none: 'a receiver delivers the message as if there were no DMARC',
  quarantine: 'a receiver treats the message as suspicious, and files it as spam',
  reject: 'a receiver rejects the message, or files it as spam if nothing else speaks against it',
};
