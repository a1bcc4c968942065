import { type BodyCanonicalizer, bodyCanonicalizer } from './body.ts';
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

export interface BodyHashResult {
  readonly digest: Buffer;
  /** Octets of the whole canonical body, hashed or not. */
  readonly canonicalLength: number;
}

type ChannelKind = Canonicalization | DomainKeysCanonicalization;

interface Channel {
  readonly canonicalizer: BodyCanonicalizer;
  readonly sinks: HashSink[];
  length: number;
}

/**
 * Hashes a body for any number of signatures in one pass: one canonicaliser for each canonicalisation that is asked for,
 * one hash for each different request behind it.
 */
export class BodyHasher {
  readonly #channels = new Map<ChannelKind, Channel>();
  readonly #bodies = new Map<string, BodyHashResult | undefined>();
  readonly #texts = new Map<TextHashRequest, Buffer | undefined>();

  constructor(requests: Iterable<BodyHashRequest>, texts: Iterable<TextHashRequest> = []) {
    for (const { canonicalization, hash, limit } of requests) {
      const key = keyOf({ canonicalization, hash, limit });
      if (this.#bodies.has(key)) continue;
      this.#bodies.set(key, undefined);
      const channel = this.#channel(canonicalization);
      channel.sinks.push(
        new BodySink(hash, limit, (digest) => this.#bodies.set(key, { digest, canonicalLength: channel.length })),
      );
    }
    for (const request of texts) {
      const sink = new TextSink(request.header, (digest) => this.#texts.set(request, digest));
      this.#channel(request.canonicalization).sinks.push(sink);
    }
  }

  write(chunk: Uint8Array): void {
    for (const channel of this.#channels.values()) channel.canonicalizer.write(chunk);
  }

  end(): void {
    for (const channel of this.#channels.values()) {
      channel.canonicalizer.end();
      for (const sink of channel.sinks) sink.end(channel.length);
    }
  }

  /** The answer to one of the requests. Throws before `end` and for a request that was not made. */
  result(request: BodyHashRequest): BodyHashResult {
    return required(this.#bodies.get(keyOf(request)));
  }

  /** The SHA-1 digest for one of the texts, by identity. Throws as `result` does. */
  textDigest(request: TextHashRequest): Buffer {
    return required(this.#texts.get(request));
  }

  #channel(canonicalization: ChannelKind): Channel {
    let channel = this.#channels.get(canonicalization);
    if (channel === undefined) {
      const made: Channel = {
        canonicalizer: bodyCanonicalizer(canonicalization, (bytes) => spread(made, bytes)),
        sinks: [],
        length: 0,
      };
      channel = made;
      this.#channels.set(canonicalization, channel);
    }
    return channel;
  }
}

function spread(channel: Channel, bytes: Buffer): void {
  channel.length += bytes.length;
  for (const sink of channel.sinks) sink.write(bytes);
}

function required<T>(result: T | undefined): T {
  if (result === undefined) throw new Error('no such hash was asked for');
  return result;
}

function keyOf({ canonicalization, hash, limit }: BodyHashRequest): string {
  return `${canonicalization} ${hash} ${limit ?? 'all'}`;
}
