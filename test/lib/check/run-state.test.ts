import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changesBetween,
  countTrouble,
  formatRunState,
  type KnownFinding,
  parseRunState,
  withRun,
} from '../../../src/lib/check/run-state.ts';

describe('counts of trouble', () => {
  it('grow while it lasts, end when it is gone, and leave other domains alone', () => {
    const before = { 'a.example': 1, 'b.example': 2, 'other.example': 7 };
    const after = countTrouble(before, { 'a.example': true, 'b.example': false, 'c.example': true });
    expect({ ...after }).toEqual({ 'a.example': 2, 'c.example': 1, 'other.example': 7 });
  });

  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.domain(), fc.integer({ min: 1, max: 1000 })), (counts) => {
        expect(parseRunState(formatRunState({ trouble: counts, runs: {} }))).toEqual({
          trouble: { ...counts },
          runs: {},
        });
      }),
    );
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"version":2,"trouble":{}}',
    '{"version":1}',
    '{"version":1,"trouble":{"a":-1}}',
    '{"version":1,"trouble":{"a":"x"}}',
    '{"version":1,"trouble":{},"runs":[]}',
    '{"version":1,"trouble":{},"runs":{"x":{"at":1}}}',
    '{"version":1,"trouble":{},"runs":{"x":{"at":1,"findings":{"a":[{"code":1}]}}}}',
  ])('cannot be %s', (text) => {
    expect(parseRunState(text)).toBeUndefined();
  });
});

const finding = (code: string, observed = 'x', severity = 'error'): KnownFinding => ({
  severity,
  code,
  subject: 'a.example',
  observed,
});

const gone = (before: KnownFinding[], now: KnownFinding[], unsure: string[] = []) =>
  changesBetween({ 'a.example': before }, { 'a.example': now }, new Set(unsure));
const lastRun = (at: number) => ({ at, findings: {} });

describe('changes between two runs', () => {
  it('are what is new and what is gone', () => {
    const changes = gone([finding('one'), finding('two')], [finding('two'), finding('three')]);
    expect(changes.isNew('a.example', finding('two'))).toBe(false);
    expect(changes.isNew('a.example', finding('three'))).toBe(true);
    expect(changes.isNew('b.example', finding('two'))).toBe(true);
    expect(changes.gone.map(({ finding: { code } }) => code)).toEqual(['one']);
  });

  it('are not that a number has grown', () => {
    const changes = gone(
      [finding('key-old', 'the file is 200 days old')],
      [finding('key-old', 'the file is 201 days old')],
    );
    expect(changes.isNew('a.example', finding('key-old', 'the file is 201 days old'))).toBe(false);
    expect(changes.gone).toEqual([]);
  });

  it('are that it got worse', () => {
    const changes = gone([finding('one', 'x', 'warning')], [finding('one')]);
    expect(changes.isNew('a.example', finding('one'))).toBe(true);
  });

  it('leave out what DNS kept back, which is not gone and will not be new', () => {
    const trouble = finding('no-answer', 'y', 'temporary');
    const first = gone([finding('one')], [trouble], ['a.example']);
    expect(first.gone).toEqual([]);
    const second = changesBetween(first.next, { 'a.example': [finding('one')] }, new Set());
    expect(second.isNew('a.example', finding('one'))).toBe(false);
    expect(second.gone.map(({ finding: { code } }) => code)).toEqual(['no-answer']);
  });

  it('are kept for each command line, for a year and a bit', () => {
    const day = 86_400;
    expect(Object.keys(withRun({ a: lastRun(0), b: lastRun(300 * day) }, 'c', lastRun(500 * day)))).toEqual(['b', 'c']);
  });
});
