/** The verdict on one DKIM signature. */
import { isWithin, toAscii } from '../syntax/domain-name.ts';
import { DKIM_REASONS, type DkimReason, type DkimWarning, type ResultWord, type Warning } from '../verdict.ts';
import type { Refusal, SignatureFacts } from './signature.ts';

/** `exact`: d= is the From domain. `related`: one lies under the other. DMARC's own alignment is another matter. */
export type Alignment = 'exact' | 'related' | 'none';

/** The From domains of a message, ASCII, lower case; empty where there is no From field that can be read. */
export interface Author {
  readonly domains: readonly string[];
  /** From fields in the message; anything but 1 breaks RFC 5322 section 3.6. */
  readonly fromFields: number;
}

export interface DkimVerdict extends SignatureFacts {
  readonly result: ResultWord;
  readonly reason: DkimReason;
  /** A sentence with the facts in it. It may quote the message: escape it where that matters. */
  readonly detail: string;
  readonly keyBits: number | undefined;
  readonly bodyHash: 'match' | 'mismatch' | 'unchecked';
  readonly signature: 'valid' | 'invalid' | 'unchecked';
  /** The key record has t=y (RFC 6376 section 3.6.1). */
  readonly testing: boolean;
  readonly alignment: Alignment;
  readonly warnings: readonly Warning<DkimWarning>[];
}

/** A verdict that rests on what the signature field alone says. */
export function failedVerdict(facts: SignatureFacts, { reason, detail }: Refusal, author: Author): DkimVerdict {
  const { domain, selector, identity, algorithm, canonicalization, signedHeaders, timestamp, expires } = facts;
  const signingDomain = domain === undefined ? undefined : toAscii(domain);
  return {
    result: DKIM_REASONS[reason].result,
    reason,
    detail,
    domain,
    selector,
    identity,
    algorithm,
    canonicalization,
    keyBits: undefined,
    bodyHash: 'unchecked',
    signature: 'unchecked',
    signedHeaders,
    timestamp,
    expires,
    testing: false,
    alignment: signingDomain === undefined ? 'none' : alignmentOf(signingDomain, author),
    warnings: [],
  };
}

/**
 * How d= relates to the author. Several authors: the loosest relation of all; more than one From field: none, since
 * nobody knows which one a reader is shown.
 */
export function alignmentOf(signingDomain: string, author: Author): Alignment {
  if (author.domains.length === 0 || author.fromFields !== 1) return 'none';
  if (author.domains.every((domain) => domain === signingDomain)) return 'exact';
  const related = (domain: string) => isWithin(domain, signingDomain) || isWithin(signingDomain, domain);
  return author.domains.every(related) ? 'related' : 'none';
}
