/** A buffer that grows while bytes are put into it. */
export class ByteBuilder {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 1024) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  /** Room for `count` more bytes; the returned buffer is written to from `length` on, then `length` is set. */
  reserve(count: number): Buffer {
    const needed = this.#length + count;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    return this.#bytes;
  }

  get length(): number {
    return this.#length;
  }

  set length(length: number) {
    this.#length = length;
  }

  /** A view of what was built; valid until the next `reserve`. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}
