/** Parts of a multipart that were encoded anew. */
import type { Change } from '../change.ts';
import { COLUMNS, decodeBase64Body, encodeBase64 } from './base64.ts';
import { asBody, type Splice, spliced, type TextLeaf, textLeaves } from './leaves.ts';
import { withLf } from './lines.ts';
import { parseContentType, type Part, type Structure } from './mime.ts';
import { allParts } from './part-edits.ts';
import { isAscii, wholeRecodings } from './recode.ts';
import type { Repaired } from './repairs.ts';

/** All text parts as they were before a program with a 7-bit output encoded them (Python's email package). */
export function* decodedLeaves(text: Buffer, structure: Structure): Generator<Repaired> {
  const encoded = textLeaves(text, structure).filter(({ content }) => content.encoding !== '8bit');
  if (encoded.length === 0) return;
  yield* decodedTogether(text, encoded, HEADER_VARIANTS);
  // Some may have been encoded from the start.
  if (encoded.length > MOST_LEAVES) return;
  for (let chosen = (1 << encoded.length) - 2; chosen > 0; chosen--) {
    const some = encoded.filter((_, i) => (chosen & (1 << i)) !== 0);
    yield* decodedTogether(text, some, MIXED_VARIANTS);
  }
}

/** Encoded text parts of which any may have been so from the start, and the headers that are tried with each choice. */
const [MOST_LEAVES, MIXED_VARIANTS] = [4, 40];

/** One text part in another encoding. */
export function* leafRecodings(text: Buffer, structure: Structure): Generator<Repaired> {
  for (const { part, content } of textLeaves(text, structure)) {
    const received = text.subarray(part.bodyStart, part.end);
    for (const { body, style } of wholeRecodings(content)) {
      if (asBody(body).equals(received) && style === content.encoding) continue;
      const headers = headersFor(text, part, style);
      for (const header of style === 'quoted-printable' ? headers.slice(0, FEW_HEADERS) : headers) {
        for (const ending of [asBody(body), body]) {
          const change: Change = { kind: 'transfer-encoding-changed', from: style, to: part.encoding };
          const pieces = [
            { start: part.headerStart, end: part.headerEnd, bytes: header },
            { start: part.bodyStart, end: part.end, bytes: ending },
          ];
          yield { text: spliced(text, pieces), changes: [change] };
        }
      }
    }
  }
}

/** These parts as 8bit, all at once. */
function* decodedTogether(text: Buffer, leaves: readonly TextLeaf[], limit: number): Generator<Repaired> {
  const decoded = leaves.map(({ part, content }) => {
    const body = withLf(content.bytes);
    const encoding = isAscii(body) ? '7bit' : '8bit';
    return { part, body, encoding, headers: headersFor(text, part, encoding) };
  });
  const variants = Math.min(limit, Math.max(...decoded.map(({ headers }) => headers.length)));
  for (let variant = 0; variant < variants; variant++) {
    for (const withEnd of [true, false]) {
      const splices: Splice[] = [];
      const changes: Change[] = [];
      for (const { part, body, encoding, headers } of decoded) {
        const header = headers[variant % headers.length]!;
        splices.push({ start: part.headerStart, end: part.headerEnd, bytes: header });
        splices.push({ start: part.bodyStart, end: part.end, bytes: withEnd ? body : asBody(body) });
        changes.push({ kind: 'transfer-encoding-changed', from: encoding, to: part.encoding });
      }
      yield { text: spliced(text, splices), changes };
    }
  }
}

/** Ways to write the header of a part that are tried: fewer where two of them are the same. */
const HEADER_VARIANTS = 200;
/** The same where the text itself may have been written in many ways. */
const FEW_HEADERS = 12;

/** The header of a part as it may have been with another transfer encoding, the likeliest first. */
function headersFor(text: Buffer, part: Part, encoding: string): Buffer[] {
  const header = text.toString('latin1', part.headerStart, part.headerEnd);
  const encodings =
    encoding === '8bit' || encoding === '7bit'
      ? [encoding, undefined, encoding === '7bit' ? '8bit' : '7bit']
      : [encoding];
  const variants = new Set<string>();
  for (const typed of typeWritings(header)) {
    for (const name of encodings) {
      const line = name === undefined ? '' : `Content-Transfer-Encoding: ${name}\n`;
      const replaced = typed.replace(/(?<![^\n])Content-Transfer-Encoding:[^\n]*\n/i, line);
      variants.add(replaced === typed && name !== part.encoding ? `${typed}${line}` : replaced);
    }
  }
  return [...variants].slice(0, HEADER_VARIANTS).map((variant) => Buffer.from(variant, 'latin1'));
}

const TYPE = /(?<![^\n])Content-Type:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)\n/i;
/** What stands between parameters. */
const SEPARATORS = ['; ', ';\n\t', ';\n ', ';'];

/** A parameter that needs no quotes. */
const isPlain = ([, value]: readonly [string, string]) => /^[A-Za-z0-9._-]+$/.test(value);

/** Content-Type with its parameters quoted and folded in other ways: who rewrites it quotes all of them. */
function* typeWritings(header: string): Generator<string> {
  yield header;
  const match = TYPE.exec(header);
  if (match === null || match[0].length > 500) return;
  const { type, parameters } = parseContentType(match[1]!.replace(/\n[ \t]+/g, ' '));
  const separators = SEPARATORS.flatMap((first) =>
    parameters.size < 2 ? [[first, first] as const] : SEPARATORS.map((rest) => [first, rest] as const),
  );
  separators.sort((a, b) => Number(a[0] !== a[1]) - Number(b[0] !== b[1]));
  for (const [first, rest] of separators) {
    for (const quoted of ['none', 'charset', 'all'] as const) {
      for (const isUpper of [false, true]) {
        const written = [...parameters].map((one) => {
          const [name, value] = one;
          const shown = name === 'charset' && isUpper ? value.toUpperCase() : value;
          const isQuoted = quoted === 'all' || !isPlain(one) || (quoted === 'charset' && name === 'charset');
          return isQuoted ? `${name}="${shown}"` : `${name}=${shown}`;
        });
        yield header.replace(TYPE, () => `Content-Type: ${type}${first}${written.join(rest)}\n`);
      }
    }
  }
}

/** Base64 of all parts, whatever they hold, in lines of another width. */
export function* rewrapped(text: Buffer, structure: Structure): Generator<Repaired> {
  const parts = [...allParts(structure)].filter(
    ({ encoding, children }) => encoding === 'base64' && children.length === 0,
  );
  if (parts.length === 0) return;
  for (const columns of COLUMNS) {
    const splices: Splice[] = [];
    for (const { bodyStart, end } of parts) {
      const body = text.subarray(bodyStart, end);
      const decoded = decodeBase64Body(body);
      if (decoded === undefined) continue;
      const written = asBody(encodeBase64(decoded.bytes, { columns }));
      // Empty lines at the end stay as they are.
      const trailing = body.length - body.toString('latin1').trimEnd().length;
      splices.push({ start: bodyStart, end: end - trailing, bytes: written });
    }
    const change: Change = { kind: 'transfer-encoding-changed', from: 'base64', to: 'base64', count: splices.length };
    const rewritten = spliced(text, splices);
    if (!rewritten.equals(text)) yield { text: rewritten, changes: [change] };
    const open = splices.map(({ start, bytes }, i) => ({ start, bytes, end: parts[i]!.end }));
    if (splices.length === parts.length) yield { text: spliced(text, open), changes: [change] };
  }
}
