const [LF, CR] = [0x0a, 0x0d];

/**
 * The chunks of a message without the CRs that stand directly before an LF, so that its lines end in LF alone. Other CRs
 * stay. A chunk that has none comes out as it is.
 */
export function* withoutCarriageReturns(chunks: Iterable<Buffer>): Iterable<Buffer> {
  let held = 0; // CRs at the end of the last chunk: what follows decides about them
  for (const chunk of chunks) {
    if (held === 0 && !chunk.includes(CR)) {
      yield chunk;
      continue;
    }
    const out = Buffer.allocUnsafe(held + chunk.length);
    let length = 0;
    for (const octet of chunk) {
      if (octet === CR) {
        held++;
        continue;
      }
      if (octet !== LF) length += fillWith(out, length, held);
      held = 0;
      out[length++] = octet;
    }
    if (length > 0) yield out.subarray(0, length);
  }
  if (held > 0) yield Buffer.alloc(held, CR);
}

function fillWith(out: Buffer, at: number, count: number): number {
  if (count > 0) out.fill(CR, at, at + count);
  return count;
}
