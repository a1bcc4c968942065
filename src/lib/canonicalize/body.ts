/**
 * Body canonicalisation (RFC 6376 sections 3.4.3 and 3.4.4, RFC 4870 section 3.4.2.2) of a body that comes in pieces, in
 * flat memory. LF and CRLF are both line ends and leave as CRLF; a bare CR is an octet like any other.
 */
import type { BodyCanonicalizer, ByteConsumer } from './body-canonicalizer.ts';
import type { Canonicalization, DomainKeysCanonicalization } from './header.ts';
import type { PlainBody } from './plain-body.ts';
import { SimdNofwsBody, SimdRelaxedBody, SimdSimpleBody, simdCopier } from './simd-body.ts';
import { WordNofwsBody, WordRelaxedBody, WordSimpleBody } from './word-body.ts';

/** The fast implementations of each. All of them understand each other's state. */
const FAST = {
  simple: [WordSimpleBody, SimdSimpleBody],
  relaxed: [WordRelaxedBody, SimdRelaxedBody],
  nofws: [WordNofwsBody, SimdNofwsBody],
} as const;

/** Octets of a body from which on SIMD pays: at 2 MB both are even, at 4 MB it is a tenth ahead (whole processes). */
const LONG_BODY = 1024 * 1024;

/** A word at a time at first; where the body turns out long, with SIMD from there on, if this machine has it. */
class GrowingBody implements BodyCanonicalizer {
  readonly #canonicalization: keyof typeof FAST;
  readonly #consumer: ByteConsumer;
  #current: PlainBody;
  #isLong = false;
  #length = 0;

  constructor(canonicalization: keyof typeof FAST, consumer: ByteConsumer) {
    this.#canonicalization = canonicalization;
    this.#consumer = consumer;
    this.#current = new FAST[canonicalization][0](consumer);
  }

  write(chunk: Uint8Array): void {
    this.#length += chunk.length;
    if (!this.#isLong && this.#length > LONG_BODY) this.#useSimd();
    this.#current.write(chunk);
  }

  end(): void {
    this.#current.end();
  }

  #useSimd(): void {
    this.#isLong = true;
    const copier = simdCopier();
    if (copier === undefined) return;
    const simd: PlainBody = new FAST[this.#canonicalization][1](this.#consumer, copier);
    this.#current = simd.resume(this.#current);
  }
}

export function bodyCanonicalizer(
  canonicalization: Canonicalization | DomainKeysCanonicalization,
  consumer: ByteConsumer,
): BodyCanonicalizer {
  return new GrowingBody(canonicalization, consumer);
}
