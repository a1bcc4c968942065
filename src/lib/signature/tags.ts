/** The tags that DKIM-Signature, ARC-Message-Signature and ARC-Seal share (RFC 6376 section 3.5, RFC 8617 section 4.1). */
import type { HashAlgorithm } from '../canonicalize/body-hasher.ts';
import type { KeyType } from '../crypto/public-key.ts';
import { isDomainName, toAscii } from '../syntax/domain-name.ts';
import { colonList, countItems, decodeBase64, type Tag } from '../syntax/tag-list.ts';

export type SignatureTags = ReadonlyMap<string, Tag>;

/** What is wrong with a tag: a word of the method's registry, and a sentence. */
export interface TagProblem {
  readonly reason:
    | 'signature-syntax'
    | 'tag-missing'
    | 'algorithm-unknown'
    | 'canonicalization-unknown'
    | 'query-method-unknown'
    | 'expires-before-signed'
    | 'too-many-signed-fields';
  readonly detail: string;
}

/** The most names that h= may hold. Real signatures name a few dozen; each name costs a search. */
export const MAX_SIGNED_FIELDS = 5_000;

/** a= (RFC 6376 section 3.3, RFC 8463 section 3). */
export const ALGORITHMS: Readonly<Record<string, { keyType: KeyType; hash: HashAlgorithm }>> = {
  'rsa-sha1': { keyType: 'rsa', hash: 'sha1' },
  'rsa-sha256': { keyType: 'rsa', hash: 'sha256' },
  'ed25519-sha256': { keyType: 'ed25519', hash: 'sha256' },
};

const CANONICALIZATIONS = /^(?:simple|relaxed)\/(?:simple|relaxed)$/;
const DIGITS = /^[0-9]+$/;
/** sig-t-tag, sig-x-tag and sig-l-tag (RFC 6376 section 3.5). */
const MAX_DIGITS = { t: 12, x: 12, l: 76 } as const;
/** hdr-name = field-name, printable ASCII without a colon (RFC 6376 section 3.5 h=). */
const FIELD_NAME = /^[!-9;-~]+$/;
/** Methods of q= that are looked at; one is known. */
const MAX_QUERY_METHODS = 100;
const DEFAULT_METHODS: readonly string[] = ['dns/txt'];

export type NumberTag = keyof typeof MAX_DIGITS;

/** What a problem quotes of a value. */
export const clip = (text: string): string => text.slice(0, 60);

/** The number in t=, x= or l=; `undefined` where there is none. */
export function numberIn(tags: SignatureTags, name: NumberTag): number | undefined {
  const text = tags.get(name)?.value;
  return text !== undefined && text.length <= MAX_DIGITS[name] && DIGITS.test(text) ? Number(text) : undefined;
}

/** What is wrong with the numbers of a signature, or with their relation. */
export function numberProblem(tags: SignatureTags, names: readonly NumberTag[]): TagProblem | undefined {
  for (const name of names) {
    const text = tags.get(name)?.value;
    if (text === undefined) continue;
    if (!DIGITS.test(text)) return { reason: 'signature-syntax', detail: `${name}=${clip(text)} is not a number` };
    if (text.length > MAX_DIGITS[name]) {
      return { reason: 'signature-syntax', detail: `${name}=${clip(text)} has more than ${MAX_DIGITS[name]} digits` };
    }
  }
  const [timestamp, expires] = [numberIn(tags, 't'), numberIn(tags, 'x')];
  // Section 3.5: x= must be greater than t= where both are there.
  if (names.includes('x') && timestamp !== undefined && expires !== undefined && expires <= timestamp) {
    return { reason: 'expires-before-signed', detail: `x=${expires} is not later than t=${timestamp}` };
  }
  return undefined;
}

/** @param names of the tags that must be there */
export function missingTag(tags: SignatureTags, names: readonly string[]): TagProblem | undefined {
  const missing = names.find((name) => !tags.has(name));
  return missing === undefined
    ? undefined
    : { reason: 'tag-missing', detail: `the required tag ${missing}= is missing` };
}

/** @param algorithm a=, lower case */
export function algorithmProblem(algorithm: string): TagProblem | undefined {
  if (Object.hasOwn(ALGORITHMS, algorithm)) return undefined;
  const detail = `a=${clip(algorithm)} is not one of ${Object.keys(ALGORITHMS).join(', ')}`;
  return { reason: 'algorithm-unknown', detail };
}

/** c= with both halves, lower case. */
export function canonicalizationOf(tags: SignatureTags): string {
  const written = (tags.get('c')?.value ?? 'simple').toLowerCase();
  return written.includes('/') ? written : `${written}/simple`;
}

/** @param canonicalization from `canonicalizationOf` */
export function canonicalizationProblem(tags: SignatureTags, canonicalization: string): TagProblem | undefined {
  if (CANONICALIZATIONS.test(canonicalization)) return undefined;
  const detail = `c=${clip(tags.get('c')?.value ?? '')} is neither simple nor relaxed`;
  return { reason: 'canonicalization-unknown', detail };
}

/** Section 3.5 q=: methods in order of preference, unknown ones are skipped. */
export function queryMethodProblem(tags: SignatureTags): TagProblem | undefined {
  const query = tags.get('q')?.value;
  const methods = query === undefined ? DEFAULT_METHODS : colonList(query.toLowerCase(), MAX_QUERY_METHODS);
  if (methods.includes('dns/txt')) return undefined;
  return { reason: 'query-method-unknown', detail: `q=${clip(methods.join(':'))} has no dns/txt` };
}

/**
 * The name to ask for the key's TXT record, ASCII, lower case.
 *
 * @param signingDomain d=, ASCII, lower case; `undefined` where it is not a name (IDNA)
 */
export function keyNameOf(
  domain: string,
  signingDomain: string | undefined,
  selector: string,
): { readonly signingDomain: string; readonly keyName: string } | TagProblem {
  // Section 3.5 d=: domain-name = sub-domain 1*("." sub-domain). A single label would sign for a whole top-level domain.
  if (signingDomain === undefined || !isDomainName(signingDomain) || !signingDomain.includes('.')) {
    return { reason: 'signature-syntax', detail: `d=${clip(domain)} is not a domain name` };
  }
  const label = toAscii(selector);
  const keyName = `${label}._domainkey.${signingDomain}`;
  if (label === undefined || !isDomainName(keyName)) {
    return { reason: 'signature-syntax', detail: `s=${clip(selector)} is not a selector` };
  }
  return { signingDomain, keyName };
}

/** The names in h=, lower case, in order; at most MAX_SIGNED_FIELDS and one more. */
export function signedNamesIn(tags: SignatureTags): readonly string[] {
  const written = tags.get('h')?.value;
  return written === undefined ? [] : colonList(written.toLowerCase(), MAX_SIGNED_FIELDS + 1);
}

/** @param names from `signedNamesIn` */
export function signedNamesProblem(tags: SignatureTags, names: readonly string[]): TagProblem | undefined {
  if (names.length > MAX_SIGNED_FIELDS) {
    const detail = `h= lists ${countItems(tags.get('h')!.value)} names, more than ${MAX_SIGNED_FIELDS}`;
    return { reason: 'too-many-signed-fields', detail };
  }
  for (const name of names) {
    if (FIELD_NAME.test(name)) continue;
    return { reason: 'signature-syntax', detail: `h= lists '${clip(name)}', which is not a field name` };
  }
  return undefined;
}

/** The octets of a value in base64, white space and all. */
export function octetsOf(name: 'b' | 'bh', value: string): Buffer | TagProblem {
  const octets = decodeBase64(value);
  if (octets !== undefined && octets.length > 0) return octets;
  return { reason: 'signature-syntax', detail: `${name}= is not base64` };
}
