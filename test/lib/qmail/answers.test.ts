/** What our programs answer themselves in the words of qmail's. */
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/lib/error-codes.ts';
import { DktoolError } from '../../../src/lib/errors.ts';
import { queueExitOf } from '../../../src/lib/qmail/queue-exit.ts';
import { deferral } from '../../../src/lib/qmail/remote-report.ts';

const failed = (code: ErrorCode) => new DktoolError(code, 'x', { kind: 'permanent' });

describe('the exit code of dktool-queue', () => {
  it.each([
    [failed('spool-failed'), 53],
    [failed('read-failed'), 54],
    [failed('closed-descriptor'), 54],
    [failed('key-file-missing'), 55],
    [failed('bad-environment'), 55],
    [failed('zone-unreadable'), 55],
    [failed('program-not-run'), 120],
    [failed('program-broken'), 81],
    [new RangeError('Array buffer allocation failed'), 51],
    [Object.assign(new Error('x'), { code: 'ENOMEM' }), 51],
    [new TypeError('a bug'), 81],
    ['anything', 81],
    [undefined, 81],
  ])('for %s', (error, code) => {
    expect(queueExitOf(error)).toBe(code);
    expect(code >= 11 && code <= 40).toBe(false); // that would refuse the mail for good
  });
});

describe('the report that puts a mail off', () => {
  it('is one part, whatever the sentence holds', () => {
    expect(deferral('a\0b\nc\xe4 \u{1F4E7}').toString('latin1')).toBe('Zdktool-remote: a?b?c? ?? (#4.3.0)\n\0');
  });

  it('is short enough for a log', () => {
    const report = deferral('x'.repeat(10_000)).toString('latin1');
    expect(report.length).toBeLessThan(500);
    expect(report).toMatch(/^Z.* \(#4\.3\.0\)\n\0$/);
  });
});
