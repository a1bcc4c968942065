import { describe, expect, it } from 'vitest';
import { checkServers } from '../../../src/lib/check/servers.ts';
import { sparingAsker } from '../../../src/lib/dns/live/known-dead.ts';
import type { RecordType } from '../../../src/lib/dns/resolver.ts';
import type { ServerResponse } from '../../../src/lib/dns/live/stub.ts';
import { runInMemory } from '../../support/context.ts';
import { type FakeServer, type FakeZone, zoneWorld } from '../../support/zone-world.ts';

const DOMAIN = 'example.com';
const KEY = `s1._domainkey.${DOMAIN}`;
const NAMES = [DOMAIN, KEY, `_dmarc.${DOMAIN}`];
const ZONE: FakeZone = { ns: { 'ns1.example.com': ['192.0.2.1'], 'ns2.example.com': ['192.0.2.2'] } };
const GLUE = { 'ns1.example.com': ['192.0.2.1'], 'ns2.example.com': ['192.0.2.2'] };
const texts = (key: string) => ({
  [DOMAIN]: ['v=spf1 -all'],
  [KEY]: [key],
  [`_dmarc.${DOMAIN}`]: ['v=DMARC1; p=none'],
});
const NEW: FakeServer = { serial: 2, texts: texts('v=DKIM1; p=new') };
const OLD: FakeServer = { serial: 1, texts: texts('v=DKIM1; p=old') };
const DEAD = { reason: 'timeout', detail: '192.0.2.2:53 did not answer' } as FakeServer;

/** Example.com with two servers, below a zone that names some. */
function world(one: FakeServer, two: FakeServer, glue: Readonly<Record<string, readonly string[]>> = GLUE) {
  return zoneWorld(
    { [DOMAIN]: ZONE, com: { ns: { 'a.nic.com': ['192.0.2.100'] } } },
    { '192.0.2.1': one, '192.0.2.2': two, '192.0.2.100': { delegations: { [DOMAIN]: glue } } },
  );
}

const check = ({ resolver, live }: ReturnType<typeof zoneWorld>, seconds = 60) =>
  checkServers(NAMES, resolver, live, seconds);

describe('the name servers of a domain', () => {
  it('are no finding where they agree with one another and with the zone above', async () => {
    expect(await check(world(NEW, NEW))).toEqual({
      part: 'servers',
      subject: DOMAIN,
      detail: 'ns1.example.com ns2.example.com',
      findings: [],
      result: undefined,
    });
  });

  it('are one where one lags', async () => {
    const { findings } = await check(world(NEW, OLD));
    expect(findings).toMatchObject([{ code: 'ns-lags', severity: 'error', subject: 'ns2.example.com' }]);
  });

  it('are one where the zone above names other ones', async () => {
    const { findings } = await check(world(NEW, NEW, { 'ns1.example.com': ['192.0.2.1'] }));
    expect(findings.map(({ code, subject }) => [code, subject])).toEqual([['ns-not-delegated', 'ns2.example.com']]);
  });

  it('are reported once, however many names were asked for', async () => {
    const { findings } = await check(world(NEW, DEAD));
    expect(findings.map(({ code, subject }) => [code, subject])).toEqual([['ns-unreachable', 'ns2.example.com']]);
  });

  it('are not waited for beyond the time of the domain', async () => {
    const { resolver } = world(NEW, NEW);
    const never = { ask: () => new Promise<ServerResponse>(() => {}) };
    const part = await checkServers(NAMES, resolver, never, 0.05);
    expect(part).toMatchObject({ result: 'unknown', findings: [{ code: 'no-answer', severity: 'temporary' }] });
  });
});

const server = (ip: string) => ({ ip, port: 53, family: 4 as const });

it('a server that is dead is waited for once, whatever it is asked', async () => {
  const asked: string[] = [];
  const asker = sparingAsker({
    ask: ({ ip }, name): Promise<ServerResponse> => {
      asked.push(`${ip} ${name}`);
      const reason = ip === '192.0.2.9' ? 'timeout' : 'refused';
      return Promise.resolve({ reason, detail: 'no', final: true, server: ip });
    },
  });
  const response = await Promise.all(['a', 'b', 'c'].map((name) => asker.ask(server('192.0.2.9'), name, 'TXT')));
  expect(response.map((one) => 'reason' in one && one.reason)).toEqual(['timeout', 'timeout', 'timeout']);
  await asker.ask(server('192.0.2.9'), 'd', 'SOA');
  expect(asked).toEqual(['192.0.2.9 a']);
  for (const name of ['a', 'b']) await asker.ask(server('192.0.2.1'), name, 'TXT');
  expect(asked.slice(1)).toEqual(['192.0.2.1 a', '192.0.2.1 b']);
});

describe('check --all-ns', () => {
  it('asks them, and says so', async () => {
    const { resolver, live } = world(NEW, OLD);
    // The domain is there, which this world of servers and zones says nothing about.
    const query = <T extends RecordType>(name: string, type: T) =>
      type === 'MX' ? ({ status: 'nodata' } as const) : resolver.query(name, type);
    const liveResolver = () => Promise.resolve({ query, ...live });
    const run = (...args: readonly string[]) =>
      runInMemory(['check', DOMAIN, '-s', 's1', ...args], '', { liveResolver });
    expect((await run('--all-ns')).stdout).toMatch(/^error: example\.com: ns2\.example\.com: .* \[ns-lags\]$/m);
    expect((await run('--all-ns', '-v')).stdout).toMatch(/^ {2}error +servers +example\.com +ns1\.example\.com ns2/m);
    expect((await run('-v')).stdout).not.toContain('servers');
  });

  it('is refused where there are none to ask', async () => {
    const { status, stderr } = await runInMemory(['check', DOMAIN, '--all-ns', '--zone', 'x']);
    expect(status).toBe(100);
    expect(stderr).toContain('--zone');
  });
});
