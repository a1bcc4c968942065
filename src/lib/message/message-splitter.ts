import { HeaderBlock, MAX_HEADER_BYTES, MAX_HEADER_FIELDS } from '../header/header-block.ts';

const [LF, CR, F] = [0x0a, 0x0d, 0x46];
/** Octets that are looked through for the end of the header block at once: as long as most header blocks. */
const PIECE = 3 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);
/** The start of an mbox separator line; `From : a@b` is a field in the obsolete form, not one. */
const MBOX_LINE = /^From [ \t]*[^ \t:]/;
/** A line end, and behind it an empty line. */
const [EMPTY_LINE, EMPTY_LINE_CRLF] = [Buffer.from('\n\n'), Buffer.from('\n\r\n')];

/**
 * Finds the end of the header block in a message that comes in pieces. Keeps every byte of what stands before the body;
 * the body goes through untouched.
 */
export class MessageSplitter {
  #kept: Buffer = NOTHING;
  #length = 0;
  /** No empty line begins before this offset: each octet is looked at once. */
  #searched = 0;
  #headerStart = 0;
  #header: HeaderBlock | undefined;
  #separator = NOTHING;
  #overLimit: string | undefined;

  /** The header block, once its end was seen. */
  get header(): HeaderBlock | undefined {
    return this.#header;
  }

  /** A leading mbox `From ` line with its line end; empty where there is none. It is not part of the message. */
  get mboxLine(): Buffer {
    return this.#kept.subarray(0, this.#headerStart);
  }

  /** The empty line between header block and body, or nothing where the message has none. */
  get separator(): Buffer {
    return this.#separator;
  }

  /** Which limit the header block broke, as a sentence. Nothing behind that point is kept. */
  get overLimit(): string | undefined {
    return this.#overLimit;
  }

  /** The line end that the header block uses first; what is added follows it. LF where it has none. */
  get lineEnd(): '\n' | '\r\n' {
    const lf = this.#kept.subarray(0, this.#length).indexOf(LF);
    return lf > 0 && this.#kept[lf - 1] === CR ? '\r\n' : '\n';
  }

  /**
   * Take the next piece of the message.
   *
   * @returns the bytes of the body in it (a view into `chunk`), empty while the header block goes on
   */
  write(chunk: Buffer): Buffer {
    if (this.#header !== undefined) return chunk;
    // Most of a chunk is body, which is not to be copied.
    for (let at = 0; at < chunk.length && this.#overLimit === undefined; at += PIECE) {
      const before = this.#length;
      this.#keep(chunk.subarray(at, at + PIECE));
      const headerEnd = this.#findEnd();
      if (headerEnd === -1) {
        if (this.#length > MAX_HEADER_BYTES) this.#checkLength(this.#length);
        continue;
      }
      const bodyStart = headerEnd + (this.#kept[headerEnd] === CR ? 2 : 1);
      this.#finish(headerEnd, bodyStart);
      return this.#header === undefined ? NOTHING : chunk.subarray(at + bodyStart - before);
    }
    return NOTHING;
  }

  /** The message ended. One without an empty line is all header block. */
  end(): void {
    if (this.#header === undefined && this.#overLimit === undefined) this.#finish(this.#length, this.#length);
  }

  #keep(chunk: Buffer): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#kept.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#kept.length * 2));
      this.#kept.copy(grown, 0, 0, this.#length);
      this.#kept = grown;
    }
    chunk.copy(this.#kept, this.#length);
    this.#length = needed;
  }

  /** Offset of the empty line that ends the header block, or -1 while it has not come. */
  #findEnd(): number {
    const bytes = this.#kept.subarray(0, this.#length);
    if (bytes[0] === LF || (bytes[0] === CR && bytes[1] === LF)) return 0;
    const lf = bytes.indexOf(EMPTY_LINE, this.#searched);
    const crlf = (lf === -1 ? bytes : bytes.subarray(0, lf + 1)).indexOf(EMPTY_LINE_CRLF, this.#searched);
    this.#searched = Math.max(0, this.#length - 2); // half of one may stand at the end
    return crlf === -1 ? (lf === -1 ? -1 : lf + 1) : crlf + 1;
  }

  #finish(headerEnd: number, bodyStart: number): void {
    this.#checkLength(headerEnd);
    if (this.#overLimit !== undefined) return;
    const header = new HeaderBlock(this.#kept.subarray(this.#headerStart, headerEnd));
    if (header.fields.length > MAX_HEADER_FIELDS) {
      this.#stop(`the header block has more than ${MAX_HEADER_FIELDS} fields`);
      return;
    }
    this.#header = header;
    this.#separator = this.#kept.subarray(headerEnd, bodyStart);
    this.#length = bodyStart;
  }

  #checkLength(headerEnd: number): void {
    this.#headerStart = mboxLineLength(this.#kept.subarray(0, headerEnd));
    if (headerEnd - this.#headerStart > MAX_HEADER_BYTES) {
      this.#stop(`the header block is longer than ${MAX_HEADER_BYTES / 1024 / 1024} MiB`);
    }
  }

  #stop(sentence: string): void {
    this.#overLimit = sentence;
    this.#kept = this.#kept.subarray(0, this.#headerStart);
    this.#length = this.#headerStart;
  }
}

/** With its line end; 0 where the bytes do not begin with such a line. */
function mboxLineLength(bytes: Buffer): number {
  if (bytes[0] !== F || !MBOX_LINE.test(bytes.toString('latin1', 0, 200))) return 0;
  const lf = bytes.indexOf(LF);
  return lf === -1 ? bytes.length : lf + 1;
}
