/** The DKIM-Signature field (RFC 6376 section 3.5) as a value. */
import type { HashAlgorithm } from '../canonicalize/body-hasher.ts';
import type { Canonicalization } from '../canonicalize/header.ts';
import type { KeyType } from '../crypto/public-key.ts';
import {
  ALGORITHMS,
  algorithmProblem,
  canonicalizationOf,
  canonicalizationProblem,
  clip,
  keyNameOf,
  missingTag,
  numberIn,
  numberProblem,
  octetsOf,
  queryMethodProblem,
  signedNamesIn,
  signedNamesProblem,
  type SignatureTags,
} from '../signature/tags.ts';
import { isDomainName, isWithin, toAscii } from '../syntax/domain-name.ts';
import { parseTagList, withoutWhitespace } from '../syntax/tag-list.ts';
import type { DkimReason } from '../verdict.ts';

/** What could be read of a signature, right or wrong: for reports. */
export interface SignatureFacts {
  /** d=, as written. */
  readonly domain: string | undefined;
  /** d=, ASCII, lower case; `undefined` where it is not a name (IDNA). */
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
  readonly algorithm: string;
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

const REQUIRED = ['v', 'a', 'b', 'bh', 'd', 'h', 's'] as const;
const NUMBERS = ['t', 'x', 'l'] as const;
const EQUALS = 0x3d;
const HEX_PAIR = /^[0-9A-F]{2}$/;

/**
 * Parse the value of a DKIM-Signature field and check everything that it alone can tell (RFC 6376 section 6.1.1).
 * Nothing is looked up, no clock is asked.
 *
 * @param value latin1, behind the colon, with its folds
 */
export function parseSignature(value: string): ParsedSignature {
  const list = parseTagList(value);
  if (!list.ok) return refuse(NO_FACTS, 'signature-syntax', `the DKIM-Signature is not a tag list: ${list.problem}`);
  const { tags } = list;
  const facts = readFacts(tags);

  // Section 6.1.1: a version other than 1 makes everything else unreadable.
  const version = tags.get('v')?.value;
  if (version !== undefined && version !== '1')
    return refuse(facts, 'signature-version', `v=${clip(version)} is not 1`);
  const wrong =
    missingTag(tags, REQUIRED) ??
    numberProblem(tags, NUMBERS) ??
    algorithmProblem(facts.algorithm ?? '') ??
    canonicalizationProblem(tags, facts.canonicalization) ??
    queryMethodProblem(tags);
  if (wrong !== undefined) return { ok: false, facts, refusal: wrong };
  const names = readNames(facts);
  if ('refusal' in names) return names;
  return checkSignedFields(tags, facts) ?? build(tags, facts, names);
}

function refuse(facts: SignatureFacts, reason: DkimReason, detail: string): RefusedSignature {
  return { ok: false, facts, refusal: { reason, detail } };
}

function readFacts(tags: SignatureTags): SignatureFacts {
  const value = (name: string) => tags.get(name)?.value;
  const domain = value('d');
  const identity = value('i');
  const signature = value('b');
  return {
    domain,
    signingDomain: domain === undefined ? undefined : toAscii(domain),
    selector: value('s'),
    identity: identity === undefined ? domain && `@${domain}` : decodeQuotedPrintable(withoutWhitespace(identity)),
    algorithm: value('a')?.toLowerCase(),
    canonicalization: canonicalizationOf(tags),
    signedHeaders: signedNamesIn(tags),
    timestamp: numberIn(tags, 't'),
    expires: numberIn(tags, 'x'),
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

type Names = Pick<Signature, 'signingDomain' | 'keyName' | 'identityDomain'>;

function readNames(facts: SignatureFacts): Names | RefusedSignature {
  const { domain = '', signingDomain, selector = '', identity = '' } = facts;
  const place = keyNameOf(domain, signingDomain, selector);
  if ('reason' in place) return { ok: false, facts, refusal: place };
  const at = identity.lastIndexOf('@');
  const written = identity.slice(at + 1);
  const identityDomain = written === domain ? place.signingDomain : toAscii(written);
  if (at === -1 || identityDomain === undefined || !isDomainName(identityDomain)) {
    return refuse(facts, 'signature-syntax', `i=${clip(identity)} is not an identity`);
  }
  // Section 6.1.1: the domain of i= is d= or lies under it.
  if (!isWithin(identityDomain, place.signingDomain)) {
    return refuse(facts, 'identity-outside-domain', `i=${clip(identity)} is not within d=${clip(domain)}`);
  }
  return { signingDomain: place.signingDomain, keyName: place.keyName, identityDomain };
}

function checkSignedFields(tags: SignatureTags, facts: SignatureFacts): RefusedSignature | undefined {
  const names = facts.signedHeaders;
  const wrong = signedNamesProblem(tags, names);
  if (wrong !== undefined) return { ok: false, facts, refusal: wrong };
  // Section 5.4: From must be signed; 6.1.1: otherwise PERMFAIL.
  if (!names.includes('from')) return refuse(facts, 'from-not-signed', 'h= does not include From');
  return undefined;
}

function build(tags: SignatureTags, facts: SignatureFacts, names: Names): ParsedSignature {
  const b = tags.get('b')!;
  const signature = octetsOf('b', facts.signatureText!);
  if ('reason' in signature) return { ok: false, facts, refusal: signature };
  const bodyHash = octetsOf('bh', tags.get('bh')!.value);
  if ('reason' in bodyHash) return { ok: false, facts, refusal: bodyHash };
  const { domain = '', selector = '', identity = '' } = facts;
  const algorithm = facts.algorithm!;
  const { keyType, hash } = ALGORITHMS[algorithm]!;
  const [header, body] = facts.canonicalization.split('/') as [Canonicalization, Canonicalization];
  // Written out: V8 makes such an object at once, one that begins with `...facts` a field at a time, ten times as slowly.
  return {
    ok: true,
    signature: {
      domain,
      signingDomain: names.signingDomain,
      selector,
      identity,
      algorithm,
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
      bodyLength: numberIn(tags, 'l'),
      keyName: names.keyName,
      identityDomain: names.identityDomain,
      signatureStart: b.start,
      signatureEnd: b.end,
    },
  };
}
