/** The sending address of a message (RFC 4870 sections 3.1, 3.5.1 and 3.7.3). */
import { type FromField, HIDDEN_FROM } from '../header/author.ts';
import type { HeaderBlock, HeaderField } from '../header/header-block.ts';
import { formatMailbox, type Mailbox, type ParsedAddresses, parseAddresses } from '../syntax/address.ts';
import { toAscii } from '../syntax/domain-name.ts';

/** Whose message it is: the first address of Sender, else of From (RFC 4870 section 3.1). Texts are latin1. */
export interface SendingAddress {
  /** The field that it was taken from. */
  readonly source: HeaderField;
  readonly field: 'from' | 'sender';
  readonly localPart: string;
  /** As written, without a final dot. */
  readonly spelledDomain: string;
  /** ASCII, lower case; a domain that is not a name (IDNA) stays as written. */
  readonly domain: string;
  /** As one text, without comments. */
  readonly text: string;
}

export type FoundSendingAddress =
  | { readonly ok: true; readonly address: SendingAddress }
  /** A sentence. */
  | { readonly ok: false; readonly problem: string };

/** Finds the sending address, for a signer as well as for signatures that see only a part of the fields. */
export class SendingAddresses {
  readonly #header: HeaderBlock;
  readonly #from: FromField;
  /** One field may be asked for by several signatures and may be long. */
  readonly #parsed = new Map<HeaderField, ParsedAddresses>();

  /** @param from of this header block */
  constructor(header: HeaderBlock, from: FromField) {
    this.#header = header;
    this.#from = from;
  }

  /**
   * @param counts which Sender fields count. One that was added later, above a signature or outside its h=, says nothing of
   *   who made that signature: section 3.5.2 calls it "not included in the original signature".
   */
  find(counts: (field: HeaderField) => boolean = () => true): FoundSendingAddress {
    // Section 3.1: a single From with an address in it, also where the Sender decides.
    const { count, hasHidden, problem, mailboxes } = this.#from;
    if (count > 1) return no(`the message has ${count} From fields; there must be exactly one`);
    if (hasHidden) return no(HIDDEN_FROM);
    const [source] = this.#header.named('from');
    const [author] = mailboxes;
    if (source === undefined || author === undefined) return no(problem ?? 'the message has no From field');
    const [sender, ...more] = this.#header.named('sender').filter(counts);
    if (more.length > 0) return no(`the message has ${more.length + 1} Sender fields; only one is allowed`);
    return sender === undefined ? yes('from', source, author) : this.#senderAddress(sender);
  }

  #senderAddress(source: HeaderField): FoundSendingAddress {
    let parsed = this.#parsed.get(source);
    if (parsed === undefined) {
      parsed = parseAddresses(this.#header.value(source));
      this.#parsed.set(source, parsed);
    }
    return parsed.ok
      ? yes('sender', source, parsed.mailboxes[0]!)
      : no(`the Sender field cannot be read: ${parsed.problem}`);
  }
}

function no(problem: string): FoundSendingAddress {
  return { ok: false, problem };
}

/** @param mailbox the first of the field: section 3.1 */
function yes(field: 'from' | 'sender', source: HeaderField, mailbox: Mailbox): FoundSendingAddress {
  const spelledDomain = mailbox.domain.replace(/\.$/, '');
  return {
    ok: true,
    address: {
      source,
      field,
      localPart: mailbox.localPart,
      spelledDomain,
      domain: toAscii(spelledDomain) ?? spelledDomain,
      text: formatMailbox({ localPart: mailbox.localPart, domain: spelledDomain }),
    },
  };
}
