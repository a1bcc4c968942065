/** Domain names as mail and DKIM write them. Look-ups take them as latin1 A-labels; what a person wrote may hold U-labels. */
import { domainToASCII, domainToUnicode } from 'node:url';

/** RFC 5321 section 4.1.2: sub-domain = Let-dig [Ldh-str], at most 63 octets (RFC 1035 section 2.3.4). */
const HOST_NAME = namesOf('[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?');
/** The same with underscores, which names in DNS have (RFC 8552) and selectors in the wild too. */
const LOOSE_NAME = namesOf('[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?');

function namesOf(label: string): RegExp {
  return new RegExp(`^${label}(?:\\.${label})*$`);
}

/** A name of more than 253 characters does not fit into 255 octets of the wire (RFC 1035 section 2.3.4). */
const MAX_NAME_LENGTH = 253;

/**
 * A host name in the strict sense: letters, digits, hyphens, no final dot. The only kind of name that may take the place
 * of `%` in a path: it holds no `/`, no `..` and nothing that a shell or a file system could read otherwise.
 */
export function isHostName(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && HOST_NAME.test(name);
}

/** A name that can stand in d= or s=: a host name that may have underscores. */
export function isDomainName(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && LOOSE_NAME.test(name);
}

/** `child` equals `parent` or lies under it; ASCII case does not matter (RFC 4343). */
export function isWithin(child: string, parent: string): boolean {
  const [c, p] = [child.toLowerCase(), parent.toLowerCase()];
  return c === p || c.endsWith(`.${p}`);
}

/** `a.b.example` -> `['a.b.example', 'b.example', 'example']`. */
export function withParents(name: string): string[] {
  const labels = name.split('.');
  return labels.map((_, i) => labels.slice(i).join('.'));
}

// oxlint-disable-next-line no-control-regex -- ASCII, as a range
const ASCII = /^[\u0000-\u007f]*$/;

/** Four octets a character at most. The conversion takes quadratic time, so it is spared what cannot be a name. */
const MAX_UTF8_LENGTH = 4 * MAX_NAME_LENGTH;
/** ASCII characters that the conversion would read as the end of the name, a port or an escape. */
// oxlint-disable-next-line no-control-regex -- ASCII, as ranges
const NOT_IN_NAMES = /[\u0000-\u002c\u002f\u003a-\u0040\u005b-\u005e\u0060\u007b-\u007f]/;

/**
 * The A-label form of a domain from a header field (RFC 8616 section 4: d=, s= and i= may hold U-labels).
 *
 * @param name latin1, its octets from 0x80 up being UTF-8
 * @returns lower-case ASCII, or `undefined` where the octets are no UTF-8 or no IDNA name
 */
export function toAscii(name: string): string | undefined {
  if (ASCII.test(name)) return name.toLowerCase();
  if (name.length > MAX_UTF8_LENGTH || NOT_IN_NAMES.test(name)) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(name, 'latin1'));
    const ascii = domainToASCII(text);
    return /^[0-9.]*$/.test(ascii) ? undefined : ascii; // fullwidth digits become an IPv4 address, which is not a name
  } catch {
    return undefined;
  }
}

/** `xn--bcher-kva.example (b\u00fccher.example)`: a name as DNS has it, and behind it what a person reads in its A-labels. */
export function withUnicode(name: string): string {
  if (!/(?:^|\.)xn--/i.test(name)) return name;
  const text = name.split('.').map((label) => domainToUnicode(label) || label);
  return text.join('.') === name ? name : `${name} (${text.join('.')})`;
}
