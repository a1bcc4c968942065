/** What is kept of a run with many domains: findings, keys and counts, no records. */
import type { CheckedKey } from '../lib/check/report.ts';
import type { FindingSeverity } from '../lib/finding.ts';
import type { DomainFinding } from './check-lines.ts';

export interface CheckedDomain {
  /** `''`: lists and tables. */
  readonly domain: string;
  readonly counts: Readonly<Record<FindingSeverity, number>>;
  readonly keys: readonly CheckedKey[];
}

export interface CheckRun {
  readonly domains: readonly CheckedDomain[];
  /** Worst first; among equals in the order of the domains. */
  readonly findings: readonly DomainFinding[];
  /** Seconds since 1970. */
  readonly now: number;
  /** Seconds. */
  readonly took: number;
}

export function countBySeverity(findings: readonly { readonly severity: FindingSeverity }[]): CheckedDomain['counts'] {
  const counts = { error: 0, warning: 0, temporary: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}
