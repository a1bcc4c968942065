import { afterEach, describe, expect, it } from 'vitest';
import {
  type Behaviour,
  type DnsServer,
  records,
  startDnsServer,
  type Table,
  truncating,
} from '../support/dns-server.ts';
import { dktool } from '../support/spf.ts';

let server: DnsServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

const txt = (text: string) => records('TXT', text.match(/.{1,255}/g)!);

/** The same, 0.4 seconds later. */
function slowly(behaviour: Behaviour): Behaviour {
  return (query) => behaviour(query).map((packet) => ({ packet: packet as Buffer, after: 400 }));
}

async function check(table: Table, sender: string, ...options: string[]) {
  server = await startDnsServer(table);
  const session = ['--ip', '192.0.2.1', '--helo', 'mail.example.org', '--from', sender];
  const run = await dktool(['spf-check', '--json', '--nameserver', server.address, ...session, ...options]);
  return { ...run, report: JSON.parse(run.stdout) as Record<string, unknown> };
}

describe('over the network', () => {
  it('asks for names that the resolver of the system refuses', async () => {
    const table = {
      'example.com': txt('v=spf1 exists:%{l}._spf.%{d} -all'),
      "o'neil+tag=x!._spf.example.com": records('A', '127.0.0.2'),
    };
    const { report, status } = await check(table, "o'neil+tag=x!@example.com");
    expect([report['result'], status]).toEqual(['pass', 0]);
  });

  it('reads a record of 60 KB, which only TCP carries', async () => {
    const record = `v=spf1${' ip4:203.0.113.77'.repeat(3500)} ip4:192.0.2.1 -all`;
    const { report } = await check({ 'example.com': truncating(txt(record)) }, 'user@example.com');
    expect([report['result'], report['mechanism']]).toEqual(['pass', 'ip4:192.0.2.1']);
  });

  it('ends at the deadline, whatever a zone does', async () => {
    const table: Record<string, Behaviour> = {};
    for (let i = 0; i < 12; i++) table[`n${i}.example`] = slowly(txt(`v=spf1 include:n${i + 1}.example -all`));
    const { report, status } = await check(table, 'user@n0.example', '--deadline', '1');
    expect([report['result'], report['reason'], status]).toEqual(['temperror', 'dns-error', 111]);
    expect(server!.queries.length).toBeLessThan(10);
  });

  it('is a temperror where nobody answers', async () => {
    const { report, status } = await check(
      { 'example.com': () => [] },
      'user@example.com',
      '--timeout',
      '0.2',
      '--tries',
      '1',
    );
    expect([report['result'], status]).toEqual(['temperror', 111]);
  });
});

it('in a batch asks each question once, and one check that gets no answer does not hold up the others', async () => {
  server = await startDnsServer({ 'example.com': txt('v=spf1 ip4:192.0.2.0/24 -all'), 'dead.example': () => [] });
  const stdin = [
    '192.0.2.1 h a@dead.example',
    ...Array.from({ length: 50 }, (_, i) => `192.0.2.${i} h u@example.com`),
  ].join('\n');
  const { stdout } = await dktool(['spf-check', '--batch', '--nameserver', server.address, '--deadline', '1'], {
    stdin,
  });
  const results = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { result: string }).result);
  expect(results).toEqual(['temperror', ...Array.from({ length: 50 }, () => 'pass')]);
  expect(server.queries.filter(({ name }) => name === 'example.com')).toHaveLength(1);
});
