/** What is wrong about where a DMARC record is. */
import type { Resolver } from '../dns/resolver.ts';
import { shown } from '../syntax/shown.ts';
import { dmarcName, dmarcTextsAt, type PolicyDiscovery } from './discover.ts';
import type { DmarcFinding } from './lint-finding.ts';
import { pastedFinding } from './pasted.ts';

/** What is wrong about where the record is: it is missing, at another name, there are several, or what is there is none. */
export async function placeFindings(discovery: PolicyDiscovery, resolver: Resolver): Promise<DmarcFinding[]> {
  const { domain, steps, found, trouble } = discovery;
  const [own] = steps;
  if (own?.status === 'several') return [several(own.name, own.texts)];
  const text = own?.status === 'other' ? own.texts.find(isMeantAsDmarc) : undefined;
  if (text !== undefined) return [pastedFinding(own!.name, text) ?? malformed(own!.name, text)];
  if (trouble !== undefined) return [noAnswer(domain, trouble)];
  if (found !== undefined && found.source !== 'psd') return [];
  const elsewhere = await wrongName(domain, resolver);
  if (elsewhere !== undefined) return [elsewhere];
  return [
    missing(
      domain,
      found === undefined
        ? `neither ${domain} nor a parent of it has a DMARC record`
        : `only the record of the public suffix ${found.domain} applies`,
    ),
  ];
}

/** As opposed to the text of a wildcard, which may be anything. */
function isMeantAsDmarc(text: string): boolean {
  return /dmarc|\bp[ \t]{0,9}=[ \t]{0,9}(?:none|quarantine|reject)/i.test(text);
}

/** Where a web panel puts a record that is entered with its whole name, and where it is put by who leaves the name out. */
async function wrongName(domain: string, resolver: Resolver): Promise<DmarcFinding | undefined> {
  const subject = dmarcName(domain);
  for (const name of [domain, `${subject}.${domain}`]) {
    const text = (await dmarcTextsAt(name, resolver))?.[0];
    if (text === undefined) continue;
    return {
      severity: 'error',
      code: 'name-wrong',
      subject,
      observed: `there is a DMARC record at ${name}, where nothing looks for it`,
      expected: `it at ${subject}: many web panels append the domain themselves`,
      remedy: `delete the record at ${name} and publish it at the right name: ${subject}. IN TXT "${shown(text, 400)}"`,
    };
  }
  return undefined;
}

function missing(domain: string, observed: string): DmarcFinding {
  const subject = dmarcName(domain);
  return {
    severity: 'warning',
    code: 'missing',
    subject,
    observed,
    expected: 'one DMARC record',
    remedy: `publish one: ${subject}. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@${domain}"`,
  };
}

function malformed(subject: string, text: string): DmarcFinding {
  return {
    severity: 'error',
    code: 'not-dmarc',
    subject,
    observed: `the TXT record "${shown(text)}" does not begin with v=DMARC1, so receivers ignore it`,
    expected: 'one DMARC record',
    remedy: 'begin the record with v=DMARC1; p=',
  };
}

function several(subject: string, records: readonly string[]): DmarcFinding {
  return {
    severity: 'error',
    code: 'several',
    subject,
    observed: `there are ${records.length} DMARC records, so receivers ignore all of them`,
    expected: 'one DMARC record',
    remedy: `delete all but one: keep "${shown(records[0]!)}" or the other`,
  };
}

function noAnswer(domain: string, { name, detail }: NonNullable<PolicyDiscovery['trouble']>): DmarcFinding {
  return {
    severity: 'temporary',
    code: 'no-answer',
    subject: name,
    observed: `no answer, so it is unknown which policy applies: ${shown(detail, 400)}`,
    expected: 'answers from DNS',
    remedy: `check the resolver, then the name servers of ${domain}`,
  };
}
