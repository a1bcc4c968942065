import { HeaderBlock, HeaderIndex, lineContentEnd, MAX_HEADER_BYTES, MAX_HEADER_FIELDS } from './header-block.ts';

const LF = 0x0a;
/** Octets that are looked through for the end of the header block at once: as long as most header blocks. */
const PIECE = 3 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);
/** The start of an mbox separator line; `From : a@b` is a field in the obsolete form, not one. */
const MBOX_LINE = /^From [ \t]*[^ \t:]/;

/**
 * Finds the end of the header block in a message that comes in pieces. Keeps every byte of what stands before the body;
 * the body goes through untouched.
 */
export class MessageSplitter {
  #kept: Buffer = NOTHING;
  #length = 0;
  /** Where the next line starts; lines before it are indexed. */
  #line = 0;
  /** No line end before this offset: a long line is searched once, not once a piece. */
  #searched = 0;
  #headerStart = 0;
  readonly #index = new HeaderIndex();
  #header: HeaderBlock | undefined;
  #separator = NOTHING;
  #overLimit: string | undefined;

  /** The header block, once its end was seen. */
  get header(): HeaderBlock | undefined {
    return this.#header;
  }

  /** A leading mbox `From ` line with its line end; empty where there is none. It is no part of the message. */
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
    return lf > 0 && this.#kept[lf - 1] === 0x0d ? '\r\n' : '\n';
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
      const bodyStart = this.#scan();
      if (bodyStart !== -1) {
        this.#length = bodyStart;
        return chunk.subarray(at + bodyStart - before);
      }
    }
    return NOTHING;
  }

  /** The message ended. One without an empty line is all header block. */
  end(): void {
    if (this.#header !== undefined || this.#overLimit !== undefined) return;
    if (this.#line < this.#length) this.#addLine(this.#length);
    this.#finish(this.#length, this.#length);
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

  /** Index the whole lines that are there. Returns where the body starts, or -1. */
  #scan(): number {
    const bytes = this.#kept.subarray(0, this.#length);
    for (;;) {
      const lf = bytes.indexOf(LF, this.#searched);
      if (lf === -1) {
        this.#searched = this.#length;
        if (this.#length - this.#headerStart > MAX_HEADER_BYTES) {
          this.#stop(`the header block is longer than ${MAX_HEADER_BYTES / 1024 / 1024} MiB`);
        }
        return -1;
      }
      const next = lf + 1;
      this.#searched = next;
      if (lineContentEnd(bytes, this.#line, next) === this.#line) {
        this.#separator = bytes.subarray(this.#line, next);
        this.#finish(this.#line, next);
        return next;
      }
      this.#addLine(next);
      if (this.#index.fields.length > MAX_HEADER_FIELDS) {
        this.#stop(`the header block has more than ${MAX_HEADER_FIELDS} fields`);
        return -1;
      }
      if (next - this.#headerStart > MAX_HEADER_BYTES) {
        this.#stop(`the header block is longer than ${MAX_HEADER_BYTES / 1024 / 1024} MiB`);
        return -1;
      }
    }
  }

  #addLine(next: number): void {
    if (this.#line === 0 && MBOX_LINE.test(this.#kept.toString('latin1', 0, Math.min(next, 200))))
      this.#headerStart = next;
    else this.#index.addLine(this.#kept, this.#line, next);
    this.#line = next;
  }

  #finish(headerEnd: number, length: number): void {
    // Offsets are counted from the first field, not from a `From ` line above it.
    const shift = this.#headerStart;
    const fields = this.#index.fields;
    if (shift > 0) {
      for (const field of fields as { start: number; valueStart: number; end: number }[]) {
        field.start -= shift;
        field.valueStart -= shift;
        field.end -= shift;
      }
    }
    this.#length = length;
    this.#header = new HeaderBlock(this.#kept.subarray(shift, headerEnd), fields);
  }

  #stop(sentence: string): void {
    this.#overLimit = sentence;
    this.#header = undefined;
    this.#kept = this.#kept.subarray(0, this.#headerStart);
    this.#length = this.#headerStart;
  }
}
