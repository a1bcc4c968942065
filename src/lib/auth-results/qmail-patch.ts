/**
 * The Authentication-Results field as the DomainKeys and DKIM patch for qmail wrote it before there was an RFC:
 * `HOST; domainkeys=pass (ok); dkim=pass (ok)`. Two words are not copied: the patch called temporary DNS trouble with a DKIM
 * key permanent, and the other way round.
 */
import type { DkimVerdict } from '../dkim/verdict.ts';
import { type DkStatusCode, messageDkStatus } from '../domainkeys/status.ts';
import type { DkimReason } from '../verdict.ts';
import type { MessageVerdict } from '../verify-message.ts';

const DOMAINKEYS: Readonly<Record<DkStatusCode, string>> = {
  OK: 'pass (ok)',
  BADSIG: 'fail (bad sig)',
  NOSIG: 'none (no signature)',
  NOKEY: 'fail (no key)',
  BADKEY: 'fail (bad key)',
  CANTVRFY: "temperror (can't verify)",
  SYNTAX: 'neutral (bad format)',
  NORESOURCE: 'temperror (no resources)',
  ARGS: 'neutral (args)',
  REVOKED: 'fail (revoked)',
  INTERNAL: 'temperror (internal error)',
  GRANULARITY: 'fail (bad sig)', // the patch had no word for it; RFC 4870 section 3.2.3 calls it a failed verification
};

const DKIM: Readonly<Record<DkimReason, string>> = {
  'signature-valid': 'pass (ok)',
  'body-hash-mismatch': 'fail (bad bodyhash)',
  'signature-mismatch': 'fail (bad sig)',
  'weak-algorithm': 'neutral (unknown)',
  'weak-key': 'fail (bad key)',
  'body-partly-signed': 'neutral (no valid sig)',
  'from-added': 'neutral (no valid sig)',
  'unsigned-duplicate': 'neutral (no valid sig)',
  'header-line-malformed': 'neutral (bad format)',
  'timestamp-in-future': 'neutral (no valid sig)',
  'not-author-domain': 'neutral (bad domain)',
  'header-over-limit': 'neutral (bad format)',
  'too-many-signatures': 'neutral (no valid sig)',
  'too-many-signed-fields': 'neutral (bad syntax)',
  'key-oversized': 'fail (bad key)',
  'key-disclosed': 'fail (bad key)',
  'key-unavailable': 'temperror (dns)',
  'signature-syntax': 'neutral (bad syntax)',
  'signature-version': 'neutral (bad syntax)',
  'tag-missing': 'neutral (bad syntax)',
  'algorithm-unknown': 'neutral (bad syntax)',
  'canonicalization-unknown': 'neutral (bad syntax)',
  'query-method-unknown': 'neutral (bad syntax)',
  'from-not-signed': 'neutral (bad syntax)',
  'identity-outside-domain': 'neutral (bad domain)',
  'identity-not-domain': 'neutral (bad domain)',
  'signature-expired': 'fail (expired)',
  'expires-before-signed': 'neutral (bad syntax)',
  'body-shorter-than-signed': 'fail (bad bodyhash)',
  'key-not-found': 'permerror (dns)',
  'key-syntax': 'fail (bad key)',
  'key-invalid': 'fail (bad key)',
  'key-revoked': 'fail (bad key)',
  'key-type-mismatch': 'fail (bad key)',
  'key-hash-not-allowed': 'fail (bad key)',
  'key-not-for-email': 'fail (bad key)',
};

/** The field on one line, without its line end. @param host not checked */
export function formatQmailPatchResults(host: string, { dkim, domainkeys }: MessageVerdict): string {
  const status = messageDkStatus(domainkeys.signatures, domainkeys.sender !== undefined);
  const deciding = dkim.signatures.find(({ result }) => result === dkim.result);
  return `Authentication-Results: ${host}; domainkeys=${DOMAINKEYS[status.code]}; dkim=${dkimWords(deciding)}`;
}

function dkimWords(verdict: DkimVerdict | undefined): string {
  if (verdict === undefined) return 'none (no signature)';
  if (verdict.reason === 'signature-mismatch' && verdict.testing) return 'fail (bad sig, testing)';
  return DKIM[verdict.reason];
}
