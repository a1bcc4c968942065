/** PEM (RFC 7468, and the header fields of RFC 1421): the blocks of a file, with whatever text stands around them. */

export interface PemBlock {
  /** What stands behind BEGIN, e.g. `RSA PRIVATE KEY`. */
  readonly label: string;
  /** `Proc-Type: 4,ENCRYPTED` and its kind, one a line; empty in most files. */
  readonly headers: readonly string[];
  /** What the base64 lines hold; of a damaged block, as much as can be read. */
  readonly contents: Buffer;
  /** What is wrong with the block, a sentence about it; `undefined`: nothing. */
  readonly problem: string | undefined;
}

const BEGIN = '-----BEGIN ';
/** A label is short and upper case; the class holds no hyphen, so the match cannot backtrack. */
const BEGIN_LINE = /^-----BEGIN ([A-Z0-9 ]{1,40})-----$/;
const HEADER_LINE = /^[A-Za-z0-9-]{1,40}:/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** A PEM file of one block without headers, lines of 64 characters (RFC 7468 section 2). */
export function formatPem(label: string, contents: Buffer): string {
  const lines = contents.toString('base64').match(/.{1,64}/g) ?? [];
  return `${BEGIN}${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/**
 * Find the PEM blocks of a text. Blanks around lines, CRLF, and text before, between and behind the blocks do not matter.
 *
 * @param text latin1; linear in its length
 */
export function readPem(text: string): PemBlock[] {
  const lines = splitLines(text).map((line) => line.trim());
  const blocks: PemBlock[] = [];
  for (let at = 0; at < lines.length; at++) {
    const label = BEGIN_LINE.exec(lines[at]!)?.[1];
    if (label === undefined) continue;
    const { block, next } = readBlock(label, lines, at + 1);
    blocks.push(block);
    at = next;
  }
  return blocks;
}

/** A text without proper blocks that has nonetheless been PEM. */
export function looksLikePem(text: string): boolean {
  return text.includes('-----BEGIN') || text.includes('-----END');
}

/** What a CR leaves behind is trimmed off with the blanks; only text without LF is cut at CR alone. */
function splitLines(text: string): string[] {
  return text.split(text.includes('\n') ? '\n' : '\r');
}

function readBlock(label: string, lines: readonly string[], from: number): { block: PemBlock; next: number } {
  const endLine = `-----END ${label}-----`;
  const isLast = (line: string) => line === endLine || line.startsWith(BEGIN);
  let at = from;
  const headers: string[] = [];
  for (; at < lines.length && HEADER_LINE.test(lines[at]!); at++) headers.push(lines[at]!);
  const bodyFrom = at;
  while (at < lines.length && !isLast(lines[at]!)) at++;
  const body = lines.slice(bodyFrom, at);
  const base64 = body.join('');
  const hasEnd = lines[at] === endLine;
  let problem: string | undefined;
  if (!BASE64.test(base64)) problem = wrongCharacters(body, bodyFrom);
  else if (!hasEnd) problem = `the line '${endLine}' is missing`;
  else if (base64.length % 4 !== 0) problem = 'its base64 is incomplete';
  // Where the next block begins before this one has ended, that line is still to be read.
  return { block: { label, headers, contents: Buffer.from(base64, 'base64'), problem }, next: hasEnd ? at : at - 1 };
}

function wrongCharacters(body: readonly string[], bodyFrom: number): string {
  const at = body.findIndex((line) => !BASE64.test(line));
  return at === -1 ? 'its base64 continues after its end' : `line ${bodyFrom + at + 1} is not base64`;
}
