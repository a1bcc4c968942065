/**
 * The canonical form of a body that is there as a whole (RFC 6376 sections 3.4.3 and 3.4.4), with the places where it could
 * end: a body that was signed before lines were appended is a beginning of the one that came.
 */
import type { Canonicalization } from '../../canonicalize/header.ts';
import { lastLinesStart } from './lines.ts';

const [TAB, LF, CR, SP] = [0x09, 0x0a, 0x0d, 0x20];

/** Where a body could end: behind a line that is not empty. */
export interface Ends {
  /** How many there are. */
  length: number;
  /** Octets of the canonical form up to there. */
  canonical: Uint32Array;
  /** Octets of the text up to there. */
  text: Uint32Array;
}

let out = Buffer.allocUnsafeSlow(64 * 1024);
const ends: Ends = { length: 0, canonical: new Uint32Array(1024), text: new Uint32Array(1024) };

/** Octets that one canonical form keeps for the next; what a longer one needs is given back. */
const KEPT = 4 * 1024 * 1024;

export interface CanonicalBody {
  /** Without trailing empty lines. */
  readonly bytes: Buffer;
  readonly ends: Ends;
  /** Ends were noted from the first line on. */
  readonly fromTop: boolean;
}

/**
 * @param text LF
 * @param lastLines ends are noted among the last lines only
 * @returns valid until the next call
 */
export function canonicalBody(form: Canonicalization, text: Buffer, lastLines: number): CanonicalBody {
  ends.length = 0;
  const needed = text.length * 2 + 2;
  if (out.length < needed || out.length > Math.max(needed, KEPT))
    out = Buffer.allocUnsafeSlow(Math.max(needed, 65_536));
  const from = lastLines === 0 ? text.length : lastLines === Infinity ? 0 : lastLinesStart(text, lastLines);
  const length = form === 'simple' ? simple(text, from) : relaxed(text, from);
  return { bytes: out.subarray(0, length), ends, fromTop: from === 0 && lastLines > 0 };
}

function simple(text: Buffer, noteFrom: number): number {
  const bytes = out;
  let to = 0;
  let kept = 0;
  for (let at = 0; at < text.length; ) {
    const start = at;
    for (let byte = text[at]!; byte !== LF; byte = text[at]!) {
      bytes[to++] = byte;
      if (++at === text.length) break;
    }
    bytes[to++] = CR;
    bytes[to++] = LF;
    if (at > start) {
      kept = to;
      if (start >= noteFrom) note(to, Math.min(at + 1, text.length));
    }
    at++;
  }
  if (kept > 0) return kept;
  bytes[0] = CR;
  bytes[1] = LF;
  return 2; // section 3.4.3: an empty body is one CRLF
}

function relaxed(text: Buffer, noteFrom: number): number {
  const bytes = out;
  let to = 0;
  let kept = 0;
  for (let at = 0; at < text.length; ) {
    const start = at;
    const lineTo = to;
    let isBlank = false;
    for (let byte = text[at]!; byte !== LF; byte = text[at]!) {
      if (byte === SP || byte === TAB) isBlank = true;
      else {
        if (isBlank) bytes[to++] = SP;
        isBlank = false;
        bytes[to++] = byte;
      }
      if (++at === text.length) break;
    }
    const isEmpty = to === lineTo;
    bytes[to++] = CR;
    bytes[to++] = LF;
    if (!isEmpty) {
      kept = to;
      if (start >= noteFrom) note(to, Math.min(at + 1, text.length));
    }
    at++;
  }
  return kept;
}

function note(canonical: number, text: number): void {
  if (ends.length === ends.text.length) {
    ends.canonical = grown(ends.canonical);
    ends.text = grown(ends.text);
  }
  ends.canonical[ends.length] = canonical;
  ends.text[ends.length++] = text;
}

function grown(array: Uint32Array): Uint32Array {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}
