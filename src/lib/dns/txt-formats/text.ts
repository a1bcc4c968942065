/** TXT data: one text on our side, character-strings of at most 255 octets on the wire (RFC 1035 sections 3.3 and 3.3.14). */

/** RFC 1035 section 3.3: one length octet. */
export const MAX_CHARACTER_STRING = 255;

/** The text of a TXT record: its strings one after the other, nothing between them (RFC 6376 section 3.6.2.2, RFC 7208 section 3.3). */
export function joinStrings(strings: readonly string[]): string {
  return strings.length === 1 ? strings[0]! : strings.join('');
}

/**
 * The fewest character-strings that hold a text.
 *
 * @param text latin1, one character an octet (not checked)
 * @param limit octets of one string, at most 255
 * @returns at least one string: a TXT record cannot be without
 */
export function splitCharacterStrings(text: string, limit = MAX_CHARACTER_STRING): string[] {
  const strings: string[] = [];
  for (let at = 0; at < text.length; at += limit) strings.push(text.slice(at, at + limit));
  return strings.length === 0 ? [''] : strings;
}
