/** What callers hand in as a message. */
import { DktoolError } from '../errors.ts';

/** A message as bytes, LF or CRLF, whole or in pieces. */
export type ByteInput = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** The same, or the whole message as text. */
export type MessageInput = string | ByteInput;

/**
 * The bytes of a message. Text becomes UTF-8.
 *
 * @throws DktoolError `message-not-bytes` for text that was decoded with losses: what a signature covers is gone
 */
export function bytesOf(message: MessageInput): ByteInput {
  if (typeof message !== 'string') return message;
  if (message.includes('\ufffd')) {
    throw new DktoolError('message-not-bytes', 'the message was decoded as text and octets of it were lost', {
      kind: 'permanent',
      hint: 'pass its bytes: readFileSync(path), not readFileSync(path, "utf8")',
    });
  }
  return Buffer.from(message, 'utf8');
}
