import { afterEach, describe, expect, it } from 'vitest';
import { cachingResolver } from '../../../../src/lib/dns/resolvers/cache.ts';
import { liveResolver } from '../../../../src/lib/dns/live/live.ts';
import { explainTrouble } from '../../../../src/lib/dns/trouble/explain.ts';
import {
  answer,
  ASKED,
  type Behaviour,
  type DnsServer,
  type Parts,
  rawRecord,
  RCODE,
  records,
  response,
  rr,
  startDnsServer,
  type Table,
  wireName,
} from '../../../support/dns-server.ts';

const open: DnsServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** 2026-11-24. */
const NOW = 1_795_500_000;

async function serve(table: Table) {
  const server = await startDnsServer(table);
  open.push(server);
  const live = liveResolver({ nameservers: [server.address], timeout: 20, tries: 1, deadline: 60 });
  return { server, resolver: cachingResolver(live, { now: () => NOW }) };
}

async function explain(table: Table) {
  const { server, resolver } = await serve(table);
  const outcome = await resolver.query('a.example', 'TXT');
  if (outcome.status !== 'temperror') throw new Error(`${outcome.status} is not a trouble`);
  return { server, trouble: await explainTrouble(resolver, 'a.example', 'TXT', outcome, NOW) };
}

/** The option of RFC 8914 section 2. */
function extendedError(code: number, text: string): Buffer {
  const body = Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(text, 'latin1')]);
  return Buffer.concat([Buffer.from([0, 15, body.length >> 8, body.length & 255]), body]);
}

/** An OPT record with these options (RFC 6891 section 6.1.2). */
const opt = (...options: Buffer[]) => {
  const data = Buffer.concat(options);
  return rawRecord('', 41, Buffer.concat([Buffer.from([data.length >> 8, data.length & 255]), data]), 0);
};

const failing = (...options: Buffer[]): Parts => ({ rcode: RCODE.servFail, additionals: [opt(...options)] });

/** A validating resolver in front of a zone that does not validate. */
function bogus(unchecked: Behaviour, refusal: Parts = { rcode: RCODE.servFail }): Behaviour {
  return (query) => (query.checkingDisabled ? unchecked(query) : [response(query, refusal)]);
}

/** RFC 4034 section 3.1, of the zone `example`. */
function rrsig(owner: Buffer, inception: number, expiration: number): Buffer {
  const data = Buffer.concat([
    Buffer.from('00100d02000000640000000000000000abcd', 'hex'),
    wireName('example'),
    Buffer.from('sig'),
  ]);
  data.writeUInt32BE(expiration, 8);
  data.writeUInt32BE(inception, 12);
  return rawRecord(owner, 46, Buffer.concat([Buffer.from([0, data.length]), data]));
}

describe('extended errors (RFC 8914)', () => {
  it('come with the trouble, their octets as they were sent, and stand in its sentence', async () => {
    const errors = failing(
      extendedError(22, ''),
      Buffer.from([0, 10, 0, 1, 7]),
      extendedError(23, '\x1b[31m ns1 \xe9\0'),
    );
    const { server, resolver } = await serve({ 'a.example': answer(errors) });
    expect(await resolver.query('a.example', 'TXT')).toMatchObject({
      status: 'temperror',
      reason: 'servfail',
      extendedErrors: [
        { code: 22, text: '' },
        { code: 23, text: '\x1b[31m ns1 \xe9' },
      ],
      detail: `${server.address} answers SERVFAIL to a.example TXT; No Reachable Authority (EDE 22); Network Error (EDE 23): \\027[31m ns1 \\233`,
    });
  });

  it.each([
    ['none', [opt()]],
    ['an option that runs past its record', [opt(Buffer.from([0, 15, 0, 9, 0, 6]))]],
    ['one without a code', [opt(Buffer.from([0, 15, 0, 1, 6]))]],
    ['no OPT at all', []],
  ])('%s: the trouble is as it was', async (_, additionals) => {
    const { resolver } = await serve({ 'a.example': answer({ rcode: RCODE.servFail, additionals }) });
    const outcome = await resolver.query('a.example', 'TXT');
    expect(outcome).toMatchObject({ reason: 'servfail' });
    expect(outcome).not.toHaveProperty('extendedErrors');
  });

  it('are few and short, whatever a server sends', async () => {
    const many = Array.from({ length: 200 }, () => extendedError(6, 'x'.repeat(300)));
    const { resolver } = await serve({ 'a.example': answer(failing(...many)) });
    const outcome = await resolver.query('a.example', 'TXT');
    expect(outcome.status === 'temperror' && outcome.extendedErrors?.map(({ text }) => text.length)).toEqual([
      200, 200, 200, 200,
    ]);
  });
});

describe('explainTrouble: DNSSEC', () => {
  it.each([6, 7, 8, 9, 10, 11, 12])('the resolver says so: EDE %i', async (code) => {
    const { trouble } = await explain({ 'a.example': answer(failing(extendedError(code, 'no keys'))) });
    expect(trouble).toMatchObject({ status: 'temperror', reason: 'dnssec-bogus' });
    expect(trouble.detail).toMatch(
      new RegExp(`rejects the answer for a\\.example TXT: [A-Z].* \\(EDE ${code}\\): no keys$`),
    );
  });

  it('the resolver says nothing, but answers with CD=1', async () => {
    const { server, trouble } = await explain({ 'a.example': bogus(records('TXT', ['x'])) });
    expect(trouble).toMatchObject({
      reason: 'dnssec-bogus',
      detail: `${server.address} rejects the answer for a.example TXT: it answers only with validation disabled (CD=1)`,
    });
    // Never again for an answer that validates: what CD=1 brought is kept apart.
    const unchecked = server.queries.filter(({ checkingDisabled }) => checkingDisabled);
    expect(unchecked.map(({ type }) => type)).toEqual(['CNAME', 'TXT']);
    // DO, to see the signatures
    expect(unchecked.every(({ packet }) => packet.readUInt32BE(packet.length - 6) === 0x8000)).toBe(true);
  });

  it.each([
    [NOW - 90_000, NOW - 86_400, 'expired on 2026-11-23 '],
    [NOW + 86_400, NOW + 90_000, 'is not valid before 2026-11-25 '],
  ])('it says since when', async (inception, expiration, words) => {
    const answers = [rr(ASKED, 'TXT', ['x']), rrsig(ASKED, NOW - 9, NOW + 9), rrsig(ASKED, inception, expiration)];
    const { trouble } = await explain({ 'a.example': bogus(answer({ answers })) });
    expect(trouble.detail).toContain(`; the signature of the TXT records by example ${words}`);
  });

  it.each<[string, Behaviour]>([
    ['a resolver that fails either way', answer({ rcode: RCODE.servFail })],
    [
      'errors that are none of DNSSEC',
      answer(failing(extendedError(22, 'at delegation example'), extendedError(5, ''))),
    ],
  ])('%s: other trouble', async (_, behaviour) => {
    expect((await explain({ 'a.example': behaviour })).trouble).toMatchObject({ reason: 'servfail' });
  });

  it('a server that answers again by then was only out of reach', async () => {
    let asked = 0;
    const behaviour: Behaviour = (query) =>
      query.type === 'TXT' && ++asked === 1
        ? [response(query, { rcode: RCODE.servFail })]
        : records('TXT', ['x'])(query);
    expect((await explain({ 'a.example': behaviour })).trouble).toMatchObject({ reason: 'servfail' });
    expect(asked).toBe(3);
  });

  it('a resolver that does not answer at all is not asked more', async () => {
    const { server, resolver } = await serve({});
    const silent = { status: 'temperror', reason: 'timeout', detail: 'no answer' } as const;
    expect(await explainTrouble(resolver, 'a.example', 'TXT', silent, NOW)).toBe(silent);
    expect(server.queries).toEqual([]);
  });
});

/** BIND and Unbound: SERVFAIL for every type but CNAME, which they do not follow. */
const looping =
  (target: string): Behaviour =>
  (query) =>
    query.type === 'CNAME' ? records('CNAME', target)(query) : [response(query, { rcode: RCODE.servFail })];

describe('explainTrouble: aliases', () => {
  it('a loop behind a resolver that answers SERVFAIL', async () => {
    const { trouble } = await explain({ 'a.example': looping('b.example'), 'b.example': looping('A.Example') });
    expect(trouble).toMatchObject({
      reason: 'cname-loop',
      detail: 'the aliases of a.example lead back to A.Example',
      aliases: ['b.example', 'A.Example'],
    });
  });

  it('a chain without end', async () => {
    const links = Array.from({ length: 40 }, (_, i) => [`n${i}.example`, looping(`n${i + 1}.example`)]);
    const { trouble } = await explain({ 'a.example': looping('n0.example'), ...Object.fromEntries(links) });
    expect(trouble).toMatchObject({ reason: 'cname-loop', detail: 'a.example has more than 16 aliases in a row' });
  });

  it('an alias of a name that cannot be had is other trouble', async () => {
    const { trouble } = await explain({
      'a.example': looping('b.example'),
      'b.example': answer({ rcode: RCODE.servFail }),
    });
    expect(trouble).toMatchObject({ reason: 'servfail' });
  });
});
