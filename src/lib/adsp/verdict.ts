/** Author Domain Signing Practices applied to a message (RFC 5617 sections 2.7, 3.3 and 5.4). */
import type { Resolver } from '../dns/resolver.ts';
import type { FromField } from '../header/author.ts';
import { formatMailbox, type Mailbox } from '../syntax/address.ts';
import { toAscii } from '../syntax/domain-name.ts';
import type { ResultWord } from '../verdict.ts';
import { type AdspLookup, lookUpAdsp } from './lookup.ts';

/** RFC 5617 section 5.4, from the one that decides among several authors to the one that does least. */
export const ADSP_RESULTS = [
  'temperror',
  'discard',
  'fail',
  'nxdomain',
  'permerror',
  'unknown',
  'none',
  'pass',
] as const;

/** A word of ADSP_RESULTS. */
export type AdspResult = (typeof ADSP_RESULTS)[number];

/** What the DKIM verdicts of a message say about its signatures. */
export interface DkimSignatureResult {
  readonly result: ResultWord;
  /** d=, as written. */
  readonly domain: string | undefined;
}

/** What ADSP says of one author of a message. */
export interface AuthorAdsp {
  readonly result: AdspResult;
  /** The author's address without comments; `undefined` where a domain was given instead, or no address can be read. */
  readonly author: string | undefined;
  /** `undefined` where there is no author. */
  readonly domain: string | undefined;
  /** What was looked up; `undefined` where nothing had to be. */
  readonly lookup: AdspLookup | undefined;
  /** One sentence. */
  readonly detail: string;
}

/** What ADSP says of a message. */
export interface MessageAdsp {
  /** The worst of `authors`. */
  readonly result: AdspResult;
  /** In the order of From; at least one. */
  readonly authors: readonly AuthorAdsp[];
}

/** Section 6.1: what a forged From makes us ask must have a bound. Real mail has one author, rarely two. */
export const MAX_AUTHORS = 16;

/** What is looked up. */
export interface AdspOptions {
  /** Judge for this author domain alone, whatever From says. */
  readonly domain?: string | undefined;
  /** Look a practice up even where a valid signature makes it needless, to tell about it. */
  readonly always?: boolean | undefined;
}

/**
 * Apply the practices of the author's domain, or of each author's, to a message whose signatures have been judged (RFC 5617
 * section 3). DNS trouble is a `temperror`.
 *
 * @param signatures all DKIM verdicts of the message; DomainKeys does not count
 */
export async function messageAdsp(
  from: FromField,
  signatures: readonly DkimSignatureResult[],
  resolver: Resolver,
  options: AdspOptions = {},
): Promise<MessageAdsp> {
  const judge = (author: string | undefined, domain: string) =>
    authorAdsp(author, domain, signatures, resolver, options.always ?? false);
  if (options.domain !== undefined) return combined([await judge(undefined, options.domain)]);
  if (from.mailboxes.length === 0) {
    const detail = from.problem ?? 'the message has no author';
    return combined([{ result: 'permerror', author: undefined, domain: undefined, lookup: undefined, detail }]);
  }
  const authors = await Promise.all(
    from.mailboxes.slice(0, MAX_AUTHORS).map((mailbox) => judge(formatMailbox(mailbox), mailbox.domain)),
  );
  const left = from.mailboxes[MAX_AUTHORS];
  return combined(left === undefined ? authors : [...authors, tooMany(left, from.mailboxes.length)]);
}

function tooMany(mailbox: Mailbox, count: number): AuthorAdsp {
  const detail = `the message has ${count} authors; only the first ${MAX_AUTHORS} are checked`;
  return {
    result: 'permerror',
    author: formatMailbox(mailbox),
    domain: mailbox.domain,
    lookup: undefined,
    detail,
  };
}

function combined(authors: readonly AuthorAdsp[]): MessageAdsp {
  return { result: ADSP_RESULTS.find((word) => authors.some(({ result }) => result === word))!, authors };
}

async function authorAdsp(
  author: string | undefined,
  spelled: string,
  signatures: readonly DkimSignatureResult[],
  resolver: Resolver,
  always: boolean,
): Promise<AuthorAdsp> {
  const domain = toAscii(spelled)?.replace(/\.$/, '') ?? spelled;
  // Section 2.7: an Author Domain Signature has a d= equal to the author domain; no parent, no child.
  const own = signatures.filter((signature) => signature.domain !== undefined && toAscii(signature.domain) === domain);
  const isSigned = own.some(({ result }) => result === 'pass');
  // Section 5.4: a valid Author Domain Signature satisfies every practice, no look-up is needed.
  const lookup = isSigned && !always ? undefined : await lookUpAdsp(domain, resolver);
  if (isSigned || lookup === undefined) {
    return { result: 'pass', author, domain, lookup, detail: `the message has a valid signature by ${domain} itself` };
  }
  const isPending = own.some(({ result }) => result === 'temperror');
  return { author, domain, lookup, ...unsignedResult(lookup, isPending) };
}

function unsignedResult(lookup: AdspLookup, isPending: boolean): { result: AdspResult; detail: string } {
  const { status, detail } = lookup;
  if (status === 'found') return practiceResult(lookup, isPending);
  if (status === 'unavailable') return { result: 'temperror', detail };
  if (status === 'nxdomain') return { result: 'nxdomain', detail };
  if (status === 'several' || status === 'bad-domain') return { result: 'permerror', detail };
  return { result: 'none', detail };
}

function practiceResult(
  { domain, practice, detail }: AdspLookup,
  isPending: boolean,
): { result: AdspResult; detail: string } {
  if (practice !== 'all' && practice !== 'discardable') return { result: 'unknown', detail };
  if (isPending) {
    // It may turn out to be valid: to fail the message now would punish it for our own trouble.
    return { result: 'temperror', detail: `the signature by ${domain} cannot be checked at the moment, and ${detail}` };
  }
  const sentence = `there is no valid signature by ${domain}, and ${detail}`;
  return { result: practice === 'all' ? 'fail' : 'discard', detail: sentence };
}
