/** Taking out of a header block what deceives those who read it behind us. */
import { encodedLineEnds } from './encoded-line-ends.ts';
import type { HeaderBlock, HeaderField } from './header-block.ts';
import type { MessageSplitter } from '../message/message-splitter.ts';
import type { Splice } from '../message/splice.ts';
import { type StrayOctets, strayOctets } from './stray-octets.ts';

export interface CleanedHeader {
  /** What makes the message a clean one: nothing where it is one. */
  readonly splices: readonly Splice[];
  /** What stood there. */
  readonly strays: StrayOctets;
  /** Line ends in encoded words. */
  readonly encodedLineEnds: number;
}

const [CR, LF, NUL] = [0x0d, 0x0a, 0];

/**
 * Leave fields out, and see to it that every program finds the same fields: bare CRs and NULs become blanks, or question marks
 * where a blank would make a field or a fold of what was none; line ends in encoded words become blanks; and the empty line that ends the block gets the
 * message's own line end, since SpamAssassin reads over a lone CRLF among LFs into the body.
 *
 * @param header of `message`
 * @param unwanted some of its fields
 */
export function cleanHeader(
  { mboxLine, separator, lineEnd }: MessageSplitter,
  header: HeaderBlock,
  unwanted: readonly HeaderField[],
): CleanedHeader {
  const strays = strayOctets(header);
  const bytes = Buffer.from(header.bytes);
  const coded = blankEncodedLineEnds(header, bytes);
  const isOdd = strays.carriageReturns + strays.nuls > 0;
  const isMixed = separator.length > 0 && separator.length !== lineEnd.length;
  if (unwanted.length === 0 && !isOdd && coded === 0 && !isMixed) return { splices: [], strays, encodedLineEnds: 0 };
  if (isOdd) replaceStrays(header, bytes);
  const insert = Buffer.concat([
    ...rangesWithout(header, bytes, unwanted),
    Buffer.from(separator.length > 0 ? lineEnd : ''),
  ]);
  const splice = { at: mboxLine.length, remove: bytes.length + separator.length, insert };
  return { splices: [splice], strays, encodedLineEnds: coded };
}

/** @param bytes of the block, which are changed @returns how many there were */
function blankEncodedLineEnds(header: HeaderBlock, bytes: Buffer): number {
  let count = 0;
  if (!header.text.includes('=?')) return count;
  for (const field of header.fields) {
    for (const { at, instead } of encodedLineEnds(header.value(field))) {
      bytes.write(instead, field.valueStart + at, 'latin1');
      count++;
    }
  }
  return count;
}

/** @param bytes of the block, which are changed */
function replaceStrays(header: HeaderBlock, bytes: Buffer): void {
  for (const { name, start, valueStart, end } of header.fields) {
    const valueAt = name === '' ? end : valueStart;
    for (let at = start; at < end; at++) {
      if (bytes[at] === NUL || (bytes[at] === CR && bytes[at + 1] !== LF)) bytes[at] = at < valueAt ? 0x3f : 0x20;
    }
  }
}

function rangesWithout(header: HeaderBlock, bytes: Buffer, unwanted: readonly HeaderField[]): Buffer[] {
  const out = new Set(unwanted);
  const ranges: Buffer[] = [];
  let from = 0;
  for (const [i, field] of header.fields.entries()) {
    if (!out.has(field)) continue;
    ranges.push(bytes.subarray(from, field.start));
    from = header.fields[i + 1]?.start ?? bytes.length;
  }
  ranges.push(bytes.subarray(from));
  return ranges;
}
