/**
 * The messages of an mbox, which comes in pieces (RFC 4155 appendix A). There are four forms. In mboxo a line of a message
 * that begins with `From ` got a `>` in front of it, in mboxrd one that begins with `>From ` and `>>From ` as well;
 * mboxcl2 says in Content-Length how long a body is and leaves such lines alone; mboxcl does both.
 */
import { emptyLineAt, isFromLine, SEPARATOR } from '../message/from-line.ts';

export const MBOX_FORMS = ['mboxo', 'mboxrd', 'mboxcl', 'mboxcl2'] as const;

export type MboxForm = (typeof MBOX_FORMS)[number];

export type MboxEvent =
  /** A message begins. @param offset of its `From ` line in the mbox */
  | { readonly kind: 'start'; readonly offset: number }
  /** More of the message, without its `From ` line. @param bytes a view that the next `write` changes */
  | { readonly kind: 'data'; readonly bytes: Buffer; readonly offset: number }
  | { readonly kind: 'end' };

export interface MboxOptions {
  /** `undefined`: whether lengths are there is found out. */
  readonly form: MboxForm | undefined;
  /** Bytes of the mbox further on, fewer where it ends; `undefined` where only what comes can be read. */
  readonly peek?: ((offset: number, length: number) => Buffer) | undefined;
}

const [LF, CR] = [0x0a, 0x0d];
const NOTHING: Buffer = Buffer.alloc(0);
/** Octets that may be the beginning of what separates two messages: an empty line, and `From `. */
const HELD = '\n\r\nFrom '.length;
/** A header block is looked through for Content-Length this far. */
const LONGEST_HEADER = 64 * 1024;
/** A `From ` line of more octets is none. */
const LONGEST_FROM_LINE = 8 * 1024;
const UUCP_LINE = Buffer.from('>From ');

export class MboxScanner {
  readonly #options: MboxOptions;
  /** Not looked through yet, a view of `#store`; its first octet is at `#offset` of the mbox. */
  #bytes: Buffer = NOTHING;
  #store: Buffer = NOTHING;
  #offset = 0;
  #state: 'from-line' | 'header' | 'body' = 'from-line';
  /** Where the message's own bytes begin. */
  #start = 0;
  /** Where its body ends, by its Content-Length. */
  #declaredEnd: number | undefined;
  /** Each message so far has a Content-Length that fits. */
  #allFit = true;

  constructor(options: MboxOptions) {
    this.#options = options;
  }

  /** @param chunk the next bytes, which may be changed as soon as the events have been taken */
  *write(chunk: Buffer): Generator<MboxEvent> {
    this.#append(chunk);
    while (yield* this.#step(false));
  }

  /** The mbox ended. */
  *end(): Generator<MboxEvent> {
    while (yield* this.#step(true));
    if (this.#state === 'from-line') return;
    const { length } = this.#bytes;
    const blank = length > 0 && this.#bytes[length - 1] === LF ? emptyLineAt(this.#bytes, length - 1) : -1;
    yield* this.#take(blank === -1 ? length : blank);
    yield { kind: 'end' };
  }

  /** @returns whether there may be more to do with the bytes that are there */
  *#step(isEnd: boolean): Generator<MboxEvent, boolean> {
    if (this.#state === 'from-line') return yield* this.#readFromLine(isEnd);
    if (this.#state === 'header') return this.#readHeader(isEnd);
    return yield* this.#readBody(isEnd);
  }

  *#readFromLine(isEnd: boolean): Generator<MboxEvent, boolean> {
    if (this.#bytes.length === 0) return false;
    const length = this.#fromLinesLength(isEnd);
    if (length === undefined) return false;
    yield { kind: 'start', offset: this.#offset };
    this.#drop(length);
    this.#start = this.#offset;
    this.#declaredEnd = undefined;
    this.#state = this.#readsLengths ? 'header' : 'body';
    return true;
  }

  /** Of the `From ` line and the `>From ` lines that UUCP put below it; `undefined` while their end has not come. */
  #fromLinesLength(isEnd: boolean): number | undefined {
    let end = 0;
    do {
      const lf = this.#bytes.indexOf(LF, end);
      if (lf === -1 && !isEnd && this.#bytes.length < LONGEST_FROM_LINE) return undefined;
      end = lf === -1 ? this.#bytes.length : lf + 1;
      if (!isEnd && this.#bytes.length < end + UUCP_LINE.length) return undefined;
    } while (this.#bytes.subarray(end, end + UUCP_LINE.length).equals(UUCP_LINE));
    return end;
  }

  get #readsLengths(): boolean {
    const { form } = this.#options;
    return form === undefined ? this.#allFit : form === 'mboxcl' || form === 'mboxcl2';
  }

  #readHeader(isEnd: boolean): boolean {
    const end = endOfHeader(this.#bytes);
    if (end === -1 && !isEnd && this.#bytes.length < LONGEST_HEADER) return false;
    const length = end === -1 ? undefined : contentLength(this.#bytes.subarray(0, end));
    if (length === undefined) this.#allFit = false;
    else this.#declaredEnd = this.#offset + end + length;
    this.#state = 'body';
    return true;
  }

  *#readBody(isEnd: boolean): Generator<MboxEvent, boolean> {
    for (let at = this.#bytes.indexOf(SEPARATOR); at !== -1; at = this.#bytes.indexOf(SEPARATOR, at + 1)) {
      const blank = this.#emptyLineAt(at);
      if (blank === -1) continue;
      const isSeparator = isFromLine(this.#bytes, at + 1, isEnd);
      if (isSeparator === undefined) {
        yield* this.#take(Math.max(0, blank - 1)); // the line end before it shows that it is empty
        return false;
      }
      if (!isSeparator || this.#isInside(this.#offset + at + 1)) continue;
      yield* this.#take(blank);
      const from = at + 1 - blank;
      this.#allFit &&= this.#fits(this.#offset, this.#offset + from);
      this.#drop(from);
      this.#state = 'from-line';
      yield { kind: 'end' };
      return true;
    }
    yield* this.#take(Math.max(0, this.#bytes.length - HELD));
    return false;
  }

  /** Where the empty line at `at` begins, or -1. A message may consist of nothing else. */
  #emptyLineAt(at: number): number {
    const first = this.#bytes[0] === CR ? 1 : 0;
    if (this.#offset === this.#start && at === first) return 0;
    return emptyLineAt(this.#bytes, at);
  }

  /** What looks like the start of a message lies in the body of this one: its Content-Length says so, and is right. */
  #isInside(offset: number): boolean {
    const end = this.#declaredEnd;
    if (end === undefined || offset >= end) return false;
    const { form, peek } = this.#options;
    if (peek === undefined) return form !== undefined;
    // A sender can write a Content-Length that hides the messages behind its own: each one must have one that fits.
    if (!isBodyEnd(peek(end - 1, LONGEST_HEADER), form === undefined)) this.#declaredEnd = undefined;
    return this.#declaredEnd !== undefined;
  }

  /** @param blank where the empty line behind the message begins, which some writers count in. @param from where that ends */
  #fits(blank: number, from: number): boolean {
    return this.#declaredEnd === blank || this.#declaredEnd === from;
  }

  #append(chunk: Buffer): void {
    const rest = this.#bytes;
    const length = rest.length + chunk.length;
    if (this.#store.length < length) this.#store = Buffer.allocUnsafeSlow(2 * length);
    rest.copy(this.#store);
    chunk.copy(this.#store, rest.length);
    this.#bytes = this.#store.subarray(0, length);
  }

  *#take(length: number): Generator<MboxEvent> {
    if (length === 0) return;
    yield { kind: 'data', bytes: this.#bytes.subarray(0, length), offset: this.#offset };
    this.#drop(length);
  }

  #drop(length: number): void {
    this.#bytes = this.#bytes.subarray(length);
    this.#offset += length;
  }
}

/** Behind the empty line; -1 where there is none. */
function endOfHeader(bytes: Buffer): number {
  if (bytes[0] === LF) return 1;
  if (bytes[0] === CR && bytes[1] === LF) return 2;
  const lf = bytes.indexOf('\n\n', 0, 'latin1');
  const crlf = (lf === -1 ? bytes : bytes.subarray(0, lf + 1)).indexOf('\n\r\n', 0, 'latin1');
  return crlf === -1 ? (lf === -1 ? -1 : lf + 2) : crlf + 3;
}

function contentLength(header: Buffer): number | undefined {
  const found = /^content-length[ \t]*:[ \t]*(\d{1,15})[ \t]*\r?$/im.exec(header.toString('latin1'));
  return found === null ? undefined : Number(found[1]);
}

/**
 * @param bytes from the last octet of a body on: the mbox ends behind it, or a message comes, perhaps behind an empty line
 * @param needsLength the next message must have a Content-Length too
 */
function isBodyEnd(bytes: Buffer, needsLength: boolean): boolean {
  const blank = bytes[1] === LF ? 2 : bytes[1] === CR && bytes[2] === LF ? 3 : 1;
  const rest = bytes.subarray(blank);
  if (rest.length === 0) return bytes.length > 0;
  if (rest.toString('latin1', 0, 5) !== 'From ' || isFromLine(rest, 0, true) !== true) return false;
  const header = rest.subarray(rest.indexOf(LF) + 1);
  const end = endOfHeader(header);
  return !needsLength || contentLength(end === -1 ? header : header.subarray(0, end)) !== undefined;
}
