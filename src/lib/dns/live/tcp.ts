/** One question over TCP (RFC 7766). */
import { connect } from 'node:net';
import type { ServerAddress } from './server-address.ts';
import { type Exchanged, MAX_WAIT, unreachable } from './udp.ts';
import { decodeReply } from '../wire/message.ts';

/**
 * Ask one server once, on a connection of its own.
 *
 * @param query as `encodeQuery` made it
 * @param wait milliseconds for connecting and answering together
 */
export function askTcp(server: ServerAddress, query: Uint8Array, wait: number): Promise<Exchanged> {
  return new Promise((resolve) => {
    const socket = connect({ host: server.ip, port: server.port, family: server.family });
    const answer = new FramedMessage();
    let moved = false;
    let again = false;
    let settled = false;
    let timer = setTimeout(expire, Math.min(wait, MAX_WAIT)).unref();

    function settle(result: Exchanged): void {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    }
    // A caller that blocks in a read keeps us from hearing: on expiry the loop polls once more, and where that brought
    // the connection on, it gets its time once again.
    function expire(): void {
      moved = false;
      setImmediate(() => {
        if (settled) return;
        if (!moved || again) return settle({ kind: 'timeout' });
        again = true;
        timer = setTimeout(expire, Math.min(wait, MAX_WAIT)).unref();
      });
    }
    socket.on('connect', () => {
      moved = true;
      // RFC 7766 section 8: length and message in one write.
      socket.write(Buffer.concat([Buffer.from([query.length >> 8, query.length & 255]), query]));
    });
    socket.on('data', (chunk: Buffer) => {
      moved = true;
      const message = answer.add(chunk);
      if (message === undefined) return;
      const decoded = decodeReply(message, query);
      // Nothing else can come on this connection that we would want to wait for.
      if (decoded.kind === 'stray') settle({ kind: 'malformed', fault: 'it answers another question' });
      else if (decoded.kind === 'truncated') settle({ kind: 'malformed', fault: 'it is truncated even over TCP' });
      else settle(decoded);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => settle(unreachable(error)));
    socket.on('close', () => settle({ kind: 'malformed', fault: 'the connection was closed before the answer ended' }));
  });
}

/** A message behind its length (RFC 1035 section 4.2.2), which arrives in pieces: 64 KB at most. */
class FramedMessage {
  readonly #chunks: Buffer[] = [];
  #size = 0;

  /** @returns the message once it is complete */
  add(chunk: Buffer): Uint8Array | undefined {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < 2) return undefined;
    const head = this.#chunks[0]!.length >= 2 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    const end = head.readUInt16BE(0) + 2;
    return this.#size < end ? undefined : Buffer.concat(this.#chunks).subarray(2, end);
  }
}
