/** Both ends of SMTP on loopback: a client that sends what it is given, and a server that keeps what it gets. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const HOST = '127.0.0.1';

export interface Delivery {
  readonly from: string;
  readonly to: readonly string[];
  /** The message as it came over the wire, latin1: lines end in CRLF, dots are unstuffed. */
  readonly message: string;
}

/** A port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Wait until a server listens: daemons return to the shell before they do. */
export async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect(port, HOST);
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nobody listens on port ${port}`);
}

/** A server that takes all mail. */
export class SmtpSink {
  readonly #deliveries: Delivery[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #waiting = new Set<() => void>();
  readonly #server = createServer((socket) => this.#serve(socket));
  readonly #has8BitMime: boolean;

  private constructor(has8BitMime: boolean) {
    this.#has8BitMime = has8BitMime;
  }

  /** @param has8BitMime it says so; otherwise it gets 8-bit text in another encoding */
  static async start(has8BitMime = true): Promise<SmtpSink> {
    const sink = new SmtpSink(has8BitMime);
    sink.#server.listen(0, HOST);
    await once(sink.#server, 'listening');
    return sink;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get deliveries(): readonly Delivery[] {
    return this.#deliveries;
  }

  /** The message that came for an address; waits for it. */
  async messageFor(recipient: string): Promise<string> {
    for (;;) {
      const found = this.#deliveries.find(({ to }) => to.includes(recipient));
      if (found !== undefined) return found.message;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => socket.destroy());
    const session = new SinkSession(this.#has8BitMime, (delivery) => {
      this.#deliveries.push(delivery);
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    });
    onLines(socket, (line) => {
      const reply = session.answer(line);
      if (reply !== undefined) socket.write(reply);
      if (session.isOver) socket.end();
    });
    socket.write('220 sink.test ESMTP\r\n');
  }
}

class SinkSession {
  readonly #has8BitMime: boolean;
  readonly #take: (delivery: Delivery) => void;
  #from = '';
  #to: string[] = [];
  #lines: string[] | undefined;
  isOver = false;

  constructor(has8BitMime: boolean, take: (delivery: Delivery) => void) {
    this.#has8BitMime = has8BitMime;
    this.#take = take;
  }

  /** @returns what goes back, if anything does */
  answer(line: string): string | undefined {
    if (this.#lines !== undefined) return this.#data(line, this.#lines);
    const [, address = ''] = /<(.*?)>/.exec(line) ?? [];
    switch (line.slice(0, 4).toUpperCase()) {
      case 'EHLO':
        return `250-sink.test\r\n250-PIPELINING\r\n${this.#has8BitMime ? '250-8BITMIME\r\n' : ''}250 SIZE\r\n`;
      case 'MAIL':
        this.#from = address;
        this.#to = [];
        break;
      case 'RCPT':
        this.#to.push(address);
        break;
      case 'DATA':
        this.#lines = [];
        return '354 go on\r\n';
      case 'QUIT':
        this.isOver = true;
        return '221 bye\r\n';
    }
    return '250 ok\r\n';
  }

  #data(line: string, lines: string[]): string | undefined {
    if (line !== '.') {
      lines.push(line.startsWith('.') ? line.slice(1) : line);
      return undefined;
    }
    this.#lines = undefined;
    this.#take({ from: this.#from, to: this.#to, message: lines.map((text) => `${text}\r\n`).join('') });
    return '250 taken\r\n';
  }
}

/**
 * Send a message.
 *
 * @param message latin1; LF or CRLF; dots are stuffed here
 * @param isRaw its line ends are sent as they are
 * @throws Error with the server's words where it refuses
 */
export async function sendMail(port: number, from: string, to: string, message: string, isRaw = false): Promise<void> {
  const socket = connect(port, HOST);
  const replies: string[] = [];
  let wake: (() => void) | undefined;
  onLines(socket, (line) => {
    replies.push(line);
    wake?.();
  });
  socket.on('close', () => wake?.());
  const expectReply = async (wanted: string): Promise<void> => {
    for (;;) {
      const line = replies.shift();
      if (line === undefined) {
        if (socket.destroyed) throw new Error('the server went away');
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else if (line[3] !== '-') {
        if (line.startsWith(wanted)) return;
        throw new Error(line);
      }
    }
  };
  const data = (isRaw ? message : message.replace(/\r?\n/g, '\r\n'))
    .replace(/^\./gm, '..')
    .replace(/(?<!\r\n)$/, '\r\n');
  const steps = [
    ['220', 'EHLO client.test'],
    ['250', `MAIL FROM:<${from}> BODY=8BITMIME`],
    ['250', `RCPT TO:<${to}>`],
    ['250', 'DATA'],
    ['354', `${data}.`],
    ['250', 'QUIT'],
  ] as const;
  try {
    await once(socket, 'connect');
    for (const [wanted, command] of steps) {
      await expectReply(wanted);
      socket.write(`${command}\r\n`, 'latin1');
    }
    await expectReply('221');
  } finally {
    socket.destroy();
  }
}

function onLines(socket: Socket, take: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\r\n');
    rest = lines.pop()!;
    lines.forEach(take);
  });
}
