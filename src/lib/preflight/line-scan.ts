/** What transport has rules about, found in octets that come in pieces: a pass over each octet, nothing is kept. */

/** RFC 5322 section 2.1.1: without the line end. Postfix, Exim and others break longer ones. */
export const MAX_LINE = 998;

const [TAB, LF, CR, SP] = [0x09, 0x0a, 0x0d, 0x20];

/** Line numbers count from 1; `undefined` where there is no such line. */
export interface LineFacts {
  readonly longest: number;
  readonly longLine: number | undefined;
  readonly eightBitLine: number | undefined;
  /** A CR that no LF follows. */
  readonly bareCrLine: number | undefined;
  readonly nulLine: number | undefined;
  /** A blank or tab before the line end. */
  readonly trailingBlankLine: number | undefined;
  /** The first line that ends with LF alone, and the first that ends with CRLF. */
  readonly lfLine: number | undefined;
  readonly crlfLine: number | undefined;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export class LineScan {
  readonly #facts: Mutable<LineFacts> = {
    longest: 0,
    longLine: undefined,
    eightBitLine: undefined,
    bareCrLine: undefined,
    nulLine: undefined,
    trailingBlankLine: undefined,
    lfLine: undefined,
    crlfLine: undefined,
  };
  #line = 1;
  /** Octets of the line so far, without a CR that may belong to its end. */
  #length = 0;
  /** The octet before, and the one before that. */
  #last = 0;
  #beforeLast = 0;

  write(chunk: Uint8Array): void {
    const facts = this.#facts;
    for (const octet of chunk) {
      if (octet === LF) this.#endLine();
      else {
        if (this.#last === CR) {
          facts.bareCrLine ??= this.#line;
          this.#length++;
        }
        if (octet !== CR) this.#length++;
        if (octet === 0) facts.nulLine ??= this.#line;
        else if (octet > 0x7f) facts.eightBitLine ??= this.#line;
      }
      this.#beforeLast = this.#last;
      this.#last = octet;
    }
  }

  /** After the last octet: a last line may have no end. */
  end(): LineFacts {
    if (this.#last === CR) {
      this.#facts.bareCrLine ??= this.#line;
      this.#length++;
    }
    this.#measure();
    if (this.#length > 0 && isBlank(this.#last)) this.#facts.trailingBlankLine ??= this.#line;
    return this.#facts;
  }

  #endLine(): void {
    const hasCr = this.#last === CR;
    if (hasCr) this.#facts.crlfLine ??= this.#line;
    else this.#facts.lfLine ??= this.#line;
    this.#measure();
    if (this.#length > 0 && isBlank(hasCr ? this.#beforeLast : this.#last)) {
      this.#facts.trailingBlankLine ??= this.#line;
    }
    this.#line++;
    this.#length = 0;
  }

  #measure(): void {
    if (this.#length > this.#facts.longest) this.#facts.longest = this.#length;
    if (this.#length > MAX_LINE) this.#facts.longLine ??= this.#line;
  }
}

const isBlank = (octet: number) => octet === SP || octet === TAB;
