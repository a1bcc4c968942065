import type { DmarcPolicy, DmarcRecord } from './record.ts';

const ACTIONS: Readonly<Record<DmarcPolicy, string>> = {
  none: 'is delivered as if there were no DMARC',
  quarantine: 'is to be treated as suspicious',
  reject: 'is to be refused',
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
  const strict = [...(record.adkim === 's' ? ['DKIM'] : []), ...(record.aspf === 's' ? ['SPF'] : [])];
  if (strict.length > 0) parts.push(`${strict.join(' and ')} must pass for the domain of From itself`);
  parts.push(rua.length === 0 ? 'nobody reports' : `daily reports go to ${rua.map(({ uri }) => uri).join(', ')}`);
  if (ruf.length > 0) parts.push(`reports on single messages to ${ruf.map(({ uri }) => uri).join(', ')}`);
  return parts.join('; ');
}
