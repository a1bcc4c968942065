/** The domain that DMARC is about: that of the From field (RFC 9989 section 5.3.1). */
import { type FromField, HIDDEN_FROM } from '../header/author.ts';
import { isDomainName, toAscii } from '../syntax/domain-name.ts';

/** The domain of From, or why there is not exactly one. */
export type AuthorDomain =
  /** ASCII, lower case, without a final dot. A domain literal is kept: it has no record. */
  | { readonly ok: true; readonly domain: string }
  | {
      readonly ok: false;
      readonly reason: 'from-missing' | 'from-unreadable' | 'several-from-fields' | 'several-author-domains';
      /** One sentence without a full stop. */
      readonly detail: string;
    };

/** The one domain that From names (RFC 9989 section 5.3.1): addresses of one domain are one author. */
export function authorDomain({ count, hasHidden, mailboxes, problem }: FromField): AuthorDomain {
  if (count === 0) return { ok: false, reason: 'from-missing', detail: problem ?? 'the message has no From field' };
  if (count > 1) {
    return { ok: false, reason: 'several-from-fields', detail: `the message has ${count} From fields` };
  }
  if (hasHidden) return { ok: false, reason: 'several-from-fields', detail: HIDDEN_FROM };
  if (problem !== undefined) return { ok: false, reason: 'from-unreadable', detail: problem };
  const domains = new Set<string>();
  for (const { domain } of mailboxes) {
    const ascii = toAscii(domain)?.replace(/\.$/, '');
    if (ascii === undefined || !(isDomainName(ascii) || ascii.startsWith('['))) {
      return { ok: false, reason: 'from-unreadable', detail: `${domain.slice(0, 80)} in From is not a domain name` };
    }
    domains.add(ascii);
  }
  const [only] = domains;
  if (only === undefined) return { ok: false, reason: 'from-missing', detail: 'the From field names no author' };
  if (domains.size > 1) {
    const some = [...domains].slice(0, 3).join(', ');
    const detail = `the From field names ${domains.size} domains: ${some}${domains.size > 3 ? ' and more' : ''}`;
    return { ok: false, reason: 'several-author-domains', detail };
  }
  return { ok: true, domain: only };
}
