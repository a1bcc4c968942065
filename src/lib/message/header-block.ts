/** The header block as a list of fields over its original bytes. Nothing is decoded and nothing is copied. */

/** Real mail has some 50 KB at most; Sendmail and Postfix stop at 32 and 100 KB. Beyond this a message is an attack. */
export const MAX_HEADER_BYTES = 8 * 1024 * 1024;
/** An index entry costs memory: this many cost some 20 MB. */
export const MAX_HEADER_FIELDS = 200_000;

/** Where one field lies in the bytes of its block. */
export interface HeaderField {
  /** Lower case, latin1, without blanks before the colon; empty for a line that is no field (no colon, odd name). */
  readonly name: string;
  readonly start: number;
  /** Offset just behind the colon; `start` for a line that is no field. */
  readonly valueStart: number;
  /** Offset of the line end that closes the field, or of the end of the block. */
  readonly end: number;
}

export class HeaderBlock {
  /** From the first field to the last, line ends as they came, without the empty line that follows. */
  readonly bytes: Buffer;
  /** Top to bottom. */
  readonly fields: readonly HeaderField[];
  #byName: Map<string, HeaderField[]> | undefined;

  constructor(bytes: Buffer, fields: readonly HeaderField[]) {
    this.bytes = bytes;
    this.fields = fields;
  }

  /** The fields of that name, top to bottom. @param name lower case */
  named(name: string): readonly HeaderField[] {
    if (this.#byName === undefined) {
      this.#byName = new Map();
      for (const field of this.fields) {
        const list = this.#byName.get(field.name);
        if (list === undefined) this.#byName.set(field.name, [field]);
        else list.push(field);
      }
    }
    return this.#byName.get(name) ?? [];
  }

  /** Everything behind the colon, folds included, as latin1. */
  value(field: HeaderField): string {
    return this.bytes.toString('latin1', field.valueStart, field.end);
  }

  /** The name as it is spelled in the message, latin1. */
  spelledName(field: HeaderField): string {
    return this.bytes.toString('latin1', field.start, field.valueStart - 1).trimEnd();
  }
}

const [TAB, LF, CR, SP, COLON] = [0x09, 0x0a, 0x0d, 0x20, 0x3a];

/** The header block of bytes that hold nothing else. For tests and short texts; a message goes through MessageSplitter. */
export function parseHeaderBlock(bytes: Buffer): HeaderBlock {
  const index = new HeaderIndex();
  for (let at = 0; at < bytes.length; ) {
    const lf = bytes.indexOf(LF, at);
    const next = lf === -1 ? bytes.length : lf + 1;
    index.addLine(bytes, at, next);
    at = next;
  }
  return new HeaderBlock(bytes, index.fields);
}

/** Grows the list of fields a line at a time. */
export class HeaderIndex {
  readonly fields: HeaderField[] = [];

  /** Add the line that spans `start` to `next`, its line end included. */
  addLine(bytes: Buffer, start: number, next: number): void {
    const end = lineContentEnd(bytes, start, next);
    const first = bytes[start];
    const last = this.fields.at(-1);
    if ((first === SP || first === TAB) && last !== undefined) {
      (last as { end: number }).end = end; // a folded line belongs to the field before it (RFC 5322 section 2.2.3)
      return;
    }
    const colon = colonBehindName(bytes, start, end);
    if (colon === -1) {
      this.fields.push({ name: '', start, valueStart: start, end });
      return;
    }
    let nameEnd = colon;
    while (bytes[nameEnd - 1] === SP || bytes[nameEnd - 1] === TAB) nameEnd--;
    const name = bytes.toString('latin1', start, nameEnd).toLowerCase();
    this.fields.push({ name, start, valueStart: colon + 1, end });
  }
}

/** Offset of the line end (CRLF or LF) of the line, or of its end where it has none. */
export function lineContentEnd(bytes: Buffer, start: number, next: number): number {
  if (next === start || bytes[next - 1] !== LF) return next;
  return next - 2 >= start && bytes[next - 2] === CR ? next - 2 : next - 1;
}

/**
 * Offset of the colon that ends a field name, or -1 where the line is no field. field-name = 1*ftext, printable ASCII
 * without a colon (RFC 5322 section 3.6.8); blanks before the colon are the obsolete form (section 4.5).
 */
function colonBehindName(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at]! > SP && bytes[at]! < 0x7f && bytes[at] !== COLON) at++;
  if (at === start) return -1;
  while (at < end && (bytes[at] === SP || bytes[at] === TAB)) at++;
  return at < end && bytes[at] === COLON ? at : -1;
}
