/**
 * Text from outside (headers, TXT records, file names) is hostile: on a terminal it could move the cursor, hide itself
 * or turn its direction round.
 */

/** C0 and C1 controls, DEL, bidirectional controls, zero-width characters, line and paragraph separators. */
// eslint-disable-next-line no-misleading-character-class -- a list of code points on purpose
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/gu;

/** One line that is safe on a terminal and in a log: unsafe characters become `\xNN` or `\u{NNNN}`. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0)!;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}
