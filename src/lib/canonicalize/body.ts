/**
 * Body canonicalisation (RFC 6376 sections 3.4.3 and 3.4.4, RFC 4870 section 3.4.2.2) of a body that comes in pieces, in
 * flat memory. LF and CRLF are both line ends and leave as CRLF; a bare CR is an octet like any other.
 */
import type { Canonicalization, DomainKeysCanonicalization } from './header.ts';
import { PlainNofwsBody } from './plain-body.ts';
import { WordRelaxedBody, WordSimpleBody } from './word-body.ts';

/** Takes canonical bytes; the buffer is reused as soon as the call returns. */
export type ByteConsumer = (bytes: Buffer) => void;

export interface BodyCanonicalizer {
  /** The next piece of the body. All of its canonical octets that are certain have reached the consumer on return. */
  write(chunk: Uint8Array): void;
  /** The body ended: what was held back is decided now. */
  end(): void;
}

export function bodyCanonicalizer(
  canonicalization: Canonicalization | DomainKeysCanonicalization,
  consumer: ByteConsumer,
): BodyCanonicalizer {
  if (canonicalization === 'simple') return new WordSimpleBody(consumer);
  return canonicalization === 'relaxed' ? new WordRelaxedBody(consumer) : new PlainNofwsBody(consumer);
}
