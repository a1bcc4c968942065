import { decode, encode } from 'dns-packet';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinLabels, lowerAscii, nameKey, splitName } from '../../src/lib/dns/wire/name.ts';
import { readName, TYPE_CODES } from '../../src/lib/dns/wire/rdata.ts';
import type { RecordType } from '../../src/lib/dns/resolver.ts';
import { decodeReply, encodeQuery } from '../../src/lib/dns/wire/message.ts';
import { parseIpv6Octets, formatIpv6 } from '../../src/lib/syntax/ip-octets.ts';

const octets = (constraints: { minLength?: number; maxLength?: number }) =>
  fc.uint8Array(constraints).map((array) => Buffer.from(array).toString('latin1'));

/** Labels of any octets that fit a name. */
const anyLabels = fc
  .array(octets({ minLength: 1, maxLength: 63 }), { maxLength: 20 })
  .filter((labels) => labels.reduce((sum, label) => sum + label.length + 1, 1) <= 255);

/** Names on which both codecs agree: ASCII without dots in labels. */
const plainName = fc
  .array(fc.stringMatching(/^[a-z0-9_+='!%-]{1,20}$/), { minLength: 1, maxLength: 8 })
  .map((labels) => labels.join('.'));

const types = fc.constantFrom(...(Object.keys(TYPE_CODES) as RecordType[]));
const ttls = fc.nat(0x7fffffff);
const word = fc.nat(0xffffffff);

/** Records as dns-packet takes them, beside what we make of them. */
const data: Readonly<Record<RecordType, fc.Arbitrary<readonly [theirs: unknown, ours: unknown]>>> = {
  A: fc.ipV4().map((ip) => [ip, ip] as const),
  AAAA: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((ip) => [formatIpv6(ip), formatIpv6(ip)] as const),
  CNAME: plainName.map((name) => [name, name] as const),
  NS: plainName.map((name) => [name, name] as const),
  PTR: plainName.map((name) => [name, name] as const),
  MX: fc.record({ preference: fc.nat(0xffff), exchange: plainName }).map((mx) => [mx, mx] as const),
  SOA: fc
    .record({
      mname: plainName,
      rname: plainName,
      serial: word,
      refresh: word,
      retry: word,
      expire: word,
      minimum: word,
    })
    .map((soa) => {
      const { mname, rname, serial, minimum } = soa;
      return [soa, { mname, rname, serial, minimum }] as const;
    }),
  TXT: fc
    .array(octets({ maxLength: 255 }), { minLength: 1, maxLength: 5 })
    .map((strings) => [strings.map((string) => Buffer.from(string, 'latin1')), strings] as const),
};

const records = fc.array(
  types.chain((type) =>
    fc.record({ name: plainName, ttl: ttls, data: data[type] }).map((record) => ({ type, ...record })),
  ),
  { maxLength: 8 },
);

function responseTo(
  query: Uint8Array,
  answers: readonly { name: string; type: string; ttl: number; theirs: unknown }[],
) {
  const { id, questions } = decode(query);
  return encode({
    id: id!,
    type: 'response',
    questions: questions!,
    answers: answers.map(({ theirs, ...record }) => ({ ...record, data: theirs })),
  });
}

describe('the codec against dns-packet', () => {
  it('questions are understood', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), plainName, types, fc.boolean(), (id, name, type, edns) => {
        const packet = decode(encodeQuery(id, splitName(name)!, type, { edns })!);
        expect(packet).toMatchObject({ id, type: 'query', flag_rd: true, flag_ad: true, questions: [{ name, type }] });
        expect(packet.additionals!.map((record) => record.udpPayloadSize)).toEqual(edns ? [1232] : []);
      }),
    );
  });

  it('answers are read alike', () => {
    fc.assert(
      fc.property(plainName, types, records, (name, type, answers) => {
        const query = encodeQuery(7, splitName(name)!, type, { edns: true })!;
        const packet = responseTo(
          query,
          answers.map(({ data: [theirs], ...record }) => ({ ...record, theirs })),
        );
        const reply = decodeReply(packet, query);
        expect(reply).toMatchObject({ kind: 'reply', rcode: 0, size: packet.length });
        expect(
          reply.kind === 'reply' &&
            reply.answers.map(({ owner, type: kind, ttl, data: own }) => [owner, kind, ttl, own]),
        ).toEqual(answers.map((record) => [nameKey(splitName(record.name)!), record.type, record.ttl, record.data[1]]));
      }),
    );
  });
});

describe('names', () => {
  it('of any octets come back from the wire as they went', () => {
    fc.assert(
      fc.property(anyLabels, (labels) => {
        const packet = encodeQuery(1, labels, 'A', { edns: false })!;
        expect(readName({ octets: packet, compressed: true }, 12, packet.length)).toEqual({
          labels,
          next: packet.length - 4,
        });
      }),
    );
  });

  it('split are the labels that were joined, where no label holds a dot', () => {
    fc.assert(
      fc.property(anyLabels, (labels) => {
        fc.pre(labels.every((label) => !label.includes('.')));
        expect(splitName(joinLabels(labels))).toEqual(labels);
      }),
    );
  });

  it('compare by their octets, ASCII letters in either case', () => {
    fc.assert(
      fc.property(anyLabels, anyLabels, (a, b) => {
        const same = a.length === b.length && a.every((label, i) => lowerAscii(label) === lowerAscii(b[i]!));
        expect(nameKey(a) === nameKey(b)).toBe(same);
        expect(nameKey(a.map((label) => label.replace(/[a-z]/g, (x) => x.toUpperCase())))).toBe(nameKey(a));
      }),
    );
  });
});

describe('IPv6 addresses', () => {
  it('parsed are the octets that were formatted', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (address) => {
        expect(parseIpv6Octets(formatIpv6(address))).toEqual(address);
      }),
    );
  });
});

describe('hostile packets', () => {
  const query = encodeQuery(0x0707, ['a', 'example'], 'TXT', { edns: true })!;
  const kinds = ['reply', 'truncated', 'stray', 'malformed'];
  const start = 12 + 11 + 4;

  it('of any octets never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (packet) => {
        expect(kinds).toContain(decodeReply(packet, query).kind);
      }),
    );
  });

  it('of any octets behind our question never throw, and hold what they say or are malformed', () => {
    const counts = fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4));
    // Octets that mean something: pointers, small lengths, types, the class.
    const telling = fc.constantFrom(0, 0, 0, 1, 1, 2, 4, 5, 6, 12, 15, 16, 28, 41, 0xc0, 0xc0, 12, 27, 40, 63, 64, 255);
    fc.assert(
      fc.property(counts, fc.array(telling, { maxLength: 300 }), ([answers, authorities, additionals], rest) => {
        const packet = Buffer.concat([query.subarray(0, start), Buffer.from(rest)]);
        packet.writeUInt16BE(0x8180, 2);
        packet.writeUInt16BE(answers, 6);
        packet.writeUInt16BE(authorities, 8);
        packet.writeUInt16BE(additionals, 10);
        const reply = decodeReply(packet, query);
        expect(['reply', 'malformed']).toContain(reply.kind);
        if (rest.length < (answers + authorities + additionals) * 11) expect(reply.kind).toBe('malformed');
      }),
      { numRuns: 1000 },
    );
  });

  it('that were good before some octets changed, or were cut, never throw', () => {
    fc.assert(
      fc.property(
        records,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
        fc.nat(),
        fc.boolean(),
        (answers, changes, length, cut) => {
          const packet = responseTo(
            query,
            answers.map(({ data: [theirs], ...record }) => ({ ...record, theirs })),
          );
          for (const [at, octet] of changes) packet[at % packet.length] = octet;
          const part = cut ? packet.subarray(0, length % packet.length) : packet;
          expect(kinds).toContain(decodeReply(part, query).kind);
        },
      ),
      { numRuns: 500 },
    );
  });
});
