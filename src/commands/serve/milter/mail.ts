/** A message as it comes through the milter protocol, whatever is done with it. */
import type { ClientFamily } from '../../../lib/milter/commands.ts';

/** What is known around a message. Texts are latin1. */
export interface Envelope {
  /** The client's name in DNS, as the MTA has it. */
  readonly host: string;
  readonly address: string;
  readonly family: ClientFamily;
  /** Empty where the client has not said one. */
  readonly helo: string;
  /** Without angle brackets; empty for the null sender. */
  readonly sender: string;
  /** What the MTA has sent of itself, by its name without braces: `i`, `j`, `auth_type`. */
  readonly macro: (name: string) => string | undefined;
}

/** One message. Octets that are handed over may change after the call. */
export interface Mail {
  header(field: string, value: Buffer): void;
  endOfHeader(): void;
  body(piece: Buffer): void;
  /**
   * @param envelope with what the MTA has said of the message since it began
   * @returns all that goes back: the changes, and the answer that ends the message
   */
  end(envelope: Envelope): Promise<Buffer>;
}

export interface MailHandler {
  /**
   * @param hasLeadingSpace values of fields come, and are sent back, with the blank behind the colon
   * @throws DktoolError where the message cannot be worked on now
   */
  begin(envelope: Envelope, hasLeadingSpace: boolean): Mail;
}

/** A field as it stands in the message, with CRLF. @param value with LF */
export function fieldBytes(field: string, value: Buffer, hasLeadingSpace: boolean): Buffer {
  const text = value.toString('latin1').replace(/\r?\n/g, '\r\n');
  return Buffer.from(`${field}:${hasLeadingSpace ? '' : ' '}${text}\r\n`, 'latin1');
}

/** The line that ends the header block. */
export const EMPTY_LINE: Buffer = Buffer.from('\r\n');
