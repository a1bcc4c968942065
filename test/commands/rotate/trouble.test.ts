/** What goes wrong around a rotation: commands, name servers, clocks, people, and other runs. */
import { existsSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runInMemory } from '../../support/context.ts';
import { DAY, HOUR, RotateWorld } from '../../support/rotate-world.ts';
import { DOMAIN } from '../../support/vectors.ts';

const SILENT = { status: 0, stdout: '', stderr: '' };

/** Run at some hours from now, each of which must be right for every receiver. */
async function runAt(world: RotateWorld, hours: readonly number[], wanted: object = SILENT): Promise<void> {
  const start = world.now;
  for (const hour of hours) {
    world.now = start + hour * HOUR;
    expect([hour, await world.run()]).toMatchObject([hour, wanted]);
    expect([hour, await world.faults()]).toEqual([hour, []]);
  }
}

describe('a publish command', () => {
  it('that fails is tried again by the next run, with the same key', async () => {
    const world = new RotateWorld();
    world.publish = 'cat >/dev/null; echo no route to primary >&2; exit 3';
    const run = await world.run();
    expect(run).toMatchObject({ status: 111, stdout: '' });
    expect(run.stderr).toContain('the --publish command ended with 3: no route to primary');
    expect([world.phase, world.selector]).toEqual(['publish', '2023a']);
    const key = readFileSync(join(world.keys, '202309'), 'latin1');
    world.publish = `cat >> '${world.updates}'`;
    await runAt(world, [1, 3, 7, 9]);
    expect([world.phase, world.selector]).toEqual(['overlap', '202309']);
    expect(readFileSync(join(world.keys, '202309'), 'latin1')).toBe(key);
  });

  it('that fails when all is done is not run twice', async () => {
    const world = new RotateWorld();
    world.publish = `cat >> '${world.updates}'; exit 1`;
    expect((await world.run()).status).toBe(111);
    await runAt(world, [1, 7, 9]);
    expect(world.selector).toBe('202309');
    expect(readFileSync(world.updates, 'latin1').match(/update add/g)).toHaveLength(1);
  });

  it('that lies changes nothing; it is run again after a day, and a person learns of it after two', async () => {
    const world = new RotateWorld();
    const calls = join(world.folder, 'calls');
    world.publish = `cat >/dev/null; echo >> '${calls}'`;
    await runAt(world, [0, 6, 12, 18]);
    expect(readFileSync(calls, 'latin1')).toBe('\n');
    await runAt(world, [7, 13]);
    expect(readFileSync(calls, 'latin1')).toBe('\n\n');
    await runAt(world, [24], { status: 1, stdout: '' });
    const late = await world.run();
    // Once a day is enough.
    expect(late).toMatchObject({ status: 1, stdout: '', stderr: '' });
    world.now += DAY;
    const daily = await world.run();
    expect(daily.stderr).toMatch(/^dktool: example\.com: wait has been unfinished since 2023-.*202309\._domainkey/);
    expect(world.selector).toBe('2023a');
  });

  it('that is killed by a signal has failed', async () => {
    const world = new RotateWorld();
    world.publish = 'kill -9 $$';
    expect((await world.run()).stderr).toContain('the --publish command was killed by SIGKILL');
  });

  it('learns what it is for, and for whom', async () => {
    const world = new RotateWorld();
    const seen = join(world.folder, 'seen');
    world.publish = `cat >> '${world.updates}'; echo "$DKTOOL_ACTION $DKTOOL_DOMAIN" >> '${seen}'`;
    world.lag = 0;
    await runAt(world, [0, 2, 15 * 24, 16 * 24, 30 * 24]);
    expect(readFileSync(seen, 'latin1')).toBe(`publish ${DOMAIN}\nrevoke ${DOMAIN}\nremove ${DOMAIN}\n`);
    expect(world.phase).toBeUndefined();
  });
});

describe('name servers', () => {
  it('that lag for days are waited for, and nothing signs with a key that one of them does not show', async () => {
    const world = new RotateWorld();
    world.lag = 40 * HOUR;
    await runAt(world, [0, 10, 20, 30, 39]);
    expect(world.selector).toBe('2023a');
    await runAt(world, [2, 4]);
    expect(world.selector).toBe('202309');
  });

  it('of which one takes the record back begin the wait anew', async () => {
    const world = new RotateWorld();
    world.lag = 0;
    await runAt(world, [0]);
    expect(world.state.rotations[DOMAIN]).toHaveProperty('everywhere');
    world.apply(`update delete 202309._domainkey.${DOMAIN}. TXT\nsend\n`);
    await runAt(world, [2]);
    expect([world.selector, world.state.rotations[DOMAIN]]).toMatchObject(['2023a', { phase: 'wait' }]);
    expect(world.state.rotations[DOMAIN]).not.toHaveProperty('everywhere');
  });

  it('that show another key than ours hold the switch up', async () => {
    const world = new RotateWorld();
    world.lag = 0;
    world.publish = `sed 's/p=..../p=AAAA/' >> '${world.updates}'`;
    await runAt(world, [0, 2, 4]);
    expect([world.selector, world.phase]).toEqual(['2023a', 'wait']);
    const { stderr } = await world.run('-v');
    expect(stderr).toContain('202309._domainkey.example.com');
  });

  it('that lose the new record before the old one is revoked keep the old one', async () => {
    const world = new RotateWorld();
    world.lag = 0;
    await runAt(world, [0, 2]);
    world.apply(`update delete 202309._domainkey.${DOMAIN}. TXT\nsend\n`);
    world.now += 20 * DAY;
    expect((await world.run()).status).toBe(1);
    expect(world.record(0, '2023a')).toContain('p=');
    expect(world.record(0, '2023a')).not.toMatch(/p=$/);
    expect(world.phase).toBe('overlap');
  });
});

describe('a clock that goes back', () => {
  it('makes nothing early, and nothing wait for the time that was wrong', async () => {
    const world = new RotateWorld();
    world.lag = 0;
    world.skew = 3 * 365 * DAY; // an empty battery
    await runAt(world, [0, 2]);
    expect([world.selector, world.phase]).toEqual(['202609', 'overlap']);
    world.skew = 0;
    await runAt(world, [0]);
    const { switched } = world.state.rotations[DOMAIN] as unknown as { switched: string };
    expect(Date.parse(switched) / 1000).toBe(world.now);
    await runAt(world, [24, 13 * 24]);
    expect(world.phase).toBe('overlap');
    await runAt(world, [25]);
    expect(world.phase).toBe('retire');
  });
});

describe('two runs at once', () => {
  it('make one key, publish it once, and end well', async () => {
    const world = new RotateWorld();
    world.lag = 0;
    const context = { ...world.context, sleep: undefined };
    const here = { ...context, self: { pid: 1, place: 'test', isAlive: () => true } };
    const { sleep: _, ...plain } = here;
    const runs = await Promise.all(Array.from({ length: 4 }, () => runInMemory(world.arguments, '', plain)));
    for (const run of runs) expect(run).toMatchObject(SILENT);
    expect(world.files).toEqual(['202309', '2023a', 'default', 'dktool-rotate.json']);
    expect(readFileSync(world.updates, 'latin1').match(/update add/g)).toHaveLength(1);
  });

  it('of which one does not end: the other says so after a while', async () => {
    const world = new RotateWorld();
    const lock = join(world.keys, 'dktool-rotate.json.lock');
    writeFileSync(lock, '00 1 test\n');
    let slept = 0;
    const sleep = (seconds: number) => Promise.resolve(void (slept += seconds));
    const self = { pid: 2, place: 'test', isAlive: () => true };
    const run = await runInMemory(world.arguments, '', { ...world.context, sleep, self });
    expect([run.status, run.stdout, slept > 30]).toEqual([111, '', true]);
    expect(run.stderr).toContain('another run has the lock');
    expect(existsSync(join(world.keys, '202309'))).toBe(false);
    // It died after all.
    utimesSync(lock, 0, 0);
    expect(await world.run()).toMatchObject(SILENT);
  });
});

describe('people', () => {
  it('who publish by hand get the record once, and are reminded a day later', async () => {
    const world = new RotateWorld();
    world.publish = '';
    const first = await world.run();
    expect(first.status).toBe(0);
    expect(first.stdout).toMatch(/^202309\._domainkey\.example\.com\. IN TXT "v=DKIM1; k=ed25519; p=/);
    expect(first.stderr).toContain('to be done by hand: publish the record on stdout at 202309._domainkey.example.com');
    world.now += HOUR;
    expect(await world.run()).toMatchObject(SILENT);
    world.now += DAY;
    const second = await world.run();
    expect(second.stdout).toBe(first.stdout);
    expect(second.stderr).toContain('still to be done by hand');
    const [, text] = /"(.*)"/.exec(first.stdout)!;
    world.apply(`update add 202309._domainkey.${DOMAIN}. 300 TXT "${text}"\n`);
    await runAt(world, [6, 8]);
    expect(world.selector).toBe('202309');
  });

  it('who change the link themselves: with the new key it goes on, with another it stops', async () => {
    const world = new RotateWorld();
    world.lag = 0;
    await runAt(world, [0, 2]);
    const turn = (target: string) => {
      rmSync(world.link);
      symlinkSync(target, world.link);
    };
    turn('2023a');
    world.now += 15 * DAY;
    const back = await world.run();
    expect(back.status).toBe(1);
    expect(back.stderr).toContain('the old key signs again, so its record is kept');
    turn('nowhere');
    expect((await world.run()).stderr).toContain('points to neither 2023a nor 202309');
    turn('202309');
    await runAt(world, [0]);
    expect(world.phase).toBe('retire');
  });

  it('who damage the state file stop everything, and no new rotation begins', async () => {
    const world = new RotateWorld();
    await runAt(world, [0]);
    const state = join(world.keys, 'dktool-rotate.json');
    const text = readFileSync(state, 'utf8');
    for (const damaged of ['', '{', text.replace('"wait"', '"later"'), text.replace('"version": 1', '"version": 2')]) {
      writeFileSync(state, damaged);
      const run = await world.run();
      expect(run.status).toBe(111);
      expect(run.stderr).toMatch(/^dktool: .*dktool-rotate\.json (?:is not JSON|has )/);
      expect(readFileSync(state, 'utf8')).toBe(damaged);
    }
    writeFileSync(
      state,
      text.replace('"version": 1,', '"version": 1,\n  "note": "ours",').replace('"phase"', '"ticket": 7,\n "phase"'),
    );
    await runAt(world, [7, 9]);
    expect(world.state).toMatchObject({ note: 'ours', rotations: { [DOMAIN]: { ticket: 7, phase: 'overlap' } } });
  });
});
