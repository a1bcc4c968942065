/**
 * Text from outside (headers, TXT records, file names) is hostile: on a terminal it could move the cursor, hide itself
 * or turn its direction round.
 */
import type { JsonReport } from '../../lib/report/index.ts';

/**
 * C0 and C1 controls, DEL, line and paragraph separators, bidirectional controls, lone surrogates, interlinear annotations,
 * and all that is not shown by default (Unicode's Default_Ignorable_Code_Point: zero-width and filler characters, soft
 * hyphen, variation selectors, tags).
 */
const UNSAFE =
  /[\p{Cc}\u2028-\u202e\u2066-\u2069\u061c\u200e\u200f\p{Cs}\ufff9-\ufffb\p{Default_Ignorable_Code_Point}]/gu;
/** Most text: no look at Unicode's tables. */
const PLAIN = /^[ -~]*$/;

/** One line that is safe on a terminal and in a log: unsafe characters become `\xNN` or `\u{NNNN}`. */
export function printable(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0)!;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** A report as a line that is safe on a terminal: what `printable` escapes is escaped as JSON does it. */
export function jsonLine(value: JsonReport): string {
  const text = JSON.stringify(value);
  return `${PLAIN.test(text) ? text : text.replace(UNSAFE, unitsEscaped)}\n`;
}

/** `\uNNNN`, twice where UTF-16 needs two units. */
function unitsEscaped(character: string): string {
  let escaped = '';
  for (let i = 0; i < character.length; i++) {
    escaped += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  }
  return escaped;
}
