/** What --lint finds, as lines. */
import { caretLines } from '../../console/terminal/caret.ts';
import { findingLine } from '../../console/terminal/finding-lines.ts';
import { type Outcome, worst } from '../../console/outcome.ts';
import { printable } from '../../console/terminal/sanitize.ts';
import type { PublishedDmarc } from '../../lib/dmarc/discover.ts';
import type { DmarcFinding } from '../../lib/dmarc/lint-finding.ts';
import { octetsAsText } from '../../lib/syntax/octets.ts';
import type { Paint, Tone } from './painter.ts';

const TONES: Readonly<Record<DmarcFinding['severity'], Tone>> = {
  error: 'bad',
  temporary: 'trouble',
  warning: 'trouble',
  note: 'plain',
};

/** @param published the record that applies, where there is one: a caret is put under what is wrong in it */
export function* lintLines(
  published: PublishedDmarc | undefined,
  findings: readonly DmarcFinding[],
  paint: Paint,
): Iterable<string> {
  if (published !== undefined) {
    const label = `${published.name}: `;
    const problems = findings.flatMap(({ severity, place, observed }) =>
      severity === 'error' && place !== undefined ? [{ ...place, detail: observed }] : [],
    );
    if (problems.length > 0) {
      yield `${label}${printable(octetsAsText(published.text))}\n`;
      for (const line of caretLines(label, published.text, problems)) yield `${paint(line, 'bad')}\n`;
    }
  }
  for (const finding of findings) yield paint(findingLine(finding).trimEnd(), TONES[finding.severity]) + '\n';
}

/** An error is a negative answer; what DNS kept back may turn out to be one. A missing record is none at all. */
export function lintedOutcome(outcome: Outcome, findings: readonly DmarcFinding[]): Outcome {
  const severities = new Set(findings.map(({ severity }) => severity));
  return worst([
    outcome,
    severities.has('error') ? 'negative' : 'ok',
    severities.has('temporary') ? 'temporary' : 'ok',
  ]);
}
