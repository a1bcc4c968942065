/** ADSP and the policy of DomainKeys: nobody has to have them, but what is there ought to be true. */
import { type AdspLookup, adspName } from '../adsp/lookup.ts';
import type { DmarcPolicy } from '../dmarc/record.ts';
import type { Answer } from '../dns/resolver.ts';
import { joinStrings } from '../dns/txt-formats/text.ts';
import { parsePolicyRecord } from '../domainkeys/policy.ts';
import { shown } from '../syntax/shown.ts';
import type { CheckFinding } from './codes.ts';
import { type Signing, unmetPolicyReason } from './signing.ts';

/** What is said of a record: all but the severity, which is `warning` unless a receiver may lose mail over it. */
type FindingText = Omit<CheckFinding, 'severity' | 'subject'>;

export function adspFindings(
  { domain, status, record, practice, detail }: AdspLookup,
  signing: Signing,
  dmarc: DmarcPolicy | undefined,
): CheckFinding[] {
  const subject = adspName(domain);
  const warning = (text: FindingText): CheckFinding => ({ severity: 'warning', subject, ...text });
  const remove = `delete the record at ${subject}: DMARC has replaced it`;
  if (status === 'several') {
    return [warning({ code: 'adsp-several', observed: detail, expected: 'at most one', remedy: remove })];
  }
  // The text of a wildcard, such as that of SPF or of a key, was not meant as one.
  if (status === 'malformed' && /dkim *=/i.test(record ?? '')) {
    return [
      warning({
        code: 'adsp-malformed',
        observed: shown(detail, 300),
        expected: 'dkim=unknown, all or discardable',
        remedy: remove,
      }),
    ];
  }
  if (status !== 'found' || practice === undefined) return [];
  const findings: CheckFinding[] = [];
  if (practice === 'unknown' && !/unknown/i.test(record ?? '')) {
    findings.push(
      warning({
        code: 'adsp-unknown-value',
        observed: `"${shown(record ?? '')}" is treated as unknown`,
        expected: 'dkim=unknown, all or discardable',
        remedy: remove,
      }),
    );
  }
  if (practice === 'unknown') return findings;
  // RFC 5617 section 2.7: the signature has to be of the domain itself.
  const reason = unmetPolicyReason(domain, signing, (signer) => signer === domain);
  if (reason !== undefined) {
    findings.push({
      severity: 'error',
      code: 'adsp-unsigned',
      subject,
      observed: `it says that all mail is signed (dkim=${practice}), but ${reason}`,
      expected: `signatures by ${domain} itself`,
      remedy: `fix what else is reported about its keys, or ${remove}`,
    });
  }
  if (practice === 'discardable' && dmarc === 'none') {
    findings.push(
      warning({
        code: 'adsp-against-dmarc',
        observed: 'it says that unsigned mail may be discarded, but DMARC says p=none',
        expected: 'the same policy in both',
        remedy: remove,
      }),
    );
  }
  return findings;
}

/** @param answer for `_domainkey.DOMAIN` */
export function domainKeysFindings(domain: string, answer: Answer<'TXT'>, signing: Signing): CheckFinding[] {
  if (answer.status !== 'found') return [];
  const subject = `_domainkey.${domain}`;
  const warning = (text: FindingText): CheckFinding => ({ severity: 'warning', subject, ...text });
  const remove = `delete the record at ${subject}: DomainKeys is historic`;
  // The text of a wildcard was not meant as a policy.
  const texts = answer.records.map(joinStrings).filter((text) => !/^v=/i.test(text));
  const [first] = texts;
  if (first === undefined) return [];
  if (texts.length > 1) {
    return [
      warning({
        code: 'domainkeys-policy-several',
        observed: `there are ${texts.length} policies; receivers may use any of them`,
        expected: 'at most one',
        remedy: remove,
      }),
    ];
  }
  const parsed = parsePolicyRecord(first);
  if (!parsed.ok) {
    const observed = `"${shown(first)}" is not a policy: ${shown(parsed.problem, 200)}`;
    return [warning({ code: 'domainkeys-policy-malformed', observed, expected: 'o=~ or o=-', remedy: remove })];
  }
  const findings: CheckFinding[] = [];
  if (parsed.record.testing) {
    findings.push(
      warning({
        code: 'domainkeys-policy-testing',
        observed: 't=y says that the domain is still testing',
        expected: 'no t=y',
        remedy: `remove t=y, or ${remove}`,
      }),
    );
  }
  const reason =
    parsed.record.outbound === '-' ? unmetPolicyReason(domain, signing, (signer) => signer === domain) : undefined;
  if (reason !== undefined) {
    findings.push(
      warning({
        code: 'domainkeys-policy-unsigned',
        observed: `o=- says that all mail is signed, but ${reason}`,
        expected: `signatures by ${domain} itself`,
        remedy: `fix what else is reported about its keys, or ${remove}`,
      }),
    );
  }
  return findings;
}
