import { bodyCanonicalizer } from './body.ts';
import type { BodyCanonicalizer } from './body-canonicalizer.ts';
import { BodySink, type HashAlgorithm, type HashSink, TextSink } from './hash-sink.ts';
import type { Canonicalization, DomainKeysCanonicalization } from './header.ts';

export type { HashAlgorithm } from './hash-sink.ts';

/** One hash of the body that somebody wants. */
export interface BodyHashRequest {
  readonly canonicalization: Canonicalization;
  readonly hash: HashAlgorithm;
  /** Canonical octets to hash (l=, RFC 6376 section 3.5); `undefined`: all. */
  readonly limit: number | undefined;
}

/** One hash of header and body as a single text (RFC 4870 section 3.4.2). */
export interface TextHashRequest {
  readonly canonicalization: DomainKeysCanonicalization;
  /** The canonical header fields, each with its CRLF. */
  readonly header: Buffer;
}

/** What somebody wants hashed. */
export type BodyRequest = BodyHashRequest | TextHashRequest;

export interface BodyHashResult {
  readonly digest: Buffer;
  /** Octets of the whole canonical body, hashed or not. */
  readonly canonicalLength: number;
}

/**
 * Hashes a body for any number of signatures in one pass: one canonicaliser for each canonicalisation that is asked for,
 * one hash for each different request behind it.
 */
export class BodyHasher {
  readonly #channels: Channel[] = [];

  constructor(requests: Iterable<BodyRequest>) {
    for (const request of requests) {
      const channel = this.#channel(request.canonicalization);
      if ('header' in request) channel.sinks.push(new TextSink(request.header));
      else if (channel.bodySink(request) === undefined) channel.sinks.push(new BodySink(request.hash, request.limit));
    }
  }

  write(chunk: Uint8Array): void {
    for (const channel of this.#channels) channel.canonicalizer.write(chunk);
  }

  end(): void {
    for (const channel of this.#channels) channel.end();
  }

  /** The answer to one of the requests. Throws before `end` and for a request that was not made. */
  result(request: BodyHashRequest): BodyHashResult {
    const channel = this.#channel(request.canonicalization);
    return { digest: required(channel.bodySink(request)), canonicalLength: channel.length };
  }

  /** The SHA-1 digest for one of the texts. Throws as `result` does. */
  textDigest({ canonicalization, header }: TextHashRequest): Buffer {
    return required(this.#channel(canonicalization).textSink(header));
  }

  #channel(canonicalization: Channel['canonicalization']): Channel {
    for (const channel of this.#channels) if (channel.canonicalization === canonicalization) return channel;
    const channel = new Channel(canonicalization);
    this.#channels.push(channel);
    return channel;
  }
}

function required(sink: HashSink | undefined): Buffer {
  if (sink?.digest === undefined) throw new Error('this hash was not requested');
  return sink.digest;
}

/** One canonical form of the body, and the hashes of it. */
class Channel {
  readonly canonicalization: Canonicalization | DomainKeysCanonicalization;
  readonly canonicalizer: BodyCanonicalizer;
  readonly sinks: HashSink[] = [];
  /** Octets so far. */
  length = 0;

  constructor(canonicalization: Canonicalization | DomainKeysCanonicalization) {
    this.canonicalization = canonicalization;
    this.canonicalizer = bodyCanonicalizer(canonicalization, (bytes) => {
      this.length += bytes.length;
      for (const sink of this.sinks) sink.write(bytes);
    });
  }

  end(): void {
    this.canonicalizer.end();
    for (const sink of this.sinks) sink.end(this.length);
  }

  bodySink({ hash, limit }: BodyHashRequest): BodySink | undefined {
    for (const sink of this.sinks) {
      if (sink instanceof BodySink && sink.algorithm === hash && sink.limit === limit) return sink;
    }
    return undefined;
  }

  /** @param header the text's own, by identity */
  textSink(header: Buffer): TextSink | undefined {
    for (const sink of this.sinks) if (sink instanceof TextSink && sink.header === header) return sink;
    return undefined;
  }
}
