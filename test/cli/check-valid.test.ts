/** A tool that speaks from cron is silent about all that is valid, however unusual. */
import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../src/lib/report/check.ts';
import { CheckSite } from '../support/check-site.ts';
import { runInMemory } from '../support/context.ts';
import { VALID_DOMAINS } from '../support/valid-domains.ts';

describe('check says nothing of', () => {
  it.each(VALID_DOMAINS)('$what', async ({ arrange }) => {
    const site = new CheckSite();
    arrange(site);
    expect(await runInMemory(site.commandLine())).toMatchObject({ status: 0, stdout: '', stderr: '' });
    const { stdout } = await runInMemory(site.commandLine('--json'));
    const reports = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as CheckReport);
    expect(reports.length).toBeGreaterThan(0);
    for (const { result, checked } of reports) {
      expect(result).toBe('ok');
      expect(checked.filter((part) => part.result !== 'ok' && part.result !== 'note')).toEqual([]);
    }
  });

  it('forty set-ups and more', () => {
    expect(VALID_DOMAINS.length).toBeGreaterThanOrEqual(40);
  });
});
