/** Changing a message on its way through, by position. */

export interface Splice {
  /** Offset in the message as it came. */
  readonly at: number;
  /** Octets that are left out from there. */
  readonly remove: number;
  /** What takes their place. */
  readonly insert: Uint8Array;
}

/**
 * The chunks of a message with the splices applied; one chunk comes out for each that goes in, and one more where something
 * is put behind the end.
 *
 * @param splices by ascending offset, none inside what another one removes
 */
export function* spliced(chunks: Iterable<Buffer>, splices: readonly Splice[]): Iterable<Buffer> {
  let next = 0;
  let at = 0;
  let skip = 0;
  for (const chunk of chunks) {
    const end = at + chunk.length;
    const parts: Uint8Array[] = [];
    let from = 0;
    for (;;) {
      const skipped = Math.min(skip, chunk.length - from);
      from += skipped;
      skip -= skipped;
      const splice = splices[next];
      if (splice === undefined || splice.at >= end) break;
      parts.push(chunk.subarray(from, splice.at - at), splice.insert);
      from = splice.at - at;
      skip = splice.remove;
      next++;
    }
    parts.push(chunk.subarray(from));
    at = end;
    yield parts.length === 1 && from === 0 ? chunk : Buffer.concat(parts);
  }
  const rest = splices.slice(next).map(({ insert }) => insert);
  if (rest.length > 0) yield Buffer.concat(rest);
}
