/** What the judgement of a signature rests on: tags, key, fields, hashes. */
import { createHash } from 'node:crypto';
import { canonicalBody } from './body/canonical.ts';
import {
  signedHeaderBytes,
  selectSignedFields,
  signedInstances,
  withoutSignature,
} from '../signature/signed-fields.ts';
import type { Signature } from '../dkim/signature.ts';
import type { DkimVerdict } from '../dkim/verdict.ts';
import type { Answer } from '../dns/resolver.ts';
import type { HeaderBlock, HeaderField } from '../header/header-block.ts';
import { parseTagList } from '../syntax/tag-list.ts';
import type { HashedField, Trail } from './explanation.ts';

/** Fields of h= that are listed. */
const MAX_FIELDS = 200;

/**
 * @param signature `undefined` where it cannot be read
 * @param digest that the signature gave away
 */
export function trailOf(
  header: HeaderBlock,
  field: HeaderField,
  signature: Signature | undefined,
  verdict: DkimVerdict,
  answer: Answer<'TXT'> | undefined,
  bodies: BodyDigests,
  digest: Buffer | undefined,
): Trail {
  const list = parseTagList(header.value(field));
  return {
    tags: list.ok ? [...list.tags.values()].map(({ name, value }) => [name, value] as const) : [],
    key: {
      name: signature?.keyName,
      status: answer?.status ?? 'not asked for',
      ttl: answer?.ttl,
      authenticated: answer?.authenticated,
      bits: verdict.keyBits,
    },
    fields: signature === undefined ? [] : hashedFields(header, field, signature),
    bodyHash: {
      expected: signature?.bodyHash.toString('base64'),
      got: signature === undefined ? undefined : bodies.of(signature),
    },
    headerHash: {
      expected: digest?.toString('base64'),
      got: signature === undefined ? undefined : headerDigest(header, field, signature),
    },
  };
}

function hashedFields(header: HeaderBlock, field: HeaderField, { signedHeaders }: Signature): HashedField[] {
  const names = signedHeaders.slice(0, MAX_FIELDS);
  return signedInstances(header, names, field).map((instance, i) => {
    const fields = header.named(names[i]!);
    const at = instance === undefined ? -1 : fields.indexOf(instance);
    return { name: names[i]!, instance: at === -1 ? 0 : fields.length - at, count: fields.length };
  });
}

/** Hashes of one body, each made once. */
export class BodyDigests {
  readonly #body: Buffer;
  readonly #known = new Map<string, string>();

  /** @param body LF */
  constructor(body: Buffer) {
    this.#body = body;
  }

  /** Base64. */
  of({ hash, bodyCanonicalization, bodyLength }: Signature): string {
    const key = `${hash} ${bodyCanonicalization} ${bodyLength}`;
    let digest = this.#known.get(key);
    if (digest === undefined) {
      const { bytes } = canonicalBody(bodyCanonicalization, this.#body, 0);
      digest = createHash(hash).update(bytes.subarray(0, bodyLength)).digest('base64');
      this.#known.set(key, digest);
    }
    return digest;
  }
}

function headerDigest(header: HeaderBlock, field: HeaderField, signature: Signature): string {
  const fields = selectSignedFields(header, signature.signedHeaders, field);
  const own = withoutSignature(header, field, signature);
  const bytes = signedHeaderBytes(header, fields, signature.headerCanonicalization, own);
  return createHash(signature.hash).update(bytes).digest('base64');
}
