import type { PolicyDiscovery, PolicySource } from './discover.ts';
import { type DmarcPolicy, type DmarcRecord, oneStepWeaker } from './record.ts';

const ACTIONS: Readonly<Record<DmarcPolicy, string>> = {
  none: 'is delivered as if there were no DMARC',
  quarantine: 'is to be treated as suspicious',
  reject: 'is to be rejected',
};

/** What a record asks of receivers, for its owner: one sentence without a full stop. */
export function dmarcMeaning(record: DmarcRecord): string {
  const { policy, subdomainPolicy, nonexistentPolicy, rua, ruf } = record;
  if (policy === undefined) return 'receivers ignore it';
  const parts = [`mail that fails DMARC ${ACTIONS[policy]}`];
  if (subdomainPolicy !== policy) parts.push(`from subdomains it ${ACTIONS[subdomainPolicy!]}`);
  if (nonexistentPolicy !== subdomainPolicy) {
    parts.push(`from subdomains that do not exist it ${ACTIONS[nonexistentPolicy!]}`);
  }
  if (record.isTesting) parts.push('for now receivers apply the next weaker policy (t=y)');
  const strict = [...(record.adkim === 's' ? ['DKIM'] : []), ...(record.aspf === 's' ? ['SPF'] : [])];
  if (strict.length > 0) parts.push(`${strict.join(' and ')} must pass for exactly the From domain`);
  parts.push(
    rua.length === 0 ? 'no reports are requested' : `daily reports go to ${rua.map(({ uri }) => uri).join(', ')}`,
  );
  if (ruf.length > 0) parts.push(`reports on single messages to ${ruf.map(({ uri }) => uri).join(', ')}`);
  return parts.join('; ');
}

/** Which policy applies to a domain and why: one sentence without a full stop. */
export function discoveryMeaning({ domain, found, policy, policyTag, trouble }: PolicyDiscovery): string {
  if (trouble !== undefined)
    return `it is unknown which policy applies: no answer for ${trouble.name}: ${trouble.detail}`;
  if (found === undefined) return `no DMARC record applies to ${domain}`;
  if (policy === undefined)
    return `the record at ${found.name} has neither a valid policy nor a report address, so receivers ignore it`;
  const { tags, isTesting } = found.record;
  const tag = tags.has('p') ? `${policyTag}=${policy}` : 'no p=, which is treated as p=none';
  const testing = isTesting ? `, and asks for the next weaker policy (t=y): ${oneStepWeaker(policy)}` : '';
  return `the record at ${found.name} says ${tag}${testing}${WHOSE[found.source](found.domain)}`;
}

const WHOSE: Readonly<Record<PolicySource, (domain: string) => string>> = {
  domain: () => '',
  organizational: (domain) => `; ${domain} is the Organizational Domain`,
  psd: (domain) => `; ${domain} is a public suffix`,
};
