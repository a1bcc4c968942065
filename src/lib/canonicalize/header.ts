/** Header field canonicalisation (RFC 6376 sections 3.4.1 and 3.4.2, RFC 4870 section 3.4.2). */
import type { ByteBuilder } from './byte-builder.ts';

/** DKIM's, c= of RFC 6376 section 3.5. */
export type Canonicalization = 'simple' | 'relaxed';
/** Those of DomainKeys, c= of RFC 4870 section 3.3; for a header field, simple is the same as DKIM's. */
export type DomainKeysCanonicalization = 'simple' | 'nofws';

const [TAB, LF, CR, SP, COLON] = [0x09, 0x0a, 0x0d, 0x20, 0x3a];

/**
 * Append the canonical form of one field, without the CRLF that ends it.
 *
 * @param bytes holds the field from `start` to `end`: name, colon, value with its folds (LF or CRLF), no final line end
 */
export function canonicalizeHeaderField(
  canonicalization: Canonicalization | DomainKeysCanonicalization,
  bytes: Uint8Array,
  start: number,
  end: number,
  into: ByteBuilder,
): void {
  if (canonicalization === 'simple') simple(bytes, start, end, into);
  else if (canonicalization === 'relaxed') relaxed(bytes, start, end, into);
  else nofws(bytes, start, end, into);
}

/** The CRLF that ends each canonical field but the signature's own. */
export function appendCrlf(into: ByteBuilder): void {
  const out = into.reserve(2);
  out[into.length] = CR;
  out[into.length + 1] = LF;
  into.length += 2;
}

/** Section 3.4.1: as it is; a fold that came as a bare LF is hashed as CRLF. */
function simple(bytes: Uint8Array, start: number, end: number, into: ByteBuilder): void {
  const out = into.reserve(2 * (end - start));
  let to = into.length;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === LF && (at === start || bytes[at - 1] !== CR)) out[to++] = CR;
    out[to++] = byte;
  }
  into.length = to;
}

/**
 * Section 3.4.2: name in lower case, no blanks around the colon, folds removed, runs of blanks as one space, none at
 * the end. A bare CR is not white space and stays.
 */
function relaxed(bytes: Uint8Array, start: number, end: number, into: ByteBuilder): void {
  const out = into.reserve(end - start);
  let to = into.length;
  let at = start;
  for (; at < end && bytes[at] !== COLON; at++) {
    const byte = bytes[at]!;
    if (byte !== SP && byte !== TAB) out[to++] = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
  }
  if (at < end) out[to++] = COLON;
  const valueAt = to;
  let blank = false;
  for (at++; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === SP || byte === TAB) {
      blank = true;
    } else if (byte === LF || (byte === CR && bytes[at + 1] === LF)) {
      // the line end of a fold: unfolding takes it away
    } else {
      if (blank && to > valueAt) out[to++] = SP;
      blank = false;
      out[to++] = byte;
    }
  }
  into.length = to;
}

/** RFC 4870 section 3.4.2.2: without SP, HTAB, CR and LF, wherever they stand. The name keeps its case. */
function nofws(bytes: Uint8Array, start: number, end: number, into: ByteBuilder): void {
  const out = into.reserve(end - start);
  let to = into.length;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte !== SP && byte !== TAB && byte !== CR && byte !== LF) out[to++] = byte;
  }
  into.length = to;
}
