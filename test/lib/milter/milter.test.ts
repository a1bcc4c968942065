/** The milter protocol: packets out of a stream, what they say, and what is agreed on. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DktoolError } from '../../../src/lib/errors.ts';
import { type MilterCommand, parseCommand } from '../../../src/lib/milter/commands.ts';
import { MAX_PACKET, packet, PacketReader } from '../../../src/lib/milter/frames.ts';
import { agreeOn } from '../../../src/lib/milter/negotiation.ts';
import { changeHeader, insertHeader, negotiationReply, smtpReply } from '../../../src/lib/milter/replies.ts';

function commandsIn(bytes: Buffer, size = bytes.length): MilterCommand[] {
  const reader = new PacketReader();
  const commands: MilterCommand[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    for (const one of reader.read(bytes.subarray(at, at + size))) {
      const command = parseCommand({ command: one.command, data: Buffer.from(one.data) });
      commands.push(command);
    }
  }
  return commands;
}

const text = (...parts: string[]) => Buffer.from(parts.join(''), 'latin1');

describe('packets', () => {
  const PACKETS = [
    packet('H', text('mail.example\0')),
    packet('L', text('Subject\0 hello\n there\0')),
    packet('B', Buffer.alloc(70_000, 'x')),
    packet('E'),
  ];

  it.each([1, 2, 3, 5, 7, 4096, 65_536, 1e6])('come out whole, %i octets at a time', (size) => {
    const commands = commandsIn(Buffer.concat(PACKETS), size);
    expect(commands.map(({ name }) => name)).toEqual(['helo', 'header', 'body', 'endOfBody']);
    expect(commands[2]?.name === 'body' && commands[2].piece.equals(Buffer.alloc(70_000, 'x'))).toBe(true);
  });

  it.each([
    ['no letter', Buffer.from([0, 0, 0, 0]), 'is empty'],
    ['too many octets', Buffer.from([0x7f, 0, 0, 0]), 'more than'],
    ['text', text('GET / HTTP/1.1\r\n'), 'more than'],
  ])('with %s are refused at once', (_, bytes, why) => {
    expect(() => commandsIn(bytes)).toThrow(why);
  });

  it('take the memory of what has come, whatever length is said', () => {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(MAX_PACKET);
    const readers = Array.from({ length: 2000 }, () => new PacketReader());
    const before = process.memoryUsage().arrayBuffers;
    for (const reader of readers) for (const one of reader.read(head)) expect(one).toBeUndefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10 * 1024 * 1024);
    expect(readers).toHaveLength(2000);
  });
});

describe('commands', () => {
  const parsed = (command: string, data: string | Buffer) =>
    parseCommand({ command, data: typeof data === 'string' ? text(data) : data });

  it.each<[string, string, string | Buffer, MilterCommand]>([
    [
      'a negotiation',
      'O',
      Buffer.from([0, 0, 0, 6, 0, 0, 1, 0xff, 0, 0x1f, 0xff, 0xff]),
      { name: 'negotiate', offer: { version: 6, actions: 0x1ff, protocol: 0x1fffff } },
    ],
    [
      'macros',
      'D',
      'Mi\0ABC\0{auth_type}\0PLAIN\0',
      {
        name: 'macros',
        stage: 'M',
        macros: [
          ['i', 'ABC'],
          ['{auth_type}', 'PLAIN'],
        ],
      },
    ],
    [
      'a client by IPv4',
      'C',
      'a.example\x004\x30\x39192.0.2.1\0',
      { name: 'connect', host: 'a.example', family: 'inet', address: '192.0.2.1' },
    ],
    [
      'a client by IPv6',
      'C',
      'a.example\x006\x30\x39IPv6:2001:db8::1\0',
      { name: 'connect', host: 'a.example', family: 'inet6', address: '2001:db8::1' },
    ],
    [
      'a client by a socket',
      'C',
      'localhost\x00L\0\0/run/x\0',
      { name: 'connect', host: 'localhost', family: 'unix', address: '/run/x' },
    ],
    [
      'a client that is not known',
      'C',
      'localhost\x00U',
      { name: 'connect', host: 'localhost', family: 'unknown', address: '' },
    ],
    ['HELO', 'H', 'mail.example\0', { name: 'helo', host: 'mail.example' }],
    ['MAIL with parameters', 'M', '<a@example.com>\0SIZE=5\0', { name: 'mail', sender: 'a@example.com' }],
    ['the null sender', 'M', '<>\0', { name: 'mail', sender: '' }],
    ['a field', 'L', 'Subject\0 x\n\ty\0', { name: 'header', field: 'Subject', value: text(' x\n\ty') }],
    ['an empty field', 'L', 'X\0\0', { name: 'header', field: 'X', value: text('') }],
    ['the end of the header', 'N', '', { name: 'endOfHeader' }],
    ['a piece of the body', 'B', 'hello\r\n', { name: 'body', piece: text('hello\r\n') }],
    ['the end', 'E', '', { name: 'endOfBody', piece: text('') }],
    ['a recipient', 'R', '<a@example.com>\0', { name: 'other' }],
    ['DATA', 'T', '', { name: 'other' }],
    ['an abort', 'A', '', { name: 'abort' }],
    ['the end of a connection', 'Q', '', { name: 'quit' }],
    ['the end of a client', 'K', '', { name: 'quitNewConnection' }],
  ])('%s', (_, letter, data, command) => {
    expect(parsed(letter, data)).toEqual(command);
  });

  it.each([
    ['an unknown letter', 'X', ''],
    ['a short negotiation', 'O', '\0\0\0\x06'],
    ['a text without its end', 'H', 'mail.example'],
    ['no text', 'H', ''],
    ['no sender', 'M', ''],
    ['macros of nothing', 'D', ''],
    ['a client without a family', 'C', 'a.example\0'],
    ['a client without an end', 'C', 'a.example'],
    ['a client without an address', 'C', 'a.example\x004\x30\x39'],
    ['a field without a name', 'L', '\0x\0'],
    ['a field without an end', 'L', 'Subject\0x'],
    ['a field with more behind it', 'L', 'Subject\0x\0y\0'],
    ['a field whose name holds a field', 'L', 'X: y\nFrom\0x\0'],
    ['a field whose value holds a field', 'L', 'X\0 y\nFrom: z\0'],
    ['a field whose value holds the end of the header', 'L', 'X\0 y\n\nbody\0'],
    ['a field whose value ends its line', 'L', 'X\0 y\n\0'],
  ])('refuses %s', (_, letter, data) => {
    expect(() => parsed(letter, data)).toThrow(DktoolError);
  });

  it('throws nothing but its own error for any octets', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('A', 'B', 'C', 'D', 'E', 'H', 'K', 'L', 'M', 'N', 'O', 'Q', 'R', 'T', 'U', 'X'),
        fc.uint8Array({ maxLength: 60 }),
        (command, data) => {
          try {
            parseCommand({ command, data: Buffer.from(data) });
          } catch (error) {
            expect(error).toMatchObject({ code: 'milter-protocol' });
          }
        },
      ),
    );
  });
});

describe('a negotiation', () => {
  it('takes of what is offered what is wanted', () => {
    const agreed = agreeOn({ version: 6, actions: 0x1ff, protocol: 0x1fffff });
    expect(negotiationReply(agreed).toString('hex')).toBe('0000000d4f0000000600000011001c7388');
    expect(agreed.hasLeadingSpace).toBe(true);
    expect(agreed.isAnswered('header')).toBe(false);
  });

  it('answers all that an old MTA waits for', () => {
    const agreed = agreeOn({ version: 2, actions: 0x3f, protocol: 0x7f });
    expect(agreed).toMatchObject({ version: 2, actions: 0x11, protocol: 0x8, hasLeadingSpace: false });
    for (const kind of ['connect', 'helo', 'mail', 'header', 'endOfHeader', 'body', 'other'] as const) {
      expect(agreed.isAnswered(kind)).toBe(true);
    }
  });

  it.each([
    ['an older version', { version: 1, actions: 0x1ff, protocol: 0 }],
    ['an MTA that lets nothing be added', { version: 6, actions: 0x10, protocol: 0 }],
    ['an MTA that lets nothing be changed', { version: 6, actions: 0x1, protocol: 0 }],
  ])('refuses %s', (_, offer) => {
    expect(() => agreeOn(offer)).toThrow('cannot work with this MTA');
  });
});

describe('replies', () => {
  it('are laid out as the protocol has them', () => {
    expect(insertHeader(0, 'X', ' y').toString('latin1')).toBe('\0\0\0\x0ai\0\0\0\0X\0 y\0');
    expect(changeHeader(3, 'X', '').toString('latin1')).toBe('\0\0\0\x08m\0\0\0\x03X\0\0');
    expect(smtpReply(550, '5.7.1', '100% no').toString('latin1')).toBe('\0\0\0\x14y550 5.7.1 100%% no\0');
  });
});
