/** How the domain of a signature relates to the author of a message. */
import { isWithin } from '../syntax/domain-name.ts';

/** `exact`: d= is the From domain. `related`: one lies under the other. DMARC's own alignment is another matter. */
export type Alignment = 'exact' | 'related' | 'none';

/** The From domains of a message, ASCII, lower case; empty where there is no From field that can be read. */
export interface Author {
  readonly domains: readonly string[];
  /** From fields in the message; anything but 1 breaks RFC 5322 section 3.6. */
  readonly fromFields: number;
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
