/** How the domain of a signature relates to the author of a message. */
import { isWithin } from '../syntax/domain-name.ts';
import type { FromField } from './author.ts';

/** `exact`: d= is the From domain. `related`: one lies under the other. DMARC's own alignment is another matter. */
export type Alignment = 'exact' | 'related' | 'none';

/** What is asked of the From field. */
export type Author = Pick<FromField, 'count' | 'hasHidden' | 'domains' | 'unreadableDomain'>;

/** From domains that are compared: a real message has one or two, and each signature costs a look at all of them. */
export const MAX_AUTHOR_DOMAINS = 32;

/** One can say whose message it is: there is one From field, with addresses, each of which has a domain, and not masses of them. */
function isKnown({ count, hasHidden, domains, unreadableDomain }: Author): boolean {
  if (count !== 1 || hasHidden || unreadableDomain !== undefined) return false;
  return domains.length > 0 && domains.length <= MAX_AUTHOR_DOMAINS;
}

/**
 * How d= relates to the author. Several authors: the loosest relation of all; more than one From field: none, since
 * nobody knows which one a reader is shown.
 */
export function alignmentOf(signingDomain: string, author: Author): Alignment {
  if (!isKnown(author)) return 'none';
  if (author.domains.every((domain) => domain === signingDomain)) return 'exact';
  const related = (domain: string) => isWithin(domain, signingDomain) || isWithin(signingDomain, domain);
  return author.domains.every(related) ? 'related' : 'none';
}

/**
 * Why a signature that has to be the author's is not accepted: d= is neither the From domain nor a parent of it.
 *
 * @param signingDomain d=, ASCII, lower case
 */
export function strangerRefusal(
  signingDomain: string,
  author: Author,
): { readonly reason: 'not-author-domain'; readonly detail: string } | undefined {
  if (isKnown(author) && author.domains.every((domain) => isWithin(domain, signingDomain))) return undefined;
  return { reason: 'not-author-domain', detail: `signed by ${signingDomain}, ${domainsOf(author)}` };
}

function domainsOf({ count, hasHidden, domains, unreadableDomain }: Author): string {
  if (count > 1) return `${count} From fields`;
  if (hasHidden) return 'a hidden From field';
  if (unreadableDomain !== undefined) return `From domain ${unreadableDomain.slice(0, 60)}, which is not a domain name`;
  if (domains.length === 0) return 'no readable From domain';
  return domains.length > MAX_AUTHOR_DOMAINS ? `${domains.length} From domains` : `From domain ${domains.join(', ')}`;
}
