/** rotate with real name servers: Knot takes the updates of nsupdate, NSD has the zone hours later; a month in simulated time. */
import { readFileSync, readdirSync, readlinkSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/console/context.ts';
import { liveResolver } from '../../src/lib/dns/live/live.ts';
import { temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { startKnot } from '../support/knot.ts';
import { loopbackAddresses, needPort53 } from '../support/loopback.ts';
import { startNsd } from '../support/nsd.ts';
import { needProgram } from '../support/peers.ts';

const ZONE = 'example.test';
const HOUR = 3600;
const START = 1_796_083_200; // 1 December 2026
const [first, second] = loopbackAddresses(2) as [string, string];

const zoneText = (record: string) => `$ORIGIN ${ZONE}.
$TTL 7200
@ IN SOA ns1 hostmaster 1 3600 600 86400 3600
@ IN NS ns1
@ IN NS ns2
ns1 IN A ${first}
ns2 IN A ${second}
${record}`;

describe('rotate', () => {
  it('changes keys through nsupdate, with a server that lags, and every message verifies at both all the time', async ({
    skip,
  }) => {
    for (const [program, name] of [
      ['knotd', 'knot'],
      ['nsd', 'nsd'],
      ['nsupdate', 'bind9-dnsutils'],
      ['dig', 'bind9-dnsutils'],
    ] as const) {
      needProgram(program, name, skip);
    }
    await needPort53([first, second], skip);
    const folder = temporaryFolder();
    const link = join(folder, 'default');
    let now = START;
    const world: Partial<Context> = {
      now: () => now,
      env: { PATH: process.env['PATH'] },
      liveResolver: (settings) => Promise.resolve(liveResolver(settings)),
    };
    const run = (...line: readonly string[]) => runInMemory(line, MESSAGE, world);

    const made = await run('keygen', ZONE, '-s', '2026a', '-o', join(folder, '2026a'));
    utimesSync(join(folder, '2026a'), START, START - 100 * 24 * HOUR);
    symlinkSync('2026a', link);
    const knot = await startKnot(ZONE, zoneText(made.stdout), first);
    const nsd = await startNsd(ZONE, zoneText(made.stdout), second);
    try {
      const sent: { readonly file: string; readonly at: number }[] = [];
      const publish = `(echo server ${first}; cat) | nsupdate -k '${knot.keyFile}'`;
      const rotate = ['rotate', ZONE, '-k', link, '--publish', publish, '--max-age', '90', '--nameserver', first];

      /** A message is signed; it and all that are under way verify at both servers. */
      const mail = async (when: string) => {
        const file = join(folder, `${sent.length}.eml`);
        writeFileSync(file, (await run('sign', '-k', link, '-d', ZONE)).output, 'latin1');
        sent.push({ file, at: now });
        const files = sent.filter(({ at }) => now - at < 14 * 24 * HOUR).map((one) => one.file);
        for (const server of [first, second]) {
          const verdict = await run('verify', '--nameserver', server, ...files);
          expect([when, server, verdict.status, verdict.stdout]).toEqual([when, server, 0, expect.any(String)]);
        }
      };

      const phases: string[] = [];
      const turn = async (hours: number) => {
        now = START + hours * HOUR;
        await mail(`before ${hours}`);
        expect([hours, await run(...rotate)]).toMatchObject([hours, { status: 0, stdout: '', stderr: '' }]);
        await mail(`after ${hours}`);
        const { rotations } = JSON.parse(readFileSync(join(folder, 'dktool-rotate.json'), 'utf8')) as State;
        phases.push(`${hours} ${rotations[ZONE]?.phase ?? 'done'} ${readlinkSync(link)}`);
      };
      const bringToSecond = async () => nsd.reload(await knot.transfer());

      await turn(0);
      await turn(3);
      await bringToSecond();
      await turn(5);
      await turn(5.5);
      await turn(6.1);
      for (const day of [2, 7, 13]) await turn(day * 24);
      await turn(14 * 24 + 7);
      await turn(14 * 24 + 10);
      await bringToSecond();
      await turn(14 * 24 + 12);
      await turn(14 * 24 + 15);
      await turn(20 * 24);
      await turn(28 * 24 + 13);
      await turn(28 * 24 + 15);
      await bringToSecond();
      await turn(28 * 24 + 20);
      expect(phases).toEqual([
        '0 wait 2026a',
        '3 wait 2026a',
        '5 wait 2026a',
        '5.5 wait 2026a',
        '6.1 overlap 202612',
        '48 overlap 202612',
        '168 overlap 202612',
        '312 overlap 202612',
        '343 revoke 202612',
        '346 revoke 202612',
        '348 retire 202612',
        '351 rest 202612',
        '480 rest 202612',
        '685 remove 202612',
        '687 remove 202612',
        '692 done 202612',
      ]);
      expect(readdirSync(folder).filter((name) => !name.endsWith('.eml'))).toEqual([
        '202612',
        'default',
        'dktool-rotate.json',
      ]);
      expect(await knot.transfer()).not.toContain('2026a');
    } finally {
      await Promise.all([knot.stop(), nsd.stop()]);
    }
  }, 120_000);
});

interface State {
  readonly rotations: Readonly<Record<string, { readonly phase: string } | undefined>>;
}

const MESSAGE = `From: ada@${ZONE}\r\nTo: bob@example.org\r\nSubject: hello\r\nDate: Tue, 1 Dec 2026 00:00:00 +0000\r\n\r\nhello\r\n`;
