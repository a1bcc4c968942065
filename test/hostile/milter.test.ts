/** Whatever comes over the milter protocol: it is answered or refused, nothing else is thrown, and nothing is left behind. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Counters } from '../../src/commands/serve/counters.ts';
import { MilterHandler } from '../../src/commands/serve/milter/handler.ts';
import { MilterSession } from '../../src/commands/serve/milter/session.ts';
import { Places } from '../../src/commands/serve/places.ts';
import type { ServeSettings } from '../../src/commands/serve/settings.ts';
import { DomainSigners } from '../../src/commands/serve/signing/signers.ts';
import { parseCommand } from '../../src/lib/milter/commands.ts';
import { packet, PacketReader } from '../../src/lib/milter/frames.ts';
import { parseIpNetwork } from '../../src/lib/syntax/ip-network.ts';
import { NOW, signingKey, textResolver } from '../support/vectors.ts';

const SETTINGS: ServeSettings = {
  milters: [],
  desks: [],
  id: undefined,
  internal: [parseIpNetwork('127.0.0.1')!],
  rejects: ['dmarc', 'dkim'],
  limit: 3,
  wait: 0.01,
  dns: {},
  user: undefined,
  socketMode: 0o660,
  keys: undefined,
  requireSafeKeys: false,
  sign: { headerCanonicalization: 'simple', bodyCanonicalization: 'simple' },
  metrics: undefined,
  quiet: true,
  notes: [],
};

const text = (value: string) => Buffer.from(value, 'latin1');

/** Pieces of mail, whole and broken. */
const words = fc.constantFrom(
  'From',
  'Subject',
  'From ',
  'DKIM-Signature',
  'Authentication-Results',
  'ARC-Seal',
  'X\r',
  'gr\xfc\xdfe',
  ' ',
  '',
  'a\0b',
  ' ada@example.com',
  ' <x',
  ' v=1; a=rsa-sha256; d=example.com; s=s; h=from; bh=; b=',
  ' mx.example.org; dkim=pass',
  ' a\n b',
  '\r',
  '\n',
  ' =?utf-8?q?=0A?=',
  'i=1; cv=none',
  '\n\n',
  ' x\r\n y',
  'i',
  '{auth_type}',
  'j',
  'mx.example.org',
);
const data = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((octets) => Buffer.from(octets)),
  fc.array(words, { maxLength: 4 }).map((parts) => text(`${parts.join('\0')}\0`)),
);
const NEGOTIATION = packet('O', Buffer.from('00000006000001ff001fffff', 'hex'));

/** A field that passes as one, whatever it is called. */
const field = fc
  .tuple(words, fc.array(words, { maxLength: 3 }))
  .map(([name, value]) => [
    name.replace(/[\0\n:]/g, '') || 'X',
    value
      .join('')
      .replace(/\0/g, '')
      .replace(/\n+(?![ \t])/g, '\n '),
  ])
  .map(([name, value]) => packet('L', text(`${name}\0${value}\0`)));
const start = fc.constantFrom(
  packet('D', text('Cj\0mx.example.org\0')),
  packet('C', text('a\x004\0\x19127.0.0.1\0')),
  packet('C', text('a\x004\0\x19192.0.2.1\0')),
  packet('C', text('a\0U')),
  packet('K'),
  packet('A'),
);
const body = data.map((one) => packet('B', one));
const mail = fc
  .tuple(fc.array(start, { maxLength: 4 }), fc.array(field, { maxLength: 6 }), fc.array(body, { maxLength: 2 }))
  .map(([before, fields, pieces]) => [
    ...before,
    packet('M', text('<a@example.com>\0')),
    ...fields,
    packet('N'),
    ...pieces,
    packet('E'),
  ]);
/** Anything at all. */
const noise = fc.oneof(
  fc
    .tuple(fc.constantFrom('L', 'M', 'N', 'B', 'E', 'A', 'D', 'H', 'R', 'K', 'T'), data)
    .map(([letter, one]) => packet(letter, one)),
  data,
);
const sessions = fc
  .array(fc.oneof({ weight: 8, arbitrary: mail }, { weight: 1, arbitrary: noise.map((one) => [one]) }), {
    maxLength: 6,
  })
  .map((parts) => parts.flat());

it('is answered or refused as no part of the protocol', async () => {
  const { resolver } = textResolver({});
  let ends = 0;
  await fc.assert(
    fc.asyncProperty(sessions, fc.integer({ min: 1, max: 200 }), async (all, size) => {
      const faults: unknown[] = [];
      const signers = new DomainSigners(new Map([['example.com', [signingKey('ed25519')]]]));
      const world = {
        settings: SETTINGS,
        resolver,
        signers: () => signers,
        now: () => NOW,
        log: { write: () => {} },
        counters: new Counters(),
      };
      const handler = new MilterHandler(world, 'both');
      const places = new Places(3, 0.01);
      const session = new MilterSession({
        handler,
        places,
        fault: (error, envelope) => {
          faults.push(error);
          handler.fault(error, envelope);
        },
      });
      const bytes = Buffer.concat([NEGOTIATION, ...all]);
      const reader = new PacketReader();
      try {
        for (let at = 0; at < bytes.length; at += size) {
          for (const one of reader.read(bytes.subarray(at, at + size))) {
            const answer = await session.take(parseCommand(one));
            if (one.command === 'E') ends++;
            expect(answer).toBeInstanceOf(Buffer);
          }
        }
      } catch (error) {
        expect(error).toMatchObject({ code: 'milter-protocol' });
      }
      session.close();
      for (const fault of faults) expect(fault).toMatchObject({ name: 'DktoolError' });
      expect([places.taken, places.waiting]).toEqual([0, 0]);
    }),
    { numRuns: 3000 },
  );
  // Some of it is mail.
  expect(ends).toBeGreaterThan(1000);
}, 120_000);
