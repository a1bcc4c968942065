/** Making DomainKeys signatures (RFC 4870 section 3.5). */
import type { KeyObject } from 'node:crypto';
import type { BodyHasher, TextHashRequest } from '../canonicalize/body-hasher.ts';
import type { DomainKeysCanonicalization } from '../canonicalize/header.ts';
import { signSha1Digest } from '../crypto/rsa-sha1.ts';
import type { CodeOf } from '../error-codes.ts';
import { DktoolError } from '../errors.ts';
import type { Hint } from '../hint.ts';
import type { FromField } from '../header/author.ts';
import type { HeaderBlock, HeaderField } from '../header/header-block.ts';
import { isDomainName, isWithin } from '../syntax/domain-name.ts';
import { type SendingAddress, SendingAddresses } from './sending-address.ts';
import { MAX_SIGNED_FIELDS } from './signature.ts';
import { canonicalFields } from './signed-text.ts';
import { type DomainKeysLayout, writeDomainKeySignature } from './write-signature.ts';

/**
 * Which fields are signed, and whether h= says so. `none`: all, without h=. `all`: all, named in h=. `unique`: those whose
 * name occurs once, named in h=. A list: those and no others.
 */
export type DomainKeysSignedHeaders = 'none' | 'all' | 'unique' | readonly string[];

/** How a DomainKey-Signature is made. */
export interface DomainKeysSigningParameters {
  readonly canonicalization: DomainKeysCanonicalization;
  readonly signedHeaders: DomainKeysSignedHeaders;
  readonly layout: DomainKeysLayout;
}

/** With which key, and in whose name. */
export interface DomainKeysSigningKey {
  /** d=, ASCII. */
  readonly domain: string;
  /** s=, ASCII. */
  readonly selector: string;
  /** RSA of 512 bits or more is what verifiers must support (section 3.2.3). */
  readonly privateKey: KeyObject;
}

/** A field name (RFC 5322 section 3.6.8) that has no semicolon in it. */
const LISTABLE = /^[!-9<-~]+$/;

/** The message cannot be signed. */
function refuse(code: CodeOf<'permanent'>, message: string, hint?: string | Hint): never {
  throw new DktoolError(code, message, { kind: 'permanent', hint, isOfMessage: true });
}

/** What it is to be signed with does not fit. */
function misuse(code: CodeOf<'permanent'>, message: string): never {
  throw new DktoolError(code, message, { kind: 'permanent' });
}

/** Signs one message: its header block first, its body through a BodyHasher. */
export class DomainKeysSigner {
  /** Whose message it is: the domain of its key must cover this one. */
  readonly sender: SendingAddress;
  /** To be hashed with the body. */
  readonly text: TextHashRequest;
  /** As the message spells them; `undefined`: no h=. */
  readonly #names: readonly string[] | undefined;
  readonly #parameters: DomainKeysSigningParameters;

  /**
   * @param from of this header block
   * @throws DktoolError, kind permanent, where RFC 4870 forbids to sign this message
   */
  constructor(header: HeaderBlock, from: FromField, parameters: DomainKeysSigningParameters) {
    this.#parameters = parameters;
    const found = new SendingAddresses(header, from).find();
    if (!found.ok) refuse('sending-address-invalid', `cannot sign with DomainKeys: ${found.problem}`);
    this.sender = found.address;
    checkUnsigned(header);
    const { canonicalization, signedHeaders } = parameters;
    const fields = selectFields(header, signedHeaders);
    if (!fields.includes(this.sender.source)) {
      // Section 3.5.1: h= must hold the field that the sending domain comes from.
      const name = this.sender.field === 'sender' ? 'Sender' : 'From';
      misuse('from-not-signed', `cannot sign with DomainKeys: ${name} must be among the signed fields`);
    }
    if (signedHeaders !== 'none') {
      this.#names = fields.map((field) => header.spelledName(field));
      const odd = this.#names.find((name) => !LISTABLE.test(name));
      if (odd !== undefined) {
        const message = `cannot sign with DomainKeys: the name of the field '${odd}' would end h= early`;
        refuse('bad-signed-field', message, { code: 'sign-without-names' });
      }
      if (fields.length > MAX_SIGNED_FIELDS) {
        const message = `cannot sign with DomainKeys: h= would list ${fields.length} names, more than ${MAX_SIGNED_FIELDS}`;
        refuse('too-many-signed-fields', message, { code: 'sign-without-names' });
      }
    }
    this.text = { canonicalization, header: canonicalFields(header, fields, canonicalization) };
  }

  /**
   * The DomainKey-Signature field, without its final line end.
   *
   * @param bodies has hashed `text` to the end
   * @throws DktoolError where domain or selector is not allowed in a signature of this message
   */
  field(bodies: BodyHasher, { domain, selector, privateKey }: DomainKeysSigningKey, lineEnd: '\n' | '\r\n'): string {
    if (!isDomainName(domain)) misuse('bad-signature-name', `'${domain}' cannot be a signing domain (d=)`);
    if (!isDomainName(selector)) misuse('bad-signature-name', `'${selector}' cannot be a selector (s=)`);
    // Section 3.3 d=: the sending domain or a parent of it.
    if (!isWithin(this.sender.domain, domain)) {
      const message = `cannot sign with DomainKeys: d=${domain} is neither the sending domain ${this.sender.domain} nor a parent of it`;
      misuse('domain-mismatch', message);
    }
    const { canonicalization, layout } = this.#parameters;
    const signature = signSha1Digest(bodies.textDigest(this.text), privateKey).toString('base64');
    const tags = { canonicalization, selector, domain, names: this.#names, signature };
    return writeDomainKeySignature(tags, layout, lineEnd);
  }
}

/**
 * Section 3.5.2: no second signature, unless a Sender was added that the first one does not cover. It stands above that
 * signature, since whoever signed the message before signed what was below his.
 */
function checkUnsigned(header: HeaderBlock): void {
  const [signature] = header.named('domainkey-signature');
  const [sender] = header.named('sender');
  if (signature === undefined || (sender !== undefined && sender.start < signature.start)) return;
  refuse(
    'already-signed',
    'cannot sign with DomainKeys: the message has a DomainKey-Signature already (RFC 4870 section 3.5.2)',
    'to send it on in your own name, add a Sender field at the top',
  );
}

function selectFields(header: HeaderBlock, which: DomainKeysSignedHeaders): readonly HeaderField[] {
  if (which === 'none' || which === 'all') return header.fields;
  if (which === 'unique') return header.fields.filter(({ name }) => header.named(name).length === 1);
  const names = new Set(which.map((name) => name.toLowerCase()));
  return header.fields.filter(({ name }) => names.has(name));
}
