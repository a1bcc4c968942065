/** Validating an Authenticated Received Chain (RFC 8617 section 5.2). Pure: keys and clock come from outside. */
import type { BodyHasher, BodyHashRequest } from '../canonicalize/body-hasher.ts';
import { MIN_RSA_BITS } from '../crypto/public-key.ts';
import { type DkimKeyCandidate, dkimKeyCandidates } from '../keys/dkim-lookup.ts';
import { selectSignedFields, signedHeaderBytes, withoutSignature } from '../signature/signed-fields.ts';
import type { KeyCache } from '../keys/lookup.ts';
import { disclosureRefusal, sightingText } from '../keys/retired.ts';
import type { HeaderBlock, HeaderField } from '../header/header-block.ts';
import type { KeyAnswers, MethodVerifier, VerifyRules } from '../signature/method.ts';
import { clip } from '../signature/tags.ts';
import { verifies } from '../signature/verify.ts';
import { type ArcSet, arcChain, resultsPayload, type TaggedField } from './chain.ts';
import {
  type ArcMessageSignature,
  type ArcProblem,
  type ArcSignature,
  readMessageSignature,
  readSeal,
  signatureFacts,
} from './signature.ts';
import { type ArcInstance, type ArcSignatureVerdict, type ArcVerdict, arcVerdict } from './verdict.ts';

/** A set whose signatures have been read. */
interface ReadSet extends ArcSet {
  readonly message: ArcMessageSignature | ArcProblem;
  readonly sealing: ArcSignature | ArcProblem;
}

type Refusal = Pick<ArcSignatureVerdict, 'reason' | 'detail'>;

export class ArcVerifier implements MethodVerifier<ArcVerdict> {
  readonly keyNames: readonly string[];
  readonly bodyRequests: readonly BodyHashRequest[];
  readonly #header: HeaderBlock;
  readonly #rules: VerifyRules;
  readonly #keys: KeyCache;
  /** Oldest first, or what is already certain. */
  readonly #chain: readonly ReadSet[] | ArcVerdict;

  constructor(header: HeaderBlock, rules: VerifyRules, keys: KeyCache) {
    this.#header = header;
    this.#rules = rules;
    this.#keys = keys;
    const chain = arcChain(header);
    this.#chain = 'result' in chain ? chain : chain.map(readSet);
    const sets = 'result' in this.#chain ? [] : this.#chain;
    const signatures = sets.flatMap(({ message, sealing }) => [message, sealing]);
    this.keyNames = [...new Set(signatures.flatMap((one) => ('reason' in one ? [] : [one.keyName])))];
    this.bodyRequests = sets.flatMap(({ message }) => ('reason' in message ? [] : [message.body]));
  }

  judge(bodies: BodyHasher, answers: KeyAnswers): ArcVerdict {
    const chain = this.#chain;
    if ('result' in chain) return chain;
    const instances = chain.map((set, i): ArcInstance => {
      const { instance, seal, results } = set;
      return {
        instance,
        chainStatus: seal.tags.get('cv')!.value,
        messageSignature: this.#judgeMessage(set, bodies, answers),
        seal: this.#judgeSeal(chain.slice(0, i + 1), answers),
        authenticationResults: resultsPayload(this.#header.value(results)),
      };
    });
    return statusOf(instances);
  }

  #judgeMessage({ message, messageSignature }: ReadSet, bodies: BodyHasher, answers: KeyAnswers): ArcSignatureVerdict {
    if ('reason' in message) return signatureVerdict(messageSignature, message);
    const { field } = messageSignature;
    const body = bodies.result(message.body);
    const { candidate, valid } = this.#tryKeys(message, answers, () => {
      const fields = selectSignedFields(this.#header, message.signedHeaders, field);
      const own = withoutSignature(this.#header, field, message);
      return signedHeaderBytes(this.#header, fields, message.headerCanonicalization, own);
    });
    const {
      expires,
      body: { limit },
    } = message;
    const refusal =
      (expires !== undefined && this.#rules.now > expires
        ? { reason: 'signature-expired' as const, detail: `the signature expired (x=${expires})` }
        : undefined) ??
      this.#keyRefusal(candidate) ??
      (limit !== undefined && limit > body.canonicalLength
        ? {
            reason: 'body-shorter-than-signed' as const,
            detail: `l=${limit} octets are signed, but the body has only ${body.canonicalLength}`,
          }
        : undefined) ??
      (body.digest.equals(message.bodyHash) ? undefined : BODY_CHANGED) ??
      (valid
        ? undefined
        : {
            reason: 'signature-mismatch' as const,
            detail: 'the signature does not match the signed header fields and the published key',
          });
    return signatureVerdict(messageSignature, refusal ?? signedBy(message, candidate), candidate);
  }

  /** @param sets all that the seal of the last of them covers */
  #judgeSeal(sets: readonly ReadSet[], answers: KeyAnswers): ArcSignatureVerdict {
    const { sealing, seal } = sets.at(-1)!;
    if ('reason' in sealing) return signatureVerdict(seal, sealing);
    const { candidate, valid } = this.#tryKeys(sealing, answers, () => {
      // Section 5.1.1: in increasing instance order; in a set results, message signature, seal.
      const fields = sets.flatMap((set): HeaderField[] => [set.results, set.messageSignature.field, set.seal.field]);
      return signedHeaderBytes(
        this.#header,
        fields.slice(0, -1),
        'relaxed',
        withoutSignature(this.#header, seal.field, sealing),
      );
    });
    const refusal =
      this.#keyRefusal(candidate) ??
      (valid
        ? undefined
        : {
            reason: 'signature-mismatch' as const,
            detail: 'the seal does not match the ARC fields and the published key',
          });
    return signatureVerdict(seal, refusal ?? signedBy(sealing, candidate), candidate);
  }

  /** Several key records at a name: the one that verifies the signature is the one that was meant. */
  #tryKeys(signature: ArcSignature, answers: KeyAnswers, signedBytes: () => Buffer) {
    const answer = answers.get(signature.keyName);
    if (answer === undefined) throw new Error(`no DNS answer was supplied for ${signature.keyName}`);
    const candidates = dkimKeyCandidates(answer, signature, this.#keys);
    const usable = candidates.some(({ ok }) => ok);
    const bytes = usable ? signedBytes() : undefined;
    for (const candidate of candidates) {
      if (candidate.ok && verifies(signature, candidate.imported.key, bytes!)) return { candidate, valid: true };
    }
    return { candidate: candidates[0]!, valid: false };
  }

  #keyRefusal(candidate: DkimKeyCandidate): Refusal | undefined {
    if (!candidate.ok) return candidate.refusal;
    const { type, bits } = candidate.imported;
    if (type !== 'rsa' || bits >= MIN_RSA_BITS || this.#rules.legacy) {
      return disclosureRefusal(candidate, this.#rules.now);
    }
    return { reason: 'weak-key', detail: `the RSA key has ${bits} bits, fewer than ${MIN_RSA_BITS}` };
  }
}

const BODY_CHANGED: Refusal = {
  reason: 'body-hash-mismatch',
  detail: 'the body was changed after it was signed',
};

function readSet(set: ArcSet): ReadSet {
  return { ...set, message: readMessageSignature(set.messageSignature.tags), sealing: readSeal(set.seal.tags) };
}

function signedBy({ signingDomain, algorithm }: ArcSignature, candidate: DkimKeyCandidate): Refusal {
  const bits = candidate.ok ? candidate.imported.bits : undefined;
  const seen = candidate.ok ? candidate.retirement?.seen : undefined;
  const retired = seen === undefined ? '' : `, with a key from the keyring, ${sightingText(seen)}`;
  return { reason: 'signature-valid', detail: `signed by ${signingDomain} (${bits}-bit ${algorithm})${retired}` };
}

function signatureVerdict(
  { tags }: TaggedField,
  { reason, detail }: Refusal,
  candidate?: DkimKeyCandidate,
): ArcSignatureVerdict {
  return {
    result: reason === 'signature-valid' ? 'pass' : 'fail',
    reason,
    detail,
    ...signatureFacts(tags),
    keyBits: candidate?.ok ? candidate.imported.bits : undefined,
    retirement: candidate?.ok ? candidate.retirement : undefined,
    disclosed: candidate?.ok ? candidate.disclosed : undefined,
  };
}

/** Section 5.2, steps 4 to 7. */
function statusOf(instances: readonly ArcInstance[]): ArcVerdict {
  const newest = instances.at(-1)!;
  if (newest.messageSignature.result !== 'pass') {
    const detail = `set ${newest.instance}, ${sealer(newest)}: ${newest.messageSignature.detail}`;
    return arcVerdict('message-signature-invalid', detail, { instances });
  }
  const broken = instances.toReversed().find(({ seal }) => seal.result !== 'pass');
  if (broken !== undefined) {
    const detail = `the seal of set ${broken.instance}, ${sealer(broken)}: ${broken.seal.detail}`;
    return arcVerdict('seal-invalid', detail, { instances });
  }
  const changed = instances.toReversed().find(({ messageSignature }) => messageSignature.result !== 'pass');
  const oldestPass = changed === undefined ? 0 : changed.instance + 1;
  const sets = instances.length === 1 ? '1 set' : `${instances.length} sets`;
  const since = changed === undefined ? '' : `; the message was changed after ${sealer(changed)} sealed it`;
  return arcVerdict('chain-valid', `${sets}, the newest by ${sealer(newest)}${since}`, { instances, oldestPass });
}

function sealer({ seal, messageSignature }: ArcInstance): string {
  return clip(seal.domain ?? messageSignature.domain ?? 'an unnamed host');
}
