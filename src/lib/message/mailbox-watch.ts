/** Telling a mailbox of several messages (mbox, RFC 4155 appendix A) from a message. */

const [LF, CR] = [0x0a, 0x0d];
const SEPARATOR = Buffer.from('\nFrom ');
/** The two lines that tell are looked at as far as this; real ones have some 60 octets each. */
const LONGEST_LINE = 500;
/** `From ann@example.com Thu May 14 12:00:00 2009`: a sentence that begins with "From" has no time of day. */
const MBOX_LINE = /^From \S.*\d:\d\d/;
const FIELD = /^[!-9;-~]+[ \t]*:/;

/**
 * Looks through a body for the start of another message: an empty line, an mbox `From ` line, a header field. Bodies of
 * files that do not begin with such a line themselves are of no interest.
 */
export class MailboxWatch {
  #found = false;
  /** What may be the beginning of a separator; at first the empty line that ends the header block. */
  #held: Buffer = Buffer.from('\n\n');

  /** @param body the next octets, which may be changed as soon as the call returns */
  write(body: Buffer): void {
    if (!this.#found) this.#look(Buffer.concat([this.#held, body]), false);
  }

  /** Whether there was one. @param body has ended */
  end(): boolean {
    if (!this.#found) this.#look(this.#held, true);
    return this.#found;
  }

  #look(bytes: Buffer, isEnd: boolean): void {
    for (let at = bytes.indexOf(SEPARATOR); at !== -1; at = bytes.indexOf(SEPARATOR, at + 1)) {
      if (!isBehindEmptyLine(bytes, at)) continue;
      const lines = linesFrom(bytes, at + 1, isEnd);
      if (lines === undefined) {
        this.#held = Buffer.from(bytes.subarray(Math.max(0, at - 2)));
        return;
      }
      if (MBOX_LINE.test(lines[0]) && FIELD.test(lines[1])) {
        this.#found = true;
        return;
      }
    }
    this.#held = Buffer.from(bytes.subarray(Math.max(0, bytes.length - SEPARATOR.length - 2)));
  }
}

/** @param at of the line feed that ends the line which must be empty */
function isBehindEmptyLine(bytes: Buffer, at: number): boolean {
  const before = bytes[at - 1] === CR ? at - 2 : at - 1;
  return before >= 0 && bytes[before] === LF;
}

/** Two lines, latin1; `undefined` where the rest of them is still to come. */
function linesFrom(bytes: Buffer, start: number, isEnd: boolean): [string, string] | undefined {
  const first = lineEnd(bytes, start);
  if (first === undefined && bytes.length - start > LONGEST_LINE) return ['', ''];
  const next = (first ?? bytes.length) + 1;
  const second = lineEnd(bytes, next);
  if (second === undefined && !isEnd && bytes.length - next <= LONGEST_LINE) return undefined;
  const text = (from: number, to: number) => bytes.toString('latin1', from, Math.min(to, from + LONGEST_LINE));
  return [text(start, next - 1), text(next, second ?? bytes.length)];
}

function lineEnd(bytes: Buffer, start: number): number | undefined {
  const at = bytes.subarray(start, start + LONGEST_LINE + 1).indexOf(LF);
  return at === -1 ? undefined : start + at;
}
