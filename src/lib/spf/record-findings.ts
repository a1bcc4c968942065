/** What can be said of one record without asking DNS. */
import { formatIpNetwork, type IpNetwork, rangeOf, scopeOf, unionOf, without } from '../syntax/ip-network.ts';
import { passedBy } from './allowed-networks.ts';
import type { LintFinding } from './lint-finding.ts';
import { usesPointer } from './notes.ts';
import type { Policy } from './policy-tree.ts';
import { type Directive, MECHANISMS, type SpfRecord } from './record.ts';

/** RFC 7208 section 3.4: a text of more than this leaves no room for the rest of an answer in 512 octets. */
const MAX_RECORD = 450;
/** Findings of one kind that are reported: a person fixes the first ones. */
const MAX_OF_A_KIND = 10;

export function spfRecordFindings(policy: Policy, origin: 'start' | 'include' | 'redirect'): LintFinding[] {
  const { record, domain } = policy;
  if (record === undefined) return [];
  const whole = { domain };
  const findings: LintFinding[] = [];
  if (record.text.length > MAX_RECORD) {
    const detail = `the record of ${domain} has ${record.text.length} characters; up to ${MAX_RECORD} are safe (RFC 7208 section 3.4)`;
    findings.push({ severity: 'warning', code: 'record-too-long', ...whole, detail });
  }
  if (usesPointer(record)) {
    const detail = `the record of ${domain} uses ptr or %{p}, which RFC 7208 section 5.5 advises against`;
    findings.push({ severity: 'warning', code: 'ptr-used', ...whole, detail });
  }
  findings.push(
    ...unreachableFindings(policy),
    ...(origin === 'include' ? [] : defaultFindings(record, domain)),
    ...modifierFindings(record, domain),
    ...duplicateFindings(record, domain),
    ...networkFindings(policy),
  );
  return findings;
}

function placeOf(domain: string, { column, text }: { readonly column: number; readonly text: string }) {
  return { domain, column, length: text.length };
}

function unreachableFindings({ unreachable, domain }: Policy): LintFinding[] {
  return unreachable.slice(0, MAX_OF_A_KIND).map((term) => ({
    severity: 'warning',
    code: 'unreachable-term',
    ...placeOf(domain, term),
    detail: `'${term.text}' is never used, since the record has an 'all' (RFC 7208 sections 5.1 and 6.1)`,
  }));
}

function defaultFindings({ directives, redirect }: SpfRecord, domain: string): LintFinding[] {
  const all = directives.find(({ mechanism }) => mechanism === 'all');
  if (all === undefined) {
    if (redirect !== undefined) return [];
    const detail = `the record of ${domain} has no default: end it in -all, ~all or redirect=`;
    return [{ severity: 'warning', code: 'no-default', domain, detail }];
  }
  const at = placeOf(domain, all);
  if (all.qualifier === '+') {
    const detail = `'${all.text}' allows everyone to send as ${domain}`;
    return [{ severity: 'error', code: 'allows-all', ...at, detail }];
  }
  if (all.qualifier !== '?') return [];
  const detail = `'${all.text}' makes no statement about other senders: receivers treat it like no record`;
  return [{ severity: 'info', code: 'neutral-default', ...at, detail }];
}

function modifierFindings({ terms }: SpfRecord, domain: string): LintFinding[] {
  const findings: LintFinding[] = [];
  for (const term of terms) {
    if (term.kind !== 'modifier' || term.name === 'redirect' || term.name === 'exp') continue;
    if (findings.length >= MAX_OF_A_KIND) break;
    const isMechanism = (MECHANISMS as readonly string[]).includes(term.name);
    const meant = isMechanism ? `: it is written '${term.name}:'` : '';
    const severity = isMechanism ? 'error' : 'info';
    const detail = `'${term.text}' is an unknown modifier and is ignored${meant}`;
    findings.push({ severity, code: 'unknown-modifier', ...placeOf(domain, term), detail });
  }
  return findings;
}

function duplicateFindings({ directives }: SpfRecord, domain: string): LintFinding[] {
  const seen = new Set<string>();
  const findings: LintFinding[] = [];
  for (const directive of directives) {
    const key = directive.text.toLowerCase().replace(/^[+\-?~]/, '');
    if (seen.has(key) && findings.length < MAX_OF_A_KIND) {
      const detail = `'${directive.text}' appears a second time`;
      findings.push({ severity: 'warning', code: 'duplicate-term', ...placeOf(domain, directive), detail });
    }
    seen.add(key);
  }
  return findings;
}

/** More addresses than any one sender has: 2^24 of IPv4, a /16 of IPv6. */
const MUCH = { 4: 8, 6: 16 } as const;

function networkFindings(policy: Policy): LintFinding[] {
  const { domain } = policy;
  const findings: LintFinding[] = [];
  const add = (finding: LintFinding) => {
    if (findings.filter(({ code }) => code === finding.code).length < MAX_OF_A_KIND) findings.push(finding);
  };
  for (const { term } of policy.terms) {
    if (term.kind !== 'directive') continue;
    const { network } = term;
    const at = placeOf(domain, term);
    const scope = network === undefined ? undefined : scopeOf(network.address);
    const isPrivate = scope !== undefined && network!.prefix >= MUCH[network!.address.family];
    const prefixes = network === undefined ? term.prefixes : { [network.address.family]: network.prefix };
    for (const family of [4, 6] as const) {
      const prefix = prefixes[family];
      if (isPrivate) continue; // said once, below
      if (prefix === undefined || prefix > MUCH[family] || term.qualifier !== '+') continue;
      const detail = `'${term.text}' allows ${prefix === 0 ? '' : `1/${2 ** prefix} of `}all IPv${family} addresses`;
      add({ severity: prefix === 0 ? 'error' : 'warning', code: 'allows-much', ...at, detail });
    }
    if (isPrivate) {
      const detail = `'${term.text}' is of the ${scope} range, which no Internet mail comes from`;
      add({ severity: 'warning', code: 'network-not-public', ...at, detail });
    }
    if (network !== undefined && hasHostBits(network)) {
      const detail = `'${term.text}' has host bits set: it means ${formatIpNetwork(network)}`;
      add({ severity: 'info', code: 'host-bits-set', ...at, detail });
    }
  }
  for (const finding of overlapFindings(policy)) add(finding);
  return findings;
}

function hasHostBits(network: IpNetwork): boolean {
  return rangeOf(network).first !== network.address.value;
}

/** Networks that lie in another one of the same record, or in what an include allows. */
function overlapFindings(policy: Policy): LintFinding[] {
  const findings: LintFinding[] = [];
  for (const family of [4, 6] as const) {
    findings.push(...nestedNetworks(policy, family), ...includedNetworks(policy, family));
  }
  return findings;
}

type NetworkDirective = Directive & { readonly network: IpNetwork };

function networksIn({ terms }: Policy, family: 4 | 6): NetworkDirective[] {
  return terms
    .map(({ term }) => term)
    .filter((term): term is NetworkDirective => term.kind === 'directive' && term.network?.address.family === family);
}

/** Two networks either do not touch or one holds the other: sorted by start and size, the holder comes first. */
function nestedNetworks(policy: Policy, family: 4 | 6): LintFinding[] {
  const findings: LintFinding[] = [];
  const sorted = networksIn(policy, family)
    .map((term) => ({ term, range: rangeOf(term.network) }))
    .sort((a, b) =>
      a.range.first === b.range.first
        ? a.term.network.prefix - b.term.network.prefix
        : a.range.first < b.range.first
          ? -1
          : 1,
    );
  let holder = sorted[0];
  for (const entry of sorted.slice(1)) {
    if (holder !== undefined && entry.range.last <= holder.range.last) {
      if (entry.term.text.toLowerCase() === holder.term.text.toLowerCase()) continue; // reported as a duplicate
      const detail = `'${entry.term.text}' lies in '${holder.term.text}'`;
      const useless = entry.term.qualifier === holder.term.qualifier || entry.term.column > holder.term.column;
      if (useless)
        findings.push({
          severity: 'warning',
          code: 'overlapping-network',
          ...placeOf(policy.domain, entry.term),
          detail,
        });
    } else {
      holder = entry;
    }
  }
  return findings;
}

function includedNetworks(policy: Policy, family: 4 | 6): LintFinding[] {
  const own = networksIn(policy, family);
  if (own.length === 0) return [];
  const findings: LintFinding[] = [];
  for (const { term, policy: below } of policy.terms) {
    if (below === undefined || term.kind !== 'directive') continue;
    const included = passedBy(below, family);
    for (const directive of own.slice(0, MAX_OF_A_KIND * 10)) {
      if (without(unionOf([rangeOf(directive.network)]), included).length > 0) continue;
      const detail = `'${directive.text}' is already allowed by '${term.text}'`;
      findings.push({ severity: 'info', code: 'overlapping-network', ...placeOf(policy.domain, directive), detail });
    }
  }
  return findings;
}
