/**
 * Which DMARC record applies to a domain, and which domain it belongs to: the DNS Tree Walk of RFC 9989 section 4.10, with
 * policy discovery (4.10.1) and the Organizational Domain (4.10.2). No public suffix list has a part in it.
 */
import type { Answer, Resolver, TempError } from '../dns/resolver.ts';
import { joinStrings } from '../dns/txt-formats/text.ts';
import { runSteps, settled, type Steps } from '../steps.ts';
import { isDomainName, withParents } from '../syntax/domain-name.ts';
import { type DmarcPolicy, type DmarcRecord, isDmarcText, oneStepWeaker, parseDmarcRecord } from './record.ts';

/** Section 4.10 step 4: a name of eight or more labels is shortened to seven, so that no walk has more than eight queries. */
const SHORTENED_TO = 7;

/** Where the DMARC record of a domain is: `_dmarc.DOMAIN` (RFC 9989 section 4.5). */
export function dmarcName(domain: string): string {
  return `_dmarc.${domain}`;
}

/** One DMARC record, alone at its name. */
export interface PublishedDmarc {
  /** The domain that publishes it. */
  readonly domain: string;
  /** Its name in DNS, `_dmarc.DOMAIN`. */
  readonly name: string;
  /** latin1, the character-strings joined. */
  readonly text: string;
  readonly record: DmarcRecord;
}

/** What a name of the walk holds. */
export type WalkStep = { readonly domain: string; readonly name: string } & (
  | { readonly status: 'found'; readonly published: PublishedDmarc }
  /** More than one DMARC record: all of them are discarded. */
  | { readonly status: 'several'; readonly texts: readonly string[] }
  /** TXT records, none of which is one of DMARC. */
  | { readonly status: 'other'; readonly texts: readonly string[] }
  | { readonly status: 'none' }
  | { readonly status: 'temperror'; readonly trouble: TempError }
);

interface TreeWalk {
  /** Where it started. */
  readonly domain: string;
  /** The names that were asked, in order; at most eight. A name without an answer is the last: what it holds may end the walk. */
  readonly steps: readonly WalkStep[];
  /** The records that were found, the one with the longest name first. */
  readonly records: readonly PublishedDmarc[];
  /** The answer that did not come. */
  readonly trouble: Trouble | undefined;
}

/** An answer that did not come. */
export type Trouble = TempError & { readonly name: string };

/** `domain`: the author domain's own. `organizational`: that of its Organizational Domain. `psd`: that of the public suffix above. */
export type PolicySource = 'domain' | 'organizational' | 'psd';

/** What applies to mail from a domain. */
export interface PolicyDiscovery {
  readonly domain: string;
  /** The names that were asked, in order. */
  readonly steps: readonly WalkStep[];
  /** The record that applies; `undefined`: there is none, or `trouble` says why nobody can tell. */
  readonly found: (PublishedDmarc & { readonly source: PolicySource }) | undefined;
  /**
   * What the record asks for, t=y not applied. `undefined`: no record, or one without a valid policy, which receivers ignore, or
   * `trouble` says why nobody can tell.
   */
  readonly policy: DmarcPolicy | undefined;
  /** The tag that the policy is taken from. */
  readonly policyTag: 'p' | 'sp' | 'np' | undefined;
  /** Whether the domain exists. Asked only where np= makes a difference. */
  readonly exists: boolean | undefined;
  /** The answer without which the policy is not known. */
  readonly trouble: Trouble | undefined;
}

/** The same, with the Organizational Domain. */
export interface DmarcDiscovery extends PolicyDiscovery {
  /** `undefined`: DNS kept an answer back. */
  readonly organizationalDomain: string | undefined;
}

/** Section 4.10 steps 1, 4 and 7: the names that a walk asks unless a record ends it. */
export function walkNames(domain: string): string[] {
  return [domain, ...withParents(domain).slice(1).slice(-SHORTENED_TO)];
}

/**
 * Walk the tree. DNS trouble is a value, nothing is thrown.
 *
 * @param domain ASCII, lower case, without a final dot
 * @param isLast whether a record ends the walk: steps 2 and 6
 */
function* treeWalk(
  domain: string,
  resolver: Resolver,
  isLast = ({ record }: PublishedDmarc) => record.psd !== 'u',
): Steps<TreeWalk> {
  const steps: WalkStep[] = [];
  const records: PublishedDmarc[] = [];
  for (const at of isDomainName(domain) ? walkNames(domain) : []) {
    const step = yield* walkStep(at, resolver);
    steps.push(step);
    if (step.status === 'temperror') {
      return { domain, steps, records, trouble: { ...step.trouble, name: step.name } };
    }
    if (step.status !== 'found') continue;
    records.push(step.published);
    if (isLast(step.published)) break;
  }
  return { domain, steps, records, trouble: undefined };
}

function* walkStep(domain: string, resolver: Resolver): Steps<WalkStep> {
  const name = dmarcName(domain);
  if (!isDomainName(name)) return { domain, name, status: 'none' }; // too long for DNS
  const answer: Answer<'TXT'> = yield* settled(resolver.query(name, 'TXT'));
  if (answer.status === 'temperror') return { domain, name, status: 'temperror', trouble: answer };
  if (answer.status !== 'found') return { domain, name, status: 'none' };
  const texts = answer.records.map(joinStrings);
  const records = texts.filter(isDmarcText);
  const [text] = records;
  if (text === undefined) return { domain, name, status: 'other', texts };
  if (records.length > 1) return { domain, name, status: 'several', texts: records };
  return { domain, name, status: 'found', published: { domain, name, text, record: parseDmarcRecord(text) } };
}

/** The DMARC records at a name of any kind; `undefined`: DNS kept the answer back. */
export async function dmarcTextsAt(name: string, resolver: Resolver): Promise<string[] | undefined> {
  if (!isDomainName(name)) return [];
  const answer: Answer<'TXT'> = await resolver.query(name, 'TXT');
  if (answer.status === 'temperror') return undefined;
  return answer.status === 'found' ? answer.records.map(joinStrings).filter(isDmarcText) : [];
}

/** Section 4.10.2: the Organizational Domain by the records of a walk; `undefined` where an answer is missing. */
function organizationalDomainOf({ domain, records, trouble }: TreeWalk): string | undefined {
  if (trouble !== undefined) return undefined;
  for (const { domain: at, record } of records) {
    if (record.psd === 'n') return at;
    if (record.psd === 'y' && at !== domain) return oneLabelBelow(at, domain);
  }
  return records.at(-1)?.domain ?? domain;
}

function oneLabelBelow(parent: string, domain: string): string {
  return domain
    .split('.')
    .slice(-parent.split('.').length - 1)
    .join('.');
}

/**
 * The Organizational Domain of a domain: two domains are in relaxed alignment where theirs are equal (RFC 9989 section 4.10.2).
 *
 * @param domain ASCII, lower case, without a final dot
 * @returns `undefined` where DNS kept an answer back; at once where every answer is in memory
 */
export function organizationalDomain(
  domain: string,
  resolver: Resolver,
): string | undefined | Promise<string | undefined> {
  return runSteps(organizationalDomainSteps(domain, resolver));
}

/** The same as steps of other work. */
export function* organizationalDomainSteps(domain: string, resolver: Resolver): Steps<string | undefined> {
  return organizationalDomainOf(yield* treeWalk(domain, resolver));
}

/**
 * Find the record and the policy that apply to mail from a domain (RFC 9989 section 4.10.1). The walk is spared where the domain has a
 * record of its own. DNS trouble is a value, nothing is thrown.
 *
 * @param domain ASCII, lower case, without a final dot
 * @returns at once where every answer is in memory
 */
export function discoverPolicy(domain: string, resolver: Resolver): PolicyDiscovery | Promise<PolicyDiscovery> {
  return runSteps(policySteps(domain, resolver));
}

function* policySteps(domain: string, resolver: Resolver): Steps<PolicyDiscovery> {
  return yield* policyOf(
    yield* treeWalk(domain, resolver, (one) => one.domain === domain || one.record.psd !== 'u'),
    resolver,
  );
}

/**
 * As `discoverPolicy`, with the whole walk and what it says of the Organizational Domain.
 *
 * @param domain ASCII, lower case, without a final dot
 * @returns at once where every answer is in memory
 */
export function discoverDmarc(domain: string, resolver: Resolver): DmarcDiscovery | Promise<DmarcDiscovery> {
  return runSteps(dmarcDiscovery(domain, resolver));
}

/** The same as steps of other work. */
export function* dmarcDiscovery(domain: string, resolver: Resolver): Steps<DmarcDiscovery> {
  const walk = yield* treeWalk(domain, resolver);
  return { ...(yield* policyOf(walk, resolver)), organizationalDomain: organizationalDomainOf(walk) };
}

function* policyOf(walk: TreeWalk, resolver: Resolver): Steps<PolicyDiscovery> {
  const { domain, steps } = walk;
  const found = applyingRecord(walk);
  const base = { domain, steps, found };
  const unknown = { policy: undefined, policyTag: undefined, exists: undefined };
  if (found?.record.policy === undefined) {
    return { ...base, ...unknown, trouble: found === undefined ? walk.trouble : undefined };
  }
  const { record, source } = found;
  const known = { ...base, exists: undefined, trouble: undefined };
  if (source === 'domain') return { ...known, policy: record.policy, policyTag: 'p' };
  // Where a tag is not valid, the record counts as p=none, whatever sp= says.
  const hasOwn = record.tags.get('sp')?.toLowerCase() === record.subdomainPolicy;
  const below = { policy: record.subdomainPolicy, policyTag: hasOwn ? 'sp' : 'p' } as const;
  if (record.nonexistentPolicy === record.subdomainPolicy) return { ...known, ...below };
  const answer: Answer<'MX'> = yield* settled(resolver.query(domain, 'MX'));
  if (answer.status === 'temperror') return { ...base, ...unknown, trouble: { ...answer, name: domain } };
  const exists = isThere(answer);
  return exists
    ? { ...known, ...below, exists }
    : { ...known, policy: record.nonexistentPolicy, policyTag: 'np', exists };
}

/** What is asked for in the end: one step less than the policy where the record has t=y (RFC 9989 section 4.7). */
export function effectivePolicy({ policy, found }: PolicyDiscovery): DmarcPolicy | undefined {
  return policy !== undefined && found?.record.isTesting ? oneStepWeaker(policy) : policy;
}

/** Section 4.10.1: the author domain's record, else that of its Organizational Domain, else that of the public suffix. */
function applyingRecord(walk: TreeWalk): PolicyDiscovery['found'] {
  const { domain, records } = walk;
  const [own] = records;
  // Whatever is above it, even where that is not known.
  if (own?.domain === domain) return { ...own, source: 'domain' };
  if (walk.trouble !== undefined) return undefined;
  const organizational = organizationalDomainOf(walk);
  const record = records.find((one) => one.domain === organizational);
  if (record !== undefined) return { ...record, source: 'organizational' };
  const last = records.at(-1);
  return last?.record.psd === 'y' ? { ...last, source: 'psd' } : undefined;
}

/** Appendix A.4: a name exists unless NXDOMAIN says otherwise. An alias exists, wherever it leads (RFC 6604 section 3). */
function isThere(answer: Answer<'MX'>): boolean {
  return answer.status !== 'nxdomain' || (answer.aliases?.length ?? 0) > 0;
}
