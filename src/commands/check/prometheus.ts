/** What was checked, as metrics. */
import type { CheckedKey, CheckResult } from '../../lib/report/check.ts';
import { SEVERITIES } from '../../lib/finding.ts';
import { metric, type Sample } from '../../console/terminal/metrics.ts';
import type { CheckRun } from './totals.ts';

export function prometheusText({ domains, now, took }: CheckRun): string {
  const named = domains.filter(({ domain }) => domain !== '');
  const keys = named.flatMap((domain) => domain.keys);
  return [
    metric('dktool_check_time_seconds', 'When the check ended, in seconds since 1970.', [
      { labels: {}, value: Math.round(now) },
    ]),
    metric('dktool_check_duration_seconds', 'How long it took.', [{ labels: {}, value: Number(took.toFixed(3)) }]),
    metric('dktool_check_domains', 'Domains that were checked.', [{ labels: {}, value: named.length }]),
    metric(
      'dktool_domain_findings',
      'Findings of a domain by severity; an empty domain is that of lists and tables.',
      domains.flatMap(({ domain, counts }) =>
        SEVERITIES.map((severity) => ({ labels: { domain, severity }, value: counts[severity] })),
      ),
    ),
    metric(
      'dktool_domain_part_state',
      'What each part of a domain comes to: 0 ok, 1 warning, 2 error, 3 unknown (DNS gave no answer).',
      domains.flatMap(({ domain, results }) =>
        [...results].filter(isChecked).map(([part, result]) => ({ labels: { domain, part }, value: STATES[result] })),
      ),
    ),
    metric(
      'dktool_key_age_seconds',
      'Time since the key file was written.',
      ofKeys(keys, ({ modified }) => modified && Math.max(0, Math.round(now - modified))),
    ),
    metric(
      'dktool_key_length',
      'Length of the key in bits.',
      ofKeys(keys, ({ bits }) => bits),
    ),
    metric(
      'dktool_key_record_ok',
      'Whether the published record confirms a signature of the key; absent where DNS gave no answer.',
      ofKeys(keys, ({ isConfirmed }) => (isConfirmed === undefined ? undefined : Number(isConfirmed))),
    ),
  ].join('');
}

/** DKIM without a key or a selector is not checked, and so it is not right either. */
function isChecked([part]: readonly [string, CheckResult]): boolean {
  return part !== 'dkim';
}

/** The numbers of Nagios. */
const STATES: Readonly<Record<CheckResult, number>> = {
  ok: 0,
  note: 0,
  warning: 1,
  error: 2,
  unknown: 3,
  temporary: 3,
};

function ofKeys(keys: readonly CheckedKey[], valueOf: (key: CheckedKey) => number | undefined): Sample[] {
  const samples = new Map<string, Sample>();
  for (const key of keys) {
    const { domain, selector, type, role } = key;
    const value = valueOf(key);
    // A series may stand there once.
    const id = `${domain} ${selector}`;
    if (value !== undefined && !samples.has(id))
      samples.set(id, { labels: { domain, selector, type: type ?? 'unknown', role }, value });
  }
  return [...samples.values()];
}
