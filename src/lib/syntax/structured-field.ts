/**
 * What structured header fields are made of (RFC 5322 section 3.2): blanks, comments, quoted strings, domain literals. Texts are
 * latin1, with their folds. Each part is found in one pass, without backtracking.
 */

const BLANKS = ' \t\r\n';

export function isBlank(character: string): boolean {
  return BLANKS.includes(character);
}

/** Offset of the first character from an offset on that is not a blank and no fold. */
export function skipBlanks(value: string, start: number): number {
  let at = start;
  while (at < value.length && isBlank(value[at]!)) at++;
  return at;
}

/** Offset behind the comment that opens at an offset and may hold comments (section 3.2.2); -1 where it does not end. */
export function endOfComment(value: string, start: number): number {
  let depth = 0;
  for (let at = start; at < value.length; at++) {
    const character = value[at];
    if (character === '\\') at++;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return at + 1;
  }
  return -1;
}

/**
 * Offset behind the quoted string (section 3.2.4) or domain literal (section 3.4.1) that opens at an offset; -1 where it does
 * not end.
 *
 * @param closer what ends it
 */
export function endOfQuoted(value: string, start: number, closer = '"'): number {
  for (let at = start + 1; at < value.length; at++) {
    if (value[at] === '\\') at++;
    else if (value[at] === closer) return at + 1;
  }
  return -1;
}

/** What stands between the delimiters of a part, escapes undone (quoted-pair, section 3.2.1). @param end -1: it does not end */
export function contentOf(value: string, start: number, end: number): string {
  const written = value.slice(start + 1, end === -1 ? value.length : end - 1);
  return written.includes('\\') ? written.replace(/\\([^]?)/g, '$1') : written;
}
