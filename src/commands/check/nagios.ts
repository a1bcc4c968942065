/** One line for Nagios and its relatives (Monitoring Plugins development guidelines, sections 2.4 and 2.6). */
import { daysBetween } from '../../lib/report/check.ts';
import type { DktoolError } from '../../lib/errors.ts';
import { countBySeverity, type CheckRun } from './totals.ts';
import { printable } from '../../console/terminal/sanitize.ts';
import { withUnicode } from '../../lib/syntax/domain-name.ts';

export interface NagiosResult {
  readonly line: string;
  /** 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. */
  readonly status: number;
}

const WORDS = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;

export function nagiosResult({ domains, findings, now, took }: CheckRun): NagiosResult {
  const counts = countBySeverity(findings.map(({ finding }) => finding));
  const status = counts.error > 0 ? 2 : counts.temporary > 0 ? 3 : counts.warning > 0 ? 1 : 0;
  const keys = domains.flatMap((domain) => domain.keys);
  const checked = domains.filter(({ domain }) => domain !== '').length;
  const [worst] = findings;
  const unknown = domains
    .flatMap(({ results }) => [...results.values()])
    .filter((result) => result === 'unknown').length;
  const unsaid = unknown === 0 ? '' : `, ${plural(unknown, 'part')} unknown`;
  const what =
    worst === undefined
      ? `${plural(checked, 'domain')} and ${plural(keys.length, 'key')} checked${unsaid}`
      : `${plural(findings.length, 'finding')}, first: ${placeOf(worst.domain, worst.finding.subject)}: ${worst.finding.observed} [${worst.finding.code}]`;
  const ages = keys.filter(({ role }) => role === 'current').flatMap(({ modified }) => modified ?? []);
  const oldest = ages.length === 0 ? [] : [`oldest_key_days=${daysBetween(Math.min(...ages), now)};;;0`];
  const perfdata = [
    `domains=${checked};;;0`,
    `keys=${keys.length};;;0`,
    `errors=${counts.error};;0;0`,
    `warnings=${counts.warning};0;;0`,
    `temporary=${counts.temporary};;;0`,
    `unknown=${unknown};;;0`,
    ...oldest,
    `time=${took.toFixed(3)}s;;;0`,
  ];
  return { line: `DKTOOL ${WORDS[status]} - ${textOf(what)} | ${perfdata.join(' ')}\n`, status };
}

/** A check that could not be carried out. */
export function nagiosUnknown({ message }: DktoolError): NagiosResult {
  return { line: `DKTOOL UNKNOWN - ${textOf(message)}\n`, status: 3 };
}

function placeOf(domain: string, subject: string): string {
  return domain === '' || subject.includes(domain) ? subject : `${withUnicode(domain)}: ${subject}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A vertical bar begins the numbers. */
function textOf(text: string): string {
  return printable(text).replaceAll('|', '/');
}
