/** Writing the Authentication-Results field (RFC 8601). */
import { foldWords } from '../header/fold.ts';
import { isDomainName, toAscii } from '../syntax/domain-name.ts';
import { textAsOctets } from '../syntax/octets.ts';

/** A property of a statement (propspec, RFC 8601 section 2.2). */
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
/** Columns of the tab that a line begins with. */
const TAB = 8;
/** What a property may hold: an address (RFC 5321 section 4.5.3.1) and some room. Longer ones only fill the header. */
const MAX_VALUE_LENGTH = 400;

/** token (RFC 2045 section 5.1): printable ASCII but tspecials. */
const TOKEN = /^[!#$%&'*+.0-9A-Z^_`a-z{|}~-]+$/;
const DOT_ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

/**
 * A text as authserv-id (RFC 8601 section 2.5): a host name usually, at any rate a token that folds nowhere. U-labels become A-labels.
 *
 * @returns `undefined` where it cannot be one
 */
export function asAuthservId(text: string): string | undefined {
  const octets = textAsOctets(text);
  const id = octets === text ? text : toAscii(octets);
  return id !== undefined && id.length <= MAX_VALUE_LENGTH && TOKEN.test(id) ? id : undefined;
}

/**
 * The field (RFC 8601 section 2.2), without its final line end, folded at 78 columns. Values that such a field cannot hold are
 * left out, so that nothing from outside can end it.
 *
 * @param id the authserv-id; not checked: `asAuthservId` does that
 * @param results none: `none`, which says that nothing was authenticated
 * @param lineEnd the message's own
 */
export function formatAuthResults(id: string, results: readonly AuthResult[], lineEnd: '\n' | '\r\n'): string {
  const fold = `${lineEnd}\t`;
  const head = `Authentication-Results: ${id};`;
  if (results.length === 0) return `${head} none`;
  const statements = results.map((result) => foldWords(resultWords(result), { width: WIDTH, fold, indent: TAB }));
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
  return `@${domain}`; // an octet that is not ASCII: the domain is all that can be reported
}

/** A quoted local part as formatMailbox writes it. */
const QUOTED_LOCAL_PART = /^"(?:[ !#-[\]-~]|\\["\\])*"$/;
