/** dns-record --check --all-ns against real authoritative servers (NSD), each at its own address of loopback, port 53. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { CLEAN_ENV, DKTOOL, runDktool } from '../support/bin.ts';
import { records as answerWith, startDnsServer } from '../support/dns-server.ts';
import { loopbackAddresses, needPort53 } from '../support/loopback.ts';
import { type Nsd, startNsd } from '../support/nsd.ts';
import { needProgram } from '../support/peers.ts';
import { keyPath, keyRecord } from '../support/vectors.ts';
import { splitCharacterStrings } from '../../src/lib/dns/txt-formats/text.ts';
import { formatTxtRecord } from '../../src/lib/dns/txt-formats/format.ts';

const KEY = ['example.test', '-s', 's1', '-k', keyPath('rsa2048')];
const SOA = { mname: 'ns.test', rname: 'hostmaster.test', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 60 };
const NAME = 's1._domainkey.example.test';

/** A line as dns-record prints it. */
const line = (text: string, owner = NAME) => `${formatTxtRecord({ owner, isAbsolute: true, text }, 'bind')}\n`;
const RIGHT = line(keyRecord('rsa2048'));
const OLD = line(keyRecord('rsa1024'));

const [first, second, third] = loopbackAddresses(3) as [string, string, string];

function zone(serial: number, records: string, more = ''): string {
  return `$ORIGIN example.test.
$TTL 300
@ IN SOA ns1 hostmaster ${serial} 3600 600 86400 300
@ IN NS ns1
@ IN NS ns2
ns1 IN A ${first}
ns2 IN A ${second}
${more}${records}`;
}

async function withServers(servers: readonly Nsd[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

const check = (...args: readonly string[]) =>
  runDktool(['dns-record', ...KEY, '--all-ns', '--nameserver', first, ...args]);

const found = (stdout: string) => [...stdout.matchAll(/^(\w+): (\S+): .*\[([\w-]+)\]$/gm)].map((one) => one.slice(1));

describe('dns-record --all-ns', () => {
  it('names the server that lags, and is silent once all agree', async ({ skip }) => {
    needProgram('nsd', 'nsd', skip);
    await needPort53([first, second], skip);
    const one = await startNsd('example.test', zone(42, RIGHT), first);
    const two = await startNsd('example.test', zone(41, OLD), second);
    await withServers([one, two], async () => {
      // A resolver that has asked the first server finds nothing wrong.
      const deceived = await runDktool(['dns-record', ...KEY, '--check', '--nameserver', first]);
      expect(deceived).toEqual({ status: 0, stdout: '', stderr: '' });
      const behind = await check('-v');
      expect(behind.status).toBe(1);
      expect(found(behind.stdout)).toEqual([['error', 'ns2.example.test', 'ns-lags']]);
      expect(behind.stdout).toContain(`ns2.example.test (${second}) has serial 41 of example.test and says '...`);
      expect(behind.stdout).toContain(`what ns1.example.test (${first}) says with serial 42: '...`);
      expect(behind.stdout).toContain('at offset 20 of the record');
      expect(behind.stderr).toContain(`ns1.example.test (${first}): ${NAME}: serial 42 of example.test, found\n`);
      await two.reload(zone(42, RIGHT));
      expect(await check()).toEqual({ status: 0, stdout: '', stderr: '' });
      await two.reload(zone(43, OLD));
      await one.reload(zone(43, RIGHT));
      expect(found((await check()).stdout)).toContainEqual(['error', expect.any(String), 'ns-disagrees']);
    });
  }, 60_000);

  it('waits with --wait until all agree, and no longer', async ({ skip }) => {
    needProgram('nsd', 'nsd', skip);
    await needPort53([first, second], skip);
    const one = await startNsd('example.test', zone(1, ''), first);
    const two = await startNsd('example.test', zone(1, ''), second);
    await withServers([one, two], async () => {
      const late = await check('--wait', '1s', '--interval', '0.1');
      expect([late.status, found(late.stdout)]).toEqual([1, [['error', NAME, 'key-name-missing']]]);
      const args = [
        'dns-record',
        ...KEY,
        '--all-ns',
        '--wait',
        '10m',
        '--interval',
        '0.1',
        '-v',
        '--nameserver',
        first,
      ];
      const waiting = spawn(process.execPath, [DKTOOL, ...args], { env: CLEAN_ENV, stdio: ['ignore', 'pipe', 'pipe'] });
      const output = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        waiting[name].setEncoding('latin1').on('data', (text: string) => {
          output[name] += text;
        });
      }
      const closed = once(waiting, 'close');
      const says = async (text: string) => {
        while (!output.stderr.includes(text)) await once(waiting.stderr, 'data');
      };
      await says('not yet (key-name-missing)');
      await one.reload(zone(2, RIGHT));
      await says('not yet (ns-lags)');
      await two.reload(zone(2, RIGHT));
      expect(await closed).toEqual([0, null]);
      expect(output.stdout).toBe('');
    });
  }, 60_000);

  it('tells lame and silent servers and names without an address apart', async ({ skip }) => {
    needProgram('nsd', 'nsd', skip);
    await needPort53([first, second, third], skip);
    const more = `@ IN NS ns3\n@ IN NS ns4\nns3 IN A ${third}\n`;
    const one = await startNsd('example.test', zone(1, RIGHT, more), first);
    const two = await startNsd('another.test', zone(1, RIGHT).replaceAll('example.test', 'another.test'), second);
    await withServers([one, two], async () => {
      const { status, stdout } = await check();
      // nobody listens at the third address
      expect([status, found(stdout)]).toEqual([
        111,
        [
          ['error', 'ns4.example.test', 'ns-without-address'],
          ['error', 'ns2.example.test', 'ns-lame'],
          ['temporary', 'ns3.example.test', 'ns-unreachable'],
        ],
      ]);
      expect(stdout).toContain('(REFUSED)');
      expect(stdout).toContain('connection refused');
      const json = await check('--json');
      expect(JSON.parse(json.stdout)).toMatchObject({
        name: NAME,
        servers: [
          { zone: 'example.test', name: 'ns1.example.test', address: first, asked: NAME, serial: 1, says: 'found' },
          { name: 'ns2.example.test', serial: null, says: 'lame' },
          { name: 'ns3.example.test', serial: null, says: 'unreachable' },
        ],
      });
      // The remedies: two takes the zone, three and four leave it.
      await one.reload(zone(2, RIGHT));
      await two.stop();
      const fixed = await startNsd('example.test', zone(2, RIGHT), second);
      await withServers([fixed], async () => {
        expect(await check()).toEqual({ status: 0, stdout: '', stderr: '' });
      });
    });
  }, 60_000);

  it('follows an alias to the servers of its zone', async ({ skip }) => {
    needProgram('nsd', 'nsd', skip);
    await needPort53([first, second, third], skip);
    const alias = `${NAME}. IN CNAME s1.esp.test.\n`;
    const esp = (serial: number, records: string) => `$ORIGIN esp.test.
$TTL 300
@ IN SOA ns hostmaster ${serial} 3600 600 86400 300
@ IN NS ns
@ IN NS other
ns IN A ${first}
other IN A ${third}
${records}`;
    const right = line(keyRecord('rsa2048'), 's1.esp.test');
    const one = await startNsd('example.test', zone(1, alias), first, { 'esp.test': esp(2, right) });
    const two = await startNsd('example.test', zone(1, alias), second);
    const three = await startNsd('esp.test', esp(1, ''), third);
    await withServers([one, two, three], async () => {
      const { status, stdout } = await check();
      expect([status, found(stdout)]).toEqual([1, [['error', 'other.esp.test', 'ns-lags']]]);
      expect(stdout).toContain('says that the name does not exist (NXDOMAIN)');
      await three.reload(esp(2, right));
      expect(await check()).toEqual({ status: 0, stdout: '', stderr: '' });
    });
  }, 60_000);

  it('holds the delegation against the zone, and its remedies end the findings', async ({ skip }) => {
    needProgram('nsd', 'nsd', skip);
    await needPort53([first, second, third], skip);
    const above = (serial: number, delegation: string) => `$ORIGIN test.
$TTL 300
@ IN SOA ns hostmaster ${serial} 3600 600 86400 300
@ IN NS ns
ns IN A ${third}
${delegation}`;
    const whole = `example IN NS ns1.example\nexample IN NS ns2.example\nns1.example IN A ${first}\nns2.example IN A ${second}\n`;
    const drifted = whole.replace('NS ns2.example', 'NS old.example').replace('ns2.example IN A', 'old.example IN A');
    const one = await startNsd('example.test', zone(1, RIGHT), first);
    const two = await startNsd('example.test', zone(1, RIGHT), second);
    const three = await startNsd('test', above(1, drifted), third);
    const resolver = await startDnsServer({
      'test SOA': answerWith('SOA', SOA),
      'test NS': answerWith('NS', 'ns.test'),
      'ns.test A': answerWith('A', third),
      'example.test SOA': answerWith('SOA', SOA),
      'example.test NS': answerWith('NS', 'ns1.example.test', 'ns2.example.test'),
      'ns1.example.test A': answerWith('A', first),
      'ns2.example.test A': answerWith('A', second),
      [NAME]: answerWith('TXT', splitCharacterStrings(keyRecord('rsa2048'))),
    });
    const ask = (...args: readonly string[]) =>
      runDktool(['dns-record', ...KEY, '--all-ns', '--nameserver', resolver.address, ...args]);
    try {
      await withServers([one, two, three], async () => {
        const { status, stdout, stderr } = await ask('-v');
        expect([status, found(stdout)]).toEqual([
          0,
          [
            ['warning', 'old.example.test', 'ns-not-in-zone'],
            ['warning', 'ns2.example.test', 'ns-not-delegated'],
          ],
        ]);
        expect(stderr).toContain('example.test: test delegates it to ns1.example.test, old.example.test\n');
        await three.reload(above(2, ''));
        expect(found((await ask()).stdout)).toEqual([['error', 'example.test', 'zone-not-delegated']]);
        await three.reload(above(3, whole));
        expect(await ask()).toEqual({ status: 0, stdout: '', stderr: '' });
        await three.reload(above(4, whole.replace(`A ${second}`, `A ${first}`)));
        expect(found((await ask()).stdout)).toEqual([['warning', 'ns2.example.test', 'ns-glue-differs']]);
      });
    } finally {
      await resolver.close();
    }
  }, 60_000);
});
