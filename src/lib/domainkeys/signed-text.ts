/** The header fields of a message as DomainKeys hashes them (RFC 4870 sections 3.3 h= and 3.4.2). */
import { ByteBuilder } from '../canonicalize/byte-builder.ts';
import { appendCrlf, canonicalizeHeaderField, type DomainKeysCanonicalization } from '../canonicalize/header.ts';
import type { HeaderBlock, HeaderField } from '../header/header-block.ts';

/** Whether a signature covers a field: it stands below the signature and h=, where there is one, names it. */
export function coverage(
  names: readonly string[] | undefined,
  itself: HeaderField | undefined,
): (field: HeaderField) => boolean {
  const listed = names === undefined ? undefined : new Set(names);
  const top = itself?.start ?? -1;
  return (field) => field.start > top && (listed === undefined || listed.has(field.name));
}

/**
 * The covered fields in the order of h=, every occurrence of each name. A name that is listed n times stands for the last
 * n - 1 occurrences one by one, from the bottom up, and first in the list for all that are left.
 *
 * @param covered in message order
 */
export function inListedOrder(covered: readonly HeaderField[], names: readonly string[]): HeaderField[] {
  const left = new Map<string, HeaderField[]>();
  for (const field of covered) {
    const fields = left.get(field.name);
    if (fields === undefined) left.set(field.name, [field]);
    else fields.push(field);
  }
  const mentions = new Map<string, number>();
  for (const name of names) mentions.set(name, (mentions.get(name) ?? 0) + 1);
  const reversed: HeaderField[] = [];
  for (const name of names.toReversed()) {
    const fields = left.get(name);
    const mention = mentions.get(name)!;
    mentions.set(name, mention - 1);
    if (fields === undefined) continue;
    const taken = mention > 1 ? fields.splice(-1) : fields.splice(0).toReversed();
    for (const field of taken) reversed.push(field);
  }
  return reversed.toReversed();
}

/** The canonical fields, each with its CRLF. */
export function canonicalFields(
  header: HeaderBlock,
  fields: readonly HeaderField[],
  canonicalization: DomainKeysCanonicalization,
): Buffer {
  const into = new ByteBuilder(4096);
  for (const { start, end } of fields) {
    canonicalizeHeaderField(canonicalization, header.bytes, start, end, into);
    appendCrlf(into);
  }
  return into.bytes;
}
