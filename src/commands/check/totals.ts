/** What is kept of a run with many domains: findings, keys and counts, no records. */
import {
  type CheckedKey,
  type CheckResult,
  type DomainCheck,
  partResult,
  worstResult,
} from '../../lib/report/check.ts';
import { type FindingSeverity, SEVERITIES } from '../../lib/finding.ts';
import type { DomainFinding } from './lines.ts';

export interface CheckedDomain {
  /** `''`: lists and tables. */
  readonly domain: string;
  readonly counts: Readonly<Record<FindingSeverity, number>>;
  /** What each kind of part comes to, such as `spf`; of several, such as the records of two keys, the worst. */
  readonly results: ReadonlyMap<string, CheckResult>;
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
  const counts = Object.fromEntries(SEVERITIES.map((severity) => [severity, 0])) as Record<FindingSeverity, number>;
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

export function resultsByPart({ parts }: DomainCheck): ReadonlyMap<string, CheckResult> {
  const results = new Map<string, CheckResult>();
  for (const part of parts) results.set(part.part, worstResult([partResult(part), results.get(part.part) ?? 'ok']));
  return results;
}
