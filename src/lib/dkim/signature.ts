/** The DKIM-Signature field (RFC 6376 section 3.5) as a value. */
import type { HashAlgorithm } from '../canonicalize/body-hasher.ts';
import type { Canonicalization } from '../canonicalize/header.ts';
import type { KeyType } from '../crypto/public-key.ts';
import { isDomainName, isWithin, toAscii } from '../syntax/domain-name.ts';
import { colonList, countItems, decodeBase64, parseTagList, type Tag, withoutWhitespace } from '../syntax/tag-list.ts';
import type { DkimReason } from '../verdict.ts';

/** The most names that h= may hold. Real signatures name a few dozen; each name costs a search. */
export const MAX_SIGNED_FIELDS = 5_000;

/** Methods of q= that are looked at; one is known. */
const MAX_QUERY_METHODS = 100;

/** What could be read of a signature, right or wrong: for reports. */
export interface SignatureFacts {
  /** d=, as written. */
  readonly domain: string | undefined;
  /** d=, ASCII, lower case; `undefined` where it is no name (IDNA). */
  readonly signingDomain: string | undefined;
  /** s=, as written. */
  readonly selector: string | undefined;
  /** i= decoded, or `@` with d= where the tag is absent. */
  readonly identity: string | undefined;
  /** a=, lower case. */
  readonly algorithm: string | undefined;
  /** c= with both halves, lower case. */
  readonly canonicalization: string;
  /** h=, names in lower case, in order; at most MAX_SIGNED_FIELDS and one more. */
  readonly signedHeaders: readonly string[];
  /** t=, seconds since 1970. */
  readonly timestamp: number | undefined;
  /** x=, seconds since 1970. */
  readonly expires: number | undefined;
  /** b=, as written but for white space. */
  readonly signatureText: string | undefined;
}

export interface Signature extends SignatureFacts {
  readonly domain: string;
  readonly signingDomain: string;
  readonly selector: string;
  readonly identity: string;
  readonly keyType: KeyType;
  readonly hash: HashAlgorithm;
  readonly headerCanonicalization: Canonicalization;
  readonly bodyCanonicalization: Canonicalization;
  /** bh= decoded. */
  readonly bodyHash: Buffer;
  /** b= decoded. */
  readonly signature: Buffer;
  /** l=; beyond 2^53 it is just very large. */
  readonly bodyLength: number | undefined;
  /** Where the key is: the name to ask for TXT, ASCII, lower case. */
  readonly keyName: string;
  /** The domain of i=, ASCII, lower case. */
  readonly identityDomain: string;
  /** Offsets in the field's value: the octets of b= that are hashed as if they were not there. */
  readonly signatureStart: number;
  readonly signatureEnd: number;
}

export interface Refusal {
  readonly reason: DkimReason;
  readonly detail: string;
}

interface RefusedSignature {
  readonly ok: false;
  readonly facts: SignatureFacts;
  readonly refusal: Refusal;
}

export type ParsedSignature = { readonly ok: true; readonly signature: Signature } | RefusedSignature;

/** Nothing is known of a signature. */
export const NO_FACTS: SignatureFacts = {
  domain: undefined,
  signingDomain: undefined,
  selector: undefined,
  identity: undefined,
  algorithm: undefined,
  canonicalization: 'simple/simple',
  signedHeaders: [],
  timestamp: undefined,
  expires: undefined,
  signatureText: undefined,
};

const NUMBERS = ['t', 'x', 'l'] as const;
/** Section 3.5, sig-t-tag, sig-x-tag and sig-l-tag. */
const MAX_DIGITS = { t: 12, x: 12, l: 76 } as const;
const REQUIRED = ['v', 'a', 'b', 'bh', 'd', 'h', 's'] as const;

const ALGORITHMS: Readonly<Record<string, { keyType: KeyType; hash: HashAlgorithm }>> = {
  'rsa-sha1': { keyType: 'rsa', hash: 'sha1' },
  'rsa-sha256': { keyType: 'rsa', hash: 'sha256' },
  'ed25519-sha256': { keyType: 'ed25519', hash: 'sha256' },
};

const DEFAULT_METHODS: readonly string[] = ['dns/txt'];
const CANONICALIZATIONS = /^(?:simple|relaxed)\/(?:simple|relaxed)$/;
const EQUALS = 0x3d;
const HEX_PAIR = /^[0-9A-F]{2}$/;
const DIGITS = /^[0-9]+$/;
/** hdr-name = field-name, printable ASCII without a colon (RFC 6376 section 3.5 h=). */
const FIELD_NAME = /^[!-9;-~]+$/;

/**
 * Parse the value of a DKIM-Signature field and check everything that it alone can tell (RFC 6376 section 6.1.1).
 * Nothing is looked up, no clock is asked.
 *
 * @param value latin1, behind the colon, with its folds
 */
export function parseSignature(value: string): ParsedSignature {
  const list = parseTagList(value);
  if (!list.ok) return refuse(NO_FACTS, 'signature-syntax', `the DKIM-Signature is no tag list: ${list.problem}`);
  const { tags } = list;
  const facts = readFacts(tags);

  // Section 6.1.1: a version other than 1 makes everything else unreadable.
  const version = tags.get('v')?.value;
  if (version !== undefined && version !== '1')
    return refuse(facts, 'signature-version', `v=${clip(version)} is not 1`);
  for (const name of REQUIRED) {
    if (!tags.has(name)) return refuse(facts, 'tag-missing', `the required tag ${name}= is missing`);
  }
  const wrong = checkTimes(tags, facts) ?? checkAlgorithm(tags, facts);
  if (wrong !== undefined) return wrong;
  const names = readNames(facts);
  if ('refusal' in names) return names;
  return checkSignedFields(tags, facts) ?? build(tags, facts, names);
}

function refuse(facts: SignatureFacts, reason: DkimReason, detail: string): RefusedSignature {
  return { ok: false, facts, refusal: { reason, detail } };
}

const clip = (text: string) => text.slice(0, 60);

type Tags = ReadonlyMap<string, Tag>;

function readFacts(tags: Tags): SignatureFacts {
  const value = (name: string) => tags.get(name)?.value;
  const domain = value('d');
  const identity = value('i');
  const canonicalization = (value('c') ?? 'simple').toLowerCase();
  const names = value('h');
  const signature = value('b');
  return {
    domain,
    signingDomain: domain === undefined ? undefined : toAscii(domain),
    selector: value('s'),
    identity: identity === undefined ? domain && `@${domain}` : decodeQuotedPrintable(withoutWhitespace(identity)),
    algorithm: value('a')?.toLowerCase(),
    canonicalization: canonicalization.includes('/') ? canonicalization : `${canonicalization}/simple`,
    signedHeaders: names === undefined ? [] : colonList(names.toLowerCase(), MAX_SIGNED_FIELDS + 1),
    timestamp: readNumber('t', tags),
    expires: readNumber('x', tags),
    signatureText: signature === undefined ? undefined : withoutWhitespace(signature),
  };
}

/** DKIM-Quoted-Printable (RFC 6376 section 2.11); what is no `=` and two hex digits stays as it is. */
function decodeQuotedPrintable(text: string): string {
  if (!text.includes('=')) return text;
  const octets = Buffer.from(text, 'latin1');
  let length = 0;
  for (let at = 0; at < octets.length; at++) {
    const hex = octets[at] === EQUALS ? text.slice(at + 1, at + 3) : '';
    const isCoded = HEX_PAIR.test(hex);
    octets[length++] = isCoded ? Number.parseInt(hex, 16) : octets[at]!;
    if (isCoded) at += 2;
  }
  return octets.toString('latin1', 0, length);
}

function readNumber(name: (typeof NUMBERS)[number], tags: Tags): number | undefined {
  const text = tags.get(name)?.value;
  return text !== undefined && text.length <= MAX_DIGITS[name] && DIGITS.test(text) ? Number(text) : undefined;
}

function checkTimes(tags: Tags, facts: SignatureFacts): RefusedSignature | undefined {
  for (const name of NUMBERS) {
    const text = tags.get(name)?.value;
    if (text === undefined) continue;
    if (!DIGITS.test(text)) return refuse(facts, 'signature-syntax', `${name}=${clip(text)} is not a number`);
    if (text.length > MAX_DIGITS[name]) {
      return refuse(facts, 'signature-syntax', `${name}=${clip(text)} has more than ${MAX_DIGITS[name]} digits`);
    }
  }
  const { timestamp, expires } = facts;
  // Section 3.5: x= must be greater than t= where both are there.
  if (timestamp !== undefined && expires !== undefined && expires <= timestamp) {
    return refuse(facts, 'expires-before-signed', `x=${expires} is not later than t=${timestamp}`);
  }
  return undefined;
}

function checkAlgorithm(tags: Tags, facts: SignatureFacts): RefusedSignature | undefined {
  const algorithm = facts.algorithm ?? '';
  if (!Object.hasOwn(ALGORITHMS, algorithm)) {
    return refuse(facts, 'algorithm-unknown', `a=${clip(algorithm)} is none of ${Object.keys(ALGORITHMS).join(', ')}`);
  }
  if (!CANONICALIZATIONS.test(facts.canonicalization)) {
    const written = clip(tags.get('c')?.value ?? '');
    return refuse(facts, 'canonicalization-unknown', `c=${written} is neither simple nor relaxed`);
  }
  // Section 3.5 q=: methods in order of preference, unknown ones are skipped.
  const query = tags.get('q')?.value;
  const methods = query === undefined ? DEFAULT_METHODS : colonList(query.toLowerCase(), MAX_QUERY_METHODS);
  if (!methods.includes('dns/txt')) {
    return refuse(facts, 'query-method-unknown', `q=${clip(methods.join(':'))} has no dns/txt`);
  }
  return undefined;
}

type Names = Pick<Signature, 'signingDomain' | 'keyName' | 'identityDomain'>;

function readNames(facts: SignatureFacts): Names | RefusedSignature {
  const { domain = '', signingDomain, selector = '', identity = '' } = facts;
  // Section 3.5 d=: domain-name = sub-domain 1*("." sub-domain). A single label would sign for a whole top-level domain.
  if (signingDomain === undefined || !isDomainName(signingDomain) || !signingDomain.includes('.')) {
    return refuse(facts, 'signature-syntax', `d=${clip(domain)} is not a domain name`);
  }
  const label = toAscii(selector);
  const keyName = `${label}._domainkey.${signingDomain}`;
  if (label === undefined || !isDomainName(keyName)) {
    return refuse(facts, 'signature-syntax', `s=${clip(selector)} is not a selector`);
  }
  const at = identity.lastIndexOf('@');
  const written = identity.slice(at + 1);
  const identityDomain = written === domain ? signingDomain : toAscii(written);
  if (at === -1 || identityDomain === undefined || !isDomainName(identityDomain)) {
    return refuse(facts, 'signature-syntax', `i=${clip(identity)} is not an identity`);
  }
  // Section 6.1.1: the domain of i= is d= or lies under it.
  if (!isWithin(identityDomain, signingDomain)) {
    return refuse(facts, 'identity-outside-domain', `i=${clip(identity)} is not within d=${clip(domain)}`);
  }
  return { signingDomain, keyName, identityDomain };
}

function checkSignedFields(tags: Tags, facts: SignatureFacts): RefusedSignature | undefined {
  const names = facts.signedHeaders;
  if (names.length > MAX_SIGNED_FIELDS) {
    const detail = `h= holds ${countItems(tags.get('h')!.value)} names, more than ${MAX_SIGNED_FIELDS}`;
    return refuse(facts, 'too-many-signed-fields', detail);
  }
  for (const name of names) {
    if (FIELD_NAME.test(name)) continue;
    return refuse(facts, 'signature-syntax', `h= holds '${clip(name)}', which is no field name`);
  }
  // Section 5.4: From must be signed; 6.1.1: otherwise PERMFAIL.
  if (!names.includes('from')) return refuse(facts, 'from-not-signed', 'h= does not hold From');
  return undefined;
}

function build(tags: Tags, facts: SignatureFacts, names: Names): ParsedSignature {
  const b = tags.get('b')!;
  const signature = decodeBase64(facts.signatureText!);
  const bodyHash = decodeBase64(tags.get('bh')!.value);
  if (signature === undefined || signature.length === 0) return refuse(facts, 'signature-syntax', 'b= is not base64');
  if (bodyHash === undefined || bodyHash.length === 0) return refuse(facts, 'signature-syntax', 'bh= is not base64');
  const { domain = '', selector = '', identity = '' } = facts;
  const { keyType, hash } = ALGORITHMS[facts.algorithm!]!;
  const [header, body] = facts.canonicalization.split('/') as [Canonicalization, Canonicalization];
  // Written out: V8 makes such an object at once, one that begins with `...facts` a field at a time, ten times as slowly.
  return {
    ok: true,
    signature: {
      domain,
      signingDomain: names.signingDomain,
      selector,
      identity,
      algorithm: facts.algorithm,
      canonicalization: facts.canonicalization,
      signedHeaders: facts.signedHeaders,
      timestamp: facts.timestamp,
      expires: facts.expires,
      signatureText: facts.signatureText,
      keyType,
      hash,
      headerCanonicalization: header,
      bodyCanonicalization: body,
      bodyHash,
      signature,
      bodyLength: readNumber('l', tags),
      keyName: names.keyName,
      identityDomain: names.identityDomain,
      signatureStart: b.start,
      signatureEnd: b.end,
    },
  };
}
