/** The verdict on one DKIM signature. */
import { type Alignment, alignmentOf, type Author } from '../message/alignment.ts';
import { toAscii } from '../syntax/domain-name.ts';
import { DKIM_REASONS, type DkimReason, type DkimWarning, type ResultWord, type Warning } from '../verdict.ts';
import type { Refusal, SignatureFacts } from './signature.ts';

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
