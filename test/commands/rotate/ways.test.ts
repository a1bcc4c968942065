/** Ways beside the usual one: back, on other hosts, looked at, tried out, waited for. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runInMemory } from '../../support/context.ts';
import { DAY, HOUR, RotateWorld } from '../../support/rotate-world.ts';
import { DOMAIN, keyRecord } from '../../support/vectors.ts';

const SILENT = { status: 0, stdout: '', stderr: '' };

/** Each step is so many hours after the one before, and right for every receiver. */
async function pass(world: RotateWorld, ...hours: readonly number[]): Promise<void> {
  for (const hour of hours) {
    world.now += hour * HOUR;
    expect(await world.run()).toMatchObject(SILENT);
    expect(await world.faults()).toEqual([]);
  }
}

describe('--abort', () => {
  it('before the switch takes the new key and its record away', async () => {
    const world = new RotateWorld();
    world.options = ['--max-age', '90'];
    await pass(world, 0, 1);
    world.options = [];
    expect(await world.run('--abort')).toMatchObject(SILENT);
    world.options = ['--max-age', '90'];
    expect([world.selector, world.files]).toEqual(['2023a', ['2023a', 'default', 'dktool-rotate.json']]);
    await pass(world, 6);
    expect([world.record(0, '202309'), world.record(1, '202309'), world.phase]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(world.state.finished).toMatchObject([{ isAborted: true, to: ['202309'] }]);
    // From cron it is not begun anew; by hand it is, and the name is not used again.
    world.options = [];
    await pass(world, 1, 6, 3);
    expect(world.selector).toBe('202309a');
  });

  it('after the switch goes back, and takes the new record away when its mail has arrived', async () => {
    const world = new RotateWorld();
    await pass(world, 0, 6, 2);
    expect(world.selector).toBe('202309');
    await pass(world, 48);
    expect(await world.run('--abort')).toMatchObject(SILENT);
    expect(await world.faults()).toEqual([]);
    expect(world.selector).toBe('2023a');
    expect((await world.run('--abort')).status).toBe(0);
    expect(world.selector).toBe('2023a');
    await pass(world, 24, 12 * 24);
    expect(world.record(0, '202309')).not.toMatch(/p=$/);
    await pass(world, 24, 6, 3, 14 * 24, 6);
    expect([world.phase, world.files]).toEqual([undefined, ['2023a', 'default', 'dktool-rotate.json']]);
    expect(world.record(1, '2023a')).toBe(keyRecord('ed25519'));
  });

  it('is refused once the old record is being taken away, and does nothing where nothing is under way', async () => {
    const world = new RotateWorld();
    expect(await world.run('--abort')).toMatchObject(SILENT);
    expect(world.phase).toBeUndefined();
    await pass(world, 0, 6, 2, 14 * 24);
    const run = await world.run('--abort');
    expect([run.status, run.stdout]).toEqual([100, '']);
    expect(run.stderr).toContain('going back is not safe');
    expect(world.selector).toBe('202309');
  });
});

describe('--follow', () => {
  /** A second host: what rsync brings, without the link. */
  class Follower {
    readonly keys: string;
    readonly reloads: string;
    readonly #world: RotateWorld;

    constructor(world: RotateWorld) {
      this.#world = world;
      this.keys = join(world.folder, 'other', DOMAIN);
      this.reloads = join(world.folder, 'reloads');
      mkdirSync(this.keys, { recursive: true });
      symlinkSync('2023a', join(this.keys, 'default'));
      this.rsync();
    }

    rsync(): void {
      for (const name of readdirSync(this.#world.keys)) {
        if (name !== 'default') cpSync(join(this.#world.keys, name), join(this.keys, name));
      }
    }

    run(after = `echo >> '${this.reloads}'`) {
      const line = ['rotate', DOMAIN, '-k', join(this.keys, 'default'), '--follow', '--after', after];
      return runInMemory(line, '', this.#world.context);
    }

    get selector(): string {
      return readlinkSync(join(this.keys, 'default'));
    }
  }

  it('switches when the leading host has, and runs the command once', async () => {
    const world = new RotateWorld();
    const other = new Follower(world);
    for (const [hours, wanted] of [
      [0, '2023a'],
      [6, '2023a'],
      [1, '202309'],
      [1, '202309'],
    ] as const) {
      world.now += hours * HOUR;
      await world.run();
      other.rsync();
      expect(await other.run()).toMatchObject(SILENT);
      expect(other.selector).toBe(wanted);
    }
    expect(readFileSync(other.reloads, 'utf8')).toBe('\n');
    expect(readdirSync(other.keys).sort()).toEqual(['202309', '2023a', 'default', 'dktool-rotate.json']);
  });

  it('waits for a key that has not come, and runs the command again that failed', async () => {
    const world = new RotateWorld();
    const other = new Follower(world);
    await pass(world, 0, 6, 2);
    cpSync(join(world.keys, 'dktool-rotate.json'), join(other.keys, 'dktool-rotate.json'));
    expect([(await other.run()).status, other.selector]).toEqual([0, '2023a']);
    other.rsync();
    const failed = await other.run('false');
    expect([failed.status, other.selector]).toEqual([111, '202309']);
    expect(existsSync(other.reloads)).toBe(false);
    expect(await other.run()).toMatchObject(SILENT);
    expect(await other.run()).toMatchObject(SILENT);
    expect(readFileSync(other.reloads, 'utf8')).toBe('\n');
  });

  it('comes after a rotation that went by while it was away, and follows back', async () => {
    const world = new RotateWorld();
    const other = new Follower(world);
    await pass(world, 0, 6, 2);
    other.rsync();
    await other.run();
    await world.run('--abort');
    other.rsync();
    expect(await other.run()).toMatchObject(SILENT);
    expect(other.selector).toBe('2023a');
    await pass(world, 14 * 24, 6, 3, 14 * 24, 6, 24, 6, 2, 14 * 24, 6, 3, 14 * 24, 6);
    expect([world.phase, world.selector]).toEqual([undefined, '202310']);
    other.rsync();
    expect(await other.run()).toMatchObject(SILENT);
    expect(other.selector).toBe('202310');
  });
});

const status = (world: RotateWorld, ...more: readonly string[]) =>
  runInMemory(['rotate', DOMAIN, '-k', world.link, '--status', ...more], '', world.context);

describe('--status', () => {
  it('is a line a domain', async () => {
    const world = new RotateWorld();
    expect((await status(world)).stdout).toBe('example.com  none  -  never\n');
    await pass(world, 0, 6, 2);
    expect((await status(world)).stdout).toBe(
      'example.com  overlap  2023a -> 202309  2023-09-20T19:33:20Z  waiting for mail signed with the old key to arrive\n',
    );
    world.now += 17 * DAY;
    const late = await status(world);
    expect([late.status, late.stdout]).toEqual([1, expect.stringContaining('OVERDUE')]);
  });

  it('is an object a domain with --json', async () => {
    const world = new RotateWorld();
    await pass(world, 0);
    expect(JSON.parse((await status(world, '--json')).stdout)).toEqual({
      domain: DOMAIN,
      phase: 'wait',
      from: ['2023a'],
      to: ['202309'],
      started: '2023-09-06T11:33:20Z',
      since: '2023-09-06T11:33:20Z',
      due: '2023-09-06T11:33:20Z',
      overdue: false,
      aborted: false,
      finished: null,
    });
  });

  it('is metrics with --format prometheus, into a file with -o', async () => {
    const world = new RotateWorld();
    await pass(world, 0);
    const file = join(world.folder, 'dktool-rotate.prom');
    expect(await status(world, '--format', 'prometheus', '-o', file)).toMatchObject(SILENT);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('dktool_rotation_phase{domain="example.com",phase="wait"} 2\n');
    expect(text).toContain('dktool_rotation_overdue{domain="example.com"} 0\n');
  });

  it.each([
    [['--status', '--format', 'bind'], '--status has no format bind'],
    [['--format', 'text'], '--format text needs --status'],
    [['--json'], '--json needs --status'],
    [['--status', '--publish', 'x'], '--publish has no effect with --status'],
    [['--selector', '{date:%Q}'], 'it must make a selector'],
    [['--overlap', 'long'], 'it must be a time'],
    [['--publish-retired', '/nowhere/x'], 'there is no directory'],
  ])('%j is a wrong command line', async (more, words) => {
    const world = new RotateWorld();
    const run = await runInMemory(['rotate', DOMAIN, '-k', world.link, ...more], '', world.context);
    expect([run.status, run.stdout]).toEqual([100, '']);
    expect(run.stderr).toContain(words);
  });
});

describe('--dry-run', () => {
  it('says each step before it is done, and changes nothing', async () => {
    const world = new RotateWorld();
    world.lag = 0;
    const said: string[] = [];
    for (const hours of [0, 2, 14 * 24, 2, 14 * 24]) {
      world.now += hours * HOUR;
      const before = [world.outcome, world.phase === undefined ? '' : JSON.stringify(world.state)];
      const run = await world.run('--dry-run');
      expect([run.status, run.stderr]).toEqual([0, '']);
      expect([world.outcome, world.phase === undefined ? '' : JSON.stringify(world.state)]).toEqual(before);
      said.push(run.stdout.replace(`${world.keys}/`, ''));
      await pass(world, 0);
    }
    expect(said).toEqual([
      'example.com: would make 202309, to follow 2023a\n',
      'example.com: would switch signing from 2023a to 202309\n',
      'example.com: would ask to revoke the record of 2023a\n',
      'example.com: would move the private key of 2023a away\n',
      'example.com: would ask to remove the record of 2023a\n',
    ]);
  });
});

describe('--wait', () => {
  it('stays until the name servers show the record and resolvers have forgotten, within its time', async () => {
    const world = new RotateWorld();
    world.lag = 20 * 60;
    const sleep = (seconds: number) => {
      world.now += seconds;
      return Promise.resolve();
    };
    const context = { ...world.context, sleep };
    const short = await runInMemory([...world.arguments, '--wait', '10m'], '', context);
    expect([short.status, world.selector]).toEqual([0, '2023a']);
    const long = await runInMemory([...world.arguments, '--wait', '3h'], '', context);
    expect([long.status, world.selector, world.phase]).toEqual([0, '202309', 'overlap']);
    expect(await world.faults()).toEqual([]);
  });
});

describe('several domains', () => {
  it('go on although one of them cannot', async () => {
    const world = new RotateWorld();
    mkdirSync(join(world.folder, 'keys/bad.example'));
    writeFileSync(join(world.folder, 'keys/bad.example/default'), 'no key');
    world.commandLine = ['-k', join(world.folder, 'keys/%/default'), '--publish', world.publish, '--max-age', '90'];
    world.domains = [];
    const run = await world.run();
    expect(run.status).toBe(100);
    expect(run.stderr).toContain('keys/bad.example/default is a key file, not a link to one');
    expect(world.phase).toBe('wait');
  });

  it('begin only where keys are old enough, and nothing with --continue', async () => {
    const world = new RotateWorld();
    world.options = ['--max-age', '101'];
    expect(await world.run()).toMatchObject(SILENT);
    world.options = ['--continue'];
    expect(await world.run()).toMatchObject(SILENT);
    expect(world.files).toEqual(['2023a', 'default']);
    world.options = ['--max-age', '99'];
    expect(await world.run()).toMatchObject(SILENT);
    expect(world.phase).toBe('wait');
    rmSync(world.updates);
  });
});
