/** How texts are written where TXT data is typed in: each has its own escapes. Texts are latin1, one character an octet. */
import { splitCharacterStrings } from './text.ts';

function escapedOctet(octet: number, radix: 8 | 10): string {
  return `\\${octet.toString(radix).padStart(3, '0')}`;
}

function escapeOctets(text: string, pattern: RegExp, radix: 8 | 10): string {
  return text.replace(pattern, (character) => escapedOctet(character.charCodeAt(0), radix));
}

/** RFC 1035 section 5.1: `\"`, `\\`, and \DDD in decimal for what is not printable. */
export function masterFileText(text: string): string {
  return escapeOctets(text.replace(/["\\]/g, '\\$&'), /[^\x20-\x7e]/g, 10);
}

/**
 * tinydns-data (https://cr.yp.to/djbdns/tinydns-data.html): \ooo in octal for colons, backslashes and what is not printable,
 * and for a blank at the end, which it would take away with its line.
 */
export function tinydnsText(text: string): string {
  return escapeOctets(text, /[^\x20-\x7e]|[:\\]|[ \t]$/g, 8);
}

/** \ooo, whatever the octet stands for. */
export function tinydnsOctet(octet: number): string {
  return escapedOctet(octet, 8);
}

/** The end of a line of tinydns-data; without a TTL, tinydns has its own for the type. */
export function tinydnsTtl(ttl: number | undefined): string {
  return ttl === undefined ? '' : `:${ttl}`;
}

/**
 * Route 53 (Developer Guide, "TXT record type"): `\"`, and \ooo in octal for what is not printable. A backslash is written in
 * octal too, the one form of it that the guide defines.
 */
export function route53Text(text: string): string {
  return escapeOctets(text, /[^\x20-\x7e]|\\/g, 8).replace(/"/g, '\\"');
}

/** The character-strings of a text, each in quotes, a blank between them. */
export function quotedStrings(text: string, escape: (string: string) => string): string {
  return quoted(splitCharacterStrings(text), escape);
}

/** Strings as they stand, each in quotes, a blank between them. */
export function quoted(strings: readonly string[], escape: (string: string) => string): string {
  return strings.map((string) => `"${escape(string)}"`).join(' ');
}
