/** A month of rotation, hour by hour: whoever signs, and whatever resolvers remember, every message verifies. */
import { describe, expect, it } from 'vitest';
import { HOUR, RotateWorld } from '../../support/rotate-world.ts';

/** The hours that a run of cron has its turn: each where something is to happen, every sixth of the others. */
const isTurn = (hour: number) =>
  hour % 6 === 0 || [0, 14 * 24, 28 * 24].some((from) => hour >= from && hour < from + 24);

/** @returns the phases in the order in which they were met, each with its hour */
async function live(world: RotateWorld, days: number): Promise<[string, number][]> {
  const phases: [string, number][] = [];
  for (let hour = 0; hour < days * 24; hour++) {
    if (!isTurn(hour)) {
      world.now += HOUR;
      continue;
    }
    const run = await world.run();
    expect(run).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(await world.faults()).toEqual([]);
    expect(await world.probe()).toBe('pass');
    const phase = world.phase ?? 'none';
    if (phases.at(-1)?.[0] !== phase) phases.push([phase, hour]);
    world.now += HOUR;
    if (phase === 'none' && hour > 0) break;
  }
  return phases;
}

describe('rotate, once an hour for a month', () => {
  it('goes through its phases in silence, and no message fails', async () => {
    const world = new RotateWorld();
    world.options = ['--max-age', '90'];
    const phases = await live(world, 32);
    // Published at 0, on the second server at 5, forgotten by resolvers at 6; revoked 14 days later, and there at 5 hours more.
    expect(phases).toEqual([
      ['wait', 0],
      ['overlap', 6],
      ['revoke', 14 * 24 + 6],
      ['retire', 14 * 24 + 11],
      ['rest', 14 * 24 + 13],
      ['remove', 28 * 24 + 11],
      ['none', 28 * 24 + 16],
    ]);
    expect(world.files).toEqual(['202309', 'default', 'dktool-rotate.json']);
    expect(world.selector).toBe('202309');
    expect(world.state.finished).toMatchObject([{ from: ['2023a'], to: ['202309'] }]);
    expect([world.record(0, '2023a'), world.record(1, '2023a')]).toEqual([undefined, undefined]);
  });
});
