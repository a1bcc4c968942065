/** Judging DomainKeys signatures (RFC 4870 section 3.7). Pure: keys come from outside. */
import type { BodyHasher, TextHashRequest } from '../canonicalize/body-hasher.ts';
import { GOOD_RSA_BITS, MIN_RSA_BITS } from '../crypto/public-key.ts';
import { verifySha1Digest } from '../crypto/rsa-sha1.ts';
import type { Answer } from '../dns/resolver.ts';
import { alignmentOf, type Author, strangerRefusal } from '../header/alignment.ts';
import type { FromField } from '../header/author.ts';
import type { HeaderBlock, HeaderField } from '../header/header-block.ts';
import { type KeyCache, otherSightings } from '../keys/lookup.ts';
import { disclosureRefusal, keyringWarnings } from '../keys/retired.ts';
import { isWithin } from '../syntax/domain-name.ts';
import type { FollowUp, KeyAnswers, MethodVerifier, VerifyRules } from '../signature/method.ts';
import {
  combinedResult,
  type DomainKeysWarning,
  MAX_LISTED_SIGNATURES,
  type ResultWord,
  unlistedDetail,
  type Warning,
} from '../verdict.ts';
import { type DomainKeyCandidate, domainKeyCandidates, type UsableDomainKey } from './key-lookup.ts';
import { domainPolicy, policyName } from './policy.ts';
import { type SendingAddress, SendingAddresses } from './sending-address.ts';
import { type DomainKeysRefusal, type DomainKeysSignature, NO_FACTS, parseDomainKeysSignature } from './signature.ts';
import { canonicalFields, coverage, inListedOrder } from './signed-text.ts';
import { type DomainKeysMessageVerdict, type DomainKeysVerdict, unjudgedVerdict } from './verdict.ts';

/** Signatures of one message that are looked at, the topmost. One is judged; the limit keeps the choice cheap. */
export const MAX_SIGNATURES = 32;

/** The signature that the message stands or falls with, and what it takes to judge it. */
interface Chosen {
  readonly signature: DomainKeysSignature;
  readonly sender: SendingAddress;
  /** In message order, then, where h= has another, in that order. */
  readonly texts: readonly TextHashRequest[];
  readonly warnings: readonly Warning<DomainKeysWarning>[];
}

export class DomainKeysVerifier implements MethodVerifier<DomainKeysMessageVerdict> {
  readonly #header: HeaderBlock;
  readonly #author: Author;
  readonly #rules: VerifyRules;
  readonly #keys: KeyCache;
  readonly #senders: SendingAddresses;
  /** Of all signatures but the chosen one. */
  readonly #verdicts: (DomainKeysVerdict | undefined)[] = [];
  #chosen: Chosen | undefined;

  /** @param from of this header block */
  constructor(header: HeaderBlock, from: FromField, rules: VerifyRules, keys: KeyCache) {
    this.#header = header;
    this.#author = from;
    this.#rules = rules;
    this.#keys = keys;
    this.#senders = new SendingAddresses(header, from);
    const fields = header.named('domainkey-signature');
    for (const [index, field] of fields.slice(0, MAX_LISTED_SIGNATURES).entries()) {
      this.#verdicts.push(this.#read(field, index));
    }
    const unlisted = fields.length - this.#verdicts.length;
    if (unlisted > 0) {
      const refusal = { reason: 'too-many-signatures', detail: unlistedDetail(unlisted) } as const;
      this.#verdicts.push(unjudgedVerdict(NO_FACTS, refusal, this.#author));
    }
  }

  get keyNames(): string[] {
    return this.#chosen === undefined ? [] : [this.#chosen.signature.keyName];
  }

  get bodyRequests(): readonly TextHashRequest[] {
    return this.#chosen?.texts ?? [];
  }

  judge(bodies: BodyHasher, answers: KeyAnswers): DomainKeysMessageVerdict {
    const signatures: DomainKeysVerdict[] = [];
    for (const verdict of this.#verdicts) {
      signatures.push(verdict ?? this.#judgeChosen(this.#chosen!, bodies, answers));
    }
    return { result: resultOf(signatures), signatures, sender: this.#sender(), policy: undefined };
  }

  /**
   * The policy of the sending domain, which is about mail that is not verified (section 3.6), and of no use where a
   * DKIM-Signature decides alone.
   */
  followUp(judged: DomainKeysMessageVerdict, isDecided: boolean): FollowUp<DomainKeysMessageVerdict> | undefined {
    const { result, signatures, sender } = judged;
    if (sender === undefined || result === 'pass') return undefined;
    if (signatures.length === 0 && isDecided) return undefined;
    const { domain } = sender;
    const name = policyName(domain);
    if (name === undefined) return undefined;
    const testing = signatures.some((signature) => signature.testing);
    return { name, complete: (answer) => ({ ...judged, policy: domainPolicy(domain, answer, testing) }) };
  }

  /** The sending address that the message claims: of the signature that was chosen, else as a signer would find it. */
  #sender(): SendingAddress | undefined {
    if (this.#chosen !== undefined) return this.#chosen.sender;
    const found = this.#senders.find();
    return found.ok ? found.address : undefined;
  }

  /**
   * Section 3.7.3, rules 1 to 5: the first signature, top to bottom, that fits the sending domain and covers the field that
   * names it. Answers with the verdict on any other.
   */
  #read(field: HeaderField, index: number): DomainKeysVerdict | undefined {
    const parsed = parseDomainKeysSignature(this.#header.value(field));
    if (!parsed.ok) return unjudgedVerdict(parsed.facts, parsed.refusal, this.#author);
    const { signature } = parsed;
    const refused = (reason: DomainKeysRefusal['reason'], detail: string, sender?: SendingAddress) =>
      unjudgedVerdict(signature, { reason, detail }, this.#author, sender);
    if (index >= MAX_SIGNATURES) {
      return refused('too-many-signatures', `only the topmost ${MAX_SIGNATURES} signatures of a message are verified`);
    }
    const covers = coverage(signature.signedHeaders, field);
    const found = this.#senders.find(covers);
    if (!found.ok) return refused('sending-address-invalid', found.problem);
    const sender = found.address;
    // Rule 2, by the subdomain matching of section 3.3 d=.
    if (!isWithin(sender.domain, signature.signingDomain)) {
      const detail = `d=${signature.signingDomain} is neither the sending domain ${sender.domain} nor a parent of it`;
      return refused('domain-mismatch', detail, sender);
    }
    // Rule 3; a field that stands above the signature is not covered either.
    if (!covers(sender.source)) {
      return refused('from-not-signed', 'the From field is not signed', sender);
    }
    if (this.#chosen !== undefined) {
      return refused('not-selected', 'a signature above this one verifies: that one decides', sender);
    }
    this.#choose(signature, sender, covers);
    return undefined;
  }

  #choose(signature: DomainKeysSignature, sender: SendingAddress, covers: (field: HeaderField) => boolean): void {
    const covered = this.#header.fields.filter(covers);
    const { canonicalization, signedHeaders } = signature;
    const text = (fields: readonly HeaderField[]): TextHashRequest => ({
      canonicalization,
      header: canonicalFields(this.#header, fields, canonicalization),
    });
    const texts = [text(covered)];
    if (signedHeaders !== undefined) {
      const listed = inListedOrder(covered, signedHeaders);
      if (listed.some((field, i) => field !== covered[i])) texts.push(text(listed));
    }
    const warnings = fieldWarnings(this.#header, signature, covers);
    this.#chosen = { signature, sender, texts, warnings };
  }

  #judgeChosen(
    { signature, sender, texts, warnings }: Chosen,
    bodies: BodyHasher,
    answers: KeyAnswers,
  ): DomainKeysVerdict {
    const answer = answers.get(signature.keyName);
    if (answer === undefined) throw new Error(`no DNS answer was supplied for ${signature.keyName}`);
    const candidates = domainKeyCandidates(answer, signature.keyName, this.#keys);
    const { candidate, fits } = tryKeys(
      candidates,
      texts.map((text) => bodies.textDigest(text)),
      signature.signature,
    );
    const key = candidate.ok ? candidate : undefined;
    const refusal =
      (candidate.ok ? undefined : candidate.refusal) ??
      (key && granularityRefusal(key, sender)) ??
      (fits === -1 ? SIGNATURE_MISMATCH : undefined) ??
      disclosureRefusal(key, this.#rules.now) ??
      (key && this.#sizeRefusal(key)) ??
      (this.#rules.authorOnly ? strangerRefusal(signature.signingDomain, this.#author) : undefined);
    return {
      ...unjudgedVerdict(signature, refusal ?? passing(signature, key), this.#author, sender),
      isChosen: true,
      alignment: alignmentOf(signature.signingDomain, this.#author),
      keyBits: key?.imported.bits,
      signature: key === undefined ? 'unchecked' : fits === -1 ? 'invalid' : 'valid',
      headerOrder: fits === -1 ? undefined : fits === 0 ? 'message' : 'listed',
      granularity: key?.record.granularity,
      testing: key?.record.testing ?? false,
      retirement: key?.retirement,
      disclosed: key?.disclosed,
      warnings: [
        HISTORIC,
        ...warnings,
        ...keyWarnings(key, answer),
        ...keyringWarnings(signature.keyName, key, this.#rules.now, otherSightings(candidates, candidate)),
        ...(fits === 1 ? [LISTED_ORDER] : []),
      ],
    };
  }

  /** RFC 8301 is about DKIM, but its reason, that such keys can be factored, holds here too. */
  #sizeRefusal({ imported: { bits } }: UsableDomainKey): DomainKeysRefusal | undefined {
    if (this.#rules.legacy || bits >= MIN_RSA_BITS) return undefined;
    return { reason: 'weak-key', detail: `the RSA key has ${bits} bits, fewer than ${MIN_RSA_BITS}` };
  }
}

/** Section 3.7.3: one signature decides. Where none fits, all of them do. */
function resultOf(signatures: readonly DomainKeysVerdict[]): ResultWord {
  const chosen = signatures.find(({ isChosen }) => isChosen);
  return chosen?.result ?? combinedResult(signatures.map(({ result }) => result));
}

const SIGNATURE_MISMATCH: DomainKeysRefusal = {
  reason: 'signature-mismatch',
  detail: 'the signature does not match the message and the published key',
};

function passing({ signingDomain }: DomainKeysSignature, key: UsableDomainKey | undefined): DomainKeysRefusal {
  return { reason: 'signature-valid', detail: `signed by ${signingDomain} (${key?.imported.bits}-bit rsa-sha1)` };
}

/** Several key records at a name: the one that verifies the signature is the one that was meant. */
function tryKeys(
  candidates: readonly DomainKeyCandidate[],
  digests: readonly Buffer[],
  signature: Buffer,
): { candidate: DomainKeyCandidate; fits: number } {
  for (const candidate of candidates) {
    if (!candidate.ok) continue;
    const fits = digests.findIndex((digest) => verifySha1Digest(digest, candidate.imported.key, signature));
    if (fits !== -1) return { candidate, fits };
  }
  return { candidate: candidates[0]!, fits: -1 };
}

/** Section 3.2.3 g=: a value must exactly match the local part of the sending address. */
function granularityRefusal({ record }: UsableDomainKey, { localPart }: SendingAddress): DomainKeysRefusal | undefined {
  const { granularity } = record;
  if (granularity === '' || granularity === '*' || granularity === localPart) return undefined;
  const detail = `the key is for g=${granularity.slice(0, 64)} only, not for ${localPart.slice(0, 64)}`;
  return { reason: 'granularity-mismatch', detail };
}

type Warnings = Warning<DomainKeysWarning>[];

const HISTORIC: Warning<DomainKeysWarning> = {
  code: 'historic',
  detail: 'DomainKeys is historic and signs with SHA-1, which can be forged: DKIM has replaced it (RFC 6376)',
};

const LISTED_ORDER: Warning<DomainKeysWarning> = {
  code: 'header-order',
  detail: 'the signature matches in the order of h=, not in message order: header fields were moved',
};

function fieldWarnings(
  header: HeaderBlock,
  { signedHeaders, signingDomain }: DomainKeysSignature,
  covers: (field: HeaderField) => boolean,
): Warnings {
  const warnings: Warnings = [];
  if (header.named('subject').some((field) => !covers(field))) {
    const detail = 'the Subject, or one of several, is not signed: anyone may have changed it';
    warnings.push({ code: 'subject-not-signed', detail });
  }
  if (header.named('sender').some((field) => !covers(field))) {
    const where = signedHeaders === undefined ? 'above the signature' : 'outside the signed part';
    warnings.push({ code: 'sender-not-signed', detail: `a Sender field ${where} is ignored` });
  }
  // Section 3.3 d= allows any parent, so the registry of a top-level domain could sign for everybody in it.
  if (!signingDomain.includes('.')) {
    warnings.push({ code: 'top-level-domain', detail: `d=${signingDomain} is a top-level domain` });
  }
  return warnings;
}

function keyWarnings(key: UsableDomainKey | undefined, answer: Answer<'TXT'>): Warnings {
  const warnings: Warnings = [];
  if (key !== undefined && key.imported.bits < GOOD_RSA_BITS) {
    const code = key.imported.bits < MIN_RSA_BITS ? 'weak-key' : 'key-near-limit';
    warnings.push({ code, detail: `the RSA key has ${key.imported.bits} bits; ${GOOD_RSA_BITS} are recommended` });
  }
  if (key?.record.granularity === '*') {
    const detail = 'g=* matches everyone in DKIM; under RFC 4870 it is a literal local part';
    warnings.push({ code: 'granularity-wildcard', detail });
  }
  if (key?.record.testing === true) {
    const detail = 'the key has t=y: the domain is testing; treat the message as unsigned';
    warnings.push({ code: 'testing', detail });
  }
  if (answer.status === 'found' && answer.records.length > 1) {
    const detail = `${answer.records.length} TXT records are at the name of the key; there must be only one`;
    warnings.push({ code: 'several-key-records', detail });
  }
  return warnings;
}
