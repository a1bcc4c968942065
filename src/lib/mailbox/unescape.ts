/** The lines of a message that an mbox wrote as `>From ` as they were. */

const [LF, QUOTE] = [0x0a, 0x3e];
const ESCAPED = Buffer.from('>From ');

/** What was escaped: `mboxo` only `From `, which leaves `>>From ` as it is; `mboxrd` `>From ` and so on as well. */
export type EscapeForm = 'mboxo' | 'mboxrd';

/** Takes one `>` from each line that was escaped. The message is pushed in; memory holds some octets. */
export class FromUnescaper {
  readonly #form: EscapeForm;
  /** What may be the beginning of `>From `. */
  #held: Buffer = Buffer.alloc(0);
  /** How the line that `#held` stands in begins. */
  #line: 'empty' | 'one-quote' | 'quotes' | 'text' = 'empty';
  #count = 0;

  constructor(form: EscapeForm) {
    this.#form = form;
  }

  /** Lines that lost a `>`. */
  get count(): number {
    return this.#count;
  }

  write(chunk: Buffer): Buffer {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const ready = bytes.length - heldLength(bytes);
    const pieces: Buffer[] = [];
    let from = 0;
    for (let at = bytes.indexOf(ESCAPED); at !== -1; at = bytes.indexOf(ESCAPED, at + ESCAPED.length)) {
      if (!this.#isEscaped(bytes, at)) continue;
      pieces.push(bytes.subarray(from, at));
      from = at + 1;
      this.#count++;
    }
    pieces.push(bytes.subarray(from, ready));
    this.#line = this.#lineAt(bytes, ready);
    this.#held = Buffer.from(bytes.subarray(ready));
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }

  end(): Buffer {
    return this.#held;
  }

  #isEscaped(bytes: Buffer, at: number): boolean {
    const line = this.#lineAt(bytes, at);
    return line === 'empty' || (this.#form === 'mboxrd' && line !== 'text');
  }

  /** What stands in a line before `end`. */
  #lineAt(bytes: Buffer, end: number): 'empty' | 'one-quote' | 'quotes' | 'text' {
    let start = end;
    while (start > 0 && bytes[start - 1] === QUOTE) start--;
    const quotes = end - start;
    if (start > 0) return bytes[start - 1] !== LF ? 'text' : quoted(quotes);
    if (this.#line === 'text' || quotes === 0) return this.#line;
    return this.#line === 'empty' ? quoted(quotes) : 'quotes';
  }
}

function quoted(count: number): 'empty' | 'one-quote' | 'quotes' {
  return count === 0 ? 'empty' : count === 1 ? 'one-quote' : 'quotes';
}

/** Octets at the end that `>From ` may begin with. */
function heldLength(bytes: Buffer): number {
  for (let length = Math.min(ESCAPED.length - 1, bytes.length); length > 0; length--) {
    if (bytes.subarray(bytes.length - length).equals(ESCAPED.subarray(0, length))) return length;
  }
  return 0;
}
