import { expect, it } from 'vitest';
import { systemResolver } from '../../../../src/lib/dns/live/system-resolver.ts';
import { records, startDnsServer } from '../../../support/dns-server.ts';

it('answers for as long as the program runs, and asks each question once', async () => {
  const names = Array.from({ length: 12 }, (_, i) => `n${i}.example`);
  const found = records('TXT', ['x']);
  const server = await startDnsServer(Object.fromEntries(names.map((name) => [name, found])));
  try {
    // Each look at the clock finds five seconds gone: by far more than a run of the command may wait for DNS.
    let now = 0;
    const clock = () => (now += 5000);
    const resolver = systemResolver({ nameservers: [server.address], timeout: 20, clock });
    for (const name of names) expect(await resolver.query(name, 'TXT')).toMatchObject({ status: 'found' });
    expect(now / 1000).toBeGreaterThan(60);
    await resolver.query(names[0]!, 'TXT');
    expect(server.queries.length).toBe(names.length);
  } finally {
    await server.close();
  }
});
