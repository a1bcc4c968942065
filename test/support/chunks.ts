/** The ways in which a stream may come in pieces. */
export const PIECE_SIZES = [1, 2, 3, Number.POSITIVE_INFINITY] as const;

/** Copies, in a buffer that is overwritten with each piece: whoever keeps a view of one is found out. */
export function* inPieces(bytes: Uint8Array, size: number): Generator<Buffer> {
  const reused = Buffer.alloc(Math.min(size, bytes.length));
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size);
    reused.set(part);
    yield reused.subarray(0, part.length);
  }
  reused.fill(0x21);
}

export const latin1 = (text: string) => Buffer.from(text, 'latin1');
