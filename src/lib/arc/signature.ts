/** The two signatures of an ARC set as values (RFC 8617 sections 4.1.2 and 4.1.3). */
import type { BodyHashRequest, HashAlgorithm } from '../canonicalize/body-hasher.ts';
import type { Canonicalization } from '../canonicalize/header.ts';
import type { KeyType } from '../crypto/public-key.ts';
import {
  ALGORITHMS,
  algorithmProblem,
  canonicalizationOf,
  canonicalizationProblem,
  keyNameOf,
  missingTag,
  numberIn,
  numberProblem,
  octetsOf,
  queryMethodProblem,
  signedNamesIn,
  signedNamesProblem,
  type SignatureTags,
  type TagProblem,
} from '../signature/tags.ts';
import type { ArcSignatureVerdict } from './verdict.ts';
import { toAscii } from '../syntax/domain-name.ts';

/** What both have. */
export interface ArcSignature {
  /** d=, ASCII, lower case. */
  readonly signingDomain: string;
  /** Where the key is: the name to ask for TXT, ASCII, lower case. */
  readonly keyName: string;
  /** a=, lower case. */
  readonly algorithm: string;
  readonly keyType: KeyType;
  readonly hash: HashAlgorithm;
  /** b= decoded. */
  readonly signature: Buffer;
  /** Offsets in the field's value: the octets of b= that are hashed as if they were not there. */
  readonly signatureStart: number;
  readonly signatureEnd: number;
}

export interface ArcMessageSignature extends ArcSignature {
  readonly headerCanonicalization: Canonicalization;
  /** h=, lower case; may be empty. */
  readonly signedHeaders: readonly string[];
  readonly bodyHash: Buffer;
  readonly body: BodyHashRequest;
  /** x=, seconds since 1970. */
  readonly expires: number | undefined;
}

/** What a report says of either field, right or wrong. */
export function signatureFacts(
  tags: SignatureTags | undefined,
): Pick<ArcSignatureVerdict, 'domain' | 'selector' | 'algorithm' | 'timestamp'> {
  return {
    domain: tags?.get('d')?.value,
    selector: tags?.get('s')?.value,
    algorithm: tags?.get('a')?.value.toLowerCase(),
    timestamp: tags && numberIn(tags, 't'),
  };
}

export type ArcProblem = TagProblem | { readonly reason: 'signed-fields-forbidden'; readonly detail: string };

/** ARC-Message-Signature: DKIM's, without v= and with another i=. From need not be signed. */
export function readMessageSignature(tags: SignatureTags): ArcMessageSignature | ArcProblem {
  const canonicalization = canonicalizationOf(tags);
  const problem =
    missingTag(tags, ['a', 'b', 'bh', 'd', 'h', 's']) ??
    numberProblem(tags, ['t', 'x', 'l']) ??
    canonicalizationProblem(tags, canonicalization) ??
    queryMethodProblem(tags);
  if (problem !== undefined) return problem;
  const common = readCommon(tags);
  if ('reason' in common) return common;
  const signedHeaders = tags.get('h')!.value === '' ? [] : signedNamesIn(tags);
  const bodyHash = octetsOf('bh', tags.get('bh')!.value);
  const wrong = signedNamesProblem(tags, signedHeaders) ?? ('reason' in bodyHash ? bodyHash : undefined);
  if (wrong !== undefined || 'reason' in bodyHash) return wrong!;
  // Section 4.1.2 forbids all ARC fields in h=. One over seals would break with the next set; the others are in real use.
  if (signedHeaders.includes('arc-seal')) {
    return { reason: 'signed-fields-forbidden', detail: 'h= lists ARC-Seal, which must not be signed' };
  }
  const [headerCanonicalization, bodyCanonicalization] = canonicalization.split('/') as [
    Canonicalization,
    Canonicalization,
  ];
  const body = { canonicalization: bodyCanonicalization, hash: common.hash, limit: numberIn(tags, 'l') };
  return { ...common, headerCanonicalization, signedHeaders, bodyHash, body, expires: numberIn(tags, 'x') };
}

/** ARC-Seal: over the ARC fields alone, always relaxed. */
export function readSeal(tags: SignatureTags): ArcSignature | ArcProblem {
  if (tags.has('h')) {
    return { reason: 'signed-fields-forbidden', detail: 'the seal has an h= tag, which is not allowed' };
  }
  return missingTag(tags, ['a', 'b', 'd', 's']) ?? numberProblem(tags, ['t']) ?? readCommon(tags);
}

function readCommon(tags: SignatureTags): ArcSignature | TagProblem {
  const value = (name: string) => tags.get(name)?.value ?? '';
  const algorithm = value('a').toLowerCase();
  const problem = algorithmProblem(algorithm);
  if (problem !== undefined) return problem;
  const { keyType, hash } = ALGORITHMS[algorithm]!;
  // RFC 8301 came before ARC, which never had rsa-sha1.
  if (hash === 'sha1') return { reason: 'algorithm-unknown', detail: `a=${algorithm} is not an ARC algorithm` };
  const names = keyNameOf(value('d'), toAscii(value('d')), value('s'));
  if ('reason' in names) return names;
  const signature = octetsOf('b', value('b'));
  if ('reason' in signature) return signature;
  const { start, end } = tags.get('b')!;
  return { ...names, algorithm, keyType, hash, signature, signatureStart: start, signatureEnd: end };
}
