/** Packets out of a stream: four octets with the length of what follows, a letter, and data. */
import { DktoolError } from '../errors.ts';

export interface Packet {
  readonly command: string;
  /** A view into what was read, good until the next call. */
  readonly data: Buffer;
}

/** A header field or a piece of a body. Sendmail sends 64 KiB at most, or 1 MiB where that was agreed on; Postfix any field whole. */
export const MAX_PACKET = 2 * 1024 * 1024;

const LENGTH_OCTETS = 4;

/** Finds the packets in what comes over a connection. Memory is that of one packet, as far as it has come. */
export class PacketReader {
  /** The start of a packet that has not come whole. */
  #kept = Buffer.alloc(0);
  #length = 0;

  /**
   * Take the next octets.
   *
   * @returns the packets that are whole now; each is to be done with before the next is asked for, and all before the
   *   next call
   * @throws DktoolError `milter-protocol` where a length is none of this protocol
   */
  *read(chunk: Buffer): Generator<Packet, void> {
    let at = 0;
    if (this.#length > 0) {
      for (;;) {
        const missing = this.#wanted() - this.#length;
        const piece = chunk.subarray(at, at + missing);
        this.#keep(piece);
        at += piece.length;
        if (piece.length < missing) return;
        if (this.#length > LENGTH_OCTETS) break;
      }
      const whole = this.#kept.subarray(LENGTH_OCTETS, this.#length);
      this.#length = 0;
      yield packetOf(whole);
    }
    while (chunk.length - at >= LENGTH_OCTETS) {
      const end = at + LENGTH_OCTETS + lengthAt(chunk, at);
      if (end > chunk.length) break;
      yield packetOf(chunk.subarray(at + LENGTH_OCTETS, end));
      at = end;
    }
    if (at < chunk.length) this.#keep(chunk.subarray(at));
  }

  /** Octets up to the end of the length, or of the packet where that is known. */
  #wanted(): number {
    return this.#length < LENGTH_OCTETS ? LENGTH_OCTETS : LENGTH_OCTETS + lengthAt(this.#kept, 0);
  }

  #keep(piece: Buffer): void {
    const needed = this.#length + piece.length;
    if (needed > this.#kept.length || (this.#length === 0 && this.#kept.length > MOST_KEPT)) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(this.#length * 2, MAX_PACKET + LENGTH_OCTETS)));
      this.#kept.copy(grown, 0, 0, this.#length);
      this.#kept = grown;
    }
    piece.copy(this.#kept, this.#length);
    this.#length = needed;
  }
}

/** A buffer that has grown beyond this is not kept for the packets that follow. */
const MOST_KEPT = 128 * 1024;

function lengthAt(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32BE(at);
  if (length >= 1 && length <= MAX_PACKET) return length;
  const why = length === 0 ? 'is empty' : `has ${length} octets, more than ${MAX_PACKET}`;
  throw new DktoolError('milter-protocol', `a packet ${why}: this is not the milter protocol`, { kind: 'temporary' });
}

function packetOf(bytes: Buffer): Packet {
  return { command: String.fromCharCode(bytes[0]!), data: bytes.subarray(1) };
}

/** A packet as it is sent. @param letter one ASCII character */
export function packet(letter: string, ...data: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(LENGTH_OCTETS + 1);
  head.writeUInt32BE(
    data.reduce((sum, { length }) => sum + length, 1),
    0,
  );
  head.write(letter, LENGTH_OCTETS, 'latin1');
  return Buffer.concat([head, ...data]);
}
