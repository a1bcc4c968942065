/** The verdict on one DKIM signature. */
import { type Alignment, alignmentOf, type Author } from '../header/alignment.ts';
import type { Retirement } from '../keys/retired.ts';
import { DKIM_REASONS, type DkimReason, type DkimWarning, type ResultWord, type Warning } from '../verdict.ts';
import type { Refusal, SignatureFacts } from './signature.ts';

/** What one DKIM-Signature came to. Texts are latin1, as the signature spells them. */
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
  /** The key is not that of DNS. */
  readonly retirement: Retirement | undefined;
  /** When the private key was published, where a keyring says so; seconds since 1970. */
  readonly disclosed: number | undefined;
  readonly alignment: Alignment;
  readonly warnings: readonly Warning<DkimWarning>[];
}

/** What the key and the message add to a verdict. */
export type Checks = Pick<
  DkimVerdict,
  'keyBits' | 'bodyHash' | 'signature' | 'testing' | 'retirement' | 'disclosed' | 'warnings'
>;

const UNCHECKED: Checks = {
  keyBits: undefined,
  bodyHash: 'unchecked',
  signature: 'unchecked',
  testing: false,
  retirement: undefined,
  disclosed: undefined,
  warnings: [],
};

/** @param checks absent: the verdict rests on what the signature field alone says */
export function dkimVerdict(
  facts: SignatureFacts,
  { reason, detail }: Refusal,
  author: Author,
  checks = UNCHECKED,
): DkimVerdict {
  const { signingDomain } = facts;
  return {
    result: DKIM_REASONS[reason].result,
    reason,
    detail,
    domain: facts.domain,
    signingDomain,
    selector: facts.selector,
    identity: facts.identity,
    algorithm: facts.algorithm,
    canonicalization: facts.canonicalization,
    keyBits: checks.keyBits,
    bodyHash: checks.bodyHash,
    signature: checks.signature,
    signedHeaders: facts.signedHeaders,
    timestamp: facts.timestamp,
    expires: facts.expires,
    signatureText: facts.signatureText,
    testing: checks.testing,
    retirement: checks.retirement,
    disclosed: checks.disclosed,
    alignment: signingDomain === undefined ? 'none' : alignmentOf(signingDomain, author),
    warnings: checks.warnings,
  };
}
