/** A connection of an MTA over a socket. */
import type { Socket } from 'node:net';
import { parseCommand } from '../../../lib/milter/commands.ts';
import { PacketReader } from '../../../lib/milter/frames.ts';
import { MilterSession, type SessionWorld } from './session.ts';

/** Seconds: an MTA keeps a connection between messages (libmilter waits 7,210), but sends a message without a pause. */
const IDLE_SECONDS = 7210;
const MESSAGE_SECONDS = 300;

export interface Connection {
  /** End it when no message is in hand; at once where none is. */
  readonly finish: () => void;
  /** End it now. */
  readonly destroy: () => void;
}

/**
 * Serve a connection to its end.
 *
 * @param ended called once, with what ended it where that was a fault
 */
export function serveConnection(socket: Socket, world: SessionWorld, ended: (fault?: unknown) => void): Connection {
  const session = new MilterSession(world);
  const reader = new PacketReader();
  const waiting: Buffer[] = [];
  let isAtWork = false;
  let isFinishing = false;
  let fault: unknown;
  socket.setNoDelay(true);
  socket.setTimeout(IDLE_SECONDS * 1000, () => socket.destroy());
  socket.on('error', () => {}); // the MTA went away: `close` follows
  socket.on('close', () => {
    session.close();
    ended(fault);
  });
  socket.on('data', (chunk: Buffer) => {
    waiting.push(chunk);
    if (isAtWork) socket.pause();
    else void work();
  });

  async function work(): Promise<void> {
    isAtWork = true;
    try {
      for (let chunk = waiting.shift(); chunk !== undefined && !socket.destroyed; chunk = waiting.shift()) {
        for (const packet of reader.read(chunk)) {
          const taken = session.take(parseCommand(packet));
          const answer = taken instanceof Promise ? await taken : taken;
          if (socket.destroyed) return;
          if (answer === undefined) return void socket.end();
          if (answer.length > 0) socket.write(answer);
          if (isFinishing && !session.isBusy) return void socket.end();
        }
      }
      socket.setTimeout((session.isBusy ? MESSAGE_SECONDS : IDLE_SECONDS) * 1000);
      socket.resume();
    } catch (error) {
      fault = error;
      socket.destroy();
    } finally {
      isAtWork = false;
    }
  }

  return {
    finish: () => {
      isFinishing = true;
      if (!session.isBusy && !isAtWork) socket.end();
    },
    destroy: () => socket.destroy(),
  };
}
