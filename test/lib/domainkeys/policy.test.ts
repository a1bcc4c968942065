import { assert, boolean, constantFrom, option, property, record, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPolicyRecord, parsePolicyRecord } from '../../../src/lib/domainkeys/policy.ts';

describe('policy records', () => {
  it('are read with their defaults', () => {
    expect(parsePolicyRecord('t=y')).toEqual({
      ok: true,
      record: { outbound: '~', testing: true, reportTo: undefined, notes: undefined },
    });
  });

  it.each(['', 'hello', 'o=-; o=~', 'oo=-', 'v=spf1 -all', 'o=\u00e9'])('%j is none', (text) => {
    expect(parsePolicyRecord(text).ok).toBe(false);
  });

  it('are the same again when they are written and read', () => {
    const note = string({ unit: constantFrom('a', 'z', ' ', '0', '=', '~', '-', '@', '.'), minLength: 1 }).map((text) =>
      text.trim(),
    );
    const records = record({
      outbound: constantFrom('-', '~', '!'),
      testing: boolean(),
      reportTo: option(note, { nil: undefined }),
      notes: option(note, { nil: undefined }),
    });
    assert(
      property(records, (written) => {
        expect(parsePolicyRecord(formatPolicyRecord(written))).toEqual({ ok: true, record: written });
      }),
    );
  });
});
