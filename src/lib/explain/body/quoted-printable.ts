/** Quoted-printable (RFC 2045 section 6.7): one decoder, and an encoder that can write it as each program of the world does. */

/** How an encoder breaks lines that are too long. Columns count from 1; the `=` of a soft break is not among them. */
export type SoftBreaks =
  /** A character goes on the line up to this column; the last one of a text line may have a larger limit. */
  | {
      readonly by: 'column';
      readonly plain: number;
      readonly lastPlain: number;
      readonly escape: number;
      readonly lastEscape: number;
      /** Columns more behind a soft break. */
      readonly continued?: number;
    }
  /** The line is broken as soon as it reaches this column; `atEnd`: even where the text line ends there. */
  | { readonly by: 'reach'; readonly column: number; readonly atEnd: boolean }
  /** Behind the last space that leaves the line within this column; where the whole text line fits into `whole`, it stays. */
  | { readonly by: 'word'; readonly column: number; readonly whole: number }
  /** In the last third of the line, behind a blank, dot, comma and the like, as Nodemailer has it. */
  | { readonly by: 'sentence' }
  | { readonly by: 'never' };

export interface QuotedPrintableStyle {
  readonly breaks: SoftBreaks;
  /** The escapes of one UTF-8 character stay on one line; as PHP guesses from each octet by itself. */
  readonly characters?: 'kept' | 'guessed';
  /** Blanks at the end of a line: the last one escaped, all of them, each as it is with a soft break behind it, or left. */
  readonly trailing?: 'last' | 'run' | 'soft' | 'keep';
  readonly tabs?: 'escape';
  /**
   * A dot: escaped at the start of each written line, of each text line, or on a text line of its own; or kept from
   * starting a written line.
   */
  readonly dots?: 'column' | 'start' | 'alone' | 'kept';
  /** `From ` at the start of a line: its first letter escaped, or its space. */
  readonly from?: 'letter' | 'space';
  /** A hyphen at the start of a line is escaped. */
  readonly dashes?: boolean;
  /** Further characters that are escaped wherever they stand. */
  readonly also?: string;
  readonly lowerCase?: boolean;
  /** A blank before a soft break is escaped. */
  readonly blanks?: 'escaped';
  /** Line ends are escaped too, with a soft break behind them. */
  readonly ends?: '=0D=0A' | '=0A';
}

const [TAB, LF, CR, SP, EQUALS, DOT, DASH, F] = [0x09, 0x0a, 0x0d, 0x20, 0x3d, 0x2e, 0x2d, 0x46];

const HEX = new Int8Array(256).fill(-1);
for (let i = 0; i < 22; i++) HEX['0123456789ABCDEFabcdef'.charCodeAt(i)] = i < 16 ? i : i - 6;

/** The octets that a quoted-printable text stands for; blanks at line ends go, odd escapes stay as they are. */
export function decodeQuotedPrintable(text: Buffer): Buffer {
  const out = Buffer.allocUnsafe(text.length);
  let to = 0;
  let blanks = 0;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at]!;
    if (byte === EQUALS) {
      blanks = 0;
      const [high, low] = [HEX[text[at + 1] ?? 0]!, HEX[text[at + 2] ?? 0]!];
      if (high >= 0 && low >= 0) {
        out[to++] = (high << 4) | low;
        at += 2;
        continue;
      }
      let next = at + 1;
      while (text[next] === SP || text[next] === TAB || text[next] === CR) next++;
      if (next >= text.length || text[next] === LF) {
        at = next;
        continue;
      }
    } else if (byte === LF) {
      to -= blanks;
      blanks = 0;
    } else {
      blanks = byte === SP || byte === TAB ? blanks + 1 : 0;
    }
    out[to++] = byte;
  }
  return out.subarray(0, to - blanks);
}

let scratch = Buffer.allocUnsafeSlow(64 * 1024);
const HEX_UPPER = Buffer.from('0123456789ABCDEF', 'latin1');
const HEX_LOWER = Buffer.from('0123456789abcdef', 'latin1');

/** @param text LF @returns a copy of its own */
export function encodeQuotedPrintable(text: Buffer, style: QuotedPrintableStyle): Buffer {
  const needed = text.length * 8 + 64; // three for an octet, soft breaks, escaped line ends
  if (scratch.length < needed) scratch = Buffer.allocUnsafeSlow(needed);
  const escaped = escapedOctets(style);
  let to = 0;
  for (let at = 0; at < text.length; ) {
    const lf = text.indexOf(LF, at);
    const end = lf === -1 ? text.length : lf;
    to = encodeLine(text, at, end, lf !== -1, style, escaped, to);
    at = end + 1;
  }
  const isWrapped = style.breaks.by === 'sentence';
  const encoded = isWrapped ? wrapSentences(scratch.toString('latin1', 0, to)) : Buffer.from(scratch.subarray(0, to));
  if (scratch.length > 1024 * 1024) scratch = Buffer.allocUnsafeSlow(64 * 1024);
  return encoded;
}

/** 1 for each octet that is escaped wherever it stands. */
function escapedOctets({ tabs, also = '' }: QuotedPrintableStyle): Uint8Array {
  const table = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) table[byte] = byte < SP || byte > 0x7e || byte === EQUALS ? 1 : 0;
  table[TAB] = tabs === 'escape' ? 1 : 0;
  for (const character of also) table[character.charCodeAt(0)] = 1;
  return table;
}

/** Encode one text line into the scratch buffer. @returns the offset behind it */
function encodeLine(
  text: Buffer,
  start: number,
  end: number,
  hasEnd: boolean,
  style: QuotedPrintableStyle,
  escaped: Uint8Array,
  into: number,
): number {
  const out = scratch;
  const { breaks } = style;
  const digits = style.lowerCase === true ? HEX_LOWER : HEX_UPPER;
  const trailingFrom = trailingStart(text, start, end, style);
  const fits = breaks.by === 'word' && encodedLength(text, start, end, trailingFrom, style, escaped) <= breaks.whole;
  let to = into;
  let lineStart = to;
  let lastSpace = -1;
  let more = 0;
  for (let at = start; at < end; ) {
    const byte = text[at]!;
    const isEscaped =
      escaped[byte] === 1 ||
      at >= trailingFrom ||
      (at === start && escapesFirst(text, at, end, style)) ||
      (byte === DOT && to === lineStart && style.dots === 'column');
    const fromSpace = style.from === 'space' && byte === SP && at === start + 4 && startsWithFrom(text, start);
    // How many octets have to stay together, and how long they are when written.
    const octets = style.characters === 'kept' && byte >= 0xc0 ? characterLength(text, at, end) : 1;
    const size = isEscaped || fromSpace ? 3 * octets : 1;
    const column = to - lineStart + size;
    const isLast = at + octets === end;
    if (breaks.by === 'column') {
      const limit =
        size === 1 ? (isLast ? breaks.lastPlain : breaks.plain) : isLast ? breaks.lastEscape : breaks.escape;
      const room = style.characters === 'guessed' && byte > 0x7f ? (byte <= 0xdf ? 3 : byte <= 0xef ? 6 : 9) : 0;
      if (column + room > limit + more && to > lineStart) {
        if (style.blanks === 'escaped') to = escapeLastBlank(to);
        out[to++] = EQUALS;
        out[to++] = LF;
        lineStart = to;
        more = breaks.continued ?? 0;
      }
    } else if (breaks.by === 'word' && !fits && column > breaks.column && to > lineStart) {
      const cut = lastSpace > lineStart ? lastSpace : to;
      out.copyWithin(cut + 2, cut, to);
      out[cut] = EQUALS;
      out[cut + 1] = LF;
      to += 2;
      lineStart = cut + 2;
      lastSpace = -1;
    }
    for (let i = 0; i < octets; i++) {
      const octet = text[at + i]!;
      if (size > 1) {
        out[to++] = EQUALS;
        out[to++] = digits[octet >> 4]!;
        out[to++] = digits[octet & 15]!;
      } else out[to++] = octet;
    }
    at += octets;
    if (byte === SP) lastSpace = to;
    const isReached = breaks.by === 'reach' && to - lineStart >= breaks.column;
    const isKept = style.dots === 'kept' && text[at] === DOT && to - lineStart < 76;
    if (isReached && !isKept && (at < end || (breaks.atEnd && hasEnd))) {
      out[to++] = EQUALS;
      out[to++] = LF;
      lineStart = to;
    }
  }
  if (style.trailing === 'soft' && end > start && isBlank(text[end - 1]!) && hasEnd) {
    out[to++] = EQUALS;
    out[to++] = LF;
  }
  if (hasEnd && style.ends !== undefined) to += out.write(`${style.ends}=`, to, 'latin1');
  if (hasEnd) out[to++] = LF;
  return to;
}

/** @returns the offset behind it */
function escapeLastBlank(to: number): number {
  const last = scratch[to - 1]!;
  return isBlank(last) ? to - 1 + scratch.write(last === SP ? '=20' : '=09', to - 1, 'latin1') : to;
}

const [SENTENCE_COLUMNS, SENTENCE_MARGIN] = [76, 25];

/** Break lines as libqp does, which counts line ends as CRLF. */
function wrapSentences(encoded: string): Buffer {
  const lines = encoded.split('\n');
  const wrapped = lines.map((line, i) => wrapSentence(line, i === lines.length - 1));
  return Buffer.from(wrapped.join('\n'), 'latin1');
}

function wrapSentence(text: string, isLast: boolean): string {
  const pieces: string[] = [];
  let rest = text;
  // A CRLF that stands within the window ends the line: the last two columns are free for it.
  while (rest.length > (isLast ? SENTENCE_COLUMNS : SENTENCE_COLUMNS - 1)) {
    let line = rest.slice(0, SENTENCE_COLUMNS);
    const words = /[ \t.,!?][^ \t.,!?]*$/.exec(line.slice(-SENTENCE_MARGIN));
    if (words !== null) line = line.slice(0, line.length - (words[0].length - 1));
    else if (/=[\da-f]{0,2}$/i.test(line)) line = wholeEscapes(line, rest.length);
    if (line.length === SENTENCE_COLUMNS) line = line.slice(0, /=[\da-f]{2}$/i.test(line) ? -3 : -1);
    if (line === '' || line.length === rest.length) break;
    pieces.push(`${line}=`);
    rest = rest.slice(line.length);
  }
  pieces.push(rest);
  return pieces.join('\n');
}

/** Without half an escape or half a UTF-8 character at its end. */
function wholeEscapes(text: string, left: number): string {
  let line = text.replace(/=[\da-f]?$/i, '');
  while (line.length > 3 && line.length < left && !/^(?:=[\da-f]{2}){1,4}$/i.test(line)) {
    const code = /=([\da-f]{2})$/i.exec(line)?.[1];
    const octet = code === undefined ? 0 : Number.parseInt(code, 16);
    if (octet < 0x80) break;
    line = line.slice(0, -3);
    if (octet >= 0xc0) break;
  }
  return line;
}

const isBlank = (byte: number) => byte === SP || byte === TAB;

/** Offset of the first blank at the line's end that is escaped for standing there. */
function trailingStart(text: Buffer, start: number, end: number, { trailing = 'last' }: QuotedPrintableStyle): number {
  if (end === start || !isBlank(text[end - 1]!) || trailing === 'soft' || trailing === 'keep') return end;
  if (trailing === 'last') return end - 1;
  let from = end - 1;
  while (from > start && isBlank(text[from - 1]!)) from--;
  return from;
}

/** Whether the first octet of a line is escaped for standing there. */
function escapesFirst(text: Buffer, start: number, end: number, style: QuotedPrintableStyle): boolean {
  const byte = text[start];
  if (byte === DOT)
    return style.dots === 'start' || style.dots === 'column' || (style.dots === 'alone' && end === start + 1);
  if (byte === DASH) return style.dashes === true;
  return byte === F && style.from === 'letter' && startsWithFrom(text, start);
}

function startsWithFrom(text: Buffer, start: number): boolean {
  return text[start] === F && text.toString('latin1', start, start + 5) === 'From ';
}

function characterLength(text: Buffer, at: number, end: number): number {
  let next = at + 1;
  while (next < end && next < at + 4 && (text[next]! & 0xc0) === 0x80) next++;
  return next - at;
}

function encodedLength(
  text: Buffer,
  start: number,
  end: number,
  trailingFrom: number,
  style: QuotedPrintableStyle,
  escaped: Uint8Array,
): number {
  let length = escapesFirst(text, start, end, style) ? 2 : 0;
  for (let at = start; at < end; at++) length += escaped[text[at]!] === 1 || at >= trailingFrom ? 3 : 1;
  return length;
}
