/**
 * `DKVERIFY`: which results refuse a mail, in the letters of the DKIM and DomainKeys patch for qmail. Two lists with a comma
 * between them: the first has a letter for each status of libdomainkeys, the second for each result code of libdkim.
 * The letter of a code is that many behind `A`; upper case refuses for good, lower case for now.
 */
import type { DkimReason } from '../verdict.ts';

export interface Dkverify {
  readonly domainkeys: string;
  readonly dkim: string;
}

/** Whatever is not a letter of a code is ignored. Without a comma there is no list for DKIM. */
export function parseDkverify(text: string): Dkverify {
  const comma = text.indexOf(',');
  return comma === -1
    ? { domainkeys: text, dkim: '' }
    : { domainkeys: text.slice(0, comma), dkim: text.slice(comma + 1) };
}

/** What becomes of a mail. */
export type MailAction = 'accept' | 'defer' | 'reject';

/**
 * @param letters one of the two lists
 * @param code 0 to 25
 */
export function actionFor(letters: string, code: number): MailAction {
  if (letters.includes(String.fromCharCode(0x41 + code))) return 'reject';
  return letters.includes(String.fromCharCode(0x61 + code)) ? 'defer' : 'accept';
}

/** libdkim's code for a message without a signature (without its sign, like all of them here). */
export const LIBDKIM_NO_SIGNATURES = 13;
const TESTING = 4;
/** For what RFC 8301 or a limit of ours does not count: libdkim would have had no objection of its own. */
const NO_VALID_SIGNATURES = 14;

const LIBDKIM_CODES: Readonly<Record<DkimReason, number>> = {
  'signature-valid': 0,
  'signature-syntax': 2,
  'tag-missing': 2,
  'algorithm-unknown': 2,
  'canonicalization-unknown': 2,
  'query-method-unknown': 2,
  'from-not-signed': 2,
  'identity-outside-domain': 2,
  'expires-before-signed': 2,
  'signature-mismatch': 3,
  'signature-expired': 5,
  'key-syntax': 6,
  'key-not-for-email': 6,
  'identity-not-domain': 7,
  'key-revoked': 8,
  'key-unavailable': 10,
  'key-not-found': 11,
  'key-invalid': 12,
  'body-hash-mismatch': 15,
  'body-shorter-than-signed': 15,
  'key-type-mismatch': 16,
  'key-hash-not-allowed': 16,
  'signature-version': 17,
  'weak-algorithm': NO_VALID_SIGNATURES,
  'weak-key': NO_VALID_SIGNATURES,
  'body-partly-signed': NO_VALID_SIGNATURES,
  'from-added': NO_VALID_SIGNATURES,
  'unsigned-duplicate': NO_VALID_SIGNATURES,
  'header-line-malformed': NO_VALID_SIGNATURES,
  'timestamp-in-future': NO_VALID_SIGNATURES,
  'not-author-domain': NO_VALID_SIGNATURES,
  'header-over-limit': NO_VALID_SIGNATURES,
  'too-many-signatures': NO_VALID_SIGNATURES,
  'too-many-signed-fields': NO_VALID_SIGNATURES,
  'key-oversized': NO_VALID_SIGNATURES,
  'key-disclosed': NO_VALID_SIGNATURES,
};

/** The result code of libdkim, without its sign, for what became of a signature. */
export function libdkimCode({ reason, testing }: { readonly reason: DkimReason; readonly testing: boolean }): number {
  return reason === 'signature-mismatch' && testing ? TESTING : LIBDKIM_CODES[reason];
}
