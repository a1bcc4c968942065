/** check over the network: servers that are dead, silent, or refused by a validator, and zones whose servers disagree. */
import { afterEach, describe, expect, it } from 'vitest';
import type { CheckReport } from '../../src/lib/report/check.ts';
import { liveResolver } from '../../src/lib/dns/live/live.ts';
import { CheckSite, DMARC, KEY_NAME, SPF } from '../support/check-site.ts';
import { runInMemory } from '../support/context.ts';
import {
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
} from '../support/dns-server.ts';
import { DOMAIN, keyRecord } from '../support/vectors.ts';

const open: DnsServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function serve(table: Table): Promise<DnsServer> {
  const server = await startDnsServer(table);
  open.push(server);
  return server;
}

const check = (server: string, ...args: readonly string[]) =>
  runInMemory(['check', ...args, '--nameserver', server], '', {
    liveResolver: (settings) => Promise.resolve(liveResolver(settings)),
    now: () => Date.now() / 1000,
  });

const reportsOf = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as CheckReport);

const silent: Behaviour = () => [];

/** A domain where all is well. */
const good = (domain: string): Record<string, Behaviour> => ({
  [domain]: answer({}),
  [`${domain} MX`]: records('MX', { preference: 10, exchange: `mail.${domain}` }),
  [`${domain} TXT`]: records('TXT', [SPF]),
  [`mail.${domain} A`]: records('A', '192.0.2.1'),
  [`mail.${domain} AAAA`]: answer({}),
  [`_dmarc.${domain}`]: records('TXT', [DMARC.replaceAll(DOMAIN, domain)]),
  [`s1._domainkey.${domain}`]: records('TXT', [keyRecord('rsa2048').slice(0, 200), keyRecord('rsa2048').slice(200)]),
});

describe('what was not learnt', () => {
  it('is not ok, in any format', async () => {
    const nobody = '127.0.0.1:1';
    const table = await check(nobody, DOMAIN, '-s', 's1', '-v');
    expect(table.status).toBe(111);
    expect(table.stdout).toMatch(/^example\.com: temporary\n/);
    const rows = table.stdout.split('\n').flatMap((line) => /^ {2}(\w+) +(\w+) /.exec(line)?.slice(1) ?? []);
    const parts = ['record', 'mx', 'spf', 'dmarc', 'adsp', 'domainkeys'];
    expect(rows).toEqual([...parts.flatMap((part) => ['unknown', part]), 'temporary', 'dns']);
    const [report] = reportsOf((await check(nobody, DOMAIN, '-s', 's1', '--json')).stdout);
    expect(report!.checked.map(({ result }) => result)).toEqual([...parts.map(() => 'unknown'), 'temporary']);
    expect(report!.checked.every(({ detail }) => /no answer|without an answer/.test(detail))).toBe(true);
    const nagios = await check(nobody, DOMAIN, '-s', 's1', '--format', 'nagios');
    expect(nagios).toMatchObject({ status: 3 });
    expect(nagios.stdout).toMatch(/^DKTOOL UNKNOWN - .* unknown=6;;;0 /);
    const metrics = await check(nobody, DOMAIN, '-s', 's1', '--format', 'prometheus');
    for (const part of [...parts, 'dns']) {
      expect(metrics.stdout).toContain(`dktool_domain_part_state{domain="${DOMAIN}",part="${part}"} 3\n`);
    }
  });

  it('is unknown by itself where only one question has no answer', async () => {
    const server = await serve({ ...good(DOMAIN), [`_dmarc.${DOMAIN}`]: answer({ rcode: RCODE.servFail }) });
    const [report] = reportsOf((await check(server.address, DOMAIN, '-s', 's1', '--json')).stdout);
    const unknown = report!.checked.filter(({ result }) => result === 'unknown').map(({ part }) => part);
    expect(unknown).toEqual(['dmarc']);
  });
});

describe('a domain whose servers are silent', () => {
  it('is asked one question, and no other domain suffers', async () => {
    const site = new CheckSite();
    const names = Array.from({ length: 40 }, (_, i) => `d${i}.example`);
    const dead = names.filter((_, i) => i % 4 === 0);
    const alive = names.filter((name) => !dead.includes(name));
    const table: Record<string, Behaviour> = Object.assign({}, ...alive.map(good));
    for (const name of dead) {
      for (const prefix of ['', 's1._domainkey.', '_dmarc.', '_domainkey.', '_adsp._domainkey.']) {
        table[`${prefix}${name}`] = silent;
      }
    }
    const server = await serve(table);
    const keys = site.write('KeyTable', names.map((name, i) => `k${i} ${name}:s1:${site.keyFile}\n`).join(''));
    const args = ['--key-table', keys, '--timeout', '1', '--tries', '2'];
    const { status, stdout } = await check(server.address, ...args);
    expect(status).toBe(111);
    const reported = [...stdout.matchAll(/^temporary: (\S+): no answer for \S+ MX and \d+ more.* \[no-answer\]$/gm)];
    expect(reported.map(([, name]) => name)).toEqual(dead);
    expect(stdout.trim().split('\n').length).toBe(dead.length);
    const asked = server.queries.filter(({ name }) => dead.some((one) => name.endsWith(one)));
    expect(asked.length).toBe(2 * dead.length); // each of the two tries
  });
});

const refused =
  (honest: Behaviour): Behaviour =>
  (query) =>
    query.checkingDisabled ? honest(query) : [response(query, { rcode: RCODE.servFail })];

describe('behind a validating resolver', () => {
  it('a zone that does not validate is an error, said once, and nothing that passes', async () => {
    const table = Object.fromEntries(Object.entries(good(DOMAIN)).map(([name, honest]) => [name, refused(honest)]));
    const nothing = refused(answer({}));
    const server = await serve({
      ...table,
      [`_adsp._domainkey.${DOMAIN}`]: nothing,
      [`_domainkey.${DOMAIN}`]: nothing,
    });
    const { status, stdout } = await check(server.address, DOMAIN, '-s', 's1');
    expect(status).toBe(1);
    expect(stdout).toMatch(/^error: .*: 127\.0\.0\.1:\d+ rejects the answer for \S+ \w+: .* \[dnssec-bogus\]\n$/);
    expect(stdout).toContain('CD=1');
    expect(stdout).toContain('"delv ');
  });

  it('a record that does not validate is one too', async () => {
    const table = good(DOMAIN);
    const server = await serve({ ...table, [KEY_NAME]: refused(table[KEY_NAME]!) });
    const { status, stdout } = await check(server.address, DOMAIN, '-s', 's1');
    expect(status).toBe(1);
    expect(stdout).toMatch(new RegExp(`^error: ${DOMAIN}: ${KEY_NAME}: .* \\[dnssec-bogus\\]\\n$`));
  });
});

const alias = (target: string): Behaviour => answer({ answers: [rr(ASKED, 'CNAME', target)] });

it('aliases that lead back to the selector are an error, where the resolver says SERVFAIL too', async () => {
  const server = await serve({
    ...good(DOMAIN),
    [KEY_NAME]: answer({ rcode: RCODE.servFail }),
    [`${KEY_NAME} CNAME`]: alias('a.esp.test'),
    'a.esp.test': answer({ rcode: RCODE.servFail }),
    'a.esp.test CNAME': alias(KEY_NAME),
  });
  const { status, stdout } = await check(server.address, DOMAIN, '-s', 's1');
  expect(status).toBe(1);
  expect(stdout).toMatch(/^error: .*lead back to s1\._domainkey\.example\.com.* \[alias-loop\]\n$/);
});
