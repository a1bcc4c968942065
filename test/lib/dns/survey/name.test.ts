import { describe, expect, it } from 'vitest';
import { surveyName } from '../../../../src/lib/dns/survey/name.ts';
import type { Resolver } from '../../../../src/lib/dns/resolver.ts';
import { SERVER_FINDING_CODES, type ServerFindingCode } from '../../../../src/lib/dns/survey/agreement.ts';
import { type FakeServer, type FakeZone, zoneWorld } from '../../../support/zone-world.ts';

const NAME = 's1._domainkey.example.com';
const ZONE: FakeZone = { ns: { 'ns1.example.com': ['192.0.2.1'], 'ns2.example.com': ['192.0.2.2'] } };
const NEW: FakeServer = { serial: 2, texts: { [NAME]: ['v=DKIM1; p=new'] } };
const OLD: FakeServer = { serial: 1, texts: { [NAME]: ['v=DKIM1; p=old'] } };

type World = readonly [zones: Readonly<Record<string, FakeZone>>, servers: Readonly<Record<string, FakeServer>>];

async function survey([zones, servers]: World) {
  const { resolver, live } = zoneWorld(zones, servers);
  return surveyName(NAME, resolver, live);
}

/** The two servers of the zone. */
const pair = (one: FakeServer, two: FakeServer): World => [
  { 'example.com': ZONE },
  { '192.0.2.1': one, '192.0.2.2': two },
];
const FIXED = pair(NEW, NEW);

const GLUE = { 'ns1.example.com': ['192.0.2.1'], 'ns2.example.com': ['192.0.2.2'] };

/** The same below a zone whose server gives these servers. */
function below(delegation: Readonly<Record<string, readonly string[]>> | undefined, [zones, servers] = FIXED): World {
  const delegations = delegation === undefined ? {} : { 'example.com': delegation };
  return [
    { ...zones, com: { ns: { 'a.nic.com': ['192.0.2.100'] } } },
    { ...servers, '192.0.2.100': { delegations } },
  ];
}
const DELEGATED = below(GLUE);

const trouble = (reason: string, detail: string) => ({ reason, detail }) as FakeServer;

interface Case {
  readonly code: ServerFindingCode;
  readonly what: string;
  readonly severity: 'error' | 'warning' | 'temporary';
  readonly subject: string;
  readonly world: World;
  readonly says: string;
  /** What becomes of the world when the remedy is carried out. */
  readonly fixed?: World;
}

const CASES: readonly Case[] = [
  {
    code: 'zone-not-found',
    what: 'no SOA up to the root',
    severity: 'error',
    subject: NAME,
    world: [{}, {}],
    says: 'check that the domain is spelled correctly, registered and delegated',
  },
  {
    code: 'zone-not-found',
    what: 'no NS',
    severity: 'error',
    subject: 'example.com',
    world: [{ 'example.com': { ns: {} } }, {}],
    says: 'the zone has no NS record',
  },
  {
    code: 'ns-without-address',
    what: 'a name without A and AAAA',
    severity: 'error',
    subject: 'ns3.example.com',
    world: [{ 'example.com': { ns: { ...ZONE.ns, 'ns3.example.com': [] } } }, FIXED[1]],
    says: 'has no address',
  },
  {
    code: 'ns-unreachable',
    what: 'silence',
    severity: 'temporary',
    subject: 'ns2.example.com',
    world: pair(NEW, trouble('timeout', '192.0.2.2:53 did not answer')),
    says: 'ns2.example.com (192.0.2.2), a server of example.com: 192.0.2.2:53 did not answer',
  },
  {
    code: 'ns-lame',
    what: 'REFUSED',
    severity: 'error',
    subject: 'ns1.example.com',
    world: pair(trouble('refused', '192.0.2.1:53 refuses to answer (REFUSED)'), NEW),
    says: 'load the zone on it',
  },
  {
    code: 'ns-lame',
    what: 'SERVFAIL',
    severity: 'error',
    subject: 'ns1.example.com',
    world: pair(trouble('servfail', '192.0.2.1:53 answers SERVFAIL'), NEW),
    says: 'SERVFAIL',
  },
  {
    code: 'ns-lame',
    what: 'an answer without AA',
    severity: 'error',
    subject: 'ns2.example.com',
    world: pair(NEW, { ...NEW, lame: true }),
    says: 'without authority for example.com (no AA)',
  },
  {
    code: 'ns-tcp-refused',
    what: 'truncated, and no TCP',
    severity: 'error',
    subject: 'ns2.example.com',
    world: pair(NEW, trouble('tcp-refused', 'connection refused (over TCP; over UDP its answer is truncated)')),
    says: 'make the name server listen on TCP',
  },
  {
    code: 'ns-lags',
    what: 'an older serial',
    severity: 'error',
    subject: 'ns1.example.com',
    world: pair(OLD, NEW),
    says: "has serial 1 of example.com and says '...old' at offset 11 of the record",
  },
  {
    code: 'ns-lags',
    what: 'a serial before the turn (RFC 1982)',
    severity: 'error',
    subject: 'ns2.example.com',
    world: pair({ ...NEW, serial: 3 }, { ...OLD, serial: 4_294_967_290 }),
    says: 'serial 4294967290',
  },
  {
    code: 'ns-lags',
    what: 'an alias that is not there yet',
    severity: 'error',
    subject: 'ns2.example.com',
    world: pair({ serial: 2, texts: {}, names: [NAME] }, { serial: 1, aliases: { [NAME]: 's1.esp.example' } }),
    says: 'that it is an alias of s1.esp.example',
  },
  {
    code: 'ns-disagrees',
    what: 'the same serial',
    severity: 'error',
    subject: 'ns2.example.com',
    world: pair(NEW, { serial: 2 }),
    says: 'says that the name does not exist (NXDOMAIN)',
  },
  {
    code: 'ns-not-in-zone',
    what: 'a server that only the zone above gives, and that answers',
    severity: 'warning',
    subject: 'ns9.example.net',
    world: below({ ...GLUE, 'NS9.example.net': [] }, [
      { ...FIXED[0], 'example.net': { ns: { 'ns9.example.net': ['192.0.2.9'] } } },
      { ...FIXED[1], '192.0.2.9': NEW },
    ]),
    says: 'add "example.com. NS ns9.example.net." to the zone',
    fixed: DELEGATED,
  },
  {
    code: 'ns-not-delegated',
    what: 'a server that only the zone itself gives',
    severity: 'warning',
    subject: 'ns2.example.com',
    world: below({ 'ns1.example.com': ['192.0.2.1'] }),
    says: 'com does not delegate the zone to it',
    fixed: DELEGATED,
  },
  {
    code: 'ns-glue-differs',
    what: 'another address in the zone above',
    severity: 'warning',
    subject: 'ns2.example.com',
    world: below({ ...GLUE, 'ns2.example.com': ['192.0.2.9'] }, [FIXED[0], { ...FIXED[1], '192.0.2.9': NEW }]),
    says: 'com gives 192.0.2.9 as its address (glue), DNS 192.0.2.2',
    fixed: DELEGATED,
  },
  {
    code: 'zone-not-delegated',
    what: 'the zone above does not know it',
    severity: 'error',
    subject: 'example.com',
    world: below(undefined),
    says: 'has not expired or been suspended',
    fixed: DELEGATED,
  },
  {
    code: 'delegation-unknown',
    what: 'the servers of the zone above are silent',
    severity: 'temporary',
    subject: 'example.com',
    world: [DELEGATED[0], { ...FIXED[1], '192.0.2.100': trouble('timeout', '192.0.2.100:53 did not answer') }],
    says: '192.0.2.100:53 did not answer',
    fixed: DELEGATED,
  },
];

describe('the servers of a zone', () => {
  it.each(CASES)('$code: $what', async ({ code, severity, subject, world, says, fixed = FIXED }) => {
    const { findings } = await survey(world);
    expect(findings.map((one) => [one.severity, one.code, one.subject])).toEqual([[severity, code, subject]]);
    const [{ observed, expected, remedy }] = findings as [(typeof findings)[0]];
    expect(`${observed}; ${expected}; ${remedy}`).toContain(says);
    for (const part of [observed, expected, remedy]) expect(part).toMatch(/^[!-~][ -~]*[^.\s]$/);
    expect((await survey(fixed)).findings).toEqual([]);
  });

  it('have a case for every finding', () => {
    expect([...new Set(CASES.map(({ code }) => code))].sort()).toEqual([...SERVER_FINDING_CODES].sort());
  });

  it('that agree need not have the same serial, order of records or cuts', async () => {
    const texts = { [NAME]: ['one', 'two'] };
    const { findings, answer } = await survey(
      pair({ serial: 1, texts }, { serial: 2, texts: { [NAME]: ['two', 'one'] } }),
    );
    expect([findings, answer?.status]).toEqual([[], 'found']);
  });

  it('that only the zone above gives are asked too, under their glue where they have no other address', async () => {
    const ns9 = { ...GLUE, 'ns9.example.com': ['192.0.2.9'] };
    const lame = await survey(below(ns9, [FIXED[0], { ...FIXED[1], '192.0.2.9': { ...OLD, lame: true } }]));
    expect(lame.findings.map(({ code, subject }) => [code, subject])).toEqual([
      ['ns-not-in-zone', 'ns9.example.com'],
      ['ns-lame', 'ns9.example.com'],
    ]);
    const old = await survey(
      below({ ...GLUE, 'ns2.example.com': ['192.0.2.2', '192.0.2.9'] }, [FIXED[0], { ...FIXED[1], '192.0.2.9': OLD }]),
    );
    expect(old.findings.map(({ code }) => code)).toEqual(['ns-glue-differs', 'ns-lags']);
    const gone = await survey(below({ ...GLUE, 'ns9.example.net': [] }));
    expect(gone.findings.map(({ code }) => code)).toEqual(['ns-not-in-zone', 'ns-without-address']);
  });

  it('are not held against a zone above that lies on the same servers, or that this resolver does not look up', async () => {
    const zones = { ...FIXED[0], com: ZONE };
    const both: FakeServer = { ...NEW, names: ['example.com'], answersNs: true };
    expect((await survey([zones, { '192.0.2.1': both, '192.0.2.2': both }])).findings).toEqual([]);
    const { resolver, live } = zoneWorld(...FIXED);
    const refusing: Resolver = {
      query: (name, type) =>
        name === 'com' ? { status: 'temperror', reason: 'refused', detail: 'REFUSED' } : resolver.query(name, type),
    };
    expect((await surveyName(NAME, refusing, live)).findings).toEqual([]);
  });

  it('asks the next server of the zone above where the first has nothing to say', async () => {
    const [zones, servers] = DELEGATED;
    const com: FakeZone = { ns: { 'a.nic.com': ['192.0.2.99'], 'b.nic.com': ['192.0.2.100'] } };
    const silent = trouble('timeout', '192.0.2.99:53 did not answer');
    expect(
      (
        await survey([
          { ...zones, com },
          { ...servers, '192.0.2.99': silent },
        ])
      ).findings,
    ).toEqual([]);
  });

  it('count as the one with the newest serial has it, of equal ones as most have it', async () => {
    expect((await survey(pair(OLD, NEW))).answer).toMatchObject({ records: [['v=DKIM1; p=new']] });
    const ns = { ...ZONE.ns, 'ns3.example.com': ['192.0.2.3'] };
    const servers = { '192.0.2.1': { serial: 2 }, '192.0.2.2': NEW, '192.0.2.3': NEW };
    expect((await survey([{ 'example.com': { ns } }, servers])).answer).toMatchObject({
      records: [['v=DKIM1; p=new']],
    });
  });

  it('have IPv6 addresses that a machine without IPv6 cannot ask, which is not a finding', async () => {
    const ns = { 'ns1.example.com': ['192.0.2.1', '2001:db8::1'] };
    const noRoute = { reason: 'unreachable', detail: 'no route to host', noRoute: true } as FakeServer;
    const both = await survey([{ 'example.com': { ns } }, { '192.0.2.1': NEW, '2001:db8::1': noRoute }]);
    expect(both.findings).toEqual([]);
    const alone = await survey([
      { 'example.com': { ns: { 'ns1.example.com': ['2001:db8::1'] } } },
      { '2001:db8::1': noRoute },
    ]);
    expect(alone.findings.map(({ code }) => code)).toEqual(['ns-unreachable']);
    expect(alone.answer).toBeUndefined();
  });

  it('lead to other zones by aliases, and are asked there', async () => {
    const zones = { 'example.com': ZONE, 'esp.example': { ns: { 'ns.esp.example': ['192.0.2.9'] } } };
    const here: FakeServer = { serial: 1, aliases: { [NAME]: 's1.esp.example' } };
    const there: FakeServer = { serial: 7, texts: { 's1.esp.example': ['v=DKIM1; p=there'] } };
    const servers = { '192.0.2.1': here, '192.0.2.2': here, '192.0.2.9': there };
    const { findings, answer, zones: seen } = await survey([zones, servers]);
    expect(findings).toEqual([]);
    expect(answer).toMatchObject({ status: 'found', records: [['v=DKIM1; p=there']], aliases: ['s1.esp.example'] });
    expect(seen.map(({ zone, name }) => [zone.name, name])).toEqual([
      ['example.com', NAME],
      ['esp.example', 's1.esp.example'],
    ]);
  });

  it.each([
    { [NAME]: NAME.toUpperCase() },
    { [NAME]: 'a.example.com', 'a.example.com': 'b.example.com', 'b.example.com': 'a.example.com' },
    Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [i === 0 ? NAME : `a${i}.example.com`, `a${i + 1}.example.com`]),
    ),
  ])('lead in circles, or on and on, and that is said', async (aliases) => {
    const { answer } = await survey(pair({ serial: 1, aliases }, { serial: 1, aliases }));
    expect(answer).toMatchObject({ status: 'temperror', reason: 'cname-loop' });
  });

  it('are found behind a resolver that answers SERVFAIL where aliases lead in circles', async () => {
    const aliases = { [NAME]: 'a.example.com', 'a.example.com': NAME };
    const { resolver, live } = zoneWorld(...pair({ serial: 1, aliases }, { serial: 1, aliases }));
    const failing: Resolver = {
      query: (name, type) => {
        if (!Object.hasOwn(aliases, name)) return resolver.query(name, type);
        if (type === 'CNAME') return { status: 'found', records: [aliases[name as keyof typeof aliases]] } as never;
        return { status: 'temperror', reason: 'servfail', detail: 'SERVFAIL' };
      },
    };
    expect((await surveyName(NAME, failing, live)).answer).toMatchObject({ reason: 'cname-loop' });
  });

  it('are found behind a resolver that refuses a zone whose signatures are wrong', async () => {
    const { resolver, live } = zoneWorld(...FIXED);
    const validating: Resolver = {
      query: (name, type, options) =>
        options?.checkingDisabled === true
          ? resolver.query(name, type)
          : { status: 'temperror', reason: 'servfail', detail: 'SERVFAIL' },
    };
    expect(await surveyName(NAME, validating, live)).toMatchObject({ findings: [], answer: { status: 'found' } });
  });

  it('that an alias leads back to are reported once', async () => {
    const here: FakeServer = { serial: 1, aliases: { [NAME]: 's1.example.com' }, texts: { 's1.example.com': ['x'] } };
    const { findings } = await survey(below({ 'ns1.example.com': [] }, pair(here, here)));
    expect(findings.map(({ code }) => code)).toEqual(['ns-not-delegated']);
  });

  it('cannot be found while DNS does not answer', async () => {
    const resolver: Resolver = {
      query: () => ({ status: 'temperror', reason: 'timeout', detail: 'silence' }),
    };
    const { answer, findings } = await surveyName(NAME, resolver, zoneWorld({}, {}).live);
    expect([answer?.status, findings]).toEqual(['temperror', []]);
  });
});
