import { formatMailbox, type Mailbox, parseAddresses } from '../syntax/address.ts';
import { toAscii } from '../syntax/domain-name.ts';
import type { HeaderBlock } from './header-block.ts';

/** Who a message says that it is from (RFC 5322 section 3.6.2). */
export interface FromField {
  /** From fields in the header block; anything but 1 is against the RFC. */
  readonly count: number;
  /** The mailboxes of all From fields, in order; empty where there is none or one cannot be parsed. */
  readonly mailboxes: readonly Mailbox[];
  /** Why there are no mailboxes. */
  readonly problem: string | undefined;
  /** The domains of the mailboxes, ASCII, lower case, each once. A domain that is no name (IDNA) is left out. */
  readonly domains: readonly string[];
  /** The addresses as one text, `undefined` where there are none. */
  readonly text: string | undefined;
}

/** @param problem why nothing is known of the author, as a sentence */
export function noFromField(problem: string): FromField {
  return { count: 0, mailboxes: [], problem, domains: [], text: undefined };
}

export function fromField(header: HeaderBlock): FromField {
  const fields = header.named('from');
  const mailboxes: Mailbox[] = [];
  let problem = fields.length === 0 ? 'the message has no From field' : undefined;
  for (const field of fields) {
    const parsed = parseAddresses(header.value(field));
    if (parsed.ok) mailboxes.push(...parsed.mailboxes);
    else problem ??= `the From field cannot be read: ${parsed.problem}`;
  }
  const known = problem === undefined ? mailboxes : [];
  const domains = new Set<string>();
  let text: string | undefined;
  for (const mailbox of known) {
    const domain = toAscii(mailbox.domain);
    if (domain !== undefined) domains.add(domain);
    const address = formatMailbox(mailbox);
    text = text === undefined ? address : `${text}, ${address}`;
  }
  return { count: fields.length, mailboxes: known, problem, domains: [...domains], text };
}
