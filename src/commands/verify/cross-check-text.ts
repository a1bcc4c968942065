/** What --cross-check found, in sentences. */
import type { Comparison, CrossCheckReport } from '../../lib/report/cross-check.ts';
import { printable } from '../../console/terminal/sanitize.ts';

/** The lines of one input, without their line feeds. */
export function crossCheckLines(name: string, report: CrossCheckReport): string[] {
  return crossCheckSentences(report).map((sentence) => `${name}: cross-check ${sentence}`);
}

export function crossCheckSentences({ problem, comparisons }: CrossCheckReport): string[] {
  if (problem !== null) return [`not done: ${printable(problem)}`];
  return comparisons.map(comparisonSentence);
}

function comparisonSentence({ method, subject, ours, theirs, agrees, note }: Comparison): string {
  const about = subject === '' ? method : `${method} ${subject}`;
  const detail = theirs.detail === '' ? '' : ` (${theirs.detail})`;
  const why = note === null ? '' : `; ${note}`;
  const words = `dktool says ${ours.result} (${ours.reason}), mailauth says ${theirs.result}${detail}${why}`;
  return printable(`${about}: ${agrees ? 'same result' : 'different result'}: ${words}`);
}
