/** An MTA's end of the milter protocol. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PacketReader, packet } from '../../src/lib/milter/frames.ts';

export interface MilterReply {
  readonly letter: string;
  readonly data: Buffer;
}

export interface MailToSend {
  /** latin1, LF or CRLF. */
  readonly message: string;
  readonly sender?: string;
  /** Macros that come with MAIL, by their names with braces where they have some. */
  readonly macros?: Readonly<Record<string, string>>;
}

/** What a filter said of a message. */
export interface MilterVerdict {
  /** The letter that ended it: `c`, `a`, `t`, `y`. */
  readonly end: string;
  /** With `y`: the SMTP answer. */
  readonly answer: string;
  readonly changes: readonly MilterChange[];
  /** The message with the changes made, CRLF. */
  readonly message: string;
}

export interface MilterChange {
  readonly kind: 'insert' | 'change';
  readonly index: number;
  readonly name: string;
  readonly value: string;
}

/** All that Postfix offers: version 6, and every flag of it. */
export const EVERYTHING = { version: 6, actions: 0x1ff, protocol: 0x1fffff };

export class MilterClient {
  readonly socket: Socket;
  readonly #replies: MilterReply[] = [];
  #wake: (() => void) | undefined;
  /** What was agreed on. */
  agreed = { version: 0, actions: 0, protocol: 0 };

  private constructor(socket: Socket) {
    this.socket = socket;
    const reader = new PacketReader();
    socket.on('data', (chunk: Buffer) => {
      for (const { command, data } of reader.read(chunk))
        this.#replies.push({ letter: command, data: Buffer.from(data) });
      this.#wake?.();
    });
    socket.on('error', () => {});
    socket.on('close', () => this.#wake?.());
  }

  static async connect(place: { path: string } | { port: number }, offer = EVERYTHING): Promise<MilterClient> {
    const socket = 'path' in place ? connect(place.path) : connect(place.port, '127.0.0.1');
    await once(socket, 'connect');
    const client = new MilterClient(socket);
    client.send('O', uint32(offer.version), uint32(offer.actions), uint32(offer.protocol));
    const { letter, data } = await client.reply();
    if (letter !== 'O') throw new Error(`a negotiation is answered with ${letter}`);
    client.agreed = { version: data.readUInt32BE(0), actions: data.readUInt32BE(4), protocol: data.readUInt32BE(8) };
    return client;
  }

  send(letter: string, ...data: readonly (Buffer | string)[]): void {
    this.socket.write(
      packet(letter, ...data.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part))),
    );
  }

  /** @throws Error where the filter went away */
  async reply(): Promise<MilterReply> {
    for (;;) {
      const reply = this.#replies.shift();
      if (reply !== undefined) return reply;
      if (this.socket.destroyed) throw new Error('the filter closed the connection');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The answer to a command, where the filter gives one. */
  async #answered(flag: number): Promise<void> {
    if ((this.agreed.protocol & flag) === 0) await this.reply();
  }

  macros(stage: string, macros: Readonly<Record<string, string>>): void {
    this.send('D', stage, ...Object.entries(macros).map(([name, value]) => `${name}\0${value}\0`));
  }

  /** Say who the client is. @param address IPv4 or IPv6 */
  async begin(address: string, helo = 'client.example', host = `[${address}]`): Promise<void> {
    this.macros('C', { j: 'mx.example.org', v: 'Postfix 3.7.11' });
    const isSix = address.includes(':');
    this.send('C', `${host}\0${isSix ? '6' : '4'}\x30\x39${isSix ? 'IPv6:' : ''}${address}\0`);
    await this.#answered(0x1000);
    this.send('H', `${helo}\0`);
    await this.#answered(0x2000);
  }

  /** Send a message without its end. */
  async deliver({ message, sender = 'user@example.com', macros = {} }: MailToSend): Promise<void> {
    const { fields, body } = partsOf(message);
    this.macros('M', macros);
    this.send('M', `<${sender}>\0`);
    await this.#answered(0x4000);
    const hasLeadingSpace = (this.agreed.protocol & 0x100000) !== 0;
    for (const { name, value } of fields) {
      this.send('L', `${name}\0${hasLeadingSpace ? value : value.replace(/^[ \t]/, '')}\0`);
      await this.#answered(0x80);
    }
    this.macros('N', { i: 'QUEUE1' });
    this.send('N');
    await this.#answered(0x40000);
    for (let at = 0; at < body.length; at += 65_535) {
      this.send('B', body.slice(at, at + 65_535));
      await this.#answered(0x80000);
    }
  }

  async mail(mail: MailToSend): Promise<MilterVerdict> {
    await this.deliver(mail);
    this.send('E');
    return this.verdict(mail.message);
  }

  /** What the filter says of a message that has been sent whole. */
  async verdict(message: string): Promise<MilterVerdict> {
    const changes: MilterChange[] = [];
    for (;;) {
      const { letter, data } = await this.reply();
      if (letter === 'p') continue;
      if (letter === 'i' || letter === 'm') {
        const [name = '', value = ''] = data.toString('latin1', 4).split('\0');
        changes.push({ kind: letter === 'i' ? 'insert' : 'change', index: data.readUInt32BE(0), name, value });
        continue;
      }
      const answer = letter === 'y' ? data.toString('latin1').replace(/\0$/, '') : '';
      const hasLeadingSpace = (this.agreed.protocol & 0x100000) !== 0;
      return { end: letter, answer, changes, message: changed(message, changes, hasLeadingSpace) };
    }
  }

  close(): void {
    this.socket.destroy();
  }
}

interface Field {
  readonly name: string;
  /** With the blank behind the colon, LF. */
  readonly value: string;
}

function partsOf(message: string): { fields: Field[]; body: string } {
  const text = message.replace(/\r?\n/g, '\n');
  const end = text.startsWith('\n') ? 0 : text.indexOf('\n\n') + 1;
  const lines = text
    .slice(0, end)
    .split(/\n(?![ \t])/)
    .slice(0, -1);
  const fields = lines.map((line) => {
    const colon = line.indexOf(':');
    return { name: line.slice(0, colon), value: line.slice(colon + 1) };
  });
  return { fields, body: text.slice(end + 1).replaceAll('\n', '\r\n') };
}

/** As Postfix does it: fields of a name are counted among those that are left. */
function changed(message: string, changes: readonly MilterChange[], hasLeadingSpace: boolean): string {
  const { fields, body } = partsOf(message);
  for (const { kind, index, name, value } of changes) {
    const field = { name, value: hasLeadingSpace ? value : ` ${value}` };
    if (kind === 'insert') fields.splice(index, 0, field);
    else {
      let left = index;
      const at = fields.findIndex((one) => one.name.toLowerCase() === name.toLowerCase() && --left === 0);
      if (at !== -1) fields.splice(at, 1, ...(value === '' ? [] : [field]));
    }
  }
  const header = fields.map(({ name, value }) => `${name}:${value}\n`).join('');
  return `${header}\n`.replaceAll('\n', '\r\n') + body;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
