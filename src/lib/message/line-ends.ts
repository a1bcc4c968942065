const [LF, CR] = [0x0a, 0x0d];

/**
 * The chunks of a message with lines that end in LF alone, as qmail-remote takes them to send each with CRLF: CRs directly
 * before an LF are left out, and any other CR, which SMTP does not allow (RFC 5321 section 2.3.8), ends a line. A chunk
 * that has none comes out as it is.
 */
export function* withLineFeeds(chunks: Iterable<Buffer>): Iterable<Buffer> {
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
  if (held > 0) yield Buffer.alloc(held, LF);
}

function fillWith(out: Buffer, at: number, count: number): number {
  if (count > 0) out.fill(LF, at, at + count);
  return count;
}
