/**
 * A DNS server on loopback for tests: UDP and TCP on one port, answers from a table of behaviours, honest and dishonest.
 * Record data is encoded by dns-packet, which knows nothing of our own codec.
 */
import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server, type Socket as TcpSocket } from 'node:net';
import { record as codecOf } from 'dns-packet';

export interface Query {
  readonly packet: Buffer;
  readonly id: number;
  /** latin1, as it was asked. */
  readonly name: string;
  readonly type: string;
  /** The octets of the question section. */
  readonly question: Buffer;
  readonly edns: boolean;
  /** The CD bit (RFC 4035 section 3.2.2). */
  readonly checkingDisabled: boolean;
  readonly transport: 'udp' | 'tcp';
}

/** What goes back, in order; `after` holds a packet back for so many milliseconds. */
export type Behaviour = (query: Query) => readonly (Buffer | { readonly packet: Buffer; readonly after: number })[];

/** By name (lower case), or by name and type: `a.example` or `a.example TXT`. */
export type Table = Readonly<Record<string, Behaviour>>;

const TYPES: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
};
const CODES = Object.fromEntries(Object.entries(TYPES).map(([code, type]) => [type, Number(code)]));

export const RCODE = { noError: 0, formErr: 1, servFail: 2, nxDomain: 3, notImp: 4, refused: 5 } as const;

/** A name on the wire, from latin1 text. */
export function wireName(name: string): Buffer {
  const labels = name === '' ? [] : name.split('.');
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')])),
    Buffer.from([0]),
  ]);
}

/** The name of the question, compressed. */
export const ASKED = Buffer.from([0xc0, 0x0c]);

/** One record. */
export function rr(owner: string | Buffer, type: string, data: unknown, ttl = 300): Buffer {
  return rawRecord(owner, CODES[type]!, codecOf(type).encode(data), ttl);
}

/** One record whose data is given with the two octets of its length, true or not. */
export function rawRecord(owner: string | Buffer, type: number, data: Buffer, ttl = 300): Buffer {
  const fixed = Buffer.alloc(8);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(ttl, 4);
  return Buffer.concat([typeof owner === 'string' ? wireName(owner) : owner, fixed, data]);
}

export interface Parts {
  readonly answers?: readonly Buffer[];
  readonly authorities?: readonly Buffer[];
  readonly additionals?: readonly Buffer[];
  readonly rcode?: number;
  /** Header bits beside QR, RD and RA. */
  readonly flags?: number;
  readonly recursion?: boolean;
  readonly id?: number;
  readonly question?: Buffer;
}

/** A response to a query. */
export function response(query: Query, parts: Parts = {}): Buffer {
  const { answers = [], authorities = [], additionals = [], rcode = 0, flags = 0, recursion = true } = parts;
  const question = parts.question ?? query.question;
  const header = Buffer.alloc(12);
  header.writeUInt16BE(parts.id ?? query.id, 0);
  header.writeUInt16BE(0x8100 | (recursion ? 0x80 : 0) | flags | rcode, 2);
  header.writeUInt16BE(question.length === 0 ? 0 : 1, 4);
  header.writeUInt16BE(answers.length, 6);
  header.writeUInt16BE(authorities.length, 8);
  header.writeUInt16BE(additionals.length, 10);
  return Buffer.concat([header, question, ...answers, ...authorities, ...additionals]);
}

/** One honest packet. */
export function answer(parts: Parts | ((query: Query) => Parts)): Behaviour {
  return (query) => [response(query, typeof parts === 'function' ? parts(query) : parts)];
}

/** Records of the asked name. */
export function records(type: string, ...data: readonly unknown[]): Behaviour {
  return answer({ answers: data.map((item) => rr(ASKED, type, item)) });
}

export const AD = 0x0020;
export const TC = 0x0200;

/** Truncated over UDP, `full` over TCP. */
export function truncating(full: Behaviour): Behaviour {
  return (query) => (query.transport === 'tcp' ? full(query) : [response(query, { flags: TC })]);
}

export interface DnsServer {
  readonly port: number;
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** What was asked, in order. */
  readonly queries: readonly Query[];
  close(): Promise<void>;
}

/**
 * @param options.tcp no: nobody listens on the TCP port
 * @param options.at an address of loopback, to have its port 53; without it, a free port of 127.0.0.1
 */
export async function startDnsServer(table: Table, options: { tcp?: boolean; at?: string } = {}): Promise<DnsServer> {
  const { at = '127.0.0.1' } = options;
  const queries: Query[] = [];
  const answersTo = (packet: Buffer, transport: Query['transport'], send: (reply: Buffer) => void) => {
    const query = readQuery(packet, transport);
    queries.push(query);
    const name = query.name.toLowerCase();
    const behaviour = table[`${name} ${query.type}`] ?? table[name] ?? answer({ rcode: RCODE.nxDomain });
    for (const reply of behaviour(query)) {
      if (Buffer.isBuffer(reply)) send(reply);
      else setTimeout(() => send(reply.packet), reply.after).unref();
    }
  };
  for (let tries = 0; ; tries++) {
    const sockets = new Set<TcpSocket>();
    const tcp = createServer((socket) => serveTcp(socket, sockets, answersTo));
    const udp = createSocket('udp4');
    udp.on('message', (packet, from) => {
      answersTo(packet, 'udp', (reply) => {
        try {
          udp.send(reply, from.port, from.address);
        } catch {
          // closed in the meantime
        }
      });
    });
    try {
      const port = await listen(tcp, at, options.at === undefined ? 0 : 53);
      await bind(udp, at, port);
      const close = async () => {
        for (const socket of sockets) socket.destroy();
        await new Promise<void>((done) => udp.close(done));
        await new Promise<void>((done) => tcp.close(() => done()));
      };
      if (options.tcp === false) await new Promise<void>((done) => tcp.close(() => done()));
      return { port, address: `${at}:${port}`, queries, close };
    } catch (error) {
      tcp.close();
      if (tries === 5) throw error; // the port was free for TCP, but not for UDP
    }
  }
}

function listen(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => resolve((server.address() as { port: number }).port));
  });
}

function bind(socket: Socket, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, address, resolve);
  });
}

function serveTcp(
  socket: TcpSocket,
  sockets: Set<TcpSocket>,
  answersTo: (packet: Buffer, transport: 'tcp', send: (reply: Buffer) => void) => void,
): void {
  let received = Buffer.alloc(0);
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0);
      answersTo(received.subarray(2, end), 'tcp', (reply) => socket.write(framed(reply)));
      received = received.subarray(end);
    }
  });
}

function framed(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message]);
}

function readQuery(packet: Buffer, transport: Query['transport']): Query {
  const labels: string[] = [];
  let at = 12;
  for (let size = packet[at]!; size > 0; size = packet[at]!) {
    labels.push(packet.toString('latin1', at + 1, at + 1 + size));
    at += size + 1;
  }
  const question = packet.subarray(12, at + 5);
  return {
    packet,
    id: packet.readUInt16BE(0),
    name: labels.join('.'),
    type: TYPES[packet.readUInt16BE(at + 1)] ?? 'unknown',
    question,
    edns: packet.readUInt16BE(10) === 1,
    checkingDisabled: (packet.readUInt16BE(2) & 0x0010) !== 0,
    transport,
  };
}
