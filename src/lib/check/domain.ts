/** Everything that is checked of one domain. Look-ups run together; how many at once is for the resolver to bound. */
import { lookUpAdsp } from '../adsp/lookup.ts';
import type { Resolver, TempError } from '../dns/resolver.ts';
import type { Finding } from '../finding.ts';
import { lintSpf } from '../spf/lint.ts';
import { isDomainName } from '../syntax/domain-name.ts';
import { shown } from '../syntax/shown.ts';
import type { CheckFinding } from './codes.ts';
import { checkDmarc, unkeptDmarc } from './dmarc.ts';
import { adspFindings, domainKeysFindings } from './historic-policies.ts';
import type { KeyFacts, OldSelector } from './key-facts.ts';
import { checkKey, checkSelector, type JudgedKey, type KeySettings } from './key.ts';
import { checkMailHosts } from './mail-hosts.ts';
import { checkOldSelector } from './old-selector.ts';
import type { CheckedPart, DomainCheck } from './report.ts';
import type { Signing } from './signing.ts';
import { isParked, spfFindings } from './spf.ts';
import { watchedResolver, type WatchedResolver } from './watched-resolver.ts';

export interface DomainFacts {
  /** ASCII, lower case. */
  readonly domain: string;
  /** Its own keys. */
  readonly keys: readonly KeyFacts[];
  /** Other domains with whose keys its mail is signed; `undefined`, with no keys: nobody said how its mail is signed. */
  readonly signers: readonly string[] | undefined;
  /** Selectors without a key at hand. */
  readonly selectors: readonly string[];
  readonly oldSelectors: readonly OldSelector[];
  /** Where a key for its mail was looked for in vain. */
  readonly missingKeyAt: string | undefined;
}

export interface DomainCheckSettings extends KeySettings {
  readonly resolver: Resolver;
  /** Days after which an old selector is to be gone. */
  readonly retireAfter: number;
}

/** Check a domain. Nothing is thrown for what is wrong with it. */
export async function checkDomain(facts: DomainFacts, settings: DomainCheckSettings): Promise<DomainCheck> {
  const { domain } = facts;
  const resolver = watchedResolver(settings.resolver);
  const [keys, selectors, old, hosts, spf, dmarc, adsp, policy] = await Promise.all([
    Promise.all(facts.keys.map((key) => checkKey(key, settings, resolver))),
    Promise.all(facts.selectors.map((selector) => checkSelector(selector, domain, settings, resolver))),
    Promise.all(facts.oldSelectors.map((one) => checkOldSelector(one, settings, resolver))),
    checkMailHosts(domain, resolver),
    lintSpf(domain, resolver),
    checkDmarc(domain, resolver),
    lookUpAdsp(domain, resolver),
    domainKeysPolicy(domain, resolver),
  ]);
  const signing = signingOf(facts, keys, isParked(spf));
  const isThere = !hosts.findings.some(({ code }) => code === 'domain-missing');
  const dns = (part: string, subject: string, detail: string, findings: readonly Finding[]): CheckedPart => ({
    part,
    subject,
    detail,
    findings: isThere ? findings : [], // a domain that is not there has none of its records
  });
  const parts: CheckedPart[] = [
    ...missingKeyPart(facts, signing),
    ...keys.flatMap((key) => key.parts),
    ...selectors,
    ...old,
    { part: 'mx', subject: domain, detail: hosts.detail, findings: hosts.findings },
    dns('spf', domain, textOr(spf.record), spfFindings(spf)),
    dns('dmarc', dmarc.name, textOr(dmarc.text), [...dmarc.findings, ...unkeptDmarc(domain, dmarc, signing)]),
    dns('adsp', `_adsp._domainkey.${domain}`, textOr(adsp.record), adspFindings(adsp, signing, dmarc.policy)),
    dns('domainkeys', `_domainkey.${domain}`, policyText(policy), domainKeysFindings(domain, policy, signing)),
    ...troublePart(domain, untold(resolver, [...keys.flatMap((key) => key.parts), ...selectors])),
  ];
  return { domain, parts, keys: keys.map(({ checked }) => checked) };
}

async function domainKeysPolicy(domain: string, resolver: Resolver) {
  const name = `_domainkey.${domain}`;
  return isDomainName(name) ? resolver.query(name, 'TXT') : ({ status: 'nodata' } as const);
}

type PolicyAnswer = Awaited<ReturnType<typeof domainKeysPolicy>>;

function policyText(answer: PolicyAnswer): string {
  return textOr(answer.status === 'found' ? answer.records[0]!.join('') : undefined);
}

function textOr(text: string | undefined): string {
  return text === undefined ? 'none' : shown(text, 200);
}

function signingOf({ domain, signers }: DomainFacts, keys: readonly JudgedKey[], parked: boolean): Signing {
  const own = keys.filter(({ checked }) => checked.role === 'current');
  const others = signers ?? [];
  return {
    isKnown: own.length > 0 || signers !== undefined,
    signers: [...(own.length > 0 ? [domain] : []), ...others],
    // The keys of other domains are checked there.
    working: [...(own.some(({ checked }) => checked.isConfirmed === true) ? [domain] : []), ...others],
    isParked: parked,
    isPending: own.some(({ checked }) => checked.isConfirmed === undefined && checked.type !== undefined),
  };
}

function missingKeyPart({ domain, missingKeyAt }: DomainFacts, { isParked: parked }: Signing): CheckedPart[] {
  if (missingKeyAt === undefined) return [];
  const finding: CheckFinding = {
    severity: 'warning',
    code: 'no-key',
    subject: domain,
    observed: `there is no key for it at ${missingKeyAt}: its mail goes out unsigned`,
    expected: 'a key, or an SPF record v=spf1 -all where it sends no mail',
    remedy: `make a key with dktool keygen ${domain} and publish its record, or publish v=spf1 -all`,
  };
  return [{ part: 'key', subject: missingKeyAt, detail: 'none', findings: parked ? [] : [finding] }];
}

/** The trouble that no finding about a record has told of. */
function untold({ trouble }: WatchedResolver, parts: readonly CheckedPart[]): [string, TempError][] {
  const told = new Set(parts.filter(({ findings }) => findings.length > 0).map(({ subject }) => `${subject} TXT`));
  return [...trouble].filter(([question]) => !told.has(question));
}

/** All that DNS kept back, as one: it mostly has one cause. */
function troublePart(domain: string, trouble: readonly [string, TempError][]): CheckedPart[] {
  const [first] = trouble;
  if (first === undefined) return [];
  const [question, { detail }] = first;
  const more = trouble.length === 1 ? '' : ` and ${trouble.length - 1} more`;
  const finding: CheckFinding = {
    severity: 'temporary',
    code: 'no-answer',
    subject: domain,
    observed: `no answer for ${shown(question, 300)}${more}: ${shown(detail, 400)}`,
    expected: 'answers from DNS',
    remedy: `look at the resolver, then at the name servers of ${domain}`,
  };
  return [{ part: 'dns', subject: domain, detail: `${trouble.length} without an answer`, findings: [finding] }];
}
