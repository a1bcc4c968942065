/**
 * Body canonicalisation an octet at a time: the rules of RFC 6376 sections 3.4.3 and 3.4.4 and of RFC 4870
 * section 3.4.2.2 as they are written. The reference that word-body.ts and simd-body.ts are tested against.
 */
import type { BodyCanonicalizer, ByteConsumer } from './body-canonicalizer.ts';

const [TAB, LF, CR, SP] = [0x09, 0x0a, 0x0d, 0x20];

/** Octets of output that are collected before they go to the consumer. */
export const OUTPUT_SIZE = 64 * 1024;

/** Shared by all: whatever is in it has gone to a consumer before `write` or `end` returns. */
export const OUTPUT = Buffer.allocUnsafeSlow(OUTPUT_SIZE + 16);

/** What both share: the line ends that may turn out to be trailing, and a CR that may be half a CRLF. */
export abstract class PlainBody implements BodyCanonicalizer {
  readonly #consumer: ByteConsumer;
  readonly #output: Buffer;
  /** Octets in the output. */
  protected to = 0;
  /** Line ends seen since the last octet that was put out: trailing ones are dropped (sections 3.4.3, 3.4.4 b). */
  protected heldLineEnds = 0;
  protected heldCr = false;
  protected isEmpty = true;

  /** @param output OUTPUT or a buffer that takes as much */
  constructor(consumer: ByteConsumer, output: Buffer = OUTPUT) {
    this.#consumer = consumer;
    this.#output = output;
  }

  /** Go on where another implementation stands, between two writes. */
  resume(other: this): this {
    this.heldLineEnds = other.heldLineEnds;
    this.heldCr = other.heldCr;
    this.isEmpty = other.isEmpty;
    return this;
  }

  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.isClean) at = this.copy(chunk, at);
      if (at < chunk.length) this.step(chunk[at++]!);
    }
    this.flush();
  }

  /** Nothing is held back. */
  protected get isClean(): boolean {
    return this.heldLineEnds === 0 && !this.heldCr;
  }

  /**
   * Put out what needs no step, while nothing is held back. The plain ones take every octet by a step.
   *
   * @returns where the next step begins
   */
  protected copy(_chunk: Uint8Array, from: number): number {
    return from;
  }

  /** Account for what `copy` did: it read the chunk up to `at` and filled the output up to `to`. @returns `at` */
  protected copied(at: number, to: number): number {
    if (to > this.to) this.isEmpty = false;
    this.to = to;
    if (to >= OUTPUT_SIZE) this.flush();
    return at;
  }

  abstract end(): void;

  /** Take one octet of the body. */
  protected abstract step(byte: number): void;

  protected flush(): void {
    if (this.to > 0) this.#consumer(this.#output.subarray(0, this.to));
    this.to = 0;
  }

  /** Put out an octet of content: the line ends before it were not trailing. */
  protected put(byte: number): void {
    this.isEmpty = false;
    for (; this.heldLineEnds > 0; this.heldLineEnds--) {
      if (this.to >= OUTPUT_SIZE) this.flush();
      this.#output[this.to++] = CR;
      this.#output[this.to++] = LF;
    }
    if (this.to >= OUTPUT_SIZE) this.flush();
    this.#output[this.to++] = byte;
  }

  /** The one CRLF at the end of a body. */
  protected putFinalLineEnd(): void {
    this.#output[this.to++] = CR;
    this.#output[this.to++] = LF;
    this.flush();
  }
}

export class PlainSimpleBody extends PlainBody {
  protected step(byte: number): void {
    if (byte === LF) {
      this.heldCr = false;
      this.heldLineEnds++;
      return;
    }
    if (this.heldCr) this.put(CR);
    this.heldCr = byte === CR;
    if (!this.heldCr) this.put(byte);
  }

  end(): void {
    if (this.heldCr) this.put(CR);
    this.putFinalLineEnd(); // section 3.4.3: also where the body is empty
  }
}

export class PlainRelaxedBody extends PlainBody {
  /** Blanks seen on this line since the last octet: one space if another octet follows, else nothing (3.4.4 a). */
  #heldBlank = false;

  override resume(other: this): this {
    this.#heldBlank = other.#heldBlank;
    return super.resume(other);
  }

  protected override get isClean(): boolean {
    return super.isClean && !this.#heldBlank;
  }

  protected step(byte: number): void {
    if (byte === LF) {
      this.heldCr = false;
      this.#heldBlank = false;
      this.heldLineEnds++;
      return;
    }
    if (this.heldCr) this.#putVisible(CR);
    this.heldCr = byte === CR;
    if (byte === SP || byte === TAB) this.#heldBlank = true;
    else if (!this.heldCr) this.#putVisible(byte);
  }

  #putVisible(byte: number): void {
    if (this.#heldBlank) this.put(SP);
    this.#heldBlank = false;
    this.put(byte);
  }

  end(): void {
    if (this.heldCr) this.#putVisible(CR);
    // Section 3.4.4: a body that is not empty ends in one CRLF; an empty one stays empty.
    if (this.isEmpty) this.flush();
    else this.putFinalLineEnd();
  }
}

export class PlainNofwsBody extends PlainBody {
  protected step(byte: number): void {
    if (byte === LF) {
      this.heldLineEnds++;
    } else if (byte !== SP && byte !== TAB && byte !== CR) {
      this.put(byte);
    }
  }

  end(): void {
    // RFC 4870 section 3.4.2.2: trailing empty lines are ignored, and a body of nothing else is nothing.
    if (!this.isEmpty) this.putFinalLineEnd();
  }
}
