/** Judging a policy without any client: what will break, for whom, and what is better said otherwise. */
import type { Resolver } from '../dns/resolver.ts';
import { type AllowedNetworks, allowedNetworks } from './allowed-networks.ts';
import { runSteps } from '../steps.ts';
import type { LintFinding } from './lint-finding.ts';
import { Lookups, SPF_LIMITS } from './lookups.ts';
import { type Policy, type PolicyTerm, readPolicy } from './policy-tree.ts';
import { spfRecordFindings } from './record-findings.ts';
import { takesLookup } from './record.ts';
import { usesMacro } from './macro-string.ts';

/** A judged policy. Texts are latin1, one character an octet. */
export interface LintReport {
  readonly domain: string;
  /** The record of the domain itself. */
  readonly record: string | undefined;
  readonly findings: readonly LintFinding[];
  /** What a client that nothing matches costs. */
  readonly worstCase: { readonly terms: number; readonly void: Readonly<Record<4 | 6, number>> };
  /** Terms below each include and redirect of the first record, itself counted. */
  readonly branches: readonly {
    readonly term: string;
    readonly terms: number;
    readonly void: Readonly<Record<4 | 6, number>>;
  }[];
  readonly allowed: AllowedNetworks;
}

/**
 * Judge the policy of a domain, everything that it leads to included. What DNS keeps back is a finding (`dns-error`).
 *
 * @param domain ASCII; U-labels are not taken
 */
export async function lintSpf(domain: string, resolver: Resolver): Promise<LintReport> {
  const lookups = new Lookups(resolver);
  const policy = await readPolicy(lookups, domain);
  const allowed = allowedNetworks(policy);
  const worstCase = costOf(policy);
  const findings = [
    ...policyFindings(policy, 'start'),
    ...limitFindings(policy, worstCase, allowed),
    ...(await explanationFindings(policy, lookups)),
  ];
  const branches = policy.terms
    .filter((term) => term.policy !== undefined)
    .map((term) => ({ term: term.term.text, ...termCost(term) }));
  const order = { error: 0, warning: 1, info: 2 };
  return {
    domain,
    record: policy.text,
    findings: findings.toSorted((a, b) => order[a.severity] - order[b.severity]),
    worstCase,
    branches,
    allowed,
  };
}

interface Cost {
  readonly terms: number;
  readonly void: Readonly<Record<4 | 6, number>>;
}

function costOf(policy: Policy): Cost {
  return policy.terms.map(termCost).reduce(add, { terms: 0, void: { 4: 0, 6: 0 } });
}

function termCost({ term, voids, policy }: PolicyTerm): Cost {
  const own = term.kind === 'modifier' || takesLookup(term) ? 1 : 0;
  const spec = term.kind === 'modifier' ? term.value : term.domainSpec;
  const pointer = spec !== undefined && usesMacro(spec, 'p') ? 1 : 0;
  const cost = { terms: own + pointer, void: voids };
  return policy === undefined ? cost : add(cost, costOf(policy));
}

function add(a: Cost, b: Cost): Cost {
  return { terms: a.terms + b.terms, void: { 4: a.void[4] + b.void[4], 6: a.void[6] + b.void[6] } };
}

function limitFindings(
  { domain }: Policy,
  { terms, void: voids }: Cost,
  { count, variable, isComplete }: AllowedNetworks,
): LintFinding[] {
  const findings: LintFinding[] = [];
  if (terms > SPF_LIMITS.terms) {
    const detail = `the policy takes ${terms} terms with DNS look-ups, but only ${SPF_LIMITS.terms} are allowed: clients that no earlier term matches get a permerror`;
    findings.push({ severity: 'error', code: 'too-many-lookups', domain, detail });
  } else if (terms >= SPF_LIMITS.terms - 1) {
    const detail = `the policy takes ${terms} of ${SPF_LIMITS.terms} terms with DNS look-ups: an include that grows by itself will break it`;
    findings.push({ severity: 'warning', code: 'many-lookups', domain, detail });
  }
  const exceeded = ([4, 6] as const).filter((family) => voids[family] > SPF_LIMITS.void);
  // Where no sender of the policy has such an address, none of them fails: a stranger gets a permerror in place of a fail.
  const isOpen = variable.length > 0 || !isComplete || (count[4] === 0n && count[6] === 0n);
  const matters = exceeded.filter((family) => isOpen || count[family] > 0n);
  for (const severity of ['error', 'info'] as const) {
    const families = exceeded.filter((family) => matters.includes(family) === (severity === 'error'));
    if (families.length === 0) continue;
    const clients = families.map((family) => `${voids[family]} void look-ups for an IPv${family} client`);
    const whose = severity === 'error' ? '' : ', though no sender in the policy is one';
    const detail = `${clients.join(' and ')}, but only ${SPF_LIMITS.void} are allowed: it gets a permerror if no earlier term matches${whose}`;
    findings.push({ severity, code: 'too-many-void-lookups', domain, detail });
  }
  return findings;
}

/** What is wrong with a record and with everything below it. */
function policyFindings(policy: Policy, origin: 'start' | 'include' | 'redirect'): LintFinding[] {
  const findings = [...fetchFindings(policy, origin), ...spfRecordFindings(policy, origin)];
  for (const term of policy.terms) {
    const at = { domain: policy.domain, column: term.term.column, length: term.term.text.length };
    findings.push(...termFindings(term, at));
    if (term.policy !== undefined && !term.policy.isLoop && !term.policy.isCut) {
      findings.push(...policyFindings(term.policy, term.term.kind === 'modifier' ? 'redirect' : 'include'));
    }
  }
  return findings;
}

/** RFC 7208 section 3.4: under 450 octets of names and texts the answer fits a UDP packet of old. */
const MAX_TEXTS = 450;
const MAX_ANSWER = 512;

function fetchFindings({ domain, failure, problems, texts, answerSize }: Policy, origin: string): LintFinding[] {
  const findings: LintFinding[] = [];
  if (failure !== undefined) {
    const { result, detail } = failure;
    // The include or redirect that leads here says it otherwise
    if (result === 'none' && origin === 'start')
      findings.push({ severity: 'error', code: 'no-record', domain, detail });
    if (result === 'permerror') findings.push({ severity: 'error', code: 'multiple-records', domain, detail });
    if (result === 'temperror') findings.push({ severity: 'error', code: 'dns-error', domain, detail });
  }
  for (const { column, length, detail } of problems) {
    findings.push({ severity: 'error', code: 'syntax-error', domain, column, length, detail });
  }
  const octets = domain.length + texts.reduce((sum, text) => sum + text.length, 0);
  if (answerSize !== undefined ? answerSize > MAX_ANSWER : octets > MAX_TEXTS) {
    const size = answerSize ?? octets;
    const detail = `the answer with all ${texts.length} TXT records of ${domain} has ${size} octets${answerSize === undefined ? ' and more' : ''}: over ${MAX_ANSWER}, some resolvers and firewalls lose it`;
    findings.push({ severity: 'warning', code: 'answer-too-long', domain, detail });
  }
  return findings;
}

type Place = Pick<LintFinding, 'domain' | 'column' | 'length'>;

function termFindings(term: PolicyTerm, at: Place): LintFinding[] {
  const findings: LintFinding[] = [];
  const { policy, exchanges, trouble, voids } = term;
  const { text } = term.term;
  const isRedirect = term.term.kind === 'modifier';
  if (policy?.isLoop) {
    const detail = `'${text}' leads back to ${policy.domain}: the policy loops, and every client that gets there gets a permerror`;
    findings.push({ severity: 'error', code: 'endless-include', ...at, detail });
  }
  if (policy?.isCut) {
    const detail = `'${text}' is not read: the policy has too many records already`;
    findings.push({ severity: 'error', code: 'policy-too-large', ...at, detail });
  }
  if (policy?.failure?.result === 'none') {
    const code = isRedirect ? 'redirect-without-record' : 'include-without-record';
    const detail = `'${text}' points nowhere (${policy.failure.detail}): every client that gets there gets a permerror`;
    findings.push({ severity: 'error', code, ...at, detail });
  }
  if (exchanges > SPF_LIMITS.names) {
    const detail = `'${text}' has ${exchanges} mail exchangers, but only ${SPF_LIMITS.names} are allowed: a permerror`;
    findings.push({ severity: 'error', code: 'too-many-mx-names', ...at, detail });
  }
  if (trouble !== undefined) findings.push({ severity: 'error', code: 'dns-error', ...at, detail: trouble });
  if (voids[4] > 0 && voids[6] > 0) {
    const detail = `'${text}' finds nothing in DNS, for IPv4 or IPv6: remove it`;
    findings.push({ severity: 'warning', code: 'void-lookup', ...at, detail });
  }
  return findings;
}

/** RFC 7208 section 6.2: only the explanation of the record that decides is used. */
async function explanationFindings({ record, domain }: Policy, lookups: Lookups): Promise<LintFinding[]> {
  const explanation = record?.explanation;
  if (explanation === undefined || usesMacro(explanation.value, 'slodiphcrtv')) return [];
  const name = explanation.value.source.replace(/\.$/, '');
  const texts = await runSteps(lookups.uncounted(name, 'TXT', []));
  if (texts.length === 1) return [];
  const at = { domain, column: explanation.column, length: explanation.text.length };
  const detail = `'${explanation.text}' is not used: ${name} has ${texts.length === 0 ? 'no' : texts.length} TXT records, but needs exactly one`;
  return [{ severity: 'warning', code: 'explanation-without-text', ...at, detail }];
}
