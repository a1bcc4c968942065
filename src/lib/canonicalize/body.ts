/**
 * Body canonicalisation (RFC 6376 sections 3.4.3 and 3.4.4) of a body that comes in pieces, in flat memory. LF and CRLF
 * are both line ends and leave as CRLF; a bare CR is an octet like any other.
 */
import type { Canonicalization } from './header.ts';
import { WordRelaxedBody, WordSimpleBody } from './word-body.ts';

/** Takes canonical bytes; the buffer is reused as soon as the call returns. */
export type ByteConsumer = (bytes: Buffer) => void;

export interface BodyCanonicalizer {
  /** The next piece of the body. All of its canonical octets that are certain have reached the consumer on return. */
  write(chunk: Uint8Array): void;
  /** The body ended: what was held back is decided now. */
  end(): void;
}

export function bodyCanonicalizer(canonicalization: Canonicalization, consumer: ByteConsumer): BodyCanonicalizer {
  return canonicalization === 'simple' ? new WordSimpleBody(consumer) : new WordRelaxedBody(consumer);
}
