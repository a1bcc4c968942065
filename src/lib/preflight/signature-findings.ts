/** What a signature leaves open, or makes too much of. */
import type { HeaderBlock, HeaderField } from '../header/header-block.ts';
import { type PreflightFinding, preflightFinding } from './checks.ts';
import { type MessageFacts, nameOf } from './line-findings.ts';
import type { SignatureTraits } from './signature-traits.ts';

/** RFC 5321 section 4.5.4.1: a host tries for four to five days at least. */
const RETRY_SECONDS = 5 * 24 * 3600;

export function* signatureFindings(
  facts: MessageFacts,
  signatures: readonly SignatureTraits[],
  now: number,
): Iterable<PreflightFinding> {
  for (const signature of signatures) {
    yield* simpleHeader(facts, signature);
    yield* simpleBody(facts, signature);
    yield* openEnded(signature, now);
  }
}

function* simpleHeader({ header }: MessageFacts, signature: SignatureTraits): Iterable<PreflightFinding> {
  if (signature.header !== 'simple') return;
  const fields = header.fields.filter(
    (field) => signature.signedHeaders.includes(field.name) && isFragile(header, field),
  );
  if (fields.length === 0) return;
  const names = [...new Set(fields.map((field) => nameOf(header, field)))].slice(0, 10).join(', ');
  yield preflightFinding('simple-header', signature.name, [
    `under simple, not one space in ${names} may change, and such fields are often refolded or re-encoded in transit`,
    'relaxed canonicalization of the header (RFC 6376 section 3.4.2)',
    'sign with -c relaxed/relaxed',
  ]);
}

/** Lists of addresses and identifiers, parameters without quotes, encoded words, folds, blanks at the end. */
const REWRITTEN = new Set(['to', 'cc', 'references', 'list-unsubscribe', 'content-type', 'content-disposition']);
const ENCODED_WORD = /=\?[^?\s]+\?[bq]\?/i;
const UNQUOTED_PARAMETER = /;[ \t\r\n]*[\w-]+=[^"\s;]/;
const WIDTH = 78;

function isFragile(header: HeaderBlock, field: HeaderField): boolean {
  const { start, end } = field;
  const text = header.text.slice(start, Math.min(end, start + 10_000));
  if (/[ \t]$/.test(text.slice(-1)) || text.includes('\n') || text.length > WIDTH) return true;
  if (ENCODED_WORD.test(text)) return true;
  return field.name.startsWith('content-') && REWRITTEN.has(field.name) && UNQUOTED_PARAMETER.test(text);
}

function* simpleBody({ bodyLines }: MessageFacts, signature: SignatureTraits): Iterable<PreflightFinding> {
  if (signature.body !== 'simple' || bodyLines.trailingBlankLine === undefined) return;
  yield preflightFinding('simple-trailing-blanks', `body line ${bodyLines.trailingBlankLine}`, [
    `it ends with white space, which some programs remove, and ${signature.name} signs the body under simple`,
    'relaxed canonicalization of the body (RFC 6376 section 3.4.4)',
    'sign with -c relaxed/relaxed, or remove the white space first',
  ]);
}

function* openEnded(signature: SignatureTraits, now: number): Iterable<PreflightFinding> {
  const { name, hasBodyLength, expires, timestamp = now } = signature;
  if (hasBodyLength) {
    yield preflightFinding('body-length', name, [
      'l= leaves the end of the body unsigned: anyone can add to it, and receivers distrust such signatures',
      'a signature over the whole body (RFC 6376 section 8.2)',
      'sign without --body-length',
    ]);
  }
  if (expires === undefined || expires - timestamp >= RETRY_SECONDS) return;
  const hours = Math.max(0, Math.floor((expires - timestamp) / 3600));
  yield preflightFinding('expires-early', name, [
    `it expires ${hours} hours after signing, but hosts retry delivery for five days`,
    'x= seven days or more after t=, or no x= (RFC 5321 section 4.5.4.1)',
    'sign without --expire, or with --expire 7d',
  ]);
}
