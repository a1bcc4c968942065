import { formatMailbox, type Mailbox, MAX_ADDRESSES, parseAddresses } from '../syntax/address.ts';
import { isDomainName, toAscii } from '../syntax/domain-name.ts';
import type { HeaderBlock } from './header-block.ts';
import { hidesFrom } from './stray-octets.ts';

/** Who a message says that it is from (RFC 5322 section 3.6.2). */
export interface FromField {
  /** From fields in the header block; anything but 1 is against the RFC. */
  readonly count: number;
  /** Some programs see one more, which is none by the RFC: behind a bare CR, for example. */
  readonly hasHidden: boolean;
  /** The mailboxes of all From fields, in order; empty where there is none or one cannot be parsed. */
  readonly mailboxes: readonly Mailbox[];
  /** Why there are no mailboxes. */
  readonly problem: string | undefined;
  /** The domains of the mailboxes, ASCII, lower case, each once. A domain that is not a name (IDNA) is left out. */
  readonly domains: readonly string[];
  /** The first domain that is not a name that DNS could have, as written: there is an author of whom nothing can be said. */
  readonly unreadableDomain: string | undefined;
  /** The addresses as one text, `undefined` where there are none. */
  readonly text: string | undefined;
}

/** What is wrong with a message whose From `hasHidden`. */
export const HIDDEN_FROM = 'the message hides a From field behind a bare CR or control characters';

/** @param problem why nothing is known of the author, as a sentence */
export function noFromField(problem: string): FromField {
  return {
    count: 0,
    hasHidden: false,
    mailboxes: [],
    problem,
    domains: [],
    unreadableDomain: undefined,
    text: undefined,
  };
}

export function fromField(header: HeaderBlock): FromField {
  const fields = header.named('from');
  const mailboxes: Mailbox[] = [];
  let problem = fields.length === 0 ? 'the message has no From field' : undefined;
  for (const field of fields) {
    const parsed = parseAddresses(header.value(field));
    if (!parsed.ok) problem ??= `the From field cannot be read: ${parsed.problem}`;
    else if (mailboxes.length + parsed.mailboxes.length > MAX_ADDRESSES) {
      problem ??= `the From fields contain more than ${MAX_ADDRESSES} addresses`;
    } else mailboxes.push(...parsed.mailboxes);
  }
  const known = problem === undefined ? mailboxes : [];
  const domains = new Set<string>();
  let unreadableDomain: string | undefined;
  let text: string | undefined;
  for (const mailbox of known) {
    const domain = toAscii(mailbox.domain);
    if (domain !== undefined) domains.add(domain);
    if (domain === undefined || !isDomainName(domain)) unreadableDomain ??= mailbox.domain;
    const address = formatMailbox(mailbox);
    text = text === undefined ? address : `${text}, ${address}`;
  }
  const hasHidden = hidesFrom(header);
  return { count: fields.length, hasHidden, mailboxes: known, problem, domains: [...domains], unreadableDomain, text };
}
