/** Judging DKIM signatures (RFC 6376 section 6.1, RFC 8301, RFC 8463). Pure: keys and clock come from outside. */
import type { BodyHasher, BodyHashRequest } from '../canonicalize/body-hasher.ts';
import type { Author } from '../header/alignment.ts';
import type { HeaderBlock, HeaderField } from '../header/header-block.ts';
import type { KeyCache } from '../keys/lookup.ts';
import type { KeyAnswers, MethodVerdict, MethodVerifier, VerifyRules } from '../signature/method.ts';
import { combinedResult, type DkimReason, MAX_LISTED_SIGNATURES, unlistedDetail } from '../verdict.ts';
import { type DkimKeyCandidate, dkimKeyCandidates, type UsableDkimKey } from '../keys/dkim-lookup.ts';
import { otherSightings } from '../keys/lookup.ts';
import { disclosureRefusal, keyringWarnings } from '../keys/retired.ts';
import { policyRefusal, signatureWarnings } from './policy.ts';
import { NO_FACTS, parseSignature, type Refusal, type Signature } from './signature.ts';
import { selectSignedFields, signedHeaderBytes, withoutSignature } from '../signature/signed-fields.ts';
import { verifies } from '../signature/verify.ts';
import { type DkimVerdict, dkimVerdict } from './verdict.ts';

/**
 * Signatures of one message that are judged in full; each may cost a DNS query and a public-key operation. The topmost
 * count: they are the newest. RFC 6376 section 6.1 lets a verifier limit the number.
 */
export const MAX_SIGNATURES = 32;

interface Parsed {
  readonly field: HeaderField;
  readonly signature: Signature;
  readonly bodyRequest: BodyHashRequest;
}

type Entry = Parsed | { readonly verdict: DkimVerdict };

export class DkimVerifier implements MethodVerifier<MethodVerdict<DkimVerdict>> {
  readonly #header: HeaderBlock;
  readonly #author: Author;
  readonly #rules: VerifyRules;
  readonly #keys: KeyCache;
  readonly #entries: Entry[] = [];
  readonly keyNames: readonly string[];
  readonly bodyRequests: readonly BodyHashRequest[];

  /** @param author of this header block */
  constructor(header: HeaderBlock, author: Author, rules: VerifyRules, keys: KeyCache) {
    this.#header = header;
    this.#author = author;
    this.#rules = rules;
    this.#keys = keys;
    const keyNames = new Set<string>();
    const bodyRequests: BodyHashRequest[] = [];
    const fields = header.named('dkim-signature');
    for (const field of fields.slice(0, MAX_LISTED_SIGNATURES)) {
      const entry = this.#read(field, this.#entries.length);
      this.#entries.push(entry);
      if ('verdict' in entry) continue;
      keyNames.add(entry.signature.keyName);
      bodyRequests.push(entry.bodyRequest);
    }
    const unlisted = fields.length - this.#entries.length;
    if (unlisted > 0) {
      const refusal = { reason: 'too-many-signatures', detail: unlistedDetail(unlisted) } as const;
      this.#entries.push({ verdict: dkimVerdict(NO_FACTS, refusal, author) });
    }
    this.keyNames = [...keyNames];
    this.bodyRequests = bodyRequests;
  }

  judge(bodies: BodyHasher, answers: KeyAnswers): MethodVerdict<DkimVerdict> {
    const verdicts: DkimVerdict[] = [];
    for (const entry of this.#entries) {
      if ('verdict' in entry) {
        verdicts.push(entry.verdict);
        continue;
      }
      const answer = answers.get(entry.signature.keyName);
      if (answer === undefined) throw new Error(`no DNS answer was supplied for ${entry.signature.keyName}`);
      verdicts.push(this.#judgeOne(entry, bodies, dkimKeyCandidates(answer, entry.signature, this.#keys)));
    }
    return { result: combinedResult(verdicts.map(({ result }) => result)), signatures: verdicts };
  }

  #read(field: HeaderField, index: number): Entry {
    const parsed = parseSignature(this.#header.value(field));
    if (!parsed.ok) return { verdict: dkimVerdict(parsed.facts, parsed.refusal, this.#author) };
    const { signature } = parsed;
    if (index >= MAX_SIGNATURES) {
      const detail = `only the topmost ${MAX_SIGNATURES} signatures of a message are verified`;
      return { verdict: dkimVerdict(signature, { reason: 'too-many-signatures', detail }, this.#author) };
    }
    // Section 6.1.1: From must be signed, and h= can name it without there being one.
    if (this.#author.count === 0) {
      const detail = 'h= lists From, but the message has no From field: there is no author to sign for';
      return { verdict: dkimVerdict(signature, { reason: 'from-not-signed', detail }, this.#author) };
    }
    const { bodyCanonicalization: canonicalization, hash, bodyLength: limit } = signature;
    return { field, signature, bodyRequest: { canonicalization, hash, limit } };
  }

  #judgeOne(
    { field, signature, bodyRequest }: Parsed,
    bodies: BodyHasher,
    candidates: DkimKeyCandidate[],
  ): DkimVerdict {
    const body = bodies.result(bodyRequest);
    const bodyMatches = body.digest.equals(signature.bodyHash);
    const { candidate, valid } = this.#tryKeys(field, signature, candidates);
    const key = candidate.ok ? candidate : undefined;

    const keyRecords = keyRecordsAmong(candidates);
    const findings = { key, keyRecords, unsignedOctets: body.canonicalLength - (bodyRequest.limit ?? Infinity) };
    const { now } = this.#rules;
    const warnings = [
      ...signatureWarnings(this.#header, signature, this.#author, findings, this.#rules),
      ...keyringWarnings(signature.keyName, key, now, otherSightings(candidates, candidate)),
    ];
    const refusal =
      expiry(signature, now) ??
      (candidate.ok ? undefined : candidate.refusal) ??
      bodyRefusal(signature, body.canonicalLength, bodyMatches) ??
      (valid ? undefined : SIGNATURE_MISMATCH) ??
      disclosureRefusal(key, now) ??
      policyRefusal(signature, findings, warnings, this.#author, this.#rules);

    return dkimVerdict(signature, refusal ?? passing(signature, key), this.#author, {
      keyBits: key?.imported.bits,
      bodyHash: bodyMatches ? 'match' : 'mismatch',
      signature: key === undefined ? 'unchecked' : valid ? 'valid' : 'invalid',
      testing: key?.record.flags.includes('y') ?? false,
      retirement: key?.retirement,
      disclosed: key?.disclosed,
      warnings,
    });
  }

  /** Several key records at a name: the one that verifies the signature is the one that was meant. */
  #tryKeys(field: HeaderField, signature: Signature, candidates: DkimKeyCandidate[]) {
    const fields = selectSignedFields(this.#header, signature.signedHeaders, field);
    const own = withoutSignature(this.#header, field, signature);
    const bytes = signedHeaderBytes(this.#header, fields, signature.headerCanonicalization, own);
    for (const candidate of candidates) {
      if (candidate.ok && verifies(signature, candidate.imported.key, bytes)) return { candidate, valid: true };
    }
    return { candidate: candidates[0]!, valid: false };
  }
}

function keyRecordsAmong(candidates: readonly DkimKeyCandidate[]): number {
  let count = 0;
  for (const one of candidates) if (one.ok ? one.retirement === undefined : one.isForeign !== true) count++;
  return count;
}

const SIGNATURE_MISMATCH: Refusal = {
  reason: 'signature-mismatch',
  detail: 'the signature does not match the signed header fields and the published key',
};

function passing(signature: Signature, key: UsableDkimKey | undefined): Refusal {
  const detail = `signed by ${signature.signingDomain} (${key?.imported.bits}-bit ${signature.algorithm})`;
  return { reason: 'signature-valid' satisfies DkimReason, detail };
}

/** Section 6.1.1: a signature past its x= is expired. No slack: the clock is the caller's. */
function expiry(signature: Signature, now: number): Refusal | undefined {
  const { expires } = signature;
  if (expires === undefined || now <= expires) return undefined;
  return { reason: 'signature-expired', detail: `the signature expired ${utc(expires)} (x=${expires})` };
}

/** Seconds since 1970 as people read them; dates beyond the calendar stay numbers. */
function utc(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace('.000Z', 'Z');
}

function bodyRefusal(signature: Signature, length: number, matches: boolean): Refusal | undefined {
  // Section 3.5 l=: the value must not be larger than the canonical body.
  if (signature.bodyLength !== undefined && signature.bodyLength > length) {
    const detail = `l=${signature.bodyLength} octets are signed, but the body has only ${length}`;
    return { reason: 'body-shorter-than-signed', detail };
  }
  if (matches) return undefined;
  return { reason: 'body-hash-mismatch', detail: 'the body was changed after it was signed' };
}
