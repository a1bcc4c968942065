/** What --preflight found, in lines and as a checklist. */
import type { PreflightReport } from '../../lib/report/preflight.ts';
import { findingLine } from '../../console/terminal/finding-lines.ts';
import { printable } from '../../console/terminal/sanitize.ts';

/** The lines of one input, without their line feeds. @param isLong with what is well */
export function* preflightLines(name: string, report: PreflightReport, isLong: boolean): Iterable<string> {
  yield `${name}: preflight ${preflightSummary(report)}`;
  for (const finding of report.findings) yield `${name}: preflight ${findingLine(finding, finding.subject).trimEnd()}`;
  if (isLong) {
    for (const { code, status, detail } of report.checks) {
      if (status === 'ok') yield `${name}: preflight ok: ${printable(detail)} [${code}]`;
    }
  }
  yield `${name}: preflight ${notSeen(report)}`;
}

export function preflightSummary({ result, checks, findings }: PreflightReport): string {
  const count = (severity: string) => findings.filter((finding) => finding.severity === severity).length;
  const counts = (['error', 'temporary', 'warning', 'note'] as const).flatMap((severity) => {
    const found = count(severity);
    if (found === 0) return [];
    const word = severity === 'temporary' ? 'without an answer' : severity + (found === 1 ? '' : 's');
    return [`${found} ${word}`];
  });
  return `${result}: ${checks.length} checks, ${counts.length === 0 ? 'nothing found' : counts.join(', ')}`;
}

export function notSeen(report: PreflightReport): string {
  return `not seen from here: ${report.notSeen.map(({ detail }) => detail).join('; ')}`;
}

/** A mark for each status, for terminals that can and cannot show them. */
export const MARKS = {
  ok: ['\u2713', 'ok'],
  error: ['\u2717', 'NO'],
  temporary: ['?', '? '],
  warning: ['!', '! '],
  note: ['-', '- '],
} as const;
