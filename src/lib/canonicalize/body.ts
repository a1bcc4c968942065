/**
 * Body canonicalisation (RFC 6376 sections 3.4.3 and 3.4.4, RFC 4870 section 3.4.2.2) of a body that comes in pieces, in
 * flat memory. LF and CRLF are both line ends and leave as CRLF; a bare CR is an octet like any other.
 */
import type { Canonicalization, DomainKeysCanonicalization } from './header.ts';

/** Takes canonical bytes; the buffer is reused as soon as the call returns. */
export type ByteConsumer = (bytes: Buffer) => void;

export interface BodyCanonicalizer {
  write(chunk: Uint8Array): void;
  /** The body ended: what was held back is decided now. */
  end(): void;
}

export function bodyCanonicalizer(
  canonicalization: Canonicalization | DomainKeysCanonicalization,
  consumer: ByteConsumer,
): BodyCanonicalizer {
  if (canonicalization === 'simple') return new SimpleBody(consumer);
  return canonicalization === 'relaxed' ? new RelaxedBody(consumer) : new NofwsBody(consumer);
}

const [TAB, LF, CR, SP] = [0x09, 0x0a, 0x0d, 0x20];
const SIZE = 64 * 1024;
const CRLFS = Buffer.from('\r\n'.repeat(SIZE / 2));

/** What both share: an output buffer, the line ends that may turn out to be trailing, and a CR that may be half a CRLF. */
abstract class Body implements BodyCanonicalizer {
  readonly #consumer: ByteConsumer;
  protected readonly out = Buffer.allocUnsafe(SIZE + 8);
  protected to = 0;
  /** Line ends seen since the last octet that was put out: trailing ones are dropped (sections 3.4.3, 3.4.4 b). */
  protected heldLineEnds = 0;
  protected heldCr = false;

  constructor(consumer: ByteConsumer) {
    this.#consumer = consumer;
  }

  abstract write(chunk: Uint8Array): void;
  abstract end(): void;

  protected flush(): void {
    if (this.to > 0) this.#consumer(this.out.subarray(0, this.to));
    this.to = 0;
  }

  /** An octet follows: the held line ends were not trailing. */
  protected releaseLineEnds(): void {
    if (this.heldLineEnds === 1) {
      if (this.to >= SIZE) this.flush();
      this.out[this.to++] = CR;
      this.out[this.to++] = LF;
    } else {
      this.flush();
      for (let left = this.heldLineEnds * 2; left > 0; left -= SIZE) {
        this.#consumer(CRLFS.subarray(0, Math.min(left, SIZE)));
      }
    }
    this.heldLineEnds = 0;
  }
}

class SimpleBody extends Body {
  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (byte === LF) {
        this.heldCr = false;
        this.heldLineEnds++;
        continue;
      }
      if (this.heldCr) this.#put(CR);
      this.heldCr = byte === CR;
      if (!this.heldCr) this.#put(byte);
    }
    this.flush();
  }

  #put(byte: number): void {
    if (this.heldLineEnds > 0) this.releaseLineEnds();
    if (this.to >= SIZE) this.flush();
    this.out[this.to++] = byte;
  }

  end(): void {
    if (this.heldCr) this.#put(CR);
    // Section 3.4.3: exactly one CRLF at the end, also where the body is empty.
    this.heldLineEnds = 1;
    this.releaseLineEnds();
    this.flush();
  }
}

class RelaxedBody extends Body {
  /** Blanks seen on this line since the last octet: one space if another octet follows, else nothing (3.4.4 a). */
  #blank = false;
  #empty = true;

  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (byte === LF) {
        this.heldCr = false;
        this.#blank = false;
        this.heldLineEnds++;
        continue;
      }
      if (this.heldCr) this.#put(CR);
      this.heldCr = byte === CR;
      if (byte === SP || byte === TAB) this.#blank = true;
      else if (!this.heldCr) this.#put(byte);
    }
    this.flush();
  }

  #put(byte: number): void {
    if (this.heldLineEnds > 0) this.releaseLineEnds();
    if (this.to >= SIZE) this.flush();
    if (this.#blank) this.out[this.to++] = SP;
    this.#blank = false;
    this.#empty = false;
    this.out[this.to++] = byte;
  }

  end(): void {
    if (this.heldCr) this.#put(CR);
    // Section 3.4.4: a body that is not empty ends in one CRLF; an empty one stays empty.
    if (!this.#empty) {
      this.heldLineEnds = 1;
      this.releaseLineEnds();
    }
    this.flush();
  }
}

class NofwsBody extends Body {
  #empty = true;

  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (byte === LF) this.heldLineEnds++;
      else if (byte !== SP && byte !== TAB && byte !== CR) this.#put(byte);
    }
    this.flush();
  }

  #put(byte: number): void {
    if (this.heldLineEnds > 0) this.releaseLineEnds();
    if (this.to >= SIZE) this.flush();
    this.#empty = false;
    this.out[this.to++] = byte;
  }

  end(): void {
    // RFC 4870 section 3.4.2.2: trailing empty lines are ignored, and a body of nothing else is nothing.
    if (this.#empty) return;
    this.heldLineEnds = 1;
    this.releaseLineEnds();
    this.flush();
  }
}
