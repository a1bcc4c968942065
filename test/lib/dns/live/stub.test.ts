import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import { type LiveResolverSettings, liveResolver } from '../../../../src/lib/dns/live/live.ts';
import type { Answer, RecordType } from '../../../../src/lib/dns/resolver.ts';
import { MAX_STRAYS } from '../../../../src/lib/dns/live/udp.ts';
import { MAX_ALIASES } from '../../../../src/lib/dns/zones/zone.ts';
import {
  AD,
  answer,
  ASKED,
  type Behaviour,
  type DnsServer,
  type Query,
  rawRecord,
  RCODE,
  records,
  response,
  rr,
  startDnsServer,
  type Table,
  truncating,
  wireName,
} from '../../../support/dns-server.ts';

const open: DnsServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function serve(table: Table, options?: { tcp?: boolean }): Promise<DnsServer> {
  const server = await startDnsServer(table, options);
  open.push(server);
  return server;
}

/** Generous, so that a slow machine changes nothing; tests of silence set their own. */
const PATIENT = { timeout: 20, tries: 1, deadline: 60, tcp: false } as const;

function resolverAt(server: DnsServer | readonly DnsServer[], settings: Partial<LiveResolverSettings> = {}) {
  const nameservers = [server].flat().map(({ address }) => address);
  return liveResolver({ nameservers, ...PATIENT, ...settings });
}

async function ask<T extends RecordType>(
  behaviour: Behaviour,
  type: T,
  settings: Partial<LiveResolverSettings> = {},
): Promise<Answer<T>> {
  const server = await serve({ 'a.example': behaviour });
  return resolverAt(server, settings).query('a.example', type);
}

const SOA = { mname: 'ns.example', rname: 'host.example', serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 60 };

describe('honest answers', () => {
  it.each<[RecordType, unknown, unknown]>([
    ['A', '192.0.2.1', '192.0.2.1'],
    ['AAAA', '2001:db8::1', '2001:db8::1'],
    ['CNAME', 'b.example', 'b.example'],
    ['MX', { preference: 10, exchange: 'mx.example' }, { preference: 10, exchange: 'mx.example' }],
    ['NS', 'ns.example', 'ns.example'],
    ['PTR', 'host.example', 'host.example'],
    ['SOA', SOA, { mname: 'ns.example', rname: 'host.example', serial: 1, minimum: 60 }],
    ['TXT', ['v=spf1 ', '-all'], ['v=spf1 ', '-all']],
  ])('%s', async (type, data, expected) => {
    const server = await serve({ 'a.example': records(type, data) });
    expect(await resolverAt(server).query('a.example', type)).toMatchObject({
      status: 'found',
      records: [expected],
      ttl: 300,
      authenticated: false,
      server: server.address,
    });
  });

  it('TXT: several records of several strings, empty ones, any octets', async () => {
    const data = [['k=rsa; ', 'p=', 'MIG'], ['x'.repeat(255), ''], [Buffer.from([0, 0x80, 0xff, 0x22])]];
    expect(await ask(records('TXT', ...data), 'TXT')).toMatchObject({
      records: [['k=rsa; ', 'p=', 'MIG'], ['x'.repeat(255), ''], ['\x00\x80\xff"']],
    });
  });

  it('the same record twice counts once (RFC 2181 section 5)', async () => {
    expect(await ask(records('TXT', ['same'], ['same']), 'TXT')).toMatchObject({ records: [['same']] });
  });

  it('the AD bit and the least TTL', async () => {
    const answers = [rr(ASKED, 'TXT', ['1'], 90), rr(ASKED, 'TXT', ['2'], 30), rr(ASKED, 'TXT', ['3'], 0x80000001)];
    expect(await ask(answer({ flags: AD, answers: answers.slice(0, 2) }), 'TXT')).toMatchObject({
      ttl: 30,
      authenticated: true,
    });
    expect(await ask(answer({ answers }), 'TXT')).toMatchObject({ ttl: 0 });
  });

  it('asks for recursion, for AD and with EDNS of 1232 octets, each time with another id and port', async () => {
    const ports = new Set<number>();
    const socket = createSocket('udp4');
    await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
    const ids = new Set<number>();
    socket.on('message', (packet, from) => {
      ports.add(from.port);
      ids.add(packet.readUInt16BE(0));
      expect(packet.readUInt16BE(2)).toBe(0x0120);
      expect(packet.subarray(-11).toString('hex')).toBe('00002904d0000000000000');
      const reply = Buffer.from(packet.subarray(0, -11));
      reply.writeUInt16BE(0x8180, 2);
      reply.writeUInt16BE(0, 10);
      socket.send(reply, from.port, from.address);
    });
    const resolver = liveResolver({ nameservers: [`127.0.0.1:${socket.address().port}`], ...PATIENT });
    for (let i = 0; i < 8; i++) expect(await resolver.query('a.example', 'A')).toMatchObject({ status: 'nodata' });
    socket.close();
    expect(ports.size).toBeGreaterThan(4);
    expect(ids.size).toBeGreaterThan(4);
  });

  it.each([
    ['user+tag=x.y!z%1.example'],
    ["o'neill._spf.example"],
    ['\xe9\xff\x80.example'],
    [`${'l'.repeat(63)}.example`],
    [`${'a.'.repeat(126)}b`],
    ['under_score.-.example'],
    ['MiXeD.eXample'],
    ['back\\slash.example'],
    [''],
  ])('the name %j goes out and comes back as it is', async (name) => {
    const server = await serve({ [name.toLowerCase()]: records('TXT', ['here']) });
    expect(await resolverAt(server).query(name, 'TXT')).toMatchObject({ status: 'found', records: [['here']] });
    expect(server.queries.map((query) => query.name)).toEqual([name]);
  });

  it.each([['a..example'], ['.a.example'], ['a.example.'], [`${'l'.repeat(64)}.example`], [`${'a.'.repeat(126)}bc`]])(
    'the name %j is not asked for',
    async (name) => {
      const server = await serve({});
      expect(await resolverAt(server).query(name, 'TXT')).toMatchObject({ status: 'temperror', reason: 'bad-name' });
      expect(server.queries).toEqual([]);
    },
  );
});

const soaOf = (owner: string, ttl = 300) => rr(owner, 'SOA', SOA, ttl);

describe('negative answers', () => {
  it('NXDOMAIN and NODATA, kept for the lesser of TTL and minimum of the SOA (RFC 2308)', async () => {
    const absent = answer({ rcode: RCODE.nxDomain, authorities: [soaOf('example')] });
    expect(await ask(absent, 'TXT')).toMatchObject({ status: 'nxdomain', ttl: 60 });
    const empty = answer({ authorities: [soaOf('example', 20)] });
    expect(await ask(empty, 'TXT')).toMatchObject({ status: 'nodata', ttl: 20 });
    expect(await ask(answer({ answers: [rr(ASKED, 'A', '192.0.2.1')] }), 'TXT')).toMatchObject({ status: 'nodata' });
  });

  it('without an SOA of their own zone are not to be kept', async () => {
    expect(await ask(answer({ rcode: RCODE.nxDomain }), 'TXT')).toMatchObject({ status: 'nxdomain', ttl: 0 });
    const foreign = answer({ authorities: [soaOf('other.example')] });
    expect(await ask(foreign, 'TXT')).toMatchObject({ status: 'nodata', ttl: 0 });
  });
});

const cname = (owner: string | Buffer, target: string, ttl = 300) => rr(owner, 'CNAME', target, ttl);

describe('aliases', () => {
  it('inside one answer, in any order, with the least TTL', async () => {
    const answers = [rr('C.example', 'TXT', ['end']), cname('b.example', 'c.example', 7), cname(ASKED, 'B.example')];
    expect(await ask(answer({ answers }), 'TXT')).toMatchObject({
      records: [['end']],
      aliases: ['B.example', 'c.example'],
      ttl: 7,
    });
  });

  it('from answer to answer', async () => {
    const server = await serve({
      'a.example': records('CNAME', 'b.example'),
      'b.example': answer({ answers: [cname(ASKED, 'c.example'), cname('c.example', 'd.example')], flags: AD }),
      'd.example': records('TXT', ['end']),
    });
    expect(await resolverAt(server).query('a.example', 'TXT')).toMatchObject({
      records: [['end']],
      aliases: ['b.example', 'c.example', 'd.example'],
      authenticated: false,
    });
    expect(server.queries.map(({ name }) => name)).toEqual(['a.example', 'b.example', 'd.example']);
  });

  it('to a name that does not exist, or without such a record', async () => {
    const soa = rr('example', 'SOA', SOA);
    const absent = answer({ rcode: RCODE.nxDomain, answers: [cname(ASKED, 'b.example', 50)], authorities: [soa] });
    expect(await ask(absent, 'A')).toMatchObject({ status: 'nxdomain', aliases: ['b.example'], ttl: 50 });
    const empty = answer({ answers: [cname(ASKED, 'b.example')], authorities: [soa] });
    expect(await ask(empty, 'A')).toMatchObject({ status: 'nodata', aliases: ['b.example'], ttl: 60 });
  });

  it('that loop, inside an answer and from answer to answer', async () => {
    expect(await ask(answer({ answers: [cname(ASKED, 'a.example')] }), 'A')).toMatchObject({ reason: 'cname-loop' });
    const inside = answer({ answers: [cname(ASKED, 'b.example'), cname('b.example', 'A.EXAMPLE')] });
    expect(await ask(inside, 'A')).toMatchObject({ status: 'temperror', reason: 'cname-loop' });
    const server = await serve({
      'a.example': records('CNAME', 'b.example'),
      'b.example': records('CNAME', 'a.example'),
    });
    expect(await resolverAt(server).query('a.example', 'A')).toMatchObject({ reason: 'cname-loop' });
    expect(server.queries.length).toBe(2);
  });

  it('without end', async () => {
    const links = Array.from({ length: 100 }, (_, i) => cname(`n${i}.example`, `n${i + 1}.example`));
    const inside = answer({ answers: [cname(ASKED, 'n0.example'), ...links] });
    expect(await ask(inside, 'A')).toMatchObject({ status: 'temperror', reason: 'cname-loop' });
    const endless: Table = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`n${i}.example`, records('CNAME', `n${i + 1}.example`)]),
    );
    const server = await serve(endless);
    expect(await resolverAt(server).query('n0.example', 'A')).toMatchObject({ reason: 'cname-loop' });
    expect(server.queries.length).toBe(MAX_ALIASES + 1);
  });

  it('whose target has a dot inside a label is asked for label by label', async () => {
    const target = Buffer.concat([Buffer.from([3]), Buffer.from('x.y'), wireName('example')]);
    const data = Buffer.concat([Buffer.from([0, target.length]), target]);
    const server = await serve({
      'a.example': answer({ answers: [rawRecord(ASKED, 5, data)] }),
      'x.y.example': records('TXT', ['end']),
    });
    expect(await resolverAt(server).query('a.example', 'TXT')).toMatchObject({ aliases: ['x\\.y.example'] });
    expect(server.queries[1]!.question.subarray(0, 4)).toEqual(Buffer.from('\x03x.y'));
  });
});

const right = (query: Query) => response(query, { answers: [rr(ASKED, 'TXT', ['right'])] });

function questionOf(name: string, type: number): Buffer {
  return Buffer.concat([wireName(name), Buffer.from([0, type, 0, 1])]);
}

const flood: Behaviour = (query) =>
  query.transport === 'tcp'
    ? [right(query)]
    : Array.from({ length: MAX_STRAYS + 10 }, () => response(query, { id: query.id ^ 1 }));

describe('lies', () => {
  const forged = { answers: [rr(ASKED, 'TXT', ['forged'])] };

  it.each<[string, (query: Query) => Buffer]>([
    ['another id', (query) => response(query, { ...forged, id: query.id ^ 1 })],
    ['another question', (query) => response(query, { ...forged, question: questionOf('b.example', 16) })],
    ['another type', (query) => response(query, { ...forged, question: questionOf('a.example', 1) })],
    ['another case', (query) => response(query, { ...forged, question: questionOf('A.example', 16) })],
    ['no question', (query) => response(query, { ...forged, question: Buffer.alloc(0) })],
    ['our own question sent back', (query) => query.packet],
    ['a packet shorter than a header', (query) => response(query, forged).subarray(0, 11)],
    ['an empty packet', () => Buffer.alloc(0)],
  ])('%s is passed over, and the right answer that follows counts', async (_, lie) => {
    expect(await ask((query) => [lie(query), right(query)], 'TXT')).toMatchObject({ records: [['right']] });
  });

  it('the first right answer counts, however often and what comes later', async () => {
    const server = await serve({ 'a.example': (query) => [right(query), right(query), response(query, forged)] });
    expect(await resolverAt(server).query('a.example', 'TXT')).toMatchObject({ records: [['right']] });
  });

  it('answers of another address are ignored', async () => {
    const liar = createSocket('udp4');
    await new Promise<void>((done) => liar.bind(0, '127.0.0.2', done));
    const real = createSocket('udp4');
    await new Promise<void>((done) => real.bind(0, '127.0.0.1', done));
    real.on('message', (packet, from) => {
      const reply = Buffer.concat([packet.subarray(0, -11), rr(ASKED, 'TXT', ['forged'])]);
      reply.writeUInt16BE(0x8180, 2);
      reply.writeUInt16BE(1, 6);
      reply.writeUInt16BE(0, 10);
      liar.send(reply, from.port, from.address, () => real.send(reply, from.port, from.address));
    });
    const lines: string[] = [];
    const resolver = liveResolver({
      nameservers: [`127.0.0.1:${real.address().port}`],
      ...PATIENT,
      trace: (line) => lines.push(line),
    });
    expect(await resolver.query('a.example', 'TXT')).toMatchObject({ server: `127.0.0.1:${real.address().port}` });
    expect(lines.length).toBe(1);
    liar.close();
    real.close();
  });

  it('records of names that were not asked for are not looked at', async () => {
    const answers = [
      rr('bank.example', 'TXT', ['forged']),
      rr(ASKED, 'TXT', ['right']),
      rr('z.example', 'A', '192.0.2.9'),
    ];
    const additionals = [rr(ASKED, 'TXT', ['forged'])];
    expect(await ask(answer({ answers, additionals, authorities: additionals }), 'TXT')).toMatchObject({
      records: [['right']],
    });
  });

  it('a flood of guesses makes it ask over TCP, where nobody can guess', async () => {
    expect(await ask(flood, 'TXT')).toMatchObject({ records: [['right']] });
  });
});

const badName = (...octets: number[]) => rawRecord(Buffer.from(octets), 16, Buffer.from([0, 2, 1, 120]));

const txt = (...octets: number[]) => rawRecord(ASKED, 16, Buffer.from(octets));

function withCount(packet: Buffer, answers: number): Buffer {
  packet.writeUInt16BE(answers, 6);
  return packet;
}

describe('answers that cannot be read', () => {
  it.each<[string, Behaviour]>([
    ['a pointer to itself', (query) => [response(query, { answers: [badName(0xc0, 12 + query.question.length)] })]],
    ['a pointer forward', answer({ answers: [badName(0xc0, 0xff)] })],
    ['a reserved label type', answer({ answers: [badName(0x40, 0)] })],
    ['a TXT that is truncated', answer({ answers: [txt(0, 10, 9, 120)] })],
    ['a string that runs past its record', answer({ answers: [txt(0, 2, 9, 120)] })],
    [
      'a string that ends before its record',
      answer({ answers: [rawRecord(ASKED, 1, Buffer.from([0, 5, 1, 2, 3, 4, 5]))] }),
    ],
    ['fewer records than it says', (query) => [withCount(response(query, { answers: [txt(0, 2, 1, 120)] }), 2)]],
    ['more records than anybody has', (query) => [withCount(response(query), 60_000)]],
    [
      'a bad record elsewhere',
      answer({ answers: [txt(0, 2, 1, 120)], additionals: [rawRecord(ASKED, 28, Buffer.from([0, 1, 0]))] }),
    ],
  ])('%s', async (_, behaviour) => {
    expect(await ask(behaviour, 'TXT')).toMatchObject({ status: 'temperror', reason: 'malformed' });
  });

  it('are asked for again', async () => {
    let asked = 0;
    const behaviour: Behaviour = (query) =>
      ++asked === 1 ? [response(query, { answers: [txt(0, 10, 9, 120)] })] : records('TXT', ['right'])(query);
    expect(await ask(behaviour, 'TXT', { tries: 2 })).toMatchObject({ records: [['right']] });
  });
});

describe('TCP', () => {
  const long = records('TXT', ...Array.from({ length: 245 }, (_, i) => [`${i}`.padEnd(250, 'x')]));

  it('takes over where UDP is truncated, up to 64 KB', async () => {
    const server = await serve({ 'a.example': truncating(long) });
    const outcome = await resolverAt(server).query('a.example', 'TXT');
    expect(outcome).toMatchObject({ status: 'found' });
    expect(outcome.status === 'found' && outcome.records.length).toBe(245);
    expect(outcome.size).toBeGreaterThan(64_000);
    expect(server.queries.map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
  });

  it('is used at once where it is asked for', async () => {
    const server = await serve({ 'a.example': records('TXT', ['x']) });
    await resolverAt(server, { tcp: true }).query('a.example', 'TXT');
    expect(server.queries.map(({ transport }) => transport)).toEqual(['tcp']);
  });

  it('answers may come octet by octet', async () => {
    const { createServer } = await import('node:net');
    const slow = createServer((socket) => {
      socket.once('data', (data: Buffer) => {
        const query = data.subarray(2);
        const reply = Buffer.concat([query.subarray(0, -11), rr(ASKED, 'TXT', ['slow'])]);
        reply.writeUInt16BE(0x8180, 2);
        reply.writeUInt16BE(1, 6);
        reply.writeUInt16BE(0, 10);
        const all = [0, reply.length, ...reply];
        const next = () => {
          const octet = all.shift();
          if (octet !== undefined) socket.write(Buffer.from([octet]), () => setImmediate(next));
        };
        next();
      });
    });
    await new Promise<void>((done) => slow.listen(0, '127.0.0.1', done));
    const { port } = slow.address() as { port: number };
    const resolver = liveResolver({ nameservers: [`127.0.0.1:${port}`], ...PATIENT, tcp: true });
    expect(await resolver.query('a.example', 'TXT')).toMatchObject({ records: [['slow']] });
    slow.close();
  });

  it('refused is trouble that says so', async () => {
    const server = await serve({ 'a.example': truncating(long) }, { tcp: false });
    expect(await resolverAt(server).query('a.example', 'TXT')).toMatchObject({
      status: 'temperror',
      reason: 'tcp-refused',
      detail: `${server.address} cannot be queried for a.example TXT: connection refused (over TCP; over UDP its answer is truncated)`,
    });
  });

  it.each<[string, Behaviour]>([
    ['truncated', (query) => [response(query, { flags: 0x0200 })]],
    ['to another question', (query) => [response(query, { id: query.id ^ 1 })]],
  ])('an answer %s is trouble', async (_, behaviour) => {
    expect(await ask(behaviour, 'TXT', { tcp: true })).toMatchObject({ status: 'temperror', reason: 'malformed' });
  });
});

const dropping: Behaviour = (query) => (query.edns ? [] : records('TXT', ['plain'])(query));

describe('EDNS', () => {
  it.each<[string, Behaviour]>([
    ['FORMERR', answer({ rcode: RCODE.formErr })],
    ['NOTIMP', answer({ rcode: RCODE.notImp })],
    ['a bare header', answer({ rcode: RCODE.formErr, question: Buffer.alloc(0) })],
    ['BADVERS', answer({ additionals: [rawRecord('', 41, Buffer.from([0, 0]), 0x01000000)] })],
  ])('refused with %s: asked without, and remembered', async (_, refusal) => {
    const server = await serve({
      'a.example': (query) => (query.edns ? refusal(query) : records('TXT', ['plain'])(query)),
    });
    const resolver = resolverAt(server);
    expect(await resolver.query('a.example', 'TXT')).toMatchObject({ records: [['plain']] });
    await resolver.query('a.example', 'TXT');
    expect(server.queries.map(({ edns }) => edns)).toEqual([true, false, false]);
  });

  it.each([1, 2])(
    'dropped in silence: asked once without, and after two such answers no longer with (tries %i)',
    async (tries) => {
      const server = await serve({ 'a.example': dropping });
      const resolver = resolverAt(server, { timeout: 0.05, tries });
      for (let i = 0; i < 3; i++)
        expect(await resolver.query('a.example', 'TXT')).toMatchObject({ records: [['plain']] });
      expect(server.queries.map(({ edns }) => edns)).toEqual([true, false, true, false, false]);
      const address = { ip: '127.0.0.1', family: 4, port: server.port } as const;
      expect(await resolverAt(server, { timeout: 0.05 }).ask(address, 'a.example', 'TXT')).toMatchObject({
        reply: { answers: [{ data: ['plain'] }] },
      });
    },
  );

  it('dropped by one server: the next one is asked first', async () => {
    const old = await serve({ 'a.example': dropping });
    const modern = await serve({ 'a.example': records('TXT', ['modern']) });
    const resolver = resolverAt([old, modern], { timeout: 0.05 });
    expect(await resolver.query('a.example', 'TXT')).toMatchObject({ records: [['modern']] });
    expect(old.queries.length).toBe(1);
  });

  it('answered once: silence later is silence, not a reason to do without', async () => {
    const server = await serve({ 'a.example': records('TXT', ['x']), 'b.example': dropping });
    const resolver = resolverAt(server, { timeout: 0.05, tries: 2 });
    await resolver.query('a.example', 'TXT');
    expect(await resolver.query('b.example', 'TXT')).toMatchObject({ reason: 'timeout' });
    expect(server.queries.map(({ edns }) => edns)).toEqual([true, true, true]);
  });

  it('one answer that is too late does not end it', async () => {
    let asked = 0;
    const server = await serve({
      'a.example': (query) => (++asked === 1 ? [] : records('TXT', ['x'])(query)),
    });
    const resolver = resolverAt(server, { timeout: 0.3 });
    for (let i = 0; i < 3; i++) await resolver.query('a.example', 'TXT');
    expect(server.queries.map(({ edns }) => edns)).toEqual([true, false, true, true]);
  });
});
