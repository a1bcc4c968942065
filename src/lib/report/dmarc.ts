/** The JSON shapes of DMARC. `null` stands where nothing is known or applies. */
import type {
  Aligned,
  DkimIdentifier,
  DmarcAlignment,
  DmarcReason,
  DmarcResult,
  DmarcVerdict,
  SpfIdentifier,
} from '../dmarc/evaluate.ts';
import {
  type DmarcDiscovery,
  effectivePolicy,
  type PolicyDiscovery,
  type PolicySource,
  type WalkStep,
} from '../dmarc/discover.ts';
import type { DmarcFinding } from '../dmarc/lint-finding.ts';
import { discoveryMeaning } from '../dmarc/meaning.ts';
import type { DmarcPolicy } from '../dmarc/record.ts';
import { textOf } from './text.ts';

/** The record that applies to a domain. */
export interface DmarcRecordReport {
  /** Where in DNS it is. */
  readonly name: string;
  /** Whose it is: the author domain's own, its Organizational Domain's, or that of the public suffix above. */
  readonly source: PolicySource;
  readonly text: string;
}

/** `dmarc` of `verify --json`. */
export interface DmarcReport {
  readonly result: DmarcResult;
  readonly reason: DmarcReason;
  readonly detail: string;
  /** What a receiver does about it. */
  readonly handling: string;
  /** The author domain. */
  readonly from: string | null;
  readonly organizationalDomain: string | null;
  readonly record: DmarcRecordReport | null;
  /** What the record asks for, by p=, sp= or np=. */
  readonly policy: DmarcPolicy | null;
  readonly policyTag: 'p' | 'sp' | 'np' | null;
  /** t=y: one step less is applied. */
  readonly testing: boolean;
  /** What is applied to this message, where it fails. */
  readonly applied: DmarcPolicy | null;
  /** Top to bottom; without those whose d= is not a domain. */
  readonly dkim: readonly {
    readonly domain: string;
    readonly selector: string | null;
    readonly result: DkimIdentifier['result'];
    readonly aligned: DmarcAlignment | null;
  }[];
  /** `null`: SPF was not checked. */
  readonly spf: {
    readonly domain: string;
    readonly identity: SpfIdentifier['identity'];
    readonly result: SpfIdentifier['result'];
    readonly aligned: DmarcAlignment | null;
  } | null;
}

/** DMARC beside other methods: its verdict, and what is reported of it. */
export interface JudgedDmarc {
  readonly verdict: DmarcVerdict;
  readonly report: DmarcReport;
}

/** DMARC on a message as `verify --json` has it. */
export function dmarcReport(verdict: DmarcVerdict): DmarcReport {
  const { author, discovery, dkim, spf } = verdict;
  return {
    result: verdict.result,
    reason: verdict.reason,
    detail: textOf(verdict.detail),
    handling: textOf(verdict.handling),
    from: author.ok ? author.domain : null,
    organizationalDomain: discovery?.organizationalDomain ?? null,
    record: recordReport(discovery?.found),
    policy: discovery?.policy ?? null,
    policyTag: discovery?.policyTag ?? null,
    testing: discovery?.found?.record.isTesting ?? false,
    applied: verdict.applied ?? null,
    dkim: dkim.map(dkimReport),
    spf: typeof spf === 'object' ? spfReport(spf) : null,
  };
}

export function recordReport(found: PolicyDiscovery['found']): DmarcRecordReport | null {
  return found === undefined ? null : { name: found.name, source: found.source, text: textOf(found.text) };
}

function dkimReport({ domain, selector, result, aligned }: Aligned<DkimIdentifier>): DmarcReport['dkim'][number] {
  return { domain, selector: textOf(selector), result, aligned: aligned ?? null };
}

function spfReport({ domain, identity, result, aligned }: Aligned<SpfIdentifier>): DmarcReport['spf'] {
  return { domain: textOf(domain), identity, result, aligned: aligned ?? null };
}

/** `found`: a policy applies. `permerror`: there is a record, and receivers ignore it. */
export type DmarcDomainResult = 'found' | 'none' | 'permerror' | 'temperror';

/** One line of `dmarc-check DOMAIN --json`. */
export interface DmarcDomainReport {
  readonly domain: string;
  readonly organizationalDomain: string | null;
  /** Names that the tree walk asked for a record. */
  readonly queries: number;
  readonly record: DmarcRecordReport | null;
  /** What the record asks for, by p=, sp= or np=. */
  readonly policy: DmarcPolicy | null;
  readonly policyTag: 'p' | 'sp' | 'np' | null;
  /** t=y: one step less is applied. */
  readonly testing: boolean;
  /** What is applied to mail that fails. */
  readonly applied: DmarcPolicy | null;
  /** As written, names in lower case. */
  readonly tags: Readonly<Record<string, string>>;
  readonly result: DmarcDomainResult;
  readonly detail: string;
  /** The names of the walk, and what they hold. */
  readonly walk: readonly { readonly name: string; readonly status: WalkStep['status'] }[];
  /** With --lint. */
  readonly findings: readonly DmarcFindingReport[];
}

/** One finding of `dmarc-check --lint --json`. */
export interface DmarcFindingReport
  extends Pick<DmarcFinding, 'severity' | 'code' | 'subject' | 'observed' | 'expected' | 'remedy'> {
  /** Octets before the place in the record, and its length; `null` where it is about no part of it. */
  readonly column: number | null;
  readonly length: number | null;
}

/** What a domain publishes as `dmarc-check --json` has it. @param findings where they were asked for */
export function dmarcDomainReport(discovery: DmarcDiscovery, findings: readonly DmarcFinding[]): DmarcDomainReport {
  const { domain, organizationalDomain, steps, found, policy, policyTag } = discovery;
  return {
    domain,
    organizationalDomain: organizationalDomain ?? null,
    queries: steps.length,
    record: recordReport(found),
    policy: policy ?? null,
    policyTag: policyTag ?? null,
    testing: found?.record.isTesting ?? false,
    applied: effectivePolicy(discovery) ?? null,
    tags: Object.fromEntries([...(found?.record.tags ?? [])].map(([name, value]) => [name, textOf(value)])),
    result: domainResult(discovery),
    detail: textOf(discoveryMeaning(discovery)),
    walk: steps.map(({ name, status }) => ({ name, status })),
    findings: findings.map(findingReport),
  };
}

/** The line of a message of `dmarc-check --json`. */
export interface DmarcMessageReport {
  readonly file: string;
  readonly dmarc: DmarcReport;
  /** With --lint: about the record that applies. */
  readonly findings: readonly DmarcFindingReport[];
}

/**
 * DMARC on a message as `dmarc-check --json` has it.
 *
 * @param findings where they were asked for
 */
export function dmarcMessageReport(
  file: string,
  dmarc: DmarcReport,
  findings: readonly DmarcFinding[],
): DmarcMessageReport {
  return { file, dmarc, findings: findings.map(findingReport) };
}

export function domainResult({ found, policy, trouble }: PolicyDiscovery): DmarcDomainResult {
  if (trouble !== undefined) return 'temperror';
  if (found === undefined) return 'none';
  return policy === undefined ? 'permerror' : 'found';
}

function findingReport(finding: DmarcFinding): DmarcFindingReport {
  const { severity, code, subject, place, observed, expected, remedy } = finding;
  return {
    severity,
    code,
    subject,
    column: place?.column ?? null,
    length: place?.length ?? null,
    observed,
    expected,
    remedy,
  };
}
