/** Findings as lines for people and logs, and as JSON. */
import type { Finding } from '../../lib/finding.ts';
import { withUnicode } from '../../lib/syntax/domain-name.ts';
import { type Outcome, worst } from '../outcome.ts';
import { printable } from './sanitize.ts';

/** One line a finding: `error: SUBJECT: OBSERVED; expected: EXPECTED; remedy: REMEDY [CODE]`. */
export function findingLines(findings: readonly Finding[]): string {
  return findings.map((finding) => findingLine(finding)).join('');
}

/** @param place stands for the subject: what the line is about */
export function findingLine(finding: Finding, place = withUnicode(finding.subject)): string {
  const { severity, code, observed, expected, remedy } = finding;
  return `${severity}: ${printable(`${place}: ${observed}; expected: ${expected}; remedy: ${remedy}`)} [${code}]\n`;
}

/** Warnings alone leave things working; what DNS did not say may be said later. */
export function findingsOutcome(findings: readonly Finding[]): Outcome {
  return worst(findings.map(({ severity }) => OUTCOMES[severity]));
}

const OUTCOMES = { error: 'negative', temporary: 'temporary', warning: 'ok', note: 'ok' } as const;
