/** What `check` found, for a mail from cron; and what it looked at, for a person. */
import type { Finding } from '../../lib/finding.ts';
import { type CheckResult, type DomainCheck, domainResult, partResult } from '../../lib/report/check.ts';
import type { Changes } from '../../lib/check/run-state.ts';
import { withUnicode } from '../../lib/syntax/domain-name.ts';
import { findingLine } from '../../console/terminal/finding-lines.ts';
import { printable } from '../../console/terminal/sanitize.ts';

/** A finding and the domain that it is about; `''`: a list or a table. */
export interface DomainFinding {
  readonly domain: string;
  readonly finding: Finding;
}

export function domainFindingLine({ domain, finding }: DomainFinding): string {
  return findingLine(finding, placeOf(domain, finding.subject));
}

/** A finding of the last run that this one does not have. */
export function goneLine({ domain, finding }: Changes['gone'][number]): string {
  return `gone: ${printable(`${placeOf(domain, finding.subject)}: ${finding.observed}`)} [${printable(finding.code)}]\n`;
}

function placeOf(domain: string, subject: string): string {
  const isNamed = domain === '' || subject === domain;
  return isNamed ? withUnicode(subject) : `${withUnicode(domain)}: ${subject}`;
}

export interface PartRow {
  readonly result: CheckResult;
  readonly part: string;
  readonly subject: string;
  readonly detail: string;
}

/** What was looked at in a domain, row by row. */
export function partRows({ parts }: DomainCheck): PartRow[] {
  return parts.map((part) => ({
    result: partResult(part),
    part: part.part,
    subject: printable(part.subject),
    detail: printable(part.detail),
  }));
}

/** Widest column of names that is still aligned; longer names push their line to the right. */
const MAX_WIDTH = 48;

/** As aligned lines: what a pipe gets. */
export function plainTable(check: DomainCheck): string {
  const rows = partRows(check);
  const width = (key: 'part' | 'subject') => Math.min(MAX_WIDTH, Math.max(0, ...rows.map((row) => row[key].length)));
  const [part, subject] = [width('part'), width('subject')];
  const lines = rows.map((row) => {
    const result = row.result.padEnd(9);
    return `  ${result}  ${row.part.padEnd(part)}  ${row.subject.padEnd(subject)}  ${row.detail}`.trimEnd();
  });
  return [`${titleOf(check)}: ${domainResult(check)}`, ...lines].map((line) => `${line}\n`).join('');
}

export function titleOf({ domain }: DomainCheck): string {
  return domain === '' ? 'configuration' : printable(withUnicode(domain));
}
