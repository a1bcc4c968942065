/** The record that publishes a key. */
import type { KeyType } from '../crypto/public-key.ts';
import type { KeyRecord } from './key-record.ts';

/** What a new record says besides its key. */
export interface NewKeyRecordOptions {
  /** h=; absent: any hash. */
  readonly hashAlgorithms?: readonly string[] | undefined;
  /** s=; absent: any service. */
  readonly services?: readonly string[] | undefined;
  /** t= */
  readonly flags?: readonly string[] | undefined;
  /** n=, as a person writes it: UTF-8 as latin1. */
  readonly notes?: string | undefined;
  /** An empty p=: whoever looks for the key learns that it is revoked (RFC 6376 section 3.6.1). */
  readonly isRevoked?: boolean | undefined;
  /** The form of RFC 4870 section 3.2.3, without v=, which DKIM verifiers read too. */
  readonly isDomainKeys?: boolean | undefined;
}

/** The record to publish for a key. Nothing is checked but that p= fits it: `formatKeyRecord` writes it out. */
export function newKeyRecord(
  key: { readonly type: KeyType; readonly publicKeyBytes: Buffer },
  options: NewKeyRecordOptions = {},
): KeyRecord {
  return {
    hasVersion: options.isDomainKeys !== true,
    keyType: key.type,
    publicKey: options.isRevoked === true ? '' : key.publicKeyBytes.toString('base64'),
    hashAlgorithms: options.hashAlgorithms,
    services: options.services ?? ['*'],
    flags: options.flags ?? [],
    notes: options.notes === undefined ? undefined : encodeNotes(options.notes),
  };
}

/** qp-section (RFC 6376 section 2.11): printable ASCII but `;` and `=`, all else as =XX. Blanks at the ends would be lost. */
function encodeNotes(notes: string): string {
  return notes.replace(/^ | $|[^\x20-\x7e]|[;=]/g, (character) => {
    return `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}
