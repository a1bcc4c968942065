/** The one pass over a message that signs it. */
import { BodyHasher } from './canonicalize/body-hasher.ts';
import { DkimSigner, type SigningKey, type SigningParameters } from './dkim/sign.ts';
import { DEFAULT_SIGNED_FIELDS, signedFieldNames } from './signature/signed-field-names.ts';
import type { SendingAddress } from './domainkeys/sending-address.ts';
import { DomainKeysSigner, type DomainKeysSigningKey, type DomainKeysSigningParameters } from './domainkeys/sign.ts';
import type { CodeOf } from './error-codes.ts';
import { DktoolError } from './errors.ts';
import { type FromField, fromField, HIDDEN_FROM } from './header/author.ts';
import { HeaderBlock } from './header/header-block.ts';
import { MailboxWatch } from './message/mailbox-watch.ts';
import { MessageSplitter } from './message/message-splitter.ts';
import { isWithin } from './syntax/domain-name.ts';
import type { ByteInput } from './message/input.ts';

/** How a message is signed. */
export interface SignOptions extends SigningParameters {
  /** The fields to cover; `undefined`: DEFAULT_SIGNED_FIELDS. From must be among them. */
  readonly signedFields?: readonly string[] | undefined;
  /** More fields to cover and oversign, whether the message has them or not: nobody may add one. */
  readonly oversigned?: readonly string[] | undefined;
  /** Make a DomainKeys signature too, below the DKIM signatures and covered by them; `undefined`: none. */
  readonly domainkeys?: DomainKeysSigningParameters | undefined;
  /** Leave the DomainKeys signature out where the message does not allow one, or there is no key, instead of throwing. */
  readonly domainkeysOptional?: boolean | undefined;
}

/** The From field of a message that may be signed. */
export interface SignableFrom extends FromField {
  /** The domain of the first author, ASCII, lower case. */
  readonly author: string;
}

/** The new fields and their place. The message itself stays with the caller. */
export interface SignResult {
  /** The new header fields with their line ends, in the message's own style. */
  readonly fields: Buffer;
  /** Where they belong: offset in the message as it came, 0 or behind an mbox `From ` line. */
  readonly insertAt: number;
  /** Sentences for the operator. */
  readonly warnings: readonly string[];
}

/** Signs one message that is pushed in. Synchronous; the message itself is not kept. */
export class MessageSigner {
  readonly #options: SignOptions;
  readonly #dkim: DkimSigner;
  readonly #splitter = new MessageSplitter();
  #bodies: BodyHasher | undefined;
  #mailbox: MailboxWatch | undefined;
  #isMailbox = false;
  #domainkeys: DomainKeysSigner | undefined;
  #from: SignableFrom | undefined;

  constructor(options: SignOptions) {
    this.#options = options;
    this.#dkim = new DkimSigner(options);
  }

  /** Whose message it is, once the header block is complete: what the choice of keys rests on. */
  get from(): SignableFrom | undefined {
    return this.#from;
  }

  /** The message as it was read up to its body. */
  get message(): MessageSplitter {
    return this.#splitter;
  }

  /** Whose message it is to DomainKeys, where it is asked for, once the header block is complete. */
  get sender(): SendingAddress | undefined {
    return this.#domainkeys?.sender;
  }

  /**
   * Take the next bytes of the message, which may be changed as soon as the call returns.
   *
   * @throws DktoolError where the header block cannot be signed, as soon as that is known
   */
  write(chunk: Buffer): void {
    const body = this.#splitter.write(chunk);
    this.#check();
    if (body.length === 0) return;
    this.#bodies?.write(body);
    this.#mailbox?.write(body);
  }

  /** The message ended; `from` is there. @throws as `write` does */
  end(): void {
    this.#splitter.end();
    this.#check();
    this.#bodies?.end();
    this.#isMailbox = this.#mailbox?.end() ?? false;
  }

  /** After `end`: the input looks like an mbox of several messages, which one signature would cover as one body. */
  get isMailbox(): boolean {
    return this.#isMailbox;
  }

  /**
   * Make the signatures, after `end`.
   *
   * @param keys one DKIM signature each (and hash), in the order in which the fields are to stand
   * @param domainKey the key of the DomainKeys signature, where one is asked for
   * @throws DktoolError where a domain or selector is not allowed in a signature
   */
  sign(keys: readonly SigningKey[], domainKey?: DomainKeysSigningKey): SignResult {
    const { header, lineEnd, mboxLine } = this.#splitter;
    if (header === undefined || this.#from === undefined || this.#bodies === undefined) {
      throw new Error('sign() comes after end()');
    }
    const own = this.#domainKeySignature(this.#bodies, lineEnd, domainKey);
    const signed = own === '' ? header : withFieldOnTop(header, own);
    const wanted = this.#options.signedFields ?? DEFAULT_SIGNED_FIELDS;
    const names = signedFieldNames(
      signed,
      own === '' ? wanted : [...wanted, 'DomainKey-Signature'],
      this.#options.oversigned,
    );
    const fields = this.#dkim.fields(signed, names, this.#bodies, keys, lineEnd);
    return {
      fields: Buffer.from([...fields.map((field) => field + lineEnd), own].join(''), 'latin1'),
      insertAt: mboxLine.length,
      warnings: [...warningsFor(header, this.#from, keys, this.#options)],
    };
  }

  /** The field with its line end, or nothing. */
  #domainKeySignature(bodies: BodyHasher, lineEnd: '\n' | '\r\n', key: DomainKeysSigningKey | undefined): string {
    if (this.#domainkeys === undefined) return '';
    if (key === undefined && this.#options.domainkeysOptional) return '';
    if (key === undefined) throw new Error('a DomainKeys signature needs its key');
    return this.#domainkeys.field(bodies, key, lineEnd) + lineEnd;
  }

  #check(): void {
    const { header, overLimit, separator } = this.#splitter;
    if (overLimit !== undefined) refuse('header-over-limit', `cannot sign: ${overLimit}`);
    if (header === undefined || this.#from !== undefined) return;
    checkHeader(header, separator.length > 0);
    const from = fromField(header);
    this.#from = { ...from, author: authorDomain(from) };
    this.#domainkeys = this.#domainKeysSigner(header, from);
    const texts = this.#domainkeys === undefined ? [] : [this.#domainkeys.text];
    this.#bodies = new BodyHasher([...this.#dkim.bodyRequests, ...texts]);
    if (this.#splitter.mboxLine.length > 0) this.#mailbox = new MailboxWatch();
  }

  #domainKeysSigner(header: HeaderBlock, from: FromField): DomainKeysSigner | undefined {
    const { domainkeys, domainkeysOptional } = this.#options;
    if (domainkeys === undefined) return undefined;
    try {
      return new DomainKeysSigner(header, from, domainkeys);
    } catch (error) {
      if (domainkeysOptional && error instanceof DktoolError) return undefined;
      throw error;
    }
  }
}

function withFieldOnTop(header: HeaderBlock, field: string): HeaderBlock {
  return new HeaderBlock(Buffer.concat([Buffer.from(field, 'latin1'), header.bytes]));
}

function* warningsFor(
  header: HeaderBlock,
  from: FromField,
  keys: readonly SigningKey[],
  { bodyLength, hashes, domainkeys }: SignOptions,
): Iterable<string> {
  if (from.unreadableDomain !== undefined) {
    yield `the From domain ${from.unreadableDomain.slice(0, 60)} is not a domain name, so no signature can be aligned with it`;
  }
  for (const domain of new Set(keys.map((key) => key.domain))) {
    if (!from.domains.every((author) => isWithin(author, domain))) {
      yield `not aligned: d=${domain} is neither the From domain ${from.domains.join(', ')} nor a parent of it`;
    }
  }
  if (hashes?.includes('sha1')) yield 'rsa-sha1 must not be used any more, and verifiers reject it (RFC 8301)';
  if (typeof domainkeys?.signedHeaders === 'object') {
    yield 'RFC 4870 section 3.3 requires all fields of the message in h=: verifiers may remove those that are not listed';
  }
  for (const name of ['Date', 'Message-ID']) {
    if (header.named(name.toLowerCase()).length === 0) yield `the message has no ${name} field`;
  }
  if (bodyLength) yield 'with l= anyone can add to the end of the body without breaking the signature';
}

function refuse(code: CodeOf<'permanent'>, message: string, hint?: string): never {
  throw new DktoolError(code, message, { kind: 'permanent', hint, isOfMessage: true });
}

/** RFC 6376 section 3.8: what is not a message by RFC 5322 is not to be signed. */
function checkHeader(header: HeaderBlock, hasSeparator: boolean): void {
  if (header.fields.length === 0) {
    if (!hasSeparator) refuse('empty-message', 'the input is empty: there is nothing to sign');
    refuse(
      'no-from',
      'the message has no From field',
      'the header block is empty: the message begins with an empty line',
    );
  }
  const odd = header.fields.find((field) => field.name === '');
  if (odd === undefined) return;
  const line = header.bytes.toString('latin1', 0, odd.start).split('\n').length;
  refuse('not-a-message', `the input is not a message: line ${line} of its header block is not a header field`);
}

/** RFC 5322 section 3.6.2: exactly one From field; RFC 6376 section 5.4 requires it in h=. */
function authorDomain(from: FromField): string {
  if (from.count === 0) refuse('no-from', 'the message has no From field');
  if (from.count > 1) refuse('several-from', `the message has ${from.count} From fields; there must be exactly one`);
  if (from.hasHidden) refuse('several-from', `${HIDDEN_FROM}: some programs would show that author`);
  if (from.problem !== undefined) refuse('bad-from', from.problem);
  const [author] = from.domains;
  if (author === undefined) refuse('bad-from', 'the From field has no domain that can be read');
  return author;
}

/**
 * Sign a message.
 *
 * @param input the message, LF or CRLF, whole or in pieces
 * @param keysFor the keys of the DKIM signatures, asked once, when the From field is known
 * @param domainKeyFor the key of the DomainKeys signature, where `options` asks for one
 * @returns the new fields and where they belong; the message is not part of the result
 * @throws DktoolError where the message or a key cannot be used
 */
export async function signMessage(
  input: ByteInput,
  options: SignOptions,
  keysFor: (from: SignableFrom) => readonly SigningKey[] | Promise<readonly SigningKey[]>,
  domainKeyFor?: (sender: SendingAddress) => DomainKeysSigningKey | Promise<DomainKeysSigningKey>,
): Promise<SignResult> {
  const signer = new MessageSigner(options);
  for await (const chunk of input instanceof Uint8Array ? [input] : input) {
    signer.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }
  signer.end();
  const keys = await keysFor(signer.from!);
  return signer.sign(keys, signer.sender && (await domainKeyFor?.(signer.sender)));
}
