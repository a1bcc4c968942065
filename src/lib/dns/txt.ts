/** TXT records: one text, several character-strings. */

/** A character-string has one octet for its length (RFC 1035 section 3.3). */
const MAX_STRING_OCTETS = 255;

/**
 * Cut a text into character-strings of at most 255 octets, as long as they may be. Joined they are the text again
 * (RFC 6376 section 3.6.2.2). An empty text is one empty string: a TXT record has at least one.
 *
 * @param text latin1, one character an octet
 */
export function splitCharacterStrings(text: string): string[] {
  const strings: string[] = [];
  for (let from = 0; from < text.length; from += MAX_STRING_OCTETS) {
    strings.push(text.slice(from, from + MAX_STRING_OCTETS));
  }
  return strings.length === 0 ? [''] : strings;
}
