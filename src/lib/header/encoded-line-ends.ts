/**
 * Line ends that are encoded in header fields (RFC 2047). SpamAssassin decodes fields first and splits them into lines then, so
 * that a `=?utf-8?q?=0AX:_y?=` in a Subject is a field X to it.
 */

/** A stretch of a text and what is to stand there instead, of the same length. */
export interface Replacement {
  readonly at: number;
  readonly instead: string;
}

/** Some characters of an encoded word, wide enough for every program that decodes them. */
const ENCODED_WORD = /=\?([^?\s]{1,100})\?([bq])\?([^?]*)\?=/gi;
const CODED_LINE_END = /=0[ad]/gi;
/** In these character sets other octets than CR and LF may stand for a line end. */
const NOT_ASCII = /utf-?7|ebcdic|posix-bc|^(?:cp|ibm)-?\d/i;
const [LF, CR, SP] = [0x0a, 0x0d, 0x20];

/** Blanks for the encoded line ends of a field, by offset. @param value latin1 */
export function* encodedLineEnds(value: string): Iterable<Replacement> {
  if (!value.includes('=?')) return;
  ENCODED_WORD.lastIndex = 0;
  for (let found = ENCODED_WORD.exec(value); found !== null; found = ENCODED_WORD.exec(value)) {
    const [word, charset, encoding, text] = found as unknown as [string, string, string, string];
    const end = found.index + word.length;
    const textAt = end - 2 - text.length;
    if (NOT_ASCII.test(charset)) {
      yield { at: found.index, instead: '=_' }; // which makes it no encoded word
    } else if (encoding.toLowerCase() === 'q') {
      for (const { index } of text.matchAll(CODED_LINE_END)) yield { at: textAt + index, instead: '=20' };
    } else if (holdsLineEnd(text)) {
      const blanked = withBlanks(text);
      yield blanked.length === text.length ? { at: textAt, instead: blanked } : { at: found.index, instead: '=_' };
    }
    ENCODED_WORD.lastIndex = end - 1; // the final `=` may begin another one
  }
}

/** Programs differ in what they make of characters that are not base64, and of those behind a `=`. */
function holdsLineEnd(text: string): boolean {
  const base64 = text.replace(/[^A-Za-z0-9+/=]/g, '');
  return [base64, base64.replaceAll('=', ''), text].some((one) => {
    const octets = Buffer.from(one, 'base64');
    return octets.includes(LF) || octets.includes(CR);
  });
}

function withBlanks(text: string): string {
  const octets = Buffer.from(text, 'base64');
  return Buffer.from(octets.map((octet) => (octet === LF || octet === CR ? SP : octet))).toString('base64');
}
