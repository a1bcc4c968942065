/** The sending address of a message (RFC 4870 sections 3.1, 3.5.1 and 3.7.3). */
import type { HeaderBlock, HeaderField } from '../message/header-block.ts';
import { formatMailbox, type Mailbox, type ParsedAddresses, parseAddresses } from '../syntax/address.ts';
import { toAscii } from '../syntax/domain-name.ts';

export interface SendingAddress {
  /** The field that it was taken from. */
  readonly source: HeaderField;
  readonly field: 'from' | 'sender';
  readonly localPart: string;
  /** As written, without a final dot. */
  readonly spelledDomain: string;
  /** ASCII, lower case; a domain that is no name (IDNA) stays as written. */
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
  /** One field may be asked for by several signatures and may be long. */
  readonly #parsed = new Map<HeaderField, ParsedAddresses>();

  constructor(header: HeaderBlock) {
    this.#header = header;
  }

  /**
   * @param counts which Sender fields count. One that was added later, above a signature or outside its h=, says nothing of
   *   who made that signature: section 3.5.2 calls it "not included in the original signature".
   */
  find(counts: (field: HeaderField) => boolean = () => true): FoundSendingAddress {
    // Section 3.1: a single From with an address in it, also where the Sender decides.
    const [from, ...more] = this.#header.named('from');
    if (from === undefined) return no('the message has no From field');
    if (more.length > 0) return no(`the message has ${more.length + 1} From fields, there must be one`);
    const senders = this.#header.named('sender').filter(counts);
    if (senders.length > 1) return no(`the message has ${senders.length} Sender fields, there may be one`);
    const author = this.#address('from', from);
    if (!author.ok || senders[0] === undefined) return author;
    return this.#address('sender', senders[0]);
  }

  #address(field: 'from' | 'sender', source: HeaderField): FoundSendingAddress {
    let parsed = this.#parsed.get(source);
    if (parsed === undefined) {
      parsed = parseAddresses(this.#header.value(source));
      this.#parsed.set(source, parsed);
    }
    if (!parsed.ok) {
      return no(`the ${field === 'from' ? 'From' : 'Sender'} field cannot be read: ${parsed.problem}`);
    }
    return { ok: true, address: sendingAddress(field, source, parsed.mailboxes[0]!) };
  }
}

function no(problem: string): FoundSendingAddress {
  return { ok: false, problem };
}

/** Section 3.1: the first address counts. */
function sendingAddress(field: 'from' | 'sender', source: HeaderField, mailbox: Mailbox): SendingAddress {
  const spelledDomain = mailbox.domain.replace(/\.$/, '');
  return {
    source,
    field,
    localPart: mailbox.localPart,
    spelledDomain,
    domain: toAscii(spelledDomain) ?? spelledDomain,
    text: formatMailbox({ localPart: mailbox.localPart, domain: spelledDomain }),
  };
}
