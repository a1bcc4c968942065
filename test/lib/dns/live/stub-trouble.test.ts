import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type LiveResolverSettings, liveResolver } from '../../../../src/lib/dns/live/live.ts';
import { stubResolver } from '../../../../src/lib/dns/live/stub.ts';
import {
  AD,
  answer,
  ASKED,
  type Behaviour,
  type DnsServer,
  RCODE,
  records,
  response,
  rr,
  startDnsServer,
  type Table,
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

const silent: Behaviour = () => [];
const found = records('TXT', ['x']);

function resolverAt(servers: readonly DnsServer[], settings: Partial<LiveResolverSettings> = {}) {
  const nameservers = servers.map(({ address }) => address);
  return liveResolver({ nameservers, timeout: 20, tries: 1, deadline: 60, tcp: false, ...settings });
}

describe('servers that do not answer', () => {
  it('are asked as often as there are tries', async () => {
    const server = await serve({ 'a.example': silent });
    const outcome = await resolverAt([server], { timeout: 0.02, tries: 3 }).query('a.example', 'TXT');
    expect(outcome).toMatchObject({
      status: 'temperror',
      reason: 'timeout',
      detail: `${server.address} did not answer a.example TXT in 0.02 s, asked 3 times, the last time without EDNS`,
    });
    expect(server.queries.map(({ edns }) => edns)).toEqual([true, true, false]);
    const once = await resolverAt([server], { timeout: 0.02 }).query('a.example', 'TXT');
    expect(once).toMatchObject({
      detail: `${server.address} did not answer a.example TXT in 0.02 s, asked once with EDNS and once without`,
    });
  });

  it('are followed by the next one, which from then on is asked first', async () => {
    const dead = await serve({ 'a.example': silent, 'b.example': silent });
    const alive = await serve({ 'a.example': found, 'b.example': found });
    const resolver = resolverAt([dead, alive], { timeout: 0.1 });
    expect(await resolver.query('a.example', 'TXT')).toMatchObject({ status: 'found', server: alive.address });
    expect(await resolver.query('b.example', 'TXT')).toMatchObject({ status: 'found', server: alive.address });
    expect(dead.queries.map(({ name }) => name)).toEqual(['a.example']);
  });

  it('and do not listen are known at once', async () => {
    const gone = await startDnsServer({});
    await gone.close();
    const outcome = await resolverAt([gone]).query('a.example', 'TXT');
    expect(outcome).toMatchObject({ status: 'temperror', reason: 'unreachable' });
    expect(await resolverAt([gone], { tcp: true }).query('a.example', 'TXT')).toMatchObject({
      reason: 'unreachable',
      detail: `${gone.address} cannot be queried for a.example TXT: connection refused`,
    });
  });

  it('and no configuration: a sentence, at once', async () => {
    const resolver = liveResolver({ nameservers: [], systemConfig: '/nonexistent/resolv.conf' });
    expect(await resolver.query('a.example', 'TXT')).toMatchObject({
      status: 'temperror',
      reason: 'no-servers',
      detail: '/nonexistent/resolv.conf is missing, and no name server was given',
    });
  });
});

describe('servers that do not know', () => {
  it.each([
    ['SERVFAIL', RCODE.servFail, 'servfail'],
    ['REFUSED', RCODE.refused, 'refused'],
    ['RCODE9', 9, 'servfail'],
  ])('%s: the next one is asked, the same one not again', async (word, rcode, reason) => {
    const broken = await serve({ 'a.example': answer({ rcode }) });
    const alive = await serve({ 'a.example': found });
    expect(await resolverAt([broken, alive]).query('a.example', 'TXT')).toMatchObject({ status: 'found' });
    const outcome = await resolverAt([broken], { tries: 3 }).query('a.example', 'TXT');
    expect(outcome).toMatchObject({ status: 'temperror', reason, server: broken.address });
    expect(outcome.status === 'temperror' && outcome.detail).toContain(word);
    expect(broken.queries.length).toBe(2);
  });

  it('what one said tells more than the silence of another', async () => {
    const broken = await serve({ 'a.example': answer({ rcode: RCODE.servFail }) });
    const dead = await serve({ 'a.example': silent });
    for (const servers of [
      [broken, dead],
      [dead, broken],
    ]) {
      const resolver = resolverAt(servers, { timeout: 0.02 });
      expect(await resolver.query('a.example', 'TXT')).toMatchObject({ reason: 'servfail' });
    }
  });

  it('one that only refers to others is not a resolver', async () => {
    const authorities = [rr('example', 'NS', 'ns.example')];
    const server = await serve({ 'a.example': answer({ authorities, recursion: false }) });
    expect(await resolverAt([server]).query('a.example', 'TXT')).toMatchObject({
      status: 'temperror',
      reason: 'refused',
      detail: `${server.address} does not resolve a.example TXT for us: it only refers to other servers`,
    });
  });
});

/** A clock that stands still but for what each packet is said to have cost. */
function timed(server: DnsServer, settings: { timeout: number; deadline: number; step: number }) {
  let now = 0;
  return stubResolver({
    servers: [{ ip: '127.0.0.1', family: 4, port: server.port }],
    tries: 1,
    tcp: false,
    timeout: settings.timeout,
    deadline: settings.deadline,
    now: () => (now += settings.step),
    randomId: () => 7,
    trace: undefined,
  });
}

describe('time', () => {
  it('for all look-ups together ends: then nothing more is asked', async () => {
    const server = await serve({ 'a.example': found, 'b.example': found });
    const resolver = timed(server, { timeout: 60_000, deadline: 25_000, step: 20_000 });
    expect(await resolver.query('a.example', 'TXT')).toMatchObject({ status: 'found' });
    expect(await resolver.query('b.example', 'TXT')).toMatchObject({ status: 'found' });
    expect(await resolver.query('a.example', 'TXT')).toMatchObject({
      status: 'temperror',
      reason: 'deadline',
      detail: 'a.example TXT was not answered: the limit of 25 s for DNS in this run has passed',
    });
    expect(server.queries.length).toBe(2);
  });

  it('that a caller spent blocking counts for no more than one try', async () => {
    const server = await serve({ 'a.example': found });
    const resolver = timed(server, { timeout: 5000, deadline: 12_000, step: 3_600_000 });
    for (let i = 0; i < 3; i++) expect(await resolver.query('a.example', 'TXT')).toMatchObject({ status: 'found' });
    expect(await resolver.query('a.example', 'TXT')).toMatchObject({ reason: 'deadline' });
  });

  it('ends in the middle of a try: a black hole cannot hold a run longer than its deadline', async () => {
    const server = await serve({ 'a.example': silent });
    const outcome = await resolverAt([server], { timeout: 20, tries: 9, deadline: 0.05 }).query('a.example', 'TXT');
    expect(outcome).toMatchObject({ status: 'temperror', reason: 'deadline' });
    expect(server.queries.length).toBe(1);
  });

  it.each([false, true])(
    'spent in a blocking read does not turn an answer that has arrived into trouble (tcp: %s)',
    async (tcp) => {
      const dir = await mkdtemp(join(tmpdir(), 'dns-'));
      const script = join(dir, 'server.cjs');
      writeFileSync(script, ECHO_SERVER);
      const server = execFile(process.execPath, [script]);
      const port = await new Promise<string>((resolve) =>
        server.stdout!.once('data', (text: Buffer) => resolve(text.toString())),
      );
      try {
        const resolver = liveResolver({ nameservers: [`127.0.0.1:${port.trim()}`], timeout: 0.15, tries: 1, tcp });
        await resolver.query('warm.example', 'TXT');
        const coming = resolver.query('a.example', 'TXT');
        await new Promise((turn) => setImmediate(turn));
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
        expect(await coming).toMatchObject({ status: 'nodata' });
      } finally {
        server.kill();
        await rm(dir, { recursive: true });
      }
    },
  );

  it('is not spent after the last answer: the process ends at once', async () => {
    const server = await serve({ 'a.example': found });
    const url = new URL('../../../../src/lib/dns/live/live.ts', import.meta.url);
    const { buildSync } = await import('esbuild');
    const dir = await mkdtemp(join(tmpdir(), 'dns-'));
    const bundle = join(dir, 'ask.cjs');
    const contents = `import { liveResolver } from ${JSON.stringify(url.pathname)};
      const settings = { nameservers: ['${server.address}'], timeout: 3600, deadline: 3600, tries: 1 };
      liveResolver(settings).query('a.example', 'TXT').then((outcome) => console.log(outcome.status));`;
    const stdin = { contents, resolveDir: dir };
    buildSync({ stdin, bundle: true, platform: 'node', format: 'cjs', outfile: bundle, logLevel: 'error' });
    const out = await new Promise((resolve) => execFile(process.execPath, [bundle], (_, stdout) => resolve(stdout)));
    await rm(dir, { recursive: true });
    expect(out).toBe('found\n');
  });
});

/** Answers everything with no records, in a process of its own, so that it can while ours is blocked. */
const ECHO_SERVER = `
const reply = (query) => { const r = Buffer.from(query.subarray(0, -11)); r.writeUInt16BE(0x8180, 2); r.writeUInt16BE(0, 10); return r; };
const tcp = require('net').createServer((s) => s.on('error', () => {}).on('data', (d) => {
  const r = reply(d.subarray(2));
  s.write(Buffer.concat([Buffer.from([0, r.length]), r]));
}));
tcp.listen(0, '127.0.0.1', () => {
  const udp = require('dgram').createSocket('udp4');
  udp.on('message', (m, from) => udp.send(reply(m), from.port, from.address));
  udp.bind(tcp.address().port, '127.0.0.1', () => console.log(tcp.address().port));
});
setTimeout(() => process.exit(), 20000);
`;

describe('trace', () => {
  it('says for each packet who was asked, what came, and how long it took', async () => {
    const lines: string[] = [];
    const txt = ['v=DKIM1; p=\x1b]0;x\x07"\xe9'];
    const server = await serve({
      'a.example': answer((query) => ({
        flags: AD | (query.transport === 'udp' ? 0x0200 : 0),
        answers: query.transport === 'udp' ? [] : [rr(ASKED, 'TXT', [Buffer.from(txt[0]!, 'latin1')], 60)],
      })),
      'alias.example': records('CNAME', 'b.example'),
      'b.example': (query) => [response(query, { rcode: RCODE.nxDomain })],
      'many.example': records('A', '192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'),
      'mx.example': records('MX', { preference: 0, exchange: '.' }),
      '\x1b.example': silent,
    });
    const resolver = resolverAt([server], { trace: (line) => lines.push(line.replace(/\d+ ms$/, 'N ms')) });
    for (const name of ['a.example', 'alias.example']) await resolver.query(name, 'TXT');
    await resolver.query('many.example', 'A');
    await resolver.query('mx.example', 'MX');
    await resolverAt([server], {
      timeout: 0.02,
      trace: (line) => lines.push(line.replace(/\d+ ms$/, 'N ms')),
    }).query('\x1b.example', 'TXT');
    const at = server.address;
    expect(lines).toEqual([
      `a.example TXT from ${at} udp: truncated, N ms`,
      `a.example TXT from ${at} tcp: NOERROR "v=DKIM1; p=\\027]0;x\\007\\034\\233" ttl 60, 59 octets, ad, N ms`,
      `alias.example TXT from ${at} udp: NOERROR CNAME b.example ttl 300, 54 octets, N ms`,
      `b.example TXT from ${at} udp: NXDOMAIN, 27 octets, N ms`,
      `many.example A from ${at} udp: NOERROR 192.0.2.1 192.0.2.2 192.0.2.3 and 1 more ttl 300, 94 octets, N ms`,
      `mx.example MX from ${at} udp: NOERROR 0 . ttl 300, 43 octets, N ms`,
      // once more, without EDNS
      `\\027.example TXT from ${at} udp: no answer, N ms`,
      `\\027.example TXT from ${at} udp: no answer, N ms`,
    ]);
  });
});
