import { createHash, type Hash } from 'node:crypto';
import { type BodyCanonicalizer, bodyCanonicalizer } from './body.ts';
import type { Canonicalization } from './header.ts';

export type HashAlgorithm = 'sha1' | 'sha256';

/** One hash of the body that somebody wants. */
export interface BodyHashRequest {
  readonly canonicalization: Canonicalization;
  readonly hash: HashAlgorithm;
  /** Canonical octets to hash (l=, RFC 6376 section 3.5); `undefined`: all. */
  readonly limit: number | undefined;
}

export interface BodyHashResult {
  readonly digest: Buffer;
  /** Octets of the whole canonical body, hashed or not. */
  readonly canonicalLength: number;
}

interface Sink {
  readonly key: string;
  readonly hash: Hash;
  left: number;
}

interface Channel {
  readonly canonicalizer: BodyCanonicalizer;
  readonly sinks: Sink[];
  length: number;
}

/**
 * Hashes a body for any number of signatures in one pass: one canonicaliser for each canonicalisation that is asked for,
 * one hash for each different request behind it.
 */
export class BodyHasher {
  readonly #channels = new Map<Canonicalization, Channel>();
  #digests: Map<string, BodyHashResult> | undefined;

  constructor(requests: Iterable<BodyHashRequest>) {
    for (const request of requests) {
      const channel = this.#channel(request.canonicalization);
      const key = keyOf(request);
      if (channel.sinks.some((sink) => sink.key === key)) continue;
      channel.sinks.push({ key, hash: createHash(request.hash), left: request.limit ?? Number.POSITIVE_INFINITY });
    }
  }

  write(chunk: Uint8Array): void {
    for (const channel of this.#channels.values()) channel.canonicalizer.write(chunk);
  }

  end(): void {
    this.#digests = new Map();
    for (const channel of this.#channels.values()) {
      channel.canonicalizer.end();
      for (const { key, hash } of channel.sinks) {
        this.#digests.set(key, { digest: hash.digest(), canonicalLength: channel.length });
      }
    }
  }

  /** The answer to one of the requests. Throws before `end` and for a request that was not made. */
  result(request: BodyHashRequest): BodyHashResult {
    const result = this.#digests?.get(keyOf(request));
    if (result === undefined) throw new Error('no such body hash was asked for');
    return result;
  }

  #channel(canonicalization: Canonicalization): Channel {
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
  for (const sink of channel.sinks) {
    if (sink.left >= bytes.length) sink.hash.update(bytes);
    else if (sink.left > 0) sink.hash.update(bytes.subarray(0, sink.left));
    sink.left = Math.max(0, sink.left - bytes.length);
  }
}

function keyOf({ canonicalization, hash, limit }: BodyHashRequest): string {
  return `${canonicalization} ${hash} ${limit ?? 'all'}`;
}
