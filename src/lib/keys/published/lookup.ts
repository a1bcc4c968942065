/** The questions that comparing a key with DNS takes. */
import type { Answer, Resolver } from '../../dns/resolver.ts';
import { isDomainName, withParents } from '../../syntax/domain-name.ts';
import { type ExpectedKey, keyNameOf } from './finding.ts';
import type { PublishedAnswers } from './compare.ts';

/**
 * Ask for the record of a key; where it is there, also whether a wildcard answers, and where it is not, for the names
 * that it may have got by mistake. One question more where all is well.
 *
 * @param randomLabel a label that nobody has in a zone, e.g. 16 random hexadecimal digits
 */
export async function askForPublishedKey(
  resolver: Resolver,
  key: Pick<ExpectedKey, 'selector' | 'domain'>,
  randomLabel: string,
): Promise<PublishedAnswers> {
  return askAround(resolver, key, await resolver.query(keyNameOf(key), 'TXT'), randomLabel);
}

/** The same where the key's own answer is there already, such as from a name server of the zone. */
export async function askAround(
  resolver: Resolver,
  key: Pick<ExpectedKey, 'selector' | 'domain'>,
  answer: Answer<'TXT'>,
  randomLabel: string,
): Promise<PublishedAnswers> {
  if (answer.status === 'temperror') return { answer };
  if (answer.status === 'found' || (answer.aliases?.length ?? 0) > 0) {
    return { answer, wildcard: await resolver.query(`${randomLabel}._domainkey.${key.domain}`, 'TXT') };
  }
  const misplaced = wrongNames(key).map(async (name) => ({ name, answer: await resolver.query(name, 'TXT') }));
  return { answer, misplaced: await Promise.all(misplaced) };
}

/** Zones above the domain that a panel may have added to the whole name. */
const MAX_ZONES = 4;

/** What a web panel makes of a name that it adds its own zone to, and names with a part left out or twice. */
function wrongNames({ selector, domain }: Pick<ExpectedKey, 'selector' | 'domain'>): string[] {
  const zones = withParents(domain).slice(0, -1).slice(0, MAX_ZONES);
  const names = [
    ...zones.map((zone) => `${selector}._domainkey.${domain}.${zone}`),
    `${selector}._domainkey._domainkey.${domain}`,
    `${selector}.domainkey.${domain}`,
    `${selector}.${domain}`,
  ];
  return names.filter(isDomainName);
}
