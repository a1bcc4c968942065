/**
 * What to do about an error, where that depends on how the engine is used: a code with its facts. Whoever shows the error
 * has the words, such as the name of an option.
 */
export type Hint =
  /** The key is encrypted: its passphrase is needed, or a copy of it without one. */
  | { readonly code: 'give-passphrase' }
  /** h= of a DomainKeys signature cannot name the fields: sign all of them without naming any (`signedHeaders` `none`). */
  | { readonly code: 'sign-without-names' }
  /** $INCLUDE is not followed: hand in each file as a zone of its own. */
  | { readonly code: 'give-each-zone' }
  /** A relative name in a zone: give its origin, or end it with a dot. */
  | { readonly code: 'give-origin' }
  /** The zone is too large to be read from a file: let a name server serve it. */
  | { readonly code: 'serve-zone' }
  /** Only a name server of the zone itself says this: ask one. */
  | { readonly code: 'ask-authoritative'; readonly name: string }
  /** No record is replaced: leave the ids of records out. */
  | { readonly code: 'leave-record-ids' }
  /** Cloudflare finds the records to replace by their ids. */
  | { readonly code: 'give-record-ids'; readonly name: string }
  /** A report has too many groups: count by fewer things. */
  | { readonly code: 'count-by-less' };
