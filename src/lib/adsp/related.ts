/** What stands in DNS around an ADSP record: DMARC, which took its place, and what was before it. */
import type { Answer, Resolver } from '../dns/resolver.ts';
import { joinStrings } from '../dns/txt.ts';
import { isDomainName, withParents } from '../syntax/domain-name.ts';
import { parseTagList } from '../syntax/tag-list.ts';
import type { AdspPractice } from './record.ts';

export interface PublishedRecord {
  readonly name: string;
  /** latin1 */
  readonly record: string;
}

export interface DmarcRecord extends PublishedRecord {
  /** p= of the domain itself, sp= (else p=) of a parent; lower case, as written otherwise. */
  readonly policy: string;
  /** The record is that of a parent domain. */
  readonly isInherited: boolean;
}

export interface RelatedPolicies {
  readonly dmarc: DmarcRecord | undefined;
  /** Records under the names that were used before ADSP, as they are: nothing evaluates them. */
  readonly older: readonly PublishedRecord[];
}

/** Parents that are asked for a DMARC record; RFC 9989 section 4.10 looks at eight names in all. */
const MAX_NAMES = 8;

/** SSP of the second draft and of its beginnings, and the policy of DomainKeys (RFC 4870 section 3.6). */
const OLDER_NAMES = ['_policy._domainkey', '_ssp._domainkey', '_domainkey'];

/** The DMARC record that says the same as a practice: `adkim=s`, since ADSP accepts no signature but the author domain's own. */
export const EQUIVALENT_DMARC: Readonly<Record<AdspPractice, string>> = {
  unknown: 'v=DMARC1; p=none',
  all: 'v=DMARC1; p=quarantine; adkim=s',
  discardable: 'v=DMARC1; p=reject; adkim=s',
};

/** @param domain ASCII, lower case. Names that DNS cannot carry and names without an answer count as not there. */
export async function relatedPolicies(domain: string, resolver: Resolver): Promise<RelatedPolicies> {
  const [dmarc, ...older] = await Promise.all([
    findDmarc(domain, resolver),
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

/** The record of the domain, else of the closest parent that has one. A top-level domain's own is not asked for. */
async function findDmarc(domain: string, resolver: Resolver): Promise<DmarcRecord | undefined> {
  const names = withParents(domain).filter((name, i) => i === 0 || name.includes('.'));
  for (const [i, name] of names.slice(0, MAX_NAMES).entries()) {
    const records = (await textsAt(`_dmarc.${name}`, resolver)).filter(({ record }) => /^v=DMARC1\b/.test(record));
    const [only] = records;
    if (only === undefined || records.length > 1) continue; // several count as none
    const list = parseTagList(only.record);
    const value = (tag: string) => (list.ok ? list.tags.get(tag)?.value.toLowerCase() : undefined);
    const own = value('p') ?? 'none';
    return { ...only, policy: i === 0 ? own : (value('sp') ?? own), isInherited: i > 0 };
  }
  return undefined;
}
