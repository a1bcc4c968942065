/**
 * What the engine says of a signature: result words as on the wire (RFC 8601 section 2.7), and stable reason codes. A
 * reason belongs to one result; the paragraph that it comes from stands beside it.
 */

/** RFC 8601 section 2.7.1. */
export type ResultWord = 'pass' | 'fail' | 'policy' | 'neutral' | 'temperror' | 'permerror' | 'none';

/** Every reason why a DKIM signature got its result, with the rule behind it. The manual page dktool-verify lists them. */
export const DKIM_REASONS = {
  'signature-valid': { result: 'pass', rule: 'RFC 6376 6.1.3' },
  'body-hash-mismatch': { result: 'fail', rule: 'RFC 6376 6.1.3' },
  'signature-mismatch': { result: 'fail', rule: 'RFC 6376 6.1.3' },
  'weak-algorithm': { result: 'policy', rule: 'RFC 8301 3.1' },
  'weak-key': { result: 'policy', rule: 'RFC 8301 3.2' },
  'body-partly-signed': { result: 'policy', rule: 'RFC 6376 8.2' },
  'from-added': { result: 'policy', rule: 'RFC 6376 8.15' },
  'unsigned-duplicate': { result: 'policy', rule: 'RFC 6376 8.15' },
  'header-line-malformed': { result: 'policy', rule: 'RFC 6376 3.8' },
  'timestamp-in-future': { result: 'policy', rule: 'RFC 6376 3.5 t=' },
  'not-author-domain': { result: 'policy', rule: 'RFC 5585 2.3' },
  'header-over-limit': { result: 'policy', rule: 'RFC 6376 6.1' },
  'too-many-signatures': { result: 'policy', rule: 'RFC 6376 6.1' },
  'too-many-signed-fields': { result: 'policy', rule: 'RFC 6376 6.1' },
  'key-oversized': { result: 'policy', rule: 'RFC 8301 3.2' },
  'key-disclosed': { result: 'policy', rule: 'RFC 6376 3.6.1 p=' },
  'key-unavailable': { result: 'temperror', rule: 'RFC 6376 6.1.2 step 2' },
  'signature-syntax': { result: 'permerror', rule: 'RFC 6376 6.1.1' },
  'signature-version': { result: 'permerror', rule: 'RFC 6376 3.5 v=' },
  'tag-missing': { result: 'permerror', rule: 'RFC 6376 6.1.1' },
  'algorithm-unknown': { result: 'permerror', rule: 'RFC 6376 3.5 a=' },
  'canonicalization-unknown': { result: 'permerror', rule: 'RFC 6376 3.5 c=' },
  'query-method-unknown': { result: 'permerror', rule: 'RFC 6376 3.5 q=' },
  'from-not-signed': { result: 'permerror', rule: 'RFC 6376 6.1.1' },
  'identity-outside-domain': { result: 'permerror', rule: 'RFC 6376 6.1.1' },
  'identity-not-domain': { result: 'permerror', rule: 'RFC 6376 3.6.1 t=s' },
  'signature-expired': { result: 'permerror', rule: 'RFC 6376 6.1.1' },
  'expires-before-signed': { result: 'permerror', rule: 'RFC 6376 3.5 x=' },
  'body-shorter-than-signed': { result: 'permerror', rule: 'RFC 6376 3.5 l=' },
  'key-not-found': { result: 'permerror', rule: 'RFC 6376 6.1.2 step 3' },
  'key-syntax': { result: 'permerror', rule: 'RFC 6376 6.1.2 step 5' },
  'key-invalid': { result: 'permerror', rule: 'RFC 6376 6.1.2 step 8' },
  'key-revoked': { result: 'permerror', rule: 'RFC 6376 6.1.2 step 7' },
  'key-type-mismatch': { result: 'permerror', rule: 'RFC 6376 6.1.2 step 8' },
  'key-hash-not-allowed': { result: 'permerror', rule: 'RFC 6376 6.1.2 step 6' },
  'key-not-for-email': { result: 'permerror', rule: 'RFC 6376 3.6.1 s=' },
} as const satisfies Record<string, { result: ResultWord; rule: string }>;

/** A key of DKIM_REASONS. */
export type DkimReason = keyof typeof DKIM_REASONS;

/** Every reason why a DomainKeys signature got its result, with the rule behind it. dktool-verify(1) lists them too. */
export const DOMAINKEYS_REASONS = {
  'signature-valid': { result: 'pass', rule: 'RFC 4870 3.7.5' },
  'signature-mismatch': { result: 'fail', rule: 'RFC 4870 3.7.5' },
  'from-not-signed': { result: 'fail', rule: 'RFC 4870 3.7.3 rule 3' },
  'granularity-mismatch': { result: 'fail', rule: 'RFC 4870 3.2.3 g=' },
  'weak-key': { result: 'policy', rule: 'RFC 8301 3.2' },
  'not-author-domain': { result: 'policy', rule: 'RFC 5585 2.3' },
  'header-over-limit': { result: 'policy', rule: 'RFC 6376 6.1' },
  'too-many-signatures': { result: 'policy', rule: 'RFC 6376 6.1' },
  'too-many-signed-fields': { result: 'policy', rule: 'RFC 6376 6.1' },
  'key-oversized': { result: 'policy', rule: 'RFC 8301 3.2' },
  'key-disclosed': { result: 'policy', rule: 'RFC 4870 3.2.3 p=' },
  'not-selected': { result: 'neutral', rule: 'RFC 4870 3.7.3 rule 5' },
  'key-unavailable': { result: 'temperror', rule: 'RFC 4870 3.7.4 step 2' },
  'signature-syntax': { result: 'permerror', rule: 'RFC 4870 appendix A' },
  'tag-missing': { result: 'permerror', rule: 'RFC 4870 3.3' },
  'algorithm-unknown': { result: 'permerror', rule: 'RFC 4870 3.7.3 rule 4' },
  'canonicalization-unknown': { result: 'permerror', rule: 'RFC 4870 3.3 c=' },
  'query-method-unknown': { result: 'permerror', rule: 'RFC 4870 3.3 q=' },
  'sending-address-invalid': { result: 'permerror', rule: 'RFC 4870 3.7.3 rule 1' },
  'domain-mismatch': { result: 'permerror', rule: 'RFC 4870 3.7.3 rule 2' },
  'key-not-found': { result: 'permerror', rule: 'RFC 4870 3.7.4 step 3' },
  'key-syntax': { result: 'permerror', rule: 'RFC 4870 3.7.4 step 4' },
  'key-invalid': { result: 'permerror', rule: 'RFC 4870 3.7.4 step 5' },
  'key-revoked': { result: 'permerror', rule: 'RFC 4870 3.2.3 p=' },
  'key-type-mismatch': { result: 'permerror', rule: 'RFC 4870 3.7.4 step 5' },
  'key-hash-not-allowed': { result: 'permerror', rule: 'RFC 6376 3.6.1 h=' },
} as const satisfies Record<string, { result: ResultWord; rule: string }>;

/** A key of DOMAINKEYS_REASONS. */
export type DomainKeysReason = keyof typeof DOMAINKEYS_REASONS;

/** Things to know about a DomainKeys signature that do not change its result. */
export type DomainKeysWarning =
  | 'historic'
  | 'weak-key'
  | 'key-near-limit'
  | 'subject-not-signed'
  | 'sender-not-signed'
  | 'top-level-domain'
  | 'granularity-wildcard'
  | 'header-order'
  | 'several-key-records'
  | 'key-retired'
  | 'key-disclosed'
  | 'testing';

/** Things to know about a signature that do not change its result. */
export type DkimWarning =
  | 'weak-algorithm'
  | 'weak-key'
  | 'key-near-limit'
  | 'body-partly-signed'
  | 'from-added'
  | 'unsigned-duplicate'
  | 'timestamp-in-future'
  | 'testing'
  | 'several-key-records'
  | 'key-retired'
  | 'key-disclosed'
  | 'subject-not-signed'
  | 'header-line-malformed';

/** Something to know about a signature that does not change its result. */
export interface Warning<Code extends string> {
  readonly code: Code;
  /** One sentence with the facts. */
  readonly detail: string;
}

/**
 * Signature fields of one message that get a verdict each. Few of them are judged, but each is named, and a header block has
 * room for 200,000: one verdict stands for what lies below.
 */
export const MAX_LISTED_SIGNATURES = 5_000;

/** Why fields below the listed ones have no verdicts of their own. @param count of those fields */
export function unlistedDetail(count: number): string {
  return `below the topmost ${MAX_LISTED_SIGNATURES} signatures there are ${count} more, which were not checked`;
}

/** The most telling first. */
const TELLING: readonly ResultWord[] = ['pass', 'temperror', 'fail', 'policy', 'permerror', 'neutral'];

/**
 * All verdicts of one method as one: a pass if any passed, else the most telling one; `none` where there are none
 * (RFC 6376 section 6.1 leaves it to the receiver).
 *
 * Waiting may turn a temperror into a pass, so it comes first; then what was judged in full.
 */
export function combinedResult(results: Iterable<ResultWord>): ResultWord {
  let most = TELLING.length;
  for (const result of results) {
    const place = TELLING.indexOf(result);
    if (place !== -1 && place < most) most = place;
  }
  return TELLING[most] ?? 'none';
}
