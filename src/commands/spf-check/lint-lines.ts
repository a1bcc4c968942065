/** What --lint found, as lines and as JSON. */
import { spfLintReport } from '../../lib/report/spf-lint.ts';
import { SPF_LIMITS } from '../../lib/spf/lookups.ts';
import type { LintReport } from '../../lib/spf/lint.ts';
import type { LintFinding } from '../../lib/spf/lint-finding.ts';
import { octetsAsText } from '../../lib/syntax/octets.ts';
import { formatIpNetwork } from '../../lib/syntax/ip-network.ts';
import { caretLines } from '../../console/terminal/caret.ts';
import { folded } from '../../console/terminal/finding-text.ts';
import { jsonLine, printable } from '../../console/terminal/sanitize.ts';
import type { SpfStyle } from './lines.ts';
import { plural, type Tone } from './tree.ts';

export interface LintView {
  /** List every allowed network. */
  readonly networks?: boolean;
  /** Of the terminal; without end in a pipe. */
  readonly columns?: number;
}

const TONES: Readonly<Record<LintFinding['severity'], Tone>> = { error: 'bad', warning: 'trouble', info: 'plain' };

export function lintLines(report: LintReport, view: LintView, paint: SpfStyle['paint']): string {
  const fold = (text: string) => folded(text, view.columns ?? Number.POSITIVE_INFINITY);
  const { domain, record, findings, worstCase, branches, allowed } = report;
  const lines: string[] = [];
  const label = `record: ${domain}: `;
  const places = findings.filter((finding) => finding.code === 'syntax-error' && finding.domain === domain);
  const problems = places.map(({ column, length, detail }) => ({ column: column!, length: length!, detail }));
  const whole = `${label}${shown(record ?? '')}`;
  // A caret stands below the record as it is.
  if (record !== undefined) lines.push(...(problems.length > 0 ? [whole] : fold(whole)));
  lines.push(...caretLines(label, record ?? '', problems).map((line) => paint(line, 'bad')));
  for (const { severity, code, domain: about, column, detail } of findings) {
    const where = column === undefined ? about : `${about} column ${column + 1}`;
    const text = `${severity} ${code}: ${shown(where)}: ${shown(detail)}`;
    for (const line of fold(text)) lines.push(paint(line, TONES[severity]));
  }
  if (record !== undefined) {
    const { terms, void: voids } = worstCase;
    const facts = [
      `worst case: ${terms} of ${SPF_LIMITS.terms} terms with DNS look-ups; ${voids[4]} of ${SPF_LIMITS.void} void for IPv4, ${voids[6]} for IPv6`,
      ...branches.map((branch) => {
        const { term, void: none } = branch;
        return `  ${shown(term)}: ${plural(branch.terms, 'term')}; ${none[4]} void for IPv4, ${none[6]} for IPv6`;
      }),
      ...allowedLines(allowed, view),
    ];
    lines.push(...facts.flatMap(fold));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function allowedLines({ networks, count, variable, isComplete }: LintReport['allowed'], view: LintView): string[] {
  const missing = isComplete ? '' : ' (as far as the policy can be read)';
  return [
    `allows: ${count[4]} IPv4 and ${count[6]} IPv6 addresses in ${plural(networks.length, 'network')}${missing}`,
    ...variable.map(({ domain, term, on }) => `allows more, depending on ${on}: ${shown(term)} of ${shown(domain)}`),
    ...(view.networks ? networks.map((network) => `network: ${formatIpNetwork(network)}`) : []),
  ];
}

/** A count that JSON.stringify cannot write as the number that it is. In a text of JSON, quotes would be escaped. */
const LONG_COUNT = /"ipv6":"(\d+)"/;

/** One line. */
export function lintJson(report: LintReport, { networks }: LintView): string {
  const line = spfLintReport(report, networks);
  const ipv6 = String(report.allowed.count[6]) as unknown as number;
  return jsonLine({ ...line, addresses: { ...line.addresses, ipv6 } }).replace(LONG_COUNT, '"ipv6":$1');
}

function shown(latin1: string): string {
  return printable(octetsAsText(latin1));
}
