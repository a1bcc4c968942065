/** Where canonical body octets end: hashes, each over its own share of them. */
import { createHash, type Hash } from 'node:crypto';

export type HashAlgorithm = 'sha1' | 'sha256';

export interface HashSink {
  write(bytes: Buffer): void;
  /** @param length octets of the whole canonical body */
  end(length: number): void;
}

type TakeDigest = (digest: Buffer) => void;

/** The first `limit` octets of the body (l=, RFC 6376 section 3.5), or all of it. */
export class BodySink implements HashSink {
  readonly #hash: Hash;
  readonly #take: TakeDigest;
  #left: number;

  constructor(algorithm: HashAlgorithm, limit: number | undefined, take: TakeDigest) {
    this.#hash = createHash(algorithm);
    this.#left = limit ?? Number.POSITIVE_INFINITY;
    this.#take = take;
  }

  write(bytes: Buffer): void {
    if (this.#left >= bytes.length) this.#hash.update(bytes);
    else if (this.#left > 0) this.#hash.update(bytes.subarray(0, this.#left));
    this.#left = Math.max(0, this.#left - bytes.length);
  }

  end(): void {
    this.#take(this.#hash.digest());
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
  readonly #header: Buffer;
  readonly #hash: Hash;
  readonly #take: TakeDigest;

  /** @param header canonical, each field with its CRLF */
  constructor(header: Buffer, take: TakeDigest) {
    this.#header = header;
    this.#hash = createHash('sha1').update(header).update('\r\n');
    this.#take = take;
  }

  write(bytes: Buffer): void {
    this.#hash.update(bytes);
  }

  end(length: number): void {
    const isEmpty = length <= EMPTY_BODY_LENGTH;
    this.#take(isEmpty ? createHash('sha1').update(this.#header).digest() : this.#hash.digest());
  }
}
