/** Telling a mailbox of several messages (mbox, RFC 4155 appendix A) from a message. */
import { emptyLineAt, isFromLine, SEPARATOR } from './from-line.ts';

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
      if (emptyLineAt(bytes, at) === -1) continue;
      const isMessage = isFromLine(bytes, at + 1, isEnd);
      if (isMessage === undefined) {
        this.#held = Buffer.from(bytes.subarray(Math.max(0, at - 2)));
        return;
      }
      if (isMessage) {
        this.#found = true;
        return;
      }
    }
    this.#held = Buffer.from(bytes.subarray(Math.max(0, bytes.length - SEPARATOR.length - 2)));
  }
}
