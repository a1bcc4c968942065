/**
 * Tag lists, `name=value; name=value` (RFC 6376 section 3.2): the grammar of DKIM signatures, DKIM and DomainKeys key
 * records, ADSP and DMARC records.
 */

export interface Tag {
  /** As written: tag names are case-sensitive. */
  readonly name: string;
  /** As written, folds and all, without the blanks around it. */
  readonly value: string;
  /** Offset in the parsed text of the first character behind `=`. */
  readonly start: number;
  /** Offset of the `;` that ends the tag, or of the end of the text. */
  readonly end: number;
}

export type TagList =
  | { readonly ok: true; readonly tags: ReadonlyMap<string, Tag> }
  | { readonly ok: false; readonly problem: string; readonly offset: number };

/** tag-name = ALPHA *(ALPHA / DIGIT / "_"); unknown tags with hyphens are published and ignored by everybody. */
const TAG_NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;

/**
 * A tag value holds printable characters and folding white space only; octets from 0x80 up are UTF-8 by RFC 8616 and
 * not looked into. Line ends are those of a folded header field, LF or CRLF.
 */
// oxlint-disable-next-line no-control-regex -- the forbidden ones are meant
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** Real tag lists have a dozen tags, each of which is kept. */
export const MAX_TAGS = 1000;

/**
 * The text from `start` to `end` without the white space at both ends, which is that of RFC 6376 section 2.8: blanks, tabs
 * and folds. `trim()` would also take octets of UTF-8 characters, such as the A0 of `\u00e0`.
 */
function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isWhitespace(text.charCodeAt(start))) start++;
  while (end > start && isWhitespace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isWhitespace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}

/**
 * Parse a tag list. Linear in the length of the text.
 *
 * @param text latin1: the value of a header field with its folds, or the joined character-strings of a TXT record
 * @returns the tags in their order of appearance, or what is wrong and at which offset. A duplicate name makes the whole
 *   list invalid (RFC 6376 section 3.2). An empty list is invalid: each list needs at least one tag.
 */
export function parseTagList(text: string): TagList {
  const tags = new Map<string, Tag>();
  const isPrintable = !FORBIDDEN.test(text);
  for (let from = 0; from <= text.length; ) {
    const semicolon = text.indexOf(';', from);
    const end = semicolon === -1 ? text.length : semicolon;
    const equals = text.indexOf('=', from);
    if (equals === -1 || equals >= end) {
      const spec = trimmed(text, from, end);
      // Empty only behind the last tag: tag-list = tag-spec *( ";" tag-spec ) [ ";" ]
      if (spec === '' && semicolon === -1 && tags.size > 0) break;
      if (spec === '') return { ok: false, problem: tags.size === 0 ? 'it is empty' : 'a tag is empty', offset: from };
      return { ok: false, problem: `'${spec.slice(0, 40)}' has no '='`, offset: from };
    }
    const name = trimmed(text, from, equals);
    if (!TAG_NAME.test(name)) {
      return { ok: false, problem: `'${name.slice(0, 40)}' is not a tag name`, offset: from };
    }
    if (tags.has(name)) return { ok: false, problem: `tag ${name}= appears twice`, offset: from };
    if (tags.size === MAX_TAGS) return { ok: false, problem: `it has more than ${MAX_TAGS} tags`, offset: from };
    const start = equals + 1;
    const bad = isPrintable ? null : FORBIDDEN.exec(text.slice(start, end));
    if (bad) return { ok: false, problem: `tag ${name}= contains a control character`, offset: start + bad.index };
    tags.set(name, { name, value: trimmed(text, start, end), start, end });
    if (semicolon === -1) break;
    from = end + 1;
  }
  return { ok: true, tags };
}

/** From here on a replacement of each run of blanks would cost more memory than the text itself. */
const LONG = 64 * 1024;

/** Remove all white space, folds included: for values in which it means nothing (base64, h=). @param value latin1 */
export function withoutWhitespace(value: string): string {
  if (value.length < LONG) return value.replace(/[ \t\r\n]+/g, '');
  const octets = Buffer.from(value, 'latin1');
  let length = 0;
  for (const octet of octets) if (!isWhitespace(octet)) octets[length++] = octet;
  return octets.toString('latin1', 0, length);
}

/**
 * The items of a colon-separated value (`h=`, `q=`, `s=`, `t=`), blanks around each removed.
 *
 * @param most items, what is behind them is left out
 */
export function colonList(value: string, most?: number): string[] {
  const items = value.split(':', most);
  for (let i = 0; i < items.length; i++) items[i] = trimmed(items[i]!, 0, items[i]!.length);
  return items;
}

/** How many items a colon-separated value has. */
export function countItems(value: string): number {
  let count = 1;
  for (let at = value.indexOf(':'); at !== -1; at = value.indexOf(':', at + 1)) count++;
  return count;
}

/** The first octet that is none of base64's (RFC 4648 section 4). A search: `^[...]*={0,2}$` would be ten times as slow. */
const NOT_BASE64 = /[^A-Za-z0-9+/]/;

/**
 * Decode a base64 tag value (RFC 6376 section 2.10: white space in it is ignored).
 *
 * @returns the bytes, or `undefined` where the value is not base64: a foreign character, or a length that no encoder writes
 */
export function decodeBase64(value: string): Buffer | undefined {
  const text = withoutWhitespace(value);
  const bytes = Buffer.from(text, 'base64'); // which skips what is not base64
  if (bytes.toString('base64') === text) return bytes;
  // Bits that are left over at the end may be set.
  const end = text.search(NOT_BASE64);
  const padding = end === -1 ? '' : text.slice(end);
  return text.length % 4 === 0 && ['', '=', '=='].includes(padding) ? bytes : undefined;
}
