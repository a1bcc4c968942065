/** Lines and octets that mail programs change. */
import type { HeaderBlock, HeaderField } from '../header/header-block.ts';
import { type PreflightFinding, preflightFinding } from './checks.ts';
import { type LineFacts, MAX_LINE } from './line-scan.ts';
import { mimeFacts } from './mime.ts';

/** What is known of a message when its last octet has come. */
export interface MessageFacts {
  readonly header: HeaderBlock;
  readonly headerLines: LineFacts;
  readonly bodyLines: LineFacts;
}

export function* lineFindings(facts: MessageFacts): Iterable<PreflightFinding> {
  yield* longLines(facts);
  yield* eightBit(facts);
  yield* lineEnds(facts);
  const nul = placeOf(facts, 'nulLine');
  if (nul !== undefined) {
    yield preflightFinding('nul', nul, [
      'it contains a NUL, which many programs remove or take for the end of the line',
      'no NUL (RFC 5322 section 2.2)',
      'remove it, or encode the body in base64, before the message is signed',
    ]);
  }
}

function* longLines({ header, headerLines, bodyLines }: MessageFacts): Iterable<PreflightFinding> {
  if (headerLines.longLine !== undefined) {
    yield preflightFinding('header-line-too-long', fieldWithLongLine(header), [
      `a line has ${headerLines.longest} octets: Postfix breaks it at ${MAX_LINE} after its milters, which no canonicalization survives`,
      `lines of at most ${MAX_LINE} octets (RFC 5322 section 2.1.1)`,
      'fold the field at white space before the message is signed',
    ]);
  }
  if (bodyLines.longLine !== undefined) {
    yield preflightFinding('body-line-too-long', `body line ${bodyLines.longLine}`, [
      `a line has ${bodyLines.longest} octets: Postfix and others break it at ${MAX_LINE}`,
      `lines of at most ${MAX_LINE} octets (RFC 5322 section 2.1.1)`,
      'encode the body in quoted-printable or base64, or wrap its lines, before the message is signed',
    ]);
  }
}

function fieldWithLongLine(header: HeaderBlock): string {
  const field = header.fields.find(({ start, end }) => hasLongLine(header.text, start, end));
  return field === undefined ? 'header' : nameOf(header, field);
}

function hasLongLine(text: string, start: number, end: number): boolean {
  let from = start;
  while (from < end) {
    const lf = text.indexOf('\n', from);
    const next = lf === -1 || lf >= end ? end : lf;
    if (next - from - (text[next - 1] === '\r' ? 1 : 0) > MAX_LINE) return true;
    from = next + 1;
  }
  return false;
}

/** As it is spelled, short enough to be shown. */
export function nameOf(header: HeaderBlock, field: HeaderField): string {
  return field.name === '' ? 'header' : header.spelledName(field).slice(0, 60);
}

function* eightBit({ header, headerLines, bodyLines }: MessageFacts): Iterable<PreflightFinding> {
  const { encoding, isMime } = mimeFacts(header);
  const { eightBitLine } = bodyLines;
  if (eightBitLine !== undefined && encoding !== '8bit' && encoding !== 'binary') {
    const said = isMime ? `Content-Transfer-Encoding is ${encoding.slice(0, 40)}` : 'there is no MIME field';
    yield preflightFinding('body-8bit-unlabelled', `body line ${eightBitLine}`, [
      `it contains 8-bit octets, but ${said}: programs strip the high bits, encode the text or reject the message`,
      'a Content-Transfer-Encoding that matches the body (RFC 2045 section 6.2)',
      'encode the body in quoted-printable or base64, and declare it, before the message is signed',
    ]);
  } else if (eightBitLine !== undefined) {
    yield preflightFinding('body-8bit', `body line ${eightBitLine}`, [
      'it contains 8-bit octets: it is re-encoded for the first host without 8BITMIME, which breaks the signature',
      'a body in 7 bits (RFC 6376 section 5.3)',
      'encode the body in quoted-printable or base64 before the message is signed',
    ]);
  }
  if (headerLines.eightBitLine !== undefined) {
    yield preflightFinding('header-8bit', `header line ${headerLines.eightBitLine}`, [
      'the header block contains octets outside ASCII: a host without SMTPUTF8 encodes them or rejects the message',
      'encoded words (RFC 2047), unless an address needs SMTPUTF8',
      'encode the field according to RFC 2047 before the message is signed',
    ]);
  }
}

function* lineEnds(facts: MessageFacts): Iterable<PreflightFinding> {
  const { headerLines, bodyLines } = facts;
  const cr = placeOf(facts, 'bareCrLine');
  if (cr !== undefined) {
    yield preflightFinding('bare-cr', cr, [
      'a CR without LF: some programs take it for a line end, others add the LF or drop the CR',
      'CR and LF only together (RFC 5322 section 2.3)',
      'remove it, or encode the body in base64, before the message is signed',
    ]);
  }
  const hasCrlf = headerLines.crlfLine !== undefined || bodyLines.crlfLine !== undefined;
  const lf = hasCrlf ? placeOf(facts, 'lfLine') : undefined;
  if (lf !== undefined) {
    yield preflightFinding('bare-lf', lf, [
      'it ends with LF, other lines with CRLF: servers reject such a message or split lines',
      'the same line end everywhere (RFC 5322 section 2.3)',
      "write the message with one kind of line end, for example with sed 's/\\r$//', before it is signed",
    ]);
  }
}

/** The first line of header or body that has something. */
function placeOf(
  { headerLines, bodyLines }: MessageFacts,
  what: 'nulLine' | 'bareCrLine' | 'lfLine',
): string | undefined {
  if (headerLines[what] !== undefined) return `header line ${headerLines[what]}`;
  return bodyLines[what] === undefined ? undefined : `body line ${bodyLines[what]}`;
}
