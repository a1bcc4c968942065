/** The header block as a list of fields over its original bytes. Nothing in it is changed. */

/** Real mail has some 50 KB at most; Sendmail and Postfix stop at 32 and 100 KB. Beyond this a message is an attack. */
export const MAX_HEADER_BYTES = 8 * 1024 * 1024;
/** An index entry costs memory: this many cost some 20 MB. */
export const MAX_HEADER_FIELDS = 200_000;

/** Where one field lies in the bytes of its block. */
export interface HeaderField {
  /** Lower case, latin1, without blanks before the colon; empty for a line that is not a field (no colon, odd name). */
  readonly name: string;
  readonly start: number;
  /** Offset just behind the colon; `start` for a line that is not a field. */
  readonly valueStart: number;
  /** Offset of the line end that closes the field, or of the end of the block. */
  readonly end: number;
}

const NONE: readonly HeaderField[] = [];

/**
 * The header fields of a message over their bytes, in their order (RFC 5322 section 2.2). Nothing is decoded or thrown:
 * a line that is not a field is one without a name.
 */
export class HeaderBlock {
  /** From the first field to the last, line ends as they came, without the empty line that follows. */
  readonly bytes: Buffer;
  /** Top to bottom. Where there are more than MAX_HEADER_FIELDS, the ones behind it are missing. */
  readonly fields: readonly HeaderField[];
  /** Somewhere in it stands a CR that no LF follows. */
  readonly hasBareCr: boolean;
  /** The bytes as latin1. */
  readonly text: string;
  #byName: Map<string, HeaderField[]> | undefined;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.text = bytes.toString('latin1');
    const { fields, hasBareCr } = fieldsIn(this.text);
    this.fields = fields;
    this.hasBareCr = hasBareCr;
  }

  /** The fields of that name, top to bottom. @param name lower case */
  named(name: string): readonly HeaderField[] {
    this.#byName ??= byName(this.fields);
    return this.#byName.get(name) ?? NONE;
  }

  /** Everything behind the colon, folds included, as latin1. */
  value(field: HeaderField): string {
    return this.text.slice(field.valueStart, field.end);
  }

  /** The name as it is spelled in the message, latin1. */
  spelledName(field: HeaderField): string {
    return this.text.slice(field.start, field.valueStart - 1).trimEnd();
  }
}

function byName(fields: readonly HeaderField[]): Map<string, HeaderField[]> {
  const lists = new Map<string, HeaderField[]>();
  for (const field of fields) {
    const list = lists.get(field.name);
    if (list === undefined) lists.set(field.name, [field]);
    else list.push(field);
  }
  return lists;
}

const [TAB, LF, CR, SP, COLON] = [0x09, 0x0a, 0x0d, 0x20, 0x3a];

/** @param text latin1, a header block and nothing else */
function fieldsIn(text: string): Pick<HeaderBlock, 'fields' | 'hasBareCr'> {
  const fields: HeaderField[] = [];
  let last: { end: number } | undefined;
  let hasBareCr = false;
  let cr = -1;
  for (let start = 0; start < text.length; ) {
    const lf = text.indexOf('\n', start);
    const next = lf === -1 ? text.length : lf + 1;
    const end = lineContentEnd(text, start, next);
    if (cr < start) cr = indexOrEnd(text, '\r', start);
    hasBareCr ||= cr < end;
    const first = text.charCodeAt(start);
    if ((first === SP || first === TAB) && last !== undefined) {
      last.end = end; // a folded line belongs to the field before it (RFC 5322 section 2.2.3)
    } else {
      if (fields.length > MAX_HEADER_FIELDS) break;
      const field = fieldIn(text, start, end);
      fields.push(field);
      last = field;
    }
    start = next;
  }
  return { fields, hasBareCr };
}

function indexOrEnd(text: string, wanted: string, from: number): number {
  const at = text.indexOf(wanted, from);
  return at === -1 ? text.length : at;
}

/** Offset of the line end (CRLF or LF) of the line, or of its end where it has none. */
function lineContentEnd(text: string, start: number, next: number): number {
  if (next === start || text.charCodeAt(next - 1) !== LF) return next;
  return next - 2 >= start && text.charCodeAt(next - 2) === CR ? next - 2 : next - 1;
}

/**
 * The field in a line. field-name = 1*ftext, printable ASCII without a colon (RFC 5322 section 3.6.8); blanks before the
 * colon are the obsolete form (section 4.5).
 */
function fieldIn(text: string, start: number, end: number): HeaderField {
  let at = start;
  while (at < end && isNameCharacter(text.charCodeAt(at))) at++;
  const nameEnd = at;
  while (at < end && (text.charCodeAt(at) === SP || text.charCodeAt(at) === TAB)) at++;
  if (nameEnd === start || at === end || text.charCodeAt(at) !== COLON) {
    return { name: '', start, valueStart: start, end };
  }
  return { name: text.slice(start, nameEnd).toLowerCase(), start, valueStart: at + 1, end };
}

function isNameCharacter(code: number): boolean {
  return code > SP && code < 0x7f && code !== COLON;
}
