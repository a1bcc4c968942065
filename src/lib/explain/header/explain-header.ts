/** What was done to the header fields that one signature covers. */
import { recoverDigest } from '../../crypto/rsa-digest.ts';
import type { UsableDkimKey } from '../../keys/dkim-lookup.ts';
import type { Signature } from '../../dkim/signature.ts';
import { signedInstances, withoutSignature } from '../../signature/signed-fields.ts';
import type { HeaderBlock, HeaderField } from '../../header/header-block.ts';
import type { Change } from '../change.ts';
import type { Budget } from '../effort.ts';
import { digestJudge, ed25519Judge, type HeaderJudge } from './digest-judge.ts';
import type { HeaderContext } from './option.ts';
import { editsOf, type HeaderEdit, HeaderSearch } from './search.ts';

export interface HeaderFindings {
  readonly isProven: boolean;
  readonly changes: readonly Change[];
  readonly edits: readonly HeaderEdit[];
  /** The digest that was signed, where the key gives it away. */
  readonly digest?: Buffer;
}

/** What is known of the body and helps to guess. */
export type BodyHints = Pick<HeaderContext, 'wrapped' | 'encodings' | 'charsets'>;

const none = (change: Change, digest?: Buffer): HeaderFindings => ({
  isProven: false,
  changes: [change],
  edits: [],
  ...(digest === undefined ? {} : { digest }),
});

/**
 * @param keys those of the record that may judge the signature, of which none fitted
 */
export function explainHeader(
  header: HeaderBlock,
  field: HeaderField,
  signature: Signature,
  keys: readonly UsableDkimKey[],
  hints: BodyHints,
  budget: Budget,
): HeaderFindings {
  const judged = judgeFor(signature, keys);
  if ('finding' in judged) return none(judged.finding);
  const form = signature.headerCanonicalization;
  const context: HeaderContext = { header, isSimple: form === 'simple', copies: copiesIn(header, field), ...hints };
  const names = signature.signedHeaders;
  const instances = signedInstances(header, names, field).map((one, i) => ({ name: names[i]!, field: one }));
  const own = withoutSignature(header, field, signature);
  const found = new HeaderSearch(instances, own, form, judged.judge, context, budget).find();
  if (found === undefined) {
    return none({ kind: 'header-changed', isGuess: true }, judged.digest);
  }
  const changes = found.chosen.map(({ option }) => option.change);
  const edits = editsOf(found);
  if (found.own !== undefined) {
    changes.push({ kind: 'field-refolded', field: 'DKIM-Signature' });
    edits.push({ field, text: ownField(found.own, header, field, signature) });
  }
  return { isProven: true, changes, edits, ...(judged.digest === undefined ? {} : { digest: judged.digest }) };
}

type Judged = { readonly judge: HeaderJudge; readonly digest?: Buffer } | { readonly finding: Change };

function judgeFor(signature: Signature, keys: readonly UsableDkimKey[]): Judged {
  if (signature.keyType === 'ed25519') {
    if (signature.signature.length !== 64) return { finding: { kind: 'signature-damaged', isGuess: true } };
    return { judge: ed25519Judge(keys[0]!.imported.key, signature.signature) };
  }
  let hasLength = false;
  for (const { imported } of keys) {
    const recovered = recoverDigest(imported.key, signature.signature);
    if (recovered.ok) return { judge: digestJudge(signature.hash, recovered.digest), digest: recovered.digest };
    if (recovered.reason === 'padding') hasLength = true;
  }
  // RFC 8017 section 8.2.2: no digest comes out. A signature as long as keys of another size make is one of those.
  const bits = signature.signature.length * 8;
  if (!hasLength && ![512, 768, 1024, 1536, 2048, 3072, 4096].includes(bits)) {
    return { finding: { kind: 'signature-damaged', isGuess: true, from: `b= has ${bits / 8} octets` } };
  }
  return { finding: { kind: 'wrong-key', isGuess: true } };
}

/** The field with b= put back where it was taken out. */
function ownField(own: string, header: HeaderBlock, field: HeaderField, signature: Signature): string {
  const text = header.bytes.toString('latin1', field.start, field.end);
  const offset = field.valueStart - field.start;
  const value = text.slice(offset + signature.signatureStart, offset + signature.signatureEnd);
  return own.replace(/((?:^|[;:\s])b[ \t\r\n]*=)/, (match) => match + value);
}

/** z= (RFC 6376 section 3.5): copies of fields, parted by bars, in DKIM-Quoted-Printable. */
function copiesIn(header: HeaderBlock, field: HeaderField): ReadonlyMap<string, readonly string[]> {
  const copies = new Map<string, string[]>();
  const match = /(?:^|;)[ \t\r\n]*z[ \t\r\n]*=([^;]*)/.exec(header.value(field));
  for (const item of match?.[1]
    ?.replace(/[ \t\r\n]+/g, '')
    .split('|')
    .slice(0, 200) ?? []) {
    const text = item.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    const colon = text.indexOf(':');
    if (colon <= 0) continue;
    const name = text.slice(0, colon).trim().toLowerCase();
    copies.set(name, [...(copies.get(name) ?? []), text]);
  }
  return copies;
}
