/** Bodies as lines: LF alone ends a line here, whatever ended it in the message. */

const [LF, CR] = [0x0a, 0x0d];
const CRLF = Buffer.from('\r\n');

/** The same text with each CRLF as LF. A CR that stands alone stays. */
export function withLf(bytes: Buffer): Buffer {
  let at = bytes.indexOf(CRLF);
  if (at === -1) return bytes;
  const out = Buffer.allocUnsafe(bytes.length);
  let to = 0;
  let from = 0;
  for (; at !== -1; at = bytes.indexOf(CRLF, from)) {
    to += bytes.copy(out, to, from, at);
    out[to++] = LF;
    from = at + 2;
  }
  to += bytes.copy(out, to, from);
  return out.subarray(0, to);
}

/** The same text with each LF that has no CR before it as CRLF. */
export function withCrlf(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(bytes.length * 2);
  let to = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === LF && bytes[at - 1] !== CR) out[to++] = CR;
    out[to++] = byte;
  }
  return out.subarray(0, to);
}

/** The lines of a text, latin1, without their ends; an empty text has none. */
export function linesOf(text: Buffer): string[] {
  if (text.length === 0) return [];
  const lines = text.toString('latin1').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

export function textOfLines(lines: readonly string[]): Buffer {
  return Buffer.from(lines.length === 0 ? '' : `${lines.join('\n')}\n`, 'latin1');
}

/** Offset of the first of the last `count` lines. */
export function lastLinesStart(text: Buffer, count: number): number {
  let at = text.length;
  for (let left = count; left > 0 && at > 0; left--) {
    at = at >= 2 ? text.lastIndexOf(LF, at - 2) + 1 : 0;
  }
  return at;
}

/** How many lines begin before an offset. */
export function countLines(text: Buffer, end: number): number {
  let count = 0;
  for (let at = 0; at < end; count++) {
    const lf = text.indexOf(LF, at);
    at = lf === -1 ? end : lf + 1;
  }
  return count;
}
