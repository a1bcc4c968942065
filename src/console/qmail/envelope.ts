/** The envelope that qmail-queue gets on descriptor 1 (qmail-queue(8)): read for its sender, and kept for the program. */
import { readSync } from 'node:fs';
import { Spool } from '../streams/spool.ts';

const CHUNK = 64 * 1024;
/** What qmail-queue takes (ADDR in qmail-queue.c). */
const MAX_SENDER = 1003;

export interface Envelope {
  /** Octets as latin1; `undefined` where the envelope does not begin with a whole sender: qmail-queue will refuse it. */
  readonly sender: string | undefined;
  /** A copy, from its start, for the program. */
  readonly copy: Spool;
}

/** Read an envelope to its end. @throws DktoolError where no copy can be kept */
export function readEnvelope(fd: number): Envelope {
  const copy = new Spool();
  const chunk = Buffer.allocUnsafe(CHUNK);
  let start = '';
  for (let length = readSync(fd, chunk); length > 0; length = readSync(fd, chunk)) {
    const part = chunk.subarray(0, length);
    if (start.length <= MAX_SENDER) start += part.toString('latin1', 0, MAX_SENDER + 1);
    copy.append(part);
  }
  return { sender: senderOf(start), copy };
}

function senderOf(start: string): string | undefined {
  const end = start.indexOf('\0');
  return start.startsWith('F') && end !== -1 && end <= MAX_SENDER ? start.slice(1, end) : undefined;
}
