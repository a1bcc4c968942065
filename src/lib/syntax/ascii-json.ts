/**
 * JSON in printable ASCII: what a terminal or a log could be deceived with (DEL, C1 controls, characters that are invisible or
 * turn text round) stands as `\uNNNN`, and is the same again when it is parsed (RFC 8259 section 7).
 */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
