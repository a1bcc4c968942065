/** The state machine by itself: no run of states, facts and clocks takes a record away that mail may need. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { abort, asked, isOverdue, nextStep, reloaded, retired, withClock } from '../../../src/lib/rotate/engine.ts';
import type { Facts } from '../../../src/lib/rotate/facts.ts';
import {
  formatRotationState,
  instant,
  parseRotationState,
  PHASES,
  type Rotation,
} from '../../../src/lib/rotate/state.ts';
import { pathBeside, selectorCandidates, selectorFrom } from '../../../src/lib/rotate/selector.ts';
import { keyOfConfig, withConfigSwitched, withKeySwitched } from '../../../src/lib/opendkim/edit.ts';

const NOW = 1_800_000_000;
const DAY = 86_400;

const start: Rotation = {
  phase: 'make',
  since: instant(NOW),
  started: instant(NOW),
  keys: [
    {
      type: 'rsa',
      from: { selector: 'old', path: '/k/old' },
      to: { selector: 'new', path: '/k/new' },
      place: { kind: 'link', path: '/k/default' },
    },
  ],
  negativeTtl: 3600,
  overlap: 14 * DAY,
  removeAfter: 14 * DAY,
};

const records = fc.record({
  right: fc.constantFrom('all' as const, 'some' as const, 'none' as const),
  isRevoked: fc.boolean(),
  hasRevocation: fc.boolean(),
  isAbsent: fc.boolean(),
  ttl: fc.constantFrom(undefined, 300, 7200),
  problem: fc.constant('a problem'),
  shownBy: fc.constant('a server'),
});

/** What the world is like when a step looks at it, and how long the next run is in coming. */
const moment = fc.record({
  signing: fc.constantFrom<Facts['signing']>(
    { keys: 'from' },
    { keys: 'to' },
    { keys: 'both' },
    { keys: 'other', problem: 'astray' },
  ),
  hasNewKeys: fc.boolean(),
  to: records,
  from: records,
  probe: fc.constantFrom('', '', 'fails'),
  pause: fc.constantFrom(-DAY, 0, 600, 3600, DAY, 15 * DAY),
  isAborted: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
});

describe('the state machine', () => {
  it('comes to a wait, a stop or an end in every state, and never does what mail cannot bear', () => {
    fc.assert(
      fc.property(fc.array(moment, { minLength: 1, maxLength: 40 }), (moments) => {
        let rotation = start;
        let now = NOW;
        for (const { pause, isAborted, ...world } of moments) {
          now += pause;
          rotation = withClock(rotation, now);
          if (isAborted) rotation = abort(rotation, now) ?? rotation;
          let seen: Partial<Facts> = {};
          for (let steps = 0; ; steps++) {
            expect(steps).toBeLessThan(40);
            const { signing, hasNewKeys } = world;
            const step = nextStep(rotation, { signing, hasNewKeys, ...seen }, now);
            if (step.kind === 'finish') return;
            if (step.kind === 'wait' || step.kind === 'stop') break;
            if (step.kind === 'look') seen = { ...seen, [step.at]: world[step.at] };
            if (step.kind === 'probe') seen = { ...seen, probe: world.probe };
            if (step.kind === 'move') rotation = step.rotation;
            // A key signs only when every server shows it and a message verified.
            if (step.kind === 'switch') {
              expect([world.to.right, world.probe]).toEqual(['all', '']);
              break;
            }
            if (step.kind === 'ask') {
              // The old record goes only while the new key signs, and after the overlap.
              if (step.what === 'revoke') {
                expect(signing.keys).toBe('to');
                expect(Date.parse(rotation.switched!) / 1000 + rotation.overlap).toBeLessThanOrEqual(now);
              }
              rotation = asked(rotation, step.what, 'command', now);
              break; // the zone has changed: what was seen is not what is there
            }
            if (step.kind === 'reload') rotation = reloaded(rotation, now);
            if (step.kind === 'retire') {
              expect([signing.keys, world.from.isRevoked]).toEqual(['to', true]);
              rotation = retired(rotation, now);
            }
            if (step.kind === 'discard') {
              expect(signing.keys).toBe('from');
              break;
            }
            if (step.kind === 'make') break;
          }
          expect(parseRotationState(formatRotationState({ rotations: { d: rotation }, finished: [] }))).toEqual({
            rotations: { d: JSON.parse(JSON.stringify(rotation)) as unknown },
            finished: [],
          });
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is overdue two days after a step could have been done', () => {
    expect([isOverdue(start, NOW + 2 * DAY), isOverdue(start, NOW + 2 * DAY + 1)]).toEqual([false, true]);
    const overlap: Rotation = { ...start, phase: 'overlap', switched: instant(NOW) };
    expect([isOverdue(overlap, NOW + 16 * DAY), isOverdue(overlap, NOW + 16 * DAY + 1)]).toEqual([false, true]);
  });

  it('refuses to go back from where the old record is taken away', () => {
    const results = PHASES.map((phase) => [phase, abort({ ...start, phase }, NOW)?.phase]);
    expect(Object.fromEntries(results)).toEqual({
      make: 'drop',
      publish: 'drop',
      wait: 'drop',
      drop: 'drop',
      switch: 'wait',
      reload: 'wait',
      overlap: 'wait',
      revoke: undefined,
      retire: undefined,
      rest: undefined,
      remove: undefined,
    });
  });
});

describe('a state file', () => {
  it('never throws, and is refused unless it is whole', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(typeof parseRotationState(text)).toBe('string');
      }),
    );
    const whole = formatRotationState({ rotations: { d: start }, finished: [] });
    for (let end = 0; end < whole.length - 2; end++)
      expect(typeof parseRotationState(whole.slice(0, end))).toBe('string');
  });
});

describe('selectors', () => {
  it('come from templates', () => {
    const at = Date.UTC(2026, 1, 3, 4, 5, 6) / 1000;
    expect(selectorFrom('{date:%Y%m}', at)).toBe('202602');
    expect(selectorFrom('k-{date:%y.%j}-{date:%q}{date:%d%H%M%S}', at)).toBe('k-26.034-103040506');
    for (const wrong of ['{date:%Q}', '{date:%}', '{day}', '-x', 'a b', '', '{date:%Y']) {
      expect(selectorFrom(wrong, at)).toBeUndefined();
    }
  });

  it('are all different', () => {
    expect(selectorCandidates('s', ['rsa', 'ed25519']).slice(0, 2)).toEqual([
      ['s', 's-ed25519'],
      ['sa', 'sa-ed25519'],
    ]);
    expect(selectorCandidates('s', ['rsa', 'rsa', 'ed25519'])[0]).toEqual(['s', 's-2', 's-ed25519']);
    expect(selectorCandidates('s', ['ed25519'])[0]).toEqual(['s']);
  });

  it.each([
    ['/k/2026a.private', '2026a', '/k/202612.private'],
    ['/k/example.com.2026a.key', '2026a', '/k/example.com.202612.key'],
    ['/k/example.com.pem', 's1', '/k/example.com.202612.pem'],
    ['/k/s1/key', 's1', '/k/s1/key.202612'],
  ])('take the place of old ones in names: %s', (path, old, wanted) => {
    expect(pathBeside(path, old, '202612')).toBe(wanted);
  });
});

describe('tables', () => {
  const change = {
    domain: 'example.com',
    from: { selector: 's1', path: '/k/s1.private' },
    to: { selector: 's2', path: '/k/s2.private' },
    resolve: (path: string) => (path.startsWith('/') ? path : `/k/${path}`),
  };

  it.each([
    ['a example.com:s1:/k/s1.private', 'a example.com:s2:/k/s2.private'],
    ['  a\tEXAMPLE.com : s1 :/k/s1.private  # s1', '  a\tEXAMPLE.com : s2 :/k/s2.private  # s1'],
    ['a example.com:s1:/k/s1.private:rsa-sha256', 'a example.com:s2:/k/s2.private:rsa-sha256'],
    ['a:b example.com:s1:/k/s1.private', 'a:b example.com:s2:/k/s2.private'],
    ['example.com:/k/s1.private', 'example.com:/k/s2.private'],
    ['example.com:/k/s1.private:SIGN=1', 'example.com:/k/s2.private:SIGN=1'],
    ['a example.com:s3:/k/s1.private', 'a example.com:s3:/k/s1.private'],
    ['a example.net:s1:/k/s1.private', 'a example.net:s1:/k/s1.private'],
    ['#a example.com:s1:/k/s1.private', '#a example.com:s1:/k/s1.private'],
  ])('%j', (before, after) => {
    expect(withKeySwitched(`# x\r\n${before}\nlast`, change)).toBe(`# x\r\n${after}\nlast`);
  });

  it('and configuration files keep all else', () => {
    const parameters = { selector: 'selector', keyFile: 'keyfile' };
    const text = 'Domain s1\nSELECTOR  s1\t# s1\nSelectorEd25519 s1\nKeyFile\ts1.private\n';
    expect(withConfigSwitched(text, { ...change, parameters })).toBe(
      'Domain s1\nSELECTOR  s2\t# s1\nSelectorEd25519 s1\nKeyFile\ts2.private\n',
    );
    expect(keyOfConfig(text, { ...change, parameters })).toEqual(change.from);
    expect(keyOfConfig('Selector s1\n', { ...change, parameters })).toBeUndefined();
  });
});
