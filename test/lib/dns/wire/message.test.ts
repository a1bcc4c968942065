import { describe, expect, it } from 'vitest';
import { readRecordData } from '../../../../src/lib/dns/wire/rdata.ts';
import { decodeReply, encodeQuery } from '../../../../src/lib/dns/wire/message.ts';
import { ASKED, rawRecord, rr, wireName } from '../../../support/dns-server.ts';

const query = encodeQuery(0x1234, ['a', 'example'], 'TXT', { edns: false })!;

/** A response to `query` with these records as its answer. */
function reply(records: readonly Buffer[], counts = records.length): Buffer {
  const packet = Buffer.concat([query, ...records]);
  packet.writeUInt16BE(0x8180, 2);
  packet.writeUInt16BE(counts, 6);
  return packet;
}

describe('encodeQuery', () => {
  it('is RFC 1035 section 4.1 to the octet', () => {
    expect(Buffer.from(query).toString('hex')).toBe('1234012000010000000000000161076578616d706c650000100001');
    expect(encodeQuery(1, ['x'], 'A', { edns: true })!.length).toBe(12 + 3 + 4 + 11);
  });

  it.each([
    ['an empty label', ['a', '', 'b']],
    ['a label of 64 octets', ['x'.repeat(64)]],
    ['a name of 256 octets', [...Array.from({ length: 126 }, () => 'a'), 'bc']],
  ])('refuses %s', (_, labels) => {
    expect(encodeQuery(1, labels, 'A', { edns: true })).toBeUndefined();
  });

  it('sends labels of 63 octets and names of 255', () => {
    expect(encodeQuery(1, ['x'.repeat(63)], 'A', { edns: false })!.length).toBe(12 + 65 + 4);
    expect(
      encodeQuery(
        1,
        Array.from({ length: 127 }, () => 'a'),
        'A',
        { edns: false },
      )!.length,
    ).toBe(12 + 255 + 4);
  });
});

describe('decodeReply', () => {
  it('reads names through pointers that go back', () => {
    const owner = Buffer.concat([Buffer.from([1, 98]), Buffer.from([0xc0, 14])]); // b.example
    expect(decodeReply(reply([rr(owner, 'TXT', ['x'])]), query)).toMatchObject({
      kind: 'reply',
      answers: [{ owner: 'b\u0100example', data: ['x'] }],
    });
  });

  it('passes over records of other types and classes, which must be whole all the same', () => {
    const chaos = rr(ASKED, 'TXT', ['x']);
    chaos.writeUInt16BE(3, 4);
    const other = rawRecord(ASKED, 257, Buffer.from([0, 1, 0]));
    expect(decodeReply(reply([chaos, other]), query)).toMatchObject({ kind: 'reply', answers: [] });
    expect(decodeReply(reply([rawRecord(ASKED, 257, Buffer.from([0, 2, 0]))]), query)).toMatchObject({
      kind: 'malformed',
    });
  });

  it('does not look at octets after the last record', () => {
    expect(
      decodeReply(Buffer.concat([reply([rr(ASKED, 'A', '192.0.2.1')]), Buffer.alloc(9, 0xff)]), query),
    ).toMatchObject({ kind: 'reply', answers: [{ data: '192.0.2.1' }] });
  });

  it('does not look into an answer that is truncated', () => {
    const packet = reply([], 7);
    packet.writeUInt16BE(0x8380, 2);
    expect(decodeReply(packet, query)).toEqual({ kind: 'truncated' });
  });

  it.each([
    ['an opcode that is not a query', 0x8980],
    ['a query', 0x0180],
  ])('takes %s for none of ours', (_, flags) => {
    const packet = reply([]);
    packet.writeUInt16BE(flags, 2);
    expect(decodeReply(packet, query)).toEqual({ kind: 'stray' });
  });

  it.each<[string, Buffer]>([
    ['a name longer than 255 octets', wireName(Array.from({ length: 5 }, () => 'x'.repeat(60)).join('.'))],
    ['a pointer to the middle of itself', Buffer.from([1, 97, 0xc0, 27])],
    ['a pointer at the end of the packet', Buffer.from([0xc0])],
    ['a label that runs out of the packet', Buffer.from([63, 97])],
  ])('calls %s malformed', (_, owner) => {
    const record = owner.length < 4 ? owner : rr(owner, 'TXT', ['x']);
    expect(decodeReply(reply([record]), query)).toMatchObject({ kind: 'malformed' });
  });

  it('does the work of its size on a packet made to be worked on', () => {
    // 1,000 records (the most that are read) whose owners all point to one name of 255 octets, each through 126 labels.
    const long = rawRecord(wireName(Array.from({ length: 126 }, () => 'a').join('.')), 257, Buffer.from([0, 0]));
    const pointing = rawRecord(Buffer.from([0xc0, query.length]), 257, Buffer.from([0, 0]));
    const packet = reply([long, ...Array.from({ length: 999 }, () => pointing)]);
    expect(decodeReply(packet, query)).toMatchObject({ kind: 'reply' });
    expect(decodeReply(reply([long, ...Array.from({ length: 1000 }, () => pointing)]), query)).toMatchObject({
      kind: 'malformed',
    });
  });
});

const read = (type: 'TXT' | 'MX' | 'SOA' | 'A' | 'CNAME', ...octets: number[]) =>
  readRecordData(type, { octets: Buffer.from(octets), compressed: false }, 0, octets.length);

describe('readRecordData', () => {
  it('takes only data that fills its length', () => {
    expect(read('A', 1, 2, 3, 4)).toBe('1.2.3.4');
    expect(read('A', 1, 2, 3)).toBeUndefined();
    expect(read('MX', 0, 10, 1, 120, 0)).toEqual({ preference: 10, exchange: 'x' });
    expect(read('MX', 0, 10, 1, 120, 0, 0)).toBeUndefined();
    expect(read('MX', 0, 10)).toBeUndefined();
    expect(read('SOA', 0, 0, ...Array.from({ length: 19 }, () => 0))).toBeUndefined();
    expect(read('TXT', 1, 120, 0)).toEqual(['x', '']);
    expect(read('TXT')).toEqual([]);
  });

  it('refuses pointers outside a packet', () => {
    expect(read('CNAME', 1, 120, 0xc0, 0)).toBeUndefined();
  });
});
