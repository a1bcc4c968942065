/** Selectors that no mail is signed with any more ought to go: a key that leaks later can still forge. */
import { parseKeyRecord } from '../keys/key-record.ts';
import type { Resolver } from '../dns/resolver.ts';
import { joinStrings } from '../dns/txt-formats/text.ts';
import { isDomainName } from '../syntax/domain-name.ts';
import type { CheckFinding } from './codes.ts';
import type { OldSelector } from './key-facts.ts';
import { type CheckedPart, daysBetween } from '../report/check.ts';

export interface OldSelectorSettings {
  /** Seconds since 1970. */
  readonly now: number;
  /** Days. */
  readonly retireAfter: number;
}

export async function checkOldSelector(
  { domain, selector, since }: OldSelector,
  { now, retireAfter }: OldSelectorSettings,
  resolver: Resolver,
): Promise<CheckedPart> {
  const subject = `${selector}._domainkey.${domain}`;
  const part = (detail: string, findings: readonly CheckFinding[] = []): CheckedPart => ({
    part: 'old selector',
    subject,
    detail,
    findings,
  });
  if (!isDomainName(subject)) return part('not a valid DNS name');
  const answer = await resolver.query(subject, 'TXT');
  if (answer.status === 'temperror') return { ...part('no answer'), result: 'unknown' };
  const texts = answer.status === 'found' ? answer.records.map(joinStrings) : [];
  const isPublished = texts.map(parseKeyRecord).some((parsed) => parsed.ok && parsed.record.publicKey !== '');
  if (!isPublished) return part('removed or revoked');
  const days = since === undefined ? undefined : daysBetween(since, now);
  const age = days === undefined ? '' : `, ${days} days after it was replaced`;
  if (days !== undefined && days <= retireAfter) return part(`still published${age}`);
  return part('still published', [
    {
      severity: 'warning',
      code: 'old-selector-published',
      subject,
      observed: `the old key is still published${age}`,
      expected:
        days === undefined
          ? 'no record, or one with an empty p='
          : `no record after ${retireAfter} days, or one with an empty p=`,
      remedy: `delete the record, or replace it with the one that "dktool dns-record ${domain} -s ${selector} --revoke" prints`,
    },
  ]);
}
