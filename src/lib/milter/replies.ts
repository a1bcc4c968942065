/** What a filter says to the MTA. */
import type { Offer } from './commands.ts';
import { packet } from './frames.ts';
import { REPLY } from './protocol.ts';

/** Nothing against it so far, or at the end of the message: take it with the changes that were sent. */
export const CONTINUE: Buffer = packet(REPLY.continue);
/** No more of this message, or this client, is wanted. */
export const ACCEPT: Buffer = packet(REPLY.accept);
/** The MTA answers 451: the client tries again. */
export const TEMPFAIL: Buffer = packet(REPLY.tempFail);
/** Still at work: the MTA goes on waiting. */
export const PROGRESS: Buffer = packet(REPLY.progress);

export function negotiationReply({ version, actions, protocol }: Offer): Buffer {
  return packet(REPLY.negotiate, uint32(version), uint32(actions), uint32(protocol));
}

/**
 * An SMTP answer in own words.
 *
 * @param code `4xx` or `5xx`
 * @param status enhanced status code of the same class (RFC 3463)
 * @param text one line of printable ASCII; a percent sign is doubled, since Sendmail formats the text
 */
export function smtpReply(code: number, status: string, text: string): Buffer {
  return packet(REPLY.replyCode, cString(`${code} ${status} ${text.replaceAll('%', '%%')}`));
}

/**
 * Put a header field in.
 *
 * @param index 0 is the top
 * @param value with LF for line ends
 */
export function insertHeader(index: number, name: string, value: string): Buffer {
  return packet(REPLY.insertHeader, uint32(index), cString(name), cString(value));
}

/**
 * Change a header field, or take it out.
 *
 * @param index which of the fields of that name, from 1
 * @param value with LF for line ends; empty takes it out
 */
export function changeHeader(index: number, name: string, value: string): Buffer {
  return packet(REPLY.changeHeader, uint32(index), cString(name), cString(value));
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** @param text latin1 */
function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'latin1');
}
