/**
 * Body canonicalisation eight octets at a time. While nothing is held back, words without a special octet are copied
 * as they are; the usual line ends and single spaces are settled on the spot; everything else goes through the
 * reference's `step`, an octet at a time, until nothing is held back again.
 */
import { OUTPUT, OUTPUT_SIZE, PlainNofwsBody, PlainRelaxedBody, PlainSimpleBody } from './plain-body.ts';

const [LF, CR, SP] = [0x0a, 0x0d, 0x20];
const output = new DataView(OUTPUT.buffer, OUTPUT.byteOffset, OUTPUT.byteLength);

/** A word and the two octets behind it that tell what a line end at its last octet is followed by. */
const NEEDED = 10;

/**
 * Copy from `chunk` at `from` to OUTPUT at `to`, as far as `NEEDED` octets are left and the output has room.
 *
 * @param limit octets below this are special; as an int32 with the octet repeated. Any other octet is content.
 * @returns where it stopped, in `stop`
 */
function copyWords(chunk: Uint8Array, view: DataView, from: number, to: number, limit: number, spaces: boolean): void {
  let at = from;
  let out = to;
  const last = chunk.length - NEEDED;
  while (at <= last && out < OUTPUT_SIZE) {
    const low = view.getInt32(at, true);
    const high = view.getInt32(at + 4, true);
    output.setInt32(out, low, true);
    output.setInt32(out + 4, high, true);
    // The lowest set bit marks the first octet below the limit (Mycroft's test; later marks may be wrong).
    const inLow = (low - limit) & ~low & 0x80808080;
    const inHigh = (high - limit) & ~high & 0x80808080;
    if ((inLow | inHigh) === 0) {
      at += 8;
      out += 8;
      continue;
    }
    const clean = inLow !== 0 ? firstMark(inLow) : 4 + firstMark(inHigh);
    at += clean;
    out += clean;
    const byte = chunk[at]!;
    const next = chunk[at + 1]!;
    if (next > SP && byte === LF) {
      output.setInt16(out, 0x0a0d, true);
      at += 1;
      out += 2;
    } else if (next > SP && byte === SP && spaces) {
      at += 1;
      out += 1;
    } else if (byte === CR && next === LF && chunk[at + 2]! > SP) {
      output.setInt16(out, 0x0a0d, true);
      at += 2;
      out += 2;
    } else {
      break;
    }
  }
  stop.at = at;
  stop.to = out;
}

/** Where copyWords stopped: its result without an allocation. */
const stop = { at: 0, to: 0 };

/** Octets in front of the first mark. */
function firstMark(marks: number): number {
  return (31 - Math.clz32(marks & -marks)) >> 3;
}

let viewed: Uint8Array = OUTPUT;
let lastView: DataView = output;

/** One view a chunk: copyWords is called about once a line. */
function viewOf(chunk: Uint8Array): DataView {
  if (chunk !== viewed) {
    viewed = chunk;
    lastView = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
  return lastView;
}

/** Below these octets an octet may be special: CR and LF; or also the blanks. */
const LINE_ENDS = 0x0e0e0e0e;
const BLANKS = 0x21212121;

export class WordSimpleBody extends PlainSimpleBody {
  protected override copy(chunk: Uint8Array, from: number): number {
    copyWords(chunk, viewOf(chunk), from, this.to, LINE_ENDS, false);
    return this.copied(stop.at, stop.to);
  }
}

export class WordRelaxedBody extends PlainRelaxedBody {
  protected override copy(chunk: Uint8Array, from: number): number {
    copyWords(chunk, viewOf(chunk), from, this.to, BLANKS, true);
    return this.copied(stop.at, stop.to);
  }
}

export class WordNofwsBody extends PlainNofwsBody {
  protected override copy(chunk: Uint8Array, from: number): number {
    copyWords(chunk, viewOf(chunk), from, this.to, BLANKS, false);
    return this.copied(stop.at, stop.to);
  }
}
