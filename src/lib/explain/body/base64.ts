/** Base64 bodies (RFC 2045 section 6.8) as the programs of the world write them. */

export interface Base64Style {
  /** Characters a line, a multiple of four; 0: all in one line. */
  readonly columns: number;
}

/** The widths in use: MIME's own, OpenSSL's and PEM's, older Unix mailers', one long line. */
export const COLUMNS: readonly number[] = [76, 72, 64, 60, 0];

/** Octets in one full line. */
export function lineOctets({ columns }: Base64Style): number {
  return columns === 0 ? Infinity : (columns / 4) * 3;
}

export function encodeBase64(bytes: Buffer, style: Base64Style): Buffer {
  const text = bytes.toString('base64');
  if (style.columns === 0) return Buffer.from(`${text}\n`, 'latin1');
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += style.columns) lines.push(text.slice(at, at + style.columns));
  return Buffer.from(lines.length === 0 ? '' : `${lines.join('\n')}\n`, 'latin1');
}

const ALPHABET = /^[A-Za-z0-9+/]*={0,2}$/;
/** Lines that are looked at to tell base64 from text; the decoder skips what is not base64. */
const LOOKED_AT = 50;

/** What a base64 body holds; `undefined` where it is none. Text behind it, as lists append it, is handed back too. */
export function decodeBase64Body(text: Buffer): { readonly bytes: Buffer; readonly rest: Buffer } | undefined {
  const end = base64End(text);
  if (end === 0) return undefined;
  return { bytes: Buffer.from(text.toString('latin1', 0, end), 'base64'), rest: text.subarray(end) };
}

/** Offset behind the last line that is base64 and follows such lines only. */
function base64End(text: Buffer): number {
  let end = 0;
  let width = 0;
  for (let at = 0, count = 0; at < text.length; count++) {
    const lf = text.indexOf(0x0a, at);
    const next = lf === -1 ? text.length : lf + 1;
    const length = (lf === -1 ? next : lf) - at;
    // The lines of a long body are alike: only the first ones, and those of another length, are looked at.
    if (length > 0 && (count < LOOKED_AT || length !== width)) {
      if (!ALPHABET.test(text.toString('latin1', at, at + length).trimEnd())) break;
      width ||= length;
    }
    if (length > 0) end = next;
    at = next;
    if (length > 0 && text[at - 1 - (lf === -1 ? 0 : 1)] === 0x3d) break; // padding ends it
  }
  return end;
}
