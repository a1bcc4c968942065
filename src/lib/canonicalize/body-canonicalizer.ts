/** Takes canonical bytes; the buffer is reused as soon as the call returns. */
export type ByteConsumer = (bytes: Buffer) => void;

/** One canonical form of a body that comes in pieces. */
export interface BodyCanonicalizer {
  /** The next piece of the body. All of its canonical octets that are certain have reached the consumer on return. */
  write(chunk: Uint8Array): void;
  /** The body ended: what was held back is decided now. */
  end(): void;
}
