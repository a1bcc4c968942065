/** Everything that is checked of one domain. Look-ups run together; how many at once is for the resolver to bound. */
import { lookUpAdsp } from '../adsp/lookup.ts';
import type { Answer, Resolver } from '../dns/resolver.ts';
import type { LiveResolver } from '../dns/live/stub.ts';
import { timeLimitedResolver } from '../dns/live/time-limit.ts';
import type { Finding } from '../finding.ts';
import { isDomainName } from '../syntax/domain-name.ts';
import { shown } from '../syntax/shown.ts';
import type { CheckFinding } from './codes.ts';
import { checkDmarc, dmarcFindings, unkeptDmarc } from './dmarc.ts';
import { adspFindings, domainKeysFindings } from './historic-policies.ts';
import type { KeyFacts, OldSelector, RotationFacts } from './key-facts.ts';
import { firstKey } from './key-remedies.ts';
import { checkKey, checkSelector, type JudgedKey, type KeySettings } from './key.ts';
import { useOf } from './domain-use.ts';
import { checkMailHosts, mailHostFindings } from './mail-hosts.ts';
import { checkOldSelector } from './old-selector.ts';
import type { CheckedPart, DomainCheck } from '../report/check.ts';
import { checkRotation } from './rotation.ts';
import { checkServers } from './servers.ts';
import type { Signing } from './signing.ts';
import { checkSpf, isParked, spfFindings } from './spf.ts';
import { isSilence, sparingResolver, troublePart } from './trouble.ts';
import { type Look, type Unanswered, Watcher } from './watched-resolver.ts';

/** What is known of a domain before DNS is asked. */
export interface DomainFacts {
  /** ASCII, lower case. */
  readonly domain: string;
  /** Its own keys. */
  readonly keys: readonly KeyFacts[];
  /** Other domains with whose keys its mail is signed; `undefined`, with no keys: nobody said how its mail is signed. */
  readonly signers: readonly string[] | undefined;
  /** Selectors without a key at hand. */
  readonly selectors: readonly string[];
  /** `false`: it signs for others, and no mail is sent from it; `undefined`: not known. */
  readonly isSender: boolean | undefined;
  readonly oldSelectors: readonly OldSelector[];
  /** Of its keys, where one is under way. */
  readonly rotation: RotationFacts | undefined;
  /** Where a key for its mail was looked for in vain. */
  readonly missingKeyAt: string | undefined;
}

/** How domains are checked. */
export interface DomainCheckSettings extends KeySettings {
  readonly resolver: Resolver;
  /** Days after which an old selector is to be gone. */
  readonly retireAfter: number;
  /** Seconds, from any origin. */
  readonly clock: () => number;
  /** Asks name servers themselves; `undefined`: they are not asked. */
  readonly servers?: Pick<LiveResolver, 'ask'> | undefined;
  /** Seconds that DNS gets for a domain; default {@link DOMAIN_SECONDS}. */
  readonly dnsSeconds?: number | undefined;
}

/**
 * Seconds that DNS gets for a domain. Enough for two tries at a server that does not answer the first one, and little
 * enough that a list with dead domains comes to its end.
 */
export const DOMAIN_SECONDS = 15;

/**
 * Check a domain, its key files included. Look-ups run together; how many at once is for the resolver to bound.
 *
 * @param facts what is known of it; nothing is read from disk
 * @returns what was looked at and what is wrong with it: `checkReport` makes JSON of it
 */
export async function checkDomain(facts: DomainFacts, settings: DomainCheckSettings): Promise<DomainCheck> {
  const { domain } = facts;
  const { dnsSeconds = DOMAIN_SECONDS, clock, servers } = settings;
  const end = clock() + dnsSeconds;
  const resolver = await patientResolver(domain, timeLimitedResolver(settings.resolver, dnsSeconds, clock));
  const watcher = new Watcher(resolver);
  const looks = await lookAt(facts, settings, watcher);
  const keys = looks.keys.map(({ seen }) => seen);
  const keyParts = [
    ...keys.flatMap(({ parts }) => parts),
    ...[...looks.selectors, ...looks.old].map(({ seen }) => seen),
  ];
  const rotation = facts.rotation === undefined ? [] : [checkRotation(facts.rotation, settings.now)];
  const parts = [...keyFileParts(facts, looks, settings.now), ...keyParts, ...rotation, ...policyParts(facts, looks)];
  const checked = keys.map((key) => key.checked);
  if (looks.hosts.seen.findings.some(({ code }) => code === 'domain-missing')) {
    return { domain, parts: parts.map(withoutConsequences), keys: checked };
  }
  const names = [domain, looks.dmarc.seen.name, ...keyParts.filter(isAboutName).map(({ subject }) => subject)];
  const surveyed = servers === undefined ? [] : [await checkServers(names, resolver, servers, end - clock())];
  const trouble = await troublePart(domain, unreported(watcher, keyParts), resolver, settings.now);
  return { domain, parts: [...parts, ...surveyed, ...trouble], keys: checked };
}

/** Where the first question gets no answer, the other ones about the domain would wait as long in vain. */
async function patientResolver(domain: string, resolver: Resolver): Promise<Resolver> {
  const first: Answer<'MX'> = await resolver.query(domain, 'MX');
  return first.status === 'temperror' && isSilence(first) ? sparingResolver(resolver, domain, first) : resolver;
}

type Looks = Awaited<ReturnType<typeof lookAt>>;

async function lookAt(facts: DomainFacts, settings: DomainCheckSettings, watcher: Watcher) {
  const { domain } = facts;
  const each = <I, T>(items: readonly I[], at: (item: I, resolver: Resolver) => Promise<T>) =>
    Promise.all(items.map((item) => watcher.look((resolver) => at(item, resolver))));
  // The first trouble is the one that is reported, and that of the domain itself says most.
  const [hosts, keys, selectors, old, spf, dmarc, adsp, policy] = await Promise.all([
    watcher.look((resolver) => checkMailHosts(domain, resolver)),
    each(facts.keys, (key, resolver) => checkKey(key, settings, resolver)),
    each(facts.selectors, (selector, resolver) => checkSelector(selector, domain, settings, resolver)),
    each(facts.oldSelectors, (one, resolver) => checkOldSelector(one, settings, resolver)),
    watcher.look((resolver) => checkSpf(domain, resolver)),
    watcher.look((resolver) => checkDmarc(domain, resolver)),
    watcher.look((resolver) => lookUpAdsp(domain, resolver)),
    watcher.look((resolver) => domainKeysPolicy(domain, resolver)),
  ]);
  return { keys, selectors, old, hosts, spf, dmarc, adsp, policy };
}

function keyFileParts(facts: DomainFacts, { keys, spf }: Looks, now: number): CheckedPart[] {
  const judged = keys.map(({ seen }) => seen);
  const signing = signingOf(facts, judged, isParked(spf.seen.report));
  return [...unknownKeyPart(facts, signing), ...missingKeyPart(facts, signing, now)];
}

function policyParts(facts: DomainFacts, { keys, hosts, spf, dmarc, adsp, policy }: Looks): CheckedPart[] {
  const { domain } = facts;
  const judged = keys.map(({ seen }) => seen);
  const signing = signingOf(facts, judged, isParked(spf.seen.report));
  const use = useOf(hosts.seen.findings, spf.seen.report, signing, facts.isSender);
  const found = hosts.seen.findings;
  const ofDmarc = [...dmarcFindings(dmarc.seen, use), ...unkeptDmarc(domain, dmarc.seen, signing)];
  return [
    part('mx', domain, hosts.seen.detail, hosts, mailHostFindings(hosts.seen, use)),
    part('spf', domain, textOr(spf.seen.report.record), spf, spfFindings(spf.seen, found, use)),
    part('dmarc', dmarc.seen.name, textOr(dmarc.seen.text), dmarc, ofDmarc),
    part(
      'adsp',
      `_adsp._domainkey.${domain}`,
      textOr(adsp.seen.record),
      adsp,
      adspFindings(adsp.seen, signing, dmarc.seen.policy),
    ),
    part(
      'domainkeys',
      `_domainkey.${domain}`,
      policyText(policy.seen),
      policy,
      domainKeysFindings(domain, policy.seen, signing),
    ),
  ];
}

function part(
  name: string,
  subject: string,
  detail: string,
  { result }: Look<unknown>,
  findings: readonly Finding[],
): CheckedPart {
  const isUnsaid = result === 'unknown' && detail === NONE;
  return { part: name, subject, detail: isUnsaid ? 'no answer' : detail, findings, result };
}

function isAboutName({ part: name }: CheckedPart): boolean {
  return name === 'record' || name === 'old selector';
}

/** Of a domain that does not exist, nothing is said but that, and what is wrong with its key files. */
function withoutConsequences(one: CheckedPart): CheckedPart {
  const isOwn = (one.part === 'key' && !one.findings.some(({ code }) => code === 'no-key')) || one.part === 'mx';
  return isOwn ? one : { ...one, findings: [] };
}

async function domainKeysPolicy(domain: string, resolver: Resolver) {
  const name = `_domainkey.${domain}`;
  return isDomainName(name) ? resolver.query(name, 'TXT') : ({ status: 'nodata' } as const);
}

type PolicyAnswer = Awaited<ReturnType<typeof domainKeysPolicy>>;

function policyText(answer: PolicyAnswer): string {
  return textOr(answer.status === 'found' ? answer.records[0]!.join('') : undefined);
}

const NONE = 'none';

function textOr(text: string | undefined): string {
  return text === undefined ? NONE : shown(text, 200);
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

function missingKeyPart(
  { domain, missingKeyAt }: DomainFacts,
  { isParked: parked }: Signing,
  now: number,
): CheckedPart[] {
  if (missingKeyAt === undefined) return [];
  const finding: CheckFinding = {
    severity: 'warning',
    code: 'no-key',
    subject: domain,
    observed: `there is no key for it at ${missingKeyAt}: mail from it goes out unsigned`,
    expected: 'a key, or the SPF record v=spf1 -all if it sends no mail',
    remedy: `make a key and publish the record it prints: "${firstKey(domain, missingKeyAt, now)}"; or publish v=spf1 -all`,
  };
  return [{ part: 'key', subject: missingKeyAt, detail: 'none', findings: parked ? [] : [finding] }];
}

/** Nobody said how the mail of the domain is signed, and no selector: whether DKIM is right, nobody knows. */
function unknownKeyPart(
  { domain, keys, signers, selectors, missingKeyAt }: DomainFacts,
  { isParked: parked }: Signing,
): CheckedPart[] {
  const isKnown = keys.length + selectors.length > 0 || signers !== undefined || missingKeyAt !== undefined;
  if (isKnown || parked) return [];
  const finding: CheckFinding = {
    severity: 'note',
    code: 'dkim-unchecked',
    subject: domain,
    observed: 'neither a key nor a selector was given for it, so DKIM is not checked',
    expected: 'a key or a selector to check',
    remedy: 'give the key with -k, the selector with -s, or the path of the keys of all domains with --key-path',
  };
  return [{ part: 'dkim', subject: domain, detail: 'not checked', findings: [finding] }];
}

/** The trouble that no finding about a record reports. */
function unreported({ unanswered }: Watcher, parts: readonly CheckedPart[]): Unanswered[] {
  const reported = new Set(parts.filter(({ findings }) => findings.length > 0).map(({ subject }) => `${subject} TXT`));
  return [...unanswered].filter(([question]) => !reported.has(question)).map(([, one]) => one);
}
