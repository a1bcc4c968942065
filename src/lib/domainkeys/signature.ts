/** The DomainKey-Signature field (RFC 4870 section 3.3) as a value. */
import type { DomainKeysCanonicalization } from '../canonicalize/header.ts';
import { isDomainName, toAscii } from '../syntax/domain-name.ts';
import { colonList, countItems, decodeBase64, type Tag, withoutWhitespace } from '../syntax/tag-list.ts';
import type { DomainKeysReason } from '../verdict.ts';
import { parseLetterTags } from './tags.ts';

/** The most names that h= may hold. Real signatures name a few dozen; libdomainkeys stopped at 1,021 characters. */
export const MAX_SIGNED_FIELDS = 5_000;

/** What could be read of a signature, right or wrong: for reports. */
export interface DomainKeysFacts {
  /** d=, as written. */
  readonly domain: string | undefined;
  /** s=, as written. */
  readonly selector: string | undefined;
  /** a=, lower case; `rsa-sha1` where the tag is absent. */
  readonly algorithm: string;
  /** c=, lower case; `simple` where the tag is absent. */
  readonly canonicalization: string;
  /** h=, names in lower case, in order, at most MAX_SIGNED_FIELDS and one more; `undefined`: all fields below. */
  readonly signedHeaders: readonly string[] | undefined;
}

export interface DomainKeysSignature extends DomainKeysFacts {
  readonly domain: string;
  readonly selector: string;
  readonly canonicalization: DomainKeysCanonicalization;
  /** b= decoded. */
  readonly signature: Buffer;
  /** d=, ASCII, lower case, without a final dot. */
  readonly signingDomain: string;
  /** Where the key is: the name to ask for TXT, ASCII, lower case. */
  readonly keyName: string;
}

export interface DomainKeysRefusal {
  readonly reason: DomainKeysReason;
  readonly detail: string;
}

export type ParsedDomainKeysSignature =
  | { readonly ok: true; readonly signature: DomainKeysSignature }
  | { readonly ok: false; readonly facts: DomainKeysFacts; readonly refusal: DomainKeysRefusal };

/** Nothing is known of a signature. */
export const NO_FACTS: DomainKeysFacts = {
  domain: undefined,
  selector: undefined,
  algorithm: 'rsa-sha1',
  canonicalization: 'simple',
  signedHeaders: undefined,
};

/** hdr-name = field-name, printable ASCII without a colon (RFC 5322 section 3.6.8). */
const FIELD_NAME = /^[!-9;-~]+$/;

const clip = (text: string) => text.slice(0, 60);

function refuse(facts: DomainKeysFacts, reason: DomainKeysReason, detail: string): ParsedDomainKeysSignature {
  return { ok: false, facts, refusal: { reason, detail } };
}

/**
 * Parse the value of a DomainKey-Signature field and check everything that it alone can tell. Section 3.7.3 asks for all
 * of it and for no leniency; only c= and q=, which many signers left out, may be absent as a= may.
 *
 * @param value latin1, behind the colon, with its folds
 */
export function parseDomainKeysSignature(value: string): ParsedDomainKeysSignature {
  const list = parseLetterTags(value);
  if (!list.ok) {
    return refuse(NO_FACTS, 'signature-syntax', `the DomainKey-Signature is not a tag list: ${list.problem}`);
  }
  const { tags } = list;
  const facts = readFacts(tags);
  const missing = ['b', 'd', 's'].find((name) => !tags.has(name));
  if (missing !== undefined) return refuse(facts, 'tag-missing', `the required tag ${missing}= is missing`);
  return checkMethods(tags, facts) ?? checkSignedFields(tags, facts) ?? build(tags, facts);
}

type Tags = ReadonlyMap<string, Tag>;

function readFacts(tags: Tags): DomainKeysFacts {
  const value = (name: string) => tags.get(name)?.value;
  const names = value('h');
  return {
    domain: value('d'),
    selector: value('s'),
    algorithm: (value('a') ?? NO_FACTS.algorithm).toLowerCase(),
    canonicalization: (value('c') ?? NO_FACTS.canonicalization).toLowerCase(),
    signedHeaders:
      names === undefined ? undefined : colonList(withoutWhitespace(names).toLowerCase(), MAX_SIGNED_FIELDS + 1),
  };
}

function checkMethods(tags: Tags, facts: DomainKeysFacts): ParsedDomainKeysSignature | undefined {
  // Section 3.7.3 rule 4: a signature with an algorithm that is not known is ignored.
  if (facts.algorithm !== 'rsa-sha1') {
    return refuse(facts, 'algorithm-unknown', `a=${clip(facts.algorithm)} is not rsa-sha1`);
  }
  if (facts.canonicalization !== 'simple' && facts.canonicalization !== 'nofws') {
    const detail = `c=${clip(facts.canonicalization)} is neither simple nor nofws`;
    return refuse(facts, 'canonicalization-unknown', detail);
  }
  const query = tags.get('q')?.value ?? 'dns';
  if (query.toLowerCase() !== 'dns') return refuse(facts, 'query-method-unknown', `q=${clip(query)} is not dns`);
  return undefined;
}

function checkSignedFields(tags: Tags, facts: DomainKeysFacts): ParsedDomainKeysSignature | undefined {
  const names = facts.signedHeaders ?? [];
  if (names.length > MAX_SIGNED_FIELDS) {
    const detail = `h= lists ${countItems(tags.get('h')!.value)} names, more than ${MAX_SIGNED_FIELDS}`;
    return refuse(facts, 'too-many-signed-fields', detail);
  }
  const odd = names.find((name) => !FIELD_NAME.test(name));
  if (odd === undefined) return undefined;
  return refuse(facts, 'signature-syntax', `h= lists '${clip(odd)}', which is not a field name`);
}

function build(tags: Tags, facts: DomainKeysFacts): ParsedDomainKeysSignature {
  const { domain = '', selector = '' } = facts;
  // libdomainkeys wrote d= as the address had it, with its final dot where it had one.
  const signingDomain = toAscii(domain)?.replace(/\.$/, '');
  if (signingDomain === undefined || !isDomainName(signingDomain)) {
    return refuse(facts, 'signature-syntax', `d=${clip(domain)} is not a domain name`);
  }
  const keyName = `${selector.toLowerCase()}._domainkey.${signingDomain}`;
  if (!isDomainName(selector) || !isDomainName(keyName)) {
    return refuse(facts, 'signature-syntax', `s=${clip(selector)} is not a selector`);
  }
  const signature = decodeBase64(tags.get('b')!.value);
  if (signature === undefined || signature.length === 0) return refuse(facts, 'signature-syntax', 'b= is not base64');
  const canonicalization = facts.canonicalization as DomainKeysCanonicalization;
  return {
    ok: true,
    signature: { ...facts, domain, selector, canonicalization, signature, signingDomain, keyName },
  };
}
