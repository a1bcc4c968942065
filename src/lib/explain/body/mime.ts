/** The MIME structure of a body (RFC 2046 section 5.1): where its parts lie. Nothing is decoded. */
import { withoutWhitespace } from '../../syntax/tag-list.ts';

export interface ContentType {
  /** Lower case, `text/plain` where nothing is said. */
  readonly type: string;
  /** Names in lower case, values as written, without quotes. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** What a header says of a body. */
export interface Description {
  readonly contentType: ContentType;
  /** Lower case, `7bit` where nothing is said. */
  readonly encoding: string;
}

export interface Part extends Description {
  /** The delimiter line before it. */
  readonly delimiterStart: number;
  readonly headerStart: number;
  readonly headerEnd: number;
  readonly bodyStart: number;
  /** Before the line end that belongs to the next delimiter. */
  readonly end: number;
  readonly children: readonly Part[];
  /** Of a multipart: its closing delimiter line; -1 where it has none. */
  readonly closeStart: number;
}

/** The whole body as a part without a delimiter. */
export type Structure = Omit<Part, 'delimiterStart' | 'headerStart' | 'headerEnd'>;

/** Multiparts within each other that are followed. */
const MAX_DEPTH = 8;
/** Parts that are looked at in one message. */
export const MAX_PARTS = 1_000;

export function parseContentType(value: string | undefined): ContentType {
  const parameters = new Map<string, string>();
  if (value === undefined) return { type: 'text/plain', parameters };
  const [type = '', ...rest] = splitUnquoted(value.slice(0, 8192));
  for (const piece of rest) {
    const equals = piece.indexOf('=');
    if (equals === -1) continue;
    const name = piece.slice(0, equals).trim().toLowerCase();
    const text = piece.slice(equals + 1).trim();
    const isQuoted = text.startsWith('"');
    const end = isQuoted ? text.indexOf('"', 1) : -1;
    if (!parameters.has(name)) parameters.set(name, isQuoted ? text.slice(1, end === -1 ? undefined : end) : text);
  }
  return { type: withoutWhitespace(type).toLowerCase() || 'text/plain', parameters };
}

/** At each semicolon outside quotes. */
function splitUnquoted(text: string): string[] {
  const pieces: string[] = [];
  let isQuoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '\\' && isQuoted) at++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === ';' && !isQuoted) {
      pieces.push(text.slice(from, at));
      from = at + 1;
    }
  }
  pieces.push(text.slice(from));
  return pieces;
}

/** @param text LF */
export function structureOf(text: Buffer, description: Description): Structure {
  const counter = { left: MAX_PARTS };
  return within(text, description, 0, text.length, 0, counter);
}

function within(
  text: Buffer,
  description: Description,
  start: number,
  end: number,
  depth: number,
  counter: { left: number },
): Structure {
  const { contentType, encoding } = description;
  const leaf = { contentType, encoding, bodyStart: start, end, children: [], closeStart: -1 };
  const boundary = contentType.parameters.get('boundary');
  if (!contentType.type.startsWith('multipart/') || boundary === undefined || boundary === '' || depth >= MAX_DEPTH) {
    return leaf;
  }
  const { starts, closeStart } = delimiters(text, boundary, start, end, counter.left);
  const children: Part[] = [];
  for (let i = 0; i < starts.length && counter.left > 0; i++) {
    counter.left--;
    const delimiterStart = starts[i]!;
    const headerStart = Math.min(lineEnd(text, delimiterStart, end) + 1, end);
    const next = starts[i + 1] ?? (closeStart === -1 ? end + 1 : closeStart);
    children.push(partAt(text, delimiterStart, headerStart, Math.max(headerStart, next - 1), depth, counter));
  }
  return { ...leaf, children, closeStart };
}

function partAt(
  text: Buffer,
  delimiterStart: number,
  headerStart: number,
  end: number,
  depth: number,
  counter: { left: number },
): Part {
  let headerEnd = headerStart;
  let bodyStart = end;
  for (let at = headerStart; at < end; ) {
    const lf = lineEnd(text, at, end);
    if (lf === at) {
      bodyStart = at + 1;
      break;
    }
    at = lf + 1;
    headerEnd = Math.min(at, end);
  }
  const description = describe(
    fieldsIn(text.toString('latin1', headerStart, Math.min(headerEnd, headerStart + 65_536))),
  );
  const inner = within(text, description, Math.min(bodyStart, end), end, depth + 1, counter);
  return { ...inner, delimiterStart, headerStart, headerEnd };
}

/** The field values of a part's header by their names, unfolded; the first of each. */
export function fieldsIn(header: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of header.replace(/\n[ \t]+/g, ' ').split('\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (name !== '' && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

export function describe(fields: ReadonlyMap<string, string>): Description {
  const [encoding = ''] = (fields.get('content-transfer-encoding') ?? '7bit')
    .trim()
    .toLowerCase()
    .split(/[\s;(]/, 1);
  return { contentType: parseContentType(fields.get('content-type')), encoding };
}

function lineEnd(text: Buffer, from: number, end: number): number {
  const lf = text.indexOf(0x0a, from);
  return lf === -1 || lf > end ? end : lf;
}

/** Where delimiter lines begin between two offsets, and the closing one. */
function delimiters(text: Buffer, boundary: string, start: number, end: number, limit: number) {
  const mark = Buffer.from(`--${boundary}`, 'latin1');
  const starts: number[] = [];
  let closeStart = -1;
  const part = text.subarray(0, end);
  for (let at = part.indexOf(mark, start); at !== -1; at = part.indexOf(mark, at + mark.length)) {
    if (at !== start && text[at - 1] !== 0x0a) continue;
    const rest = text.toString('latin1', at + mark.length, Math.min(lineEnd(text, at, end), at + mark.length + 80));
    if (/^--[ \t\r]*$/.test(rest) || (rest.startsWith('--') && starts.length > 0)) {
      closeStart = at;
      break;
    }
    if (rest.trim() !== '') continue; // the beginning of a longer boundary
    starts.push(at);
    if (starts.length >= limit) break;
  }
  return { starts, closeStart };
}
