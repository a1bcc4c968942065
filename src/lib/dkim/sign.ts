/** Making DKIM signatures (RFC 6376 section 5, RFC 8463 section 3). */
import { createHash, type KeyObject, sign } from 'node:crypto';
import type { BodyHasher, BodyHashRequest, BodyHashResult, HashAlgorithm } from '../canonicalize/body-hasher.ts';
import type { Canonicalization } from '../canonicalize/header.ts';
import type { KeyType } from '../crypto/public-key.ts';
import { DktoolError } from '../errors.ts';
import type { HeaderBlock, HeaderField } from '../header/header-block.ts';
import { isDomainName, isWithin } from '../syntax/domain-name.ts';
import { foldTags, type TagText } from '../header/fold.ts';
import { selectSignedFields, signedHeaderBytes } from '../signature/signed-fields.ts';

/** One signature to make. */
export interface SigningKey {
  /** d=, ASCII. */
  readonly domain: string;
  /** s=, ASCII. */
  readonly selector: string;
  readonly type: KeyType;
  readonly privateKey: KeyObject;
}

/** How all signatures of a run are made. */
export interface SigningParameters {
  readonly headerCanonicalization: Canonicalization;
  readonly bodyCanonicalization: Canonicalization;
  /** One signature for each key and hash; `undefined`: sha256, which is the only one for Ed25519. Empty: no DKIM signature. */
  readonly hashes?: readonly HashAlgorithm[] | undefined;
  /** t=, seconds since 1970. */
  readonly timestamp: number;
  /** Seconds from t= to x=; `undefined`: no x=. */
  readonly lifetime?: number | undefined;
  /** i=: an address or `@domain` within d=; `undefined`: no i=. */
  readonly identity?: string | undefined;
  /** Write l=. Anybody can then add to the body (RFC 6376 section 8.2). */
  readonly bodyLength?: boolean | undefined;
  /** Write q=dns/txt, which is the default and says nothing new. */
  readonly queryMethod?: boolean | undefined;
  /** Write z=, a copy of the signed fields for diagnosis. */
  readonly copiedHeaders?: boolean | undefined;
}

/** Signs one message with DKIM: its body through a BodyHasher, its header block once that has ended. */
export class DkimSigner {
  /** To be hashed with the body. */
  readonly bodyRequests: readonly BodyHashRequest[];
  readonly #hashes: readonly HashAlgorithm[];
  readonly #parameters: SigningParameters;

  constructor(parameters: SigningParameters) {
    this.#parameters = parameters;
    this.#hashes = parameters.hashes ?? ['sha256'];
    this.bodyRequests = this.#hashes.map((hash) => this.#bodyRequest(hash));
  }

  /**
   * The DKIM-Signature fields over a message, each without a final line end: one for each key and hash that go together.
   *
   * @param names h=, in order, from `signedFieldNames`
   * @param bodies has hashed the whole body for `bodyRequests`
   * @param lineEnd the message's own; it also folds the fields
   * @throws DktoolError where domain, selector or identity is not allowed in a signature, or a key has none of the hashes
   */
  fields(
    header: HeaderBlock,
    names: readonly string[],
    bodies: BodyHasher,
    keys: readonly SigningKey[],
    lineEnd: '\n' | '\r\n',
  ): string[] {
    const selected = selectSignedFields(
      header,
      names.map((name) => name.toLowerCase()),
    );
    return keys
      .flatMap((key) => this.#hashesFor(key).map((hash): HashedKey => ({ ...key, hash })))
      .map((key) => {
        checkNames(key, this.#parameters.identity);
        const tags = this.#tags(key, header, names, selected, bodies.result(this.#bodyRequest(key.hash)));
        const own = Buffer.from(foldTags('DKIM-Signature', [...tags, { name: 'b', value: '' }], lineEnd), 'latin1');
        const bytes = signedHeaderBytes(header, selected, this.#parameters.headerCanonicalization, own);
        const value = signBytes(key, bytes).toString('base64');
        return foldTags('DKIM-Signature', [...tags, { name: 'b', value, breakAnywhere: true }], lineEnd);
      });
  }

  /** RFC 8463 section 3 defines ed25519-sha256 and no other. */
  #hashesFor({ type, selector }: SigningKey): readonly HashAlgorithm[] {
    const hashes = this.#hashes.filter((hash) => type === 'rsa' || hash === 'sha256');
    if (hashes.length > 0 || this.#hashes.length === 0) return hashes;
    throw new DktoolError('hash-unusable', `the Ed25519 key ${selector} cannot sign with ${this.#hashes.join(', ')}`, {
      kind: 'permanent',
      hint: 'Ed25519 signatures use sha256 only (RFC 8463 section 3)',
    });
  }

  #bodyRequest(hash: HashAlgorithm): BodyHashRequest {
    return { canonicalization: this.#parameters.bodyCanonicalization, hash, limit: undefined };
  }

  /** All tags but b=. */
  #tags(
    key: HashedKey,
    header: HeaderBlock,
    names: readonly string[],
    selected: readonly HeaderField[],
    body: BodyHashResult,
  ): TagText[] {
    const { timestamp, lifetime, identity, ...parameters } = this.#parameters;
    const tags: TagText[] = [
      { name: 'v', value: '1' },
      { name: 'a', value: `${key.type}-${key.hash}` },
      { name: 'c', value: `${parameters.headerCanonicalization}/${parameters.bodyCanonicalization}` },
      { name: 'd', value: key.domain },
      { name: 's', value: key.selector },
    ];
    if (identity !== undefined) tags.push({ name: 'i', value: quotedPrintable(identity) });
    if (parameters.queryMethod) tags.push({ name: 'q', value: 'dns/txt' });
    tags.push({ name: 't', value: String(timestamp) });
    if (lifetime !== undefined) tags.push({ name: 'x', value: String(timestamp + lifetime) });
    if (parameters.bodyLength) tags.push({ name: 'l', value: String(body.canonicalLength) });
    tags.push({ name: 'h', value: names.join(':'), breakAfter: ':' });
    if (parameters.copiedHeaders) {
      // Section 3.5 z=: no blanks between the name and its colon.
      const copies = selected.map((field) => quotedPrintable(`${header.spelledName(field)}:${header.value(field)}`));
      tags.push({ name: 'z', value: copies.join('|'), breakAnywhere: true });
    }
    tags.push({ name: 'bh', value: body.digest.toString('base64'), breakAnywhere: true });
    return tags;
  }
}

/** A key, and the hash of one of its signatures. */
type HashedKey = SigningKey & { readonly hash: HashAlgorithm };

function signBytes(key: HashedKey, bytes: Buffer): Buffer {
  if (key.type === 'rsa') return sign(key.hash, bytes, key.privateKey);
  // RFC 8463 section 3: the SHA-256 hash is what Ed25519 signs.
  return sign(null, createHash('sha256').update(bytes).digest(), key.privateKey);
}

/** Whatever goes into a header field is checked here, so that no caller can inject one. */
function checkNames({ domain, selector }: SigningKey, identity: string | undefined): void {
  if (!isDomainName(domain) || !domain.includes('.')) throw badName(`'${domain}' cannot be a signing domain (d=)`);
  if (!isDomainName(selector)) throw badName(`'${selector}' cannot be a selector (s=)`);
  if (identity === undefined) return;
  const at = identity.lastIndexOf('@');
  const identityDomain = identity.slice(at + 1);
  const printable = /^[ -~]*$/.test(identity);
  if (!printable || at === -1 || !isDomainName(identityDomain) || !isWithin(identityDomain, domain)) {
    throw badName(`the identity '${identity}' (i=) is not an address within ${domain}`);
  }
}

function badName(message: string): DktoolError {
  return new DktoolError('bad-signature-name', message, { kind: 'permanent' });
}

/**
 * DKIM-Quoted-Printable (RFC 6376 section 2.11): everything that is not a safe printable character as `=XX`; `|` too,
 * which separates the fields in z=.
 */
function quotedPrintable(text: string): string {
  return Array.from(text, (character) => {
    const code = character.charCodeAt(0);
    const safe = code > 0x20 && code < 0x7f && !';=|'.includes(character);
    return safe ? character : `=${code.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}
