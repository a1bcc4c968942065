/** A text as it may have been encoded before somebody decoded it and encoded it anew. */
import type { Change } from '../change.ts';
import { COLUMNS, decodeBase64Body, encodeBase64 } from './base64.ts';
import { charsetsFor, decodeCharset, encodeCharset } from './charset.ts';
import type { Base64Draft, Drafts, TextDraft } from './draft.ts';
import { withCrlf, withLf } from './lines.ts';
import { stylesFor, traitsOf } from './qp-styles.ts';
import { decodeQuotedPrintable, encodeQuotedPrintable } from './quoted-printable.ts';

/** What came: the body of a message or of a part that has no parts itself. */
export interface Leaf {
  /** LF, as it came. */
  readonly body: Buffer;
  /** Content-Transfer-Encoding, lower case. */
  readonly encoding: string;
  /** Lower case, as the header says. */
  readonly charset: string;
}

/** What a leaf holds, decoded. */
export interface Content {
  readonly encoding: 'base64' | 'quoted-printable' | '8bit';
  /** As they are encoded: line ends may be CRLF. */
  readonly bytes: Buffer;
  readonly charset: string;
}

/** Lines at the end that are tried as appended, where each try costs an encoding. */
const TAIL = 80;

/** How far recodings go. */
export interface Extent {
  /** Ways to write quoted-printable that are tried, the likeliest first. */
  readonly styles?: number;
  /** Lines at the end that are tried as appended. */
  readonly tail?: number;
  /** Base64 in lines of the usual width only. */
  readonly isUsualWidth?: boolean;
}

/** Above it a text is encoded in the likeliest ways only. */
const LONG_TEXT = 512 * 1024;

export function contentOf({ body, encoding, charset }: Leaf): Content {
  if (encoding === 'base64') {
    const decoded = decodeBase64Body(body);
    if (decoded !== undefined) return { encoding, bytes: decoded.bytes, charset };
  }
  if (encoding === 'quoted-printable') return { encoding, bytes: decodeQuotedPrintable(body), charset };
  return { encoding: '8bit', bytes: body, charset };
}

const changed = (from: string, to: string): Change => ({ kind: 'transfer-encoding-changed', from, to });

function nameOf(encoding: Content['encoding'], bytes: Buffer): string {
  return encoding !== '8bit' ? encoding : isAscii(bytes) ? '7bit' : '8bit';
}

export function isAscii(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte > 0x7f) return false;
  return true;
}

/** Whether octets look like text at all: nothing else is written in other ways. */
export function isText(bytes: Buffer): boolean {
  return bytes.indexOf(0) === -1;
}

/** The usual ways, each in one pass: decoded, or in base64 of another kind. */
export function* usualRecodings(content: Content, changes: readonly Change[], { tail = TAIL }: Extent = {}): Drafts {
  const { bytes } = content;
  const to = nameOf(content.encoding, bytes);
  if (content.encoding !== '8bit' && isText(bytes)) {
    const text = withLf(bytes);
    yield asText(text, [...changes, changed(nameOf('8bit', text), to)], Infinity);
  }
  yield* base64Drafts(bytes, [...changes, changed('base64', to)], COLUMNS.slice(0, 1), tail);
}

/** Quoted-printable of all kinds, and the rarer kinds of base64. */
export function* otherRecodings(
  content: Content,
  changes: readonly Change[],
  { styles = Infinity, tail = TAIL, isUsualWidth = false }: Extent = {},
): Drafts {
  const { bytes } = content;
  if (!isText(bytes)) return;
  const to = nameOf(content.encoding, bytes);
  const done = [...changes, changed('quoted-printable', to)];
  const text = withLf(bytes);
  yield* quotedPrintableDrafts(text, done, styles, tail);
  // A carriage return may have been text, as in a patch of a file that has them: `=0D`.
  if (text !== bytes) yield* quotedPrintableDrafts(bytes, done, Math.min(styles, 20), tail);
  if (!isUsualWidth) yield* base64Drafts(bytes, [...changes, changed('base64', to)], COLUMNS.slice(1), tail);
}

/** The text in other charsets, in each of the ways to encode it. */
export function* charsetRecodings(content: Content, changes: readonly Change[], extent: Extent): Drafts {
  const { bytes, charset } = content;
  if (bytes.length > LONG_TEXT) return;
  const text = decodeCharset(bytes, charset) ?? decodeCharset(bytes, 'utf-8');
  if (text === undefined) return;
  for (const other of charsetsFor(text)) {
    const converted = encodeCharset(text, other) ?? encodeBeginning(text, other);
    if (converted === undefined || converted.equals(bytes)) continue;
    const done: readonly Change[] = [...changes, { kind: 'charset-changed', from: other, to: charset }];
    yield asText(withLf(converted), done, Infinity);
    const like: Content = { encoding: content.encoding, bytes: converted, charset: other };
    yield* base64Drafts(
      converted,
      [...done, changed('base64', content.encoding)],
      COLUMNS.slice(0, 1),
      extent.tail ?? TAIL,
    );
    yield* otherRecodings(like, done, extent);
  }
}

/** As much of a text as the charset can hold, up to a line end: the rest may have been appended. */
function encodeBeginning(text: string, charset: string): Buffer | undefined {
  const lines = text.split('\n');
  for (let drop = 1; drop <= Math.min(12, lines.length - 1); drop++) {
    const encoded = encodeCharset(`${lines.slice(0, -drop).join('\n')}\n`, charset);
    if (encoded !== undefined) return encoded;
  }
  return undefined;
}

function asText(text: Buffer, changes: readonly Change[], lastLines: number): TextDraft {
  return { kind: 'text', text, changes, lastLines };
}

/** In lines of these widths, the text with the line ends that it has and with the others. */
function* base64Drafts(
  bytes: Buffer,
  changes: readonly Change[],
  widths: readonly number[],
  tail: number,
): Generator<Base64Draft> {
  const lf = withLf(bytes);
  const texts = lf === bytes ? [bytes, withCrlf(bytes)] : [bytes, lf];
  if (lf !== bytes) {
    const crlf = withCrlf(lf);
    if (!crlf.equals(bytes)) texts.push(crlf); // a footer with other line ends than the text
  }
  for (const columns of widths) {
    for (const text of texts) yield { kind: 'base64', bytes: text, style: { columns }, changes, lastLines: tail };
  }
}

function* quotedPrintableDrafts(
  text: Buffer,
  changes: readonly Change[],
  styles: number,
  tail: number,
): Generator<TextDraft> {
  const traits = traitsOf(text);
  const limit = text.length > LONG_TEXT ? 4 : styles;
  let count = 0;
  for (const style of stylesFor(traits)) {
    if (++count > limit) return;
    yield {
      kind: 'text',
      text: encodeQuotedPrintable(text, style),
      changes,
      lastLines: count === 1 && tail === TAIL ? 2_000 : tail,
      mayEndSoft: count < 12,
      decode: decodeQuotedPrintable,
    };
  }
}

/** A leaf in all ways in which it may have been encoded, whole: for one among the parts of a multipart. */
export function* wholeRecodings(content: Content): Generator<{ readonly body: Buffer; readonly style: string }> {
  const { encoding, bytes } = content;
  if (!isText(bytes)) return;
  const lf = withLf(bytes);
  if (encoding !== '8bit') yield { body: lf, style: nameOf('8bit', lf) };
  for (const text of [bytes, lf === bytes ? withCrlf(bytes) : lf]) {
    yield { body: encodeBase64(text, { columns: 76 }), style: 'base64' };
  }
  if (bytes.length > LONG_TEXT) return;
  let count = 0;
  for (const style of stylesFor(traitsOf(lf))) {
    if (++count > 40) return;
    yield { body: encodeQuotedPrintable(lf, style), style: 'quoted-printable' };
  }
}
