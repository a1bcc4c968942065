/** The line that begins a message in an mbox (RFC 4155 appendix A), as against a sentence that begins with "From". */

const [LF, CR] = [0x0a, 0x0d];
export const SEPARATOR = Buffer.from('\nFrom ');
/** The two lines that tell are looked at as far as this; real ones have some 60 octets each. */
const LONGEST_LINE = 500;
/** `From ann@example.com Thu May 14 12:00:00 2009`: a sentence that begins with "From" has no time of day. */
const MBOX_LINE = /^From \S.*\d:\d\d/;
/** What follows it: a header field, or the `>From ` line that UUCP left. */
const FIELD = /^(?:[!-9;-~]+[ \t]*:|>From )/;

/**
 * Whether an empty line ends at `at`.
 *
 * @param at of the line feed that ends the line which must be empty
 * @returns the offset behind the line before it, where the empty line begins; -1 where the line is not empty
 */
export function emptyLineAt(bytes: Buffer, at: number): number {
  const before = bytes[at - 1] === CR ? at - 2 : at - 1;
  return before >= 0 && bytes[before] === LF ? before + 1 : -1;
}

/**
 * Whether a message of an mbox begins here.
 *
 * @param start where `From ` stands
 * @param isEnd nothing comes behind these bytes
 * @returns `undefined` where that depends on bytes still to come
 */
export function isFromLine(bytes: Buffer, start: number, isEnd: boolean): boolean | undefined {
  const first = lineEnd(bytes, start);
  if (first === undefined && bytes.length - start > LONGEST_LINE) return false;
  const next = (first ?? bytes.length) + 1;
  const second = lineEnd(bytes, next);
  if (second === undefined && !isEnd && bytes.length - next <= LONGEST_LINE) return undefined;
  const text = (from: number, to: number) => bytes.toString('latin1', from, Math.min(to, from + LONGEST_LINE));
  return MBOX_LINE.test(text(start, next - 1)) && FIELD.test(text(next, second ?? bytes.length));
}

function lineEnd(bytes: Buffer, start: number): number | undefined {
  const at = bytes.subarray(start, start + LONGEST_LINE + 1).indexOf(LF);
  return at === -1 ? undefined : start + at;
}
