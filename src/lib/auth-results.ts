/** The Authentication-Results field (RFC 8601): writing it, and recognising those that claim to be ours. */
import type { HeaderBlock, HeaderField } from './message/header-block.ts';
import { endOfComment } from './syntax/comment.ts';
import { isDomainName, toAscii } from './syntax/domain-name.ts';

export interface AuthProperty {
  /** `header.d`, `smtp.mailfrom` and the like: ptype and property (section 2.3). */
  readonly name: string;
  /** latin1; it may come from outside, and is left out where it is nothing that such a field can hold. */
  readonly value: string;
}

/** One statement of the field (resinfo, section 2.2). */
export interface AuthResult {
  readonly method: string;
  readonly result: string;
  /** A stable word or a sentence of ours, never text from outside. */
  readonly reason?: string | undefined;
  /** Words of ours for people, without parentheses. */
  readonly comment?: string | undefined;
  readonly properties: readonly AuthProperty[];
}

/** RFC 5322 section 2.1.1: lines should have at most 78 characters. */
const WIDTH = 78;
/** What a property may hold: an address (RFC 5321 section 4.5.3.1) and some room. Longer ones only fill the header. */
const MAX_VALUE_LENGTH = 400;

/** token (RFC 2045 section 5.1): printable ASCII but tspecials. */
const TOKEN = /^[!#$%&'*+.0-9A-Z^_`a-z{|}~-]+$/;
const DOT_ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

/** Whether a text can be an authserv-id (section 2.5): a host name usually, at any rate a token that folds nowhere. */
export function isAuthservId(text: string): boolean {
  return text.length <= MAX_VALUE_LENGTH && TOKEN.test(text);
}

/**
 * The field, without its final line end.
 *
 * @param id the authserv-id; not checked
 * @param results none: `none`, which says that nothing was authenticated
 * @param lineEnd the message's own
 */
export function formatAuthResults(id: string, results: readonly AuthResult[], lineEnd: '\n' | '\r\n'): string {
  const fold = `${lineEnd}\t`;
  const head = `Authentication-Results: ${id};`;
  if (results.length === 0) return `${head} none`;
  const statements = results.map((result) => foldWords(resultWords(result), fold));
  return [head, statements.join(`;${fold}`)].join(fold);
}

function resultWords({ method, result, reason, comment, properties }: AuthResult): string[] {
  const words = [`${method}=${result}`];
  if (comment !== undefined) words.push(`(${comment})`);
  if (reason !== undefined) words.push(`reason=${asValue(reason)}`);
  for (const { name, value } of properties) {
    const written = propertyValue(value);
    if (written !== undefined) words.push(`${name}=${written}`);
  }
  return words;
}

function foldWords(words: readonly string[], fold: string): string {
  let text = '';
  let column = 8; // the tab before it
  for (const [i, word] of words.entries()) {
    const breaks = i > 0 && column + 1 + word.length > WIDTH;
    if (i > 0) text += breaks ? fold : ' ';
    text += word;
    column = (breaks ? 8 : column + 1) + word.length;
  }
  return text;
}

/** value = token / quoted-string (section 2.2). */
function asValue(text: string): string {
  return TOKEN.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * pvalue (section 2.2): an address, a domain behind an `@`, or a value. Whatever comes from outside is one of these or not
 * there at all: no line end, no comment, no second statement can be smuggled in.
 */
function propertyValue(text: string): string | undefined {
  if (text.length > MAX_VALUE_LENGTH) return undefined;
  const at = text.lastIndexOf('@');
  if (at === -1) {
    if (/^[ -~]*$/.test(text)) return asValue(text);
    const ascii = toAscii(text);
    return ascii !== undefined && isDomainName(ascii) ? ascii : undefined;
  }
  const domain = toAscii(text.slice(at + 1));
  if (domain === undefined || !isDomainName(domain)) return undefined;
  const localPart = text.slice(0, at);
  if (localPart === '' || DOT_ATOM.test(localPart) || QUOTED_LOCAL_PART.test(localPart))
    return `${localPart}@${domain}`;
  return `@${domain}`; // an octet that is no ASCII: what can be told is told
}

/** A quoted local part as formatMailbox writes it. */
const QUOTED_LOCAL_PART = /^"(?:[ !#-[\]-~]|\\["\\])*"$/;

/**
 * The authserv-id that a field's value begins with, comments skipped, in lower case; `undefined` where it begins with
 * something else. What follows it need not be well-formed: a forgery is to be recognised, not parsed.
 *
 * @param value latin1, with its folds
 */
export function authservIdOf(value: string): string | undefined {
  let at = 0;
  for (;;) {
    while (at < value.length && ' \t\r\n'.includes(value[at]!)) at++;
    if (value[at] !== '(') break;
    const end = endOfComment(value, at);
    if (end === -1) return undefined;
    at = end;
  }
  if (value[at] === '"') return quotedText(value, at)?.toLowerCase();
  const start = at;
  while (at < value.length && !' \t\r\n()<>@,;:\\"/[]?='.includes(value[at]!)) at++;
  const id = value.slice(start, at);
  return id === '' ? undefined : (toAscii(id) ?? id.toLowerCase());
}

/** What a quoted string holds that begins at an offset; `undefined` where it does not end. */
function quotedText(value: string, start: number): string | undefined {
  const parts: string[] = [];
  for (let at = start + 1; at < value.length; at++) {
    const character = value[at]!;
    if (character === '"') return parts.join('').replace(/\r?\n/g, '');
    parts.push(character === '\\' ? (value[++at] ?? '') : character);
  }
  return undefined;
}

/**
 * The Authentication-Results fields of a message that claim our own authserv-id. Coming from outside they are forged, and
 * are to be deleted before ours is added (section 5); those of others are left alone.
 */
export function forgedResults(header: HeaderBlock, id: string): HeaderField[] {
  const own = toAscii(id) ?? id.toLowerCase();
  return header.named('authentication-results').filter((field) => authservIdOf(header.value(field)) === own);
}
