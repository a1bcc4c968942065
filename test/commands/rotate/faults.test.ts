/** Killed at every call that writes, and with a full disk from every call on: the next run goes on, and no message fails. */
import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Fault, withFault } from '../../support/fs-kill.ts';
import { HOUR, RotateWorld } from '../../support/rotate-world.ts';
import { DOMAIN, keyPath, keyRecord } from '../../support/vectors.ts';

/** Hours in which a step is done. */
const HOURS = [0, 5, 7, 14 * 24 + 7, 14 * 24 + 12, 14 * 24 + 15, 28 * 24 + 13, 28 * 24 + 19];

/**
 * Every fault of one run, each from where the run before left the world.
 *
 * @returns calls of the run that may go wrong
 */
async function faultsOf(world: RotateWorld, fault: Fault, before: () => void, wanted: unknown): Promise<number> {
  // A disk that is full stays so: what fails later says little that is new.
  for (let at = 1; ; at += fault === 'full' ? 4 : 1) {
    before();
    const { isMet, calls } = await withFault(fault, at, () => world.run());
    expect([at, await world.faults()]).toEqual([at, []]);
    const next = await world.run();
    expect([at, next, world.outcome]).toMatchObject([at, { status: 0, stdout: '', stderr: '' }, wanted as object]);
    expect([at, await world.faults()]).toEqual([at, []]);
    if (!isMet) return calls;
  }
}

describe('a run of rotate', () => {
  it.each(['killed', 'full'] as const)(
    'that is %s at any call leaves nothing that the next one cannot take up',
    async (fault) => {
      const world = new RotateWorld();
      world.options = ['--max-age', '90'];
      const start = world.now;
      const calls: number[] = [];
      for (const hour of HOURS) {
        world.now = start + hour * HOUR;
        const before = world.snapshot();
        expect(await world.run()).toMatchObject({ status: 0, stdout: '', stderr: '' });
        calls.push(await faultsOf(world, fault, before, world.outcome));
      }
      expect([world.phase, world.selector, world.files]).toEqual([
        undefined,
        '202309',
        ['202309', 'default', 'dktool-rotate.json'],
      ]);
      // The first run makes the key and publishes it, the third switches.
      expect(Math.min(...calls)).toBeGreaterThan(4);
      expect(calls[0]).toBeGreaterThan(25);
    },
    120_000,
  );

  it('that is killed while it changes a KeyTable leaves the old or the new one, whole, and the command is run all the same', async () => {
    const world = new RotateWorld();
    world.lag = 0;
    const at = (name: string) => join(world.folder, name);
    for (const [selector, key] of [
      ['s1', 'rsa2048'],
      ['s2', 'ed25519'],
    ] as const) {
      copyFileSync(keyPath(key), at(`${selector}.private`));
      chmodSync(at(`${selector}.private`), 0o600);
      world.apply(`update add ${selector}._domainkey.${DOMAIN}. 300 TXT "${keyRecord(key)}"\n`);
    }
    const line = (name: string, selector: string) => `${name} ${DOMAIN}:${selector}:${at(`${selector}.private`)}\n`;
    const old = line('a', 's1') + line('b', 's2');
    writeFileSync(at('KeyTable'), old);
    world.commandLine = [
      '--key-table',
      at('KeyTable'),
      '--publish',
      world.publish,
      '--after',
      `echo >> '${at('reloads')}'`,
    ];
    await world.run();
    world.now += 2 * HOUR;
    const before = world.snapshot();
    const half = line('a', '202309') + line('b', 's2');
    const whole = line('a', '202309') + line('b', '202309-ed25519');
    for (let call = 1; ; call++) {
      before();
      const { isMet } = await withFault('killed', call, () => world.run());
      expect([old, half, whole]).toContain(readFileSync(at('KeyTable'), 'latin1'));
      expect([call, await world.run()]).toMatchObject([call, { status: 0, stdout: '', stderr: '' }]);
      expect([call, readFileSync(at('KeyTable'), 'latin1'), existsSync(at('reloads'))]).toEqual([call, whole, true]);
      const left = readdirSync(world.folder).filter((name) => /lock|tmp/.test(name));
      expect([call, left]).toEqual([call, []]);
      if (!isMet) {
        expect(call).toBeGreaterThan(25);
        return;
      }
    }
  }, 60_000);
});
