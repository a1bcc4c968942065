/** Where canonical body octets end: hashes, each over its own share of them. */
import { createHash, type Hash } from 'node:crypto';

/** RFC 6376 section 3.3. RFC 8301 forbids sha1. */
export type HashAlgorithm = 'sha1' | 'sha256';

export interface HashSink {
  write(bytes: Buffer): void;
  /** @param length octets of the whole canonical body */
  end(length: number): void;
  /** Once `end` was called. */
  readonly digest: Buffer | undefined;
}

/** The first `limit` octets of the body (l=, RFC 6376 section 3.5), or all of it. */
export class BodySink implements HashSink {
  readonly algorithm: HashAlgorithm;
  readonly limit: number | undefined;
  digest: Buffer | undefined;
  readonly #hash: Hash;
  #left: number;

  constructor(algorithm: HashAlgorithm, limit: number | undefined) {
    this.algorithm = algorithm;
    this.limit = limit;
    this.#hash = createHash(algorithm);
    this.#left = limit ?? Number.POSITIVE_INFINITY;
  }

  write(bytes: Buffer): void {
    if (this.#left >= bytes.length) this.#hash.update(bytes);
    else if (this.#left > 0) this.#hash.update(bytes.subarray(0, this.#left));
    this.#left = Math.max(0, this.#left - bytes.length);
  }

  end(): void {
    this.digest = this.#hash.digest();
  }
}

/** A canonical body of DKIM's `simple` that is empty is one CRLF; any other has three octets or more. */
const EMPTY_BODY_LENGTH = 2;

/**
 * A header and the body behind it as one text of DomainKeys, with SHA-1, the only hash that it knows.
 *
 * RFC 4870 section 3.4.2.1: where the body is nothing but empty lines, the line between header and body is ignored too.
 */
export class TextSink implements HashSink {
  /** Canonical, each field with its CRLF. */
  readonly header: Buffer;
  digest: Buffer | undefined;
  readonly #hash: Hash;

  constructor(header: Buffer) {
    this.header = header;
    this.#hash = createHash('sha1').update(header).update('\r\n');
  }

  write(bytes: Buffer): void {
    this.#hash.update(bytes);
  }

  end(length: number): void {
    const isEmpty = length <= EMPTY_BODY_LENGTH;
    this.digest = isEmpty ? createHash('sha1').update(this.header).digest() : this.#hash.digest();
  }
}
