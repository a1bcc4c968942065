/** The JSON shape of a judged SPF policy. */
import type { LintReport } from '../spf/lint.ts';
import type { LintCode, LintFinding } from '../spf/lint-finding.ts';
import { formatIpNetwork } from '../syntax/ip-network.ts';
import { octetsAsText } from '../syntax/octets.ts';

/** Something that is wrong with an SPF policy, or better said otherwise. */
export interface SpfFindingReport {
  readonly severity: LintFinding['severity'];
  readonly code: LintCode;
  /** The domain whose record it is about. */
  readonly domain: string;
  readonly detail: string;
  /** From 1, in that record; `null` where it is about the whole. */
  readonly column: number | null;
  readonly length: number | null;
}

/** Look-ups that find nothing, for clients of each kind. */
export interface VoidCounts {
  readonly ipv4: number;
  readonly ipv6: number;
}

/** The line of `spf-check --lint --json`. */
export interface SpfLintReport {
  readonly domain: string;
  /** `null`: there is none. */
  readonly record: string | null;
  /** Worst first. */
  readonly findings: readonly SpfFindingReport[];
  /** What a client costs that no term matches. */
  readonly worstCase: { readonly terms: number; readonly void: VoidCounts };
  /** The same below each include and redirect of the record, itself counted. */
  readonly branches: readonly { readonly term: string; readonly terms: number; readonly void: VoidCounts }[];
  /** Addresses that the policy allows. The line has every digit; a double keeps the first 15 or so. */
  readonly addresses: { readonly ipv4: number; readonly ipv6: number };
  /** Nothing is missing in `addresses` and `networks`: no trouble in DNS, no record that cannot be read, no loop. */
  readonly isComplete: boolean;
  /** Terms that allow more, depending on who sends. */
  readonly variable: readonly { readonly domain: string; readonly term: string; readonly on: string }[];
  /** With --networks: the fewest that hold the addresses, in CIDR notation. */
  readonly networks?: readonly string[];
}

/** A judged policy as `spf-check --lint --json` has it. @param withNetworks list them */
export function spfLintReport(report: LintReport, withNetworks = false): SpfLintReport {
  const { domain, record, findings, worstCase, branches, allowed } = report;
  return {
    domain,
    record: record === undefined ? null : octetsAsText(record),
    findings: findings.map(findingReport),
    worstCase: { terms: worstCase.terms, void: voidCounts(worstCase.void) },
    branches: branches.map(({ term, terms, void: counts }) => ({ term, terms, void: voidCounts(counts) })),
    addresses: { ipv4: Number(allowed.count[4]), ipv6: Number(allowed.count[6]) },
    isComplete: allowed.isComplete,
    variable: allowed.variable,
    ...(withNetworks ? { networks: allowed.networks.map(formatIpNetwork) } : {}),
  };
}

function findingReport(finding: LintFinding): SpfFindingReport {
  return {
    ...finding,
    domain: octetsAsText(finding.domain),
    column: finding.column === undefined ? null : finding.column + 1,
    length: finding.length ?? null,
    detail: octetsAsText(finding.detail),
  };
}

function voidCounts(counts: Readonly<Record<4 | 6, number>>): VoidCounts {
  return { ipv4: counts[4], ipv6: counts[6] };
}
