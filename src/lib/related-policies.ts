/** What DNS holds around an ADSP record: DMARC, which took its place, and the policies from before it. */
import type { AdspPractice } from './adsp/record.ts';
import { type PolicyDiscovery, discoverPolicy } from './dmarc/discover.ts';
import type { Answer, Resolver } from './dns/resolver.ts';
import { joinStrings } from './dns/txt-formats/text.ts';
import { isDomainName } from './syntax/domain-name.ts';

/** A TXT record with its name. */
export interface PublishedRecord {
  readonly name: string;
  /** latin1 */
  readonly record: string;
}

/** What DNS holds around the ADSP record of a domain. */
export interface RelatedPolicies {
  /** The DMARC record that applies to the domain, and how it was found (RFC 9989 section 4.10). */
  readonly dmarc: PolicyDiscovery;
  /** Records under the names that were used before ADSP, as they are: nothing evaluates them. */
  readonly older: readonly PublishedRecord[];
}

/** SSP of the second draft and of its beginnings, and the policy of DomainKeys (RFC 4870 section 3.6). */
const OLDER_NAMES = ['_policy._domainkey', '_ssp._domainkey', '_domainkey'];

/** The DMARC record that says the same as a practice: `adkim=s`, since ADSP accepts no signature but the author domain's own. */
export const EQUIVALENT_DMARC: Readonly<Record<AdspPractice, string>> = {
  unknown: 'v=DMARC1; p=none',
  all: 'v=DMARC1; p=quarantine; adkim=s',
  discardable: 'v=DMARC1; p=reject; adkim=s',
};

/**
 * Look up what took the place of ADSP, and what came before it. Older policies that DNS did not answer for count as absent.
 *
 * @param domain ASCII, lower case
 */
export async function relatedPolicies(domain: string, resolver: Resolver): Promise<RelatedPolicies> {
  const [dmarc, ...older] = await Promise.all([
    discoverPolicy(domain, resolver),
    ...OLDER_NAMES.map((prefix) => textsAt(`${prefix}.${domain}`, resolver)),
  ]);
  return { dmarc, older: older.flat() };
}

async function textsAt(name: string, resolver: Resolver): Promise<PublishedRecord[]> {
  if (!isDomainName(name)) return [];
  const answer: Answer<'TXT'> = await resolver.query(name, 'TXT');
  if (answer.status !== 'found') return [];
  return answer.records.map((strings) => ({ name, record: joinStrings(strings) }));
}
