import { ByteBuilder } from '../canonicalize/byte-builder.ts';
import { appendCrlf, type Canonicalization, canonicalizeHeaderField } from '../canonicalize/header.ts';
import type { HeaderBlock, HeaderField } from '../header/header-block.ts';

/**
 * The fields that a list of names stands for (RFC 6376 section 5.4.2): each mention of a name takes the next instance
 * from the bottom up; a mention for which none is left stands for nothing, which is what keeps one from being added.
 *
 * @param names h=, lower case
 * @param itself the signature that is judged, which never covers itself (section 3.5 h=)
 */
export function selectSignedFields(header: HeaderBlock, names: readonly string[], itself?: HeaderField): HeaderField[] {
  const selected: HeaderField[] = [];
  for (const field of signedInstances(header, names, itself)) if (field !== undefined) selected.push(field);
  return selected;
}

/** For each mention of a name the instance that it stands for; `undefined` where none is left. */
export function signedInstances(
  header: HeaderBlock,
  names: readonly string[],
  itself?: HeaderField,
): (HeaderField | undefined)[] {
  const untaken = new Map<string, number>();
  const instances: (HeaderField | undefined)[] = [];
  for (const name of names) {
    const fields = header.named(name);
    let left = untaken.get(name) ?? fields.length;
    if (left > 0 && fields[left - 1] === itself) left--;
    instances.push(left > 0 ? fields[--left] : undefined);
    untaken.set(name, left);
  }
  return instances;
}

/** Used again for each signature: a new one for each would cost more than filling it. */
const SIGNED_BYTES = new ByteBuilder(8 * 1024);

/**
 * The octets that a signature's header hash runs over (section 3.7): the selected fields, then the signature's own field
 * with b= taken as empty and without a final CRLF.
 *
 * @param own the DKIM-Signature field, its b= already empty, with its folds, without its final line end
 * @returns valid until the next call
 */
export function signedHeaderBytes(
  header: HeaderBlock,
  fields: readonly HeaderField[],
  canonicalization: Canonicalization,
  own: Buffer,
): Buffer {
  const into = SIGNED_BYTES;
  into.length = 0;
  for (const field of fields) {
    canonicalizeHeaderField(canonicalization, header.bytes, field.start, field.end, into);
    appendCrlf(into);
  }
  canonicalizeHeaderField(canonicalization, own, 0, own.length, into);
  return into.bytes;
}

/** The signature's own field with the value of b=, blanks around it included, taken away (section 3.5 b=). */
export function withoutSignature(
  header: HeaderBlock,
  field: HeaderField,
  signature: { readonly signatureStart: number; readonly signatureEnd: number },
): Buffer {
  const { bytes } = header;
  const from = field.valueStart + signature.signatureStart;
  const to = field.valueStart + signature.signatureEnd;
  return Buffer.concat([bytes.subarray(field.start, from), bytes.subarray(to, field.end)]);
}
