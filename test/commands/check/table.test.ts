import { describe, expect, it } from 'vitest';
import { checkTable } from '../../../src/commands/check/table.ts';
import { wrap } from '../../../src/console/terminal/wrap.ts';
import type { DomainCheck } from '../../../src/lib/report/check.ts';

describe('wrap', () => {
  it.each([
    ['a bc def', 4, 'a bc\ndef'],
    ['abcdefgh', 3, 'abc\ndef\ngh'],
    ['a bcdefgh', 3, 'a\nbcd\nefg\nh'],
    ['', 3, ''],
  ])('of %j at %i', (text, width, lines) => {
    expect(wrap(text, width)).toBe(lines);
  });
});

it('the table of a domain stays within the terminal', async () => {
  const part = {
    part: 'old selector',
    subject: `${'s'.repeat(60)}._domainkey.example.com`,
    detail: 'x '.repeat(90),
    findings: [],
  };
  const check: DomainCheck = { domain: 'example.com', parts: [part, { ...part, result: 'unknown' }], keys: [] };
  for (const columns of [60, 80, 132]) {
    const text = (await checkTable({ color: false, columns, unicode: true }))(check);
    const lines = text.split('\n');
    expect(lines[0]).toBe('example.com: unknown');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(text).toContain('unknown');
    expect(text.replace(/[^s]/g, '').length).toBeGreaterThan(120); // nothing is cut
  }
});
