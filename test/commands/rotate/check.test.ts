/** `check` knows rotations: one that is on time is not a finding, one that is late is. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runInMemory } from '../../support/context.ts';
import { DAY, HOUR, RotateWorld } from '../../support/rotate-world.ts';
import { DOMAIN } from '../../support/vectors.ts';

async function check(world: RotateWorld, ...more: readonly string[]) {
  const line = ['check', '--key-path', join(world.folder, 'keys/%/default'), '--json', ...more];
  const { stdout } = await runInMemory(line, '', world.context);
  const report = JSON.parse(stdout) as {
    findings: { code: string; subject: string; observed: string }[];
    checked: { part: string; detail: string }[];
  };
  // The domain has no mail host and no policies: that is not a business of keys.
  const ofKeys = report.findings.filter(
    ({ code }) => /^(?:key|rotation|old|probe)-/.test(code) && code !== 'key-folder-owner',
  );
  return {
    codes: ofKeys.map(({ code }) => code),
    ofKeys,
    rotation: report.checked.find(({ part }) => part === 'rotation')?.detail,
  };
}

describe('check', () => {
  it('finds nothing in a rotation that is on time, in any phase, whatever --max-age and --retire-after say', async () => {
    const world = new RotateWorld();
    const phases: (string | undefined)[] = [];
    const strict = ['--max-age', '90', '--retire-after', '0', '--old-selector', '2023a'];
    expect((await check(world, '--max-age', '90')).codes).toEqual(['key-old']);
    for (const hours of [0, 6, 2, 14 * 24, 6, 3, 14 * 24]) {
      world.now += hours * HOUR;
      await world.run();
      const old = world.selector === '2023a' ? strict.slice(0, 4) : strict;
      expect([world.phase, (await check(world, ...old)).codes]).toEqual([world.phase, []]);
      phases.push(world.phase);
    }
    expect(phases).toEqual(['wait', 'wait', 'overlap', 'revoke', 'retire', 'rest', 'remove']);
    expect((await check(world)).rotation).toMatch(/^2023a -> 202309: remove since 2023-10-/);
  });

  it('reports one that does not go on, and what it waits for', async () => {
    const world = new RotateWorld();
    world.publish = 'cat >/dev/null';
    await world.run();
    world.now += DAY;
    expect((await check(world)).codes).toEqual([]);
    world.now += 1.5 * DAY;
    const { ofKeys } = await check(world);
    expect(ofKeys.map(({ code }) => code)).toEqual(['rotation-overdue']);
    expect(ofKeys[0]!.observed).toMatch(/from 2023a to 202309 has been in wait since 2023-09-06T.*every name server/);
  });

  it('reports a state that cannot be read', async () => {
    const world = new RotateWorld();
    await world.run();
    const state = join(world.keys, 'dktool-rotate.json');
    writeFileSync(state, readFileSync(state, 'utf8').slice(0, 99));
    expect((await check(world)).codes).toContain('rotation-state-invalid');
  });

  it('takes the rotation of another domain in the same folder for what it is', async () => {
    const world = new RotateWorld();
    await world.run();
    const state = join(world.keys, 'dktool-rotate.json');
    writeFileSync(state, readFileSync(state, 'utf8').replace(`"${DOMAIN}"`, '"other.example"'));
    expect((await check(world)).rotation).toBeUndefined();
  });
});
