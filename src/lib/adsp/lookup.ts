/** Finding out the practice of an author's domain (RFC 5617 section 4.3). */
import type { Answer, Resolver } from '../dns/resolver.ts';
import { joinStrings } from '../dns/txt-formats/text.ts';
import { isDomainName, toAscii } from '../syntax/domain-name.ts';
import { type AdspPractice, parseAdspRecord } from './record.ts';

/**
 * `found`: one valid record. `none`: no record. `malformed`: there is a record that is none of ADSP; it counts as none.
 * `several`: more than one valid record, which means nothing. `nxdomain`: the domain does not exist. `bad-domain`: it is no
 * name that DNS can carry. `unavailable`: no answer for now.
 */
export type AdspStatus = 'found' | 'none' | 'malformed' | 'several' | 'nxdomain' | 'bad-domain' | 'unavailable';

/** What DNS says of the practices of a domain. */
export interface AdspLookup {
  /** ASCII, lower case; of a `bad-domain`, as written. */
  readonly domain: string;
  readonly status: AdspStatus;
  /** The text of the record, latin1, valid or not; of several, the first. */
  readonly record: string | undefined;
  readonly practice: AdspPractice | undefined;
  /** One sentence. It may quote the record: escape it where that matters. */
  readonly detail: string;
}

/** Where the record of a domain is. */
export function adspName(domain: string): string {
  return `_adsp._domainkey.${domain}`;
}

/**
 * Look the practice of a domain up (RFC 5617 section 4.3). DNS trouble is a status.
 *
 * @param domain latin1, as an address has it: a final dot and U-labels are taken
 */
export async function lookUpAdsp(domain: string, resolver: Resolver): Promise<AdspLookup> {
  const ascii = toAscii(domain)?.replace(/\.$/, '');
  if (ascii === undefined || !isDomainName(adspName(ascii))) {
    const detail = `${domain.slice(0, 80)} is not a valid domain name, so it has no ADSP record`;
    return { domain, status: 'bad-domain', record: undefined, practice: undefined, detail };
  }
  // Both at once, as section 4.3 allows; MX is what it advises for the first.
  const [scope, record] = await Promise.all([resolver.query(ascii, 'MX'), resolver.query(adspName(ascii), 'TXT')]);
  return adspLookup(ascii, scope, record);
}

function adspLookup(domain: string, scope: Answer<'MX'>, record: Answer<'TXT'>): AdspLookup {
  const without = (status: AdspStatus, detail: string, text?: string): AdspLookup => ({
    domain,
    status,
    record: text,
    practice: undefined,
    detail,
  });
  // Check Domain Scope: a name without any records (NODATA) exists.
  if (scope.status === 'nxdomain') return without('nxdomain', `the domain ${domain} does not exist`);
  const trouble = [scope, record].find((answer) => answer.status === 'temperror');
  if (trouble !== undefined) return without('unavailable', `no answer for ${domain}: ${trouble.detail}`);
  if (record.status !== 'found') return without('none', `${domain} publishes no ADSP record`);

  // Section 4.1: a record that is not one of ADSP counts as not there.
  const texts = record.records.map(joinStrings);
  const parsed = texts.map((text) => parseAdspRecord(text));
  const valid = parsed.flatMap((one, i) => (one.ok ? [{ ...one, text: texts[i]! }] : []));
  if (valid.length > 1) {
    return without('several', `${domain} publishes ${valid.length} ADSP records: their meaning is undefined`, texts[0]);
  }
  const [only] = valid;
  if (only === undefined) {
    const [first] = parsed;
    const problem = first?.ok === false ? first.problem : '';
    return without('malformed', `the TXT record at ${adspName(domain)} is not an ADSP record: ${problem}`, texts[0]);
  }
  return {
    domain,
    status: 'found',
    record: only.text,
    practice: only.practice,
    detail: practiceSentence(domain, only),
  };
}

function practiceSentence(domain: string, { practice, value }: { practice: AdspPractice; value: string }): string {
  if (practice === 'all') return `${domain} signs all its mail (dkim=all)`;
  if (practice === 'discardable')
    return `${domain} signs all its mail and asks receivers to discard the rest (dkim=discardable)`;
  return value.toLowerCase() === 'unknown'
    ? `${domain} may or may not sign its mail (dkim=unknown)`
    : `${domain} publishes dkim=${value.slice(0, 40)}, which is treated as unknown`;
}
