/**
 * Verdicts in the words of libdomainkeys: the status of its dktest, which became the DomainKey-Status field (RFC 4870
 * section 3.8), with the name and the text of each code.
 */
import type { DomainKeysReason } from '../verdict.ts';
import type { DomainKeysVerdict } from './verdict.ts';

export interface DkStatus {
  /** As in libdomainkeys' header file, behind `DK_STAT_`. */
  readonly code: string;
  /** The word behind `DomainKey-Status:`. */
  readonly word: string;
  readonly text: string;
}

/** In the order of their numbers, 0 to 11. */
export const DK_STATUSES = [
  { code: 'OK', word: 'good', text: 'Function completed successfully' },
  {
    code: 'BADSIG',
    word: 'bad',
    text: 'Signature was available but failed to verify against domain specified key',
  },
  { code: 'NOSIG', word: 'no signature', text: 'No signature available in message' },
  { code: 'NOKEY', word: 'no key', text: 'No public key available (permanent failure)' },
  { code: 'BADKEY', word: 'bad key', text: 'Unusable key, public if verifying, private if signing.' },
  {
    code: 'CANTVRFY',
    word: 'no key',
    text: 'Cannot get domain key to verify signature (temporary failure)',
  },
  {
    code: 'SYNTAX',
    word: 'bad format',
    text: 'Message is not valid syntax. Signature could not be created/checked',
  },
  { code: 'NORESOURCE', word: 'no resources', text: 'Could not get critical resource (temporary failure)' },
  { code: 'ARGS', word: 'bad format', text: 'Arguments are not usable.' },
  { code: 'REVOKED', word: 'revoked', text: 'Key has been revoked.' },
  {
    code: 'INTERNAL',
    word: 'bad format',
    text: 'cannot call this routine in this context.  Internal error.',
  },
  {
    code: 'GRANULARITY',
    word: 'bad sender (g=)',
    text: "Granularity mismatch: sender doesn't match g= option.",
  },
] as const satisfies readonly DkStatus[];

export type DkStatusCode = (typeof DK_STATUSES)[number]['code'];

export function dkStatus(code: DkStatusCode): DkStatus & { readonly code: DkStatusCode } {
  return DK_STATUSES.find((status) => status.code === code)!;
}

const CODES: Readonly<Record<DomainKeysReason, DkStatusCode>> = {
  'signature-valid': 'OK',
  'signature-mismatch': 'BADSIG',
  'from-not-signed': 'BADSIG',
  'granularity-mismatch': 'GRANULARITY',
  'weak-key': 'BADKEY',
  'not-author-domain': 'BADSIG',
  'header-over-limit': 'NORESOURCE',
  'too-many-signatures': 'NORESOURCE',
  'too-many-signed-fields': 'SYNTAX',
  'key-oversized': 'BADKEY',
  'key-disclosed': 'BADKEY',
  'not-selected': 'SYNTAX',
  'key-unavailable': 'CANTVRFY',
  'signature-syntax': 'SYNTAX',
  'tag-missing': 'NOSIG',
  'algorithm-unknown': 'SYNTAX',
  'canonicalization-unknown': 'SYNTAX',
  'query-method-unknown': 'SYNTAX',
  'sending-address-invalid': 'SYNTAX',
  'domain-mismatch': 'SYNTAX',
  'key-not-found': 'NOKEY',
  'key-syntax': 'BADKEY',
  'key-invalid': 'BADKEY',
  'key-revoked': 'REVOKED',
  'key-type-mismatch': 'BADKEY',
  'key-hash-not-allowed': 'BADKEY',
};

/**
 * The status of a message: that of the signature that decides, else of the topmost one.
 *
 * @param signatures the verdicts, top to bottom
 * @param isReadable the message has a sending address: without one libdomainkeys refuses it, signed or not
 */
export function messageDkStatus(signatures: readonly DomainKeysVerdict[], isReadable: boolean) {
  const decisive = signatures.find(({ isChosen }) => isChosen) ?? signatures[0];
  if (decisive !== undefined) return dkStatus(CODES[decisive.reason]);
  return dkStatus(isReadable ? 'NOSIG' : 'SYNTAX');
}
