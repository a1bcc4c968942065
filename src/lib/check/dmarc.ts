/** The DMARC record of a domain: its syntax, its sense, and whether the domain can keep it. */
import { dmarcName, discoverPolicy } from '../dmarc/discover.ts';
import type { DmarcProblem, DmarcProblemCode } from '../dmarc/problem.ts';
import { type DmarcPolicy, type DmarcRecord, isDmarcText } from '../dmarc/record.ts';
import type { Answer, Resolver } from '../dns/resolver.ts';
import { joinStrings } from '../dns/txt.ts';
import { isDomainName } from '../syntax/domain-name.ts';
import { shown } from '../syntax/shown.ts';
import type { CheckCode, CheckFinding } from './codes.ts';
import { mayBeRelated, type Signing, unsignedReason } from './signing.ts';

export interface DomainDmarc {
  /** Where the record that applies is, else where it should be. */
  readonly name: string;
  readonly text: string | undefined;
  readonly record: DmarcRecord | undefined;
  /** What applies to the domain. */
  readonly policy: DmarcPolicy | undefined;
  readonly findings: readonly CheckFinding[];
}

type ToldProblem = Exclude<DmarcProblemCode, 'no-enforcement' | 'no-reports'>;

const REMEDIES: Readonly<Record<ToldProblem, string>> = {
  'not-dmarc': 'begin the record with v=DMARC1; p=',
  'syntax-error': 'write NAME=VALUE with a semicolon between them',
  'duplicate-tag': 'leave the tag there once',
  'unknown-tag': 'take the tag out, or mend its name',
  'historic-tag': 'take the tag out',
  'bad-value': 'mend the value',
  'no-policy': 'write p=none, p=quarantine or p=reject right behind v=DMARC1',
  'policy-not-first': 'put p= right behind v=DMARC1',
  'bad-report-uri': 'write the address as mailto:user@example.com',
  'report-uri-not-mailto': 'write a mailto: address',
  'report-size-limit': 'take the limit out',
  'fo-without-ruf': 'take fo= out, or add ruf=',
  'test-mode': 'take t=y out',
  'weaker-subdomains': 'take the tag out',
};

export const DMARC_CODES: readonly string[] = Object.keys(REMEDIES).map((code) => `dmarc-${code}`);

/** Everything but whether the domain can keep its policy: that is known later. */
export async function checkDmarc(domain: string, resolver: Resolver): Promise<DomainDmarc> {
  const { steps, found, policy, trouble } = await discoverPolicy(domain, resolver);
  const own = steps[0];
  const result = { name: found?.name ?? dmarcName(domain), text: found?.text, record: found?.record, policy };
  // The owner of another domain's record is told where that domain is checked.
  if (found?.source === 'domain') {
    const { name, record } = found;
    const findings = [...problemFindings(name, record.problems), ...(await reportFindings(domain, record, resolver))];
    return { ...result, findings };
  }
  if (own?.status === 'several') return { ...result, findings: [several(own.name, own.texts)] };
  if (own?.status === 'other' && (found === undefined || own.texts.some(isMeantAsDmarc))) {
    return { ...result, findings: [malformed(own.name, own.texts.find(isMeantAsDmarc) ?? own.texts[0]!)] };
  }
  const isMissing = found === undefined && trouble === undefined;
  return { ...result, findings: isMissing ? [missing(domain, dmarcName(domain))] : [] };
}

/** As opposed to the text of a wildcard, which may be anything. */
function isMeantAsDmarc(text: string): boolean {
  return /dmarc|\bp[ \t]*=/i.test(text);
}

async function recordsAt(name: string, resolver: Resolver): Promise<string[] | undefined> {
  if (!isDomainName(name)) return [];
  const answer: Answer<'TXT'> = await resolver.query(name, 'TXT');
  if (answer.status === 'temperror') return undefined;
  return answer.status === 'found' ? answer.records.map(joinStrings) : [];
}

function missing(domain: string, subject: string): CheckFinding {
  return {
    severity: 'warning',
    code: 'dmarc-missing',
    subject,
    observed: `neither ${domain} nor a parent of it has a DMARC record`,
    expected: 'one DMARC record',
    remedy: `publish one: ${subject}. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@${domain}"`,
  };
}

function malformed(subject: string, text: string): CheckFinding {
  return {
    severity: 'error',
    code: 'dmarc-not-dmarc',
    subject,
    observed: `the TXT record "${shown(text)}" does not begin with v=DMARC1, and receivers ignore it`,
    expected: 'one DMARC record',
    remedy: REMEDIES['not-dmarc'],
  };
}

function several(subject: string, records: readonly string[]): CheckFinding {
  return {
    severity: 'error',
    code: 'dmarc-several',
    subject,
    observed: `there are ${records.length} DMARC records, and receivers ignore all of them`,
    expected: 'one DMARC record',
    remedy: `delete all but one: keep "${shown(records[0]!)}" or the other`,
  };
}

function problemFindings(subject: string, problems: readonly DmarcProblem[]): CheckFinding[] {
  return problems.flatMap(({ severity, code, detail }) => {
    if (severity === 'info') return [];
    return [
      {
        severity,
        code: `dmarc-${code as ToldProblem}` satisfies CheckCode,
        subject,
        observed: shown(detail, 400),
        expected: 'a record as RFC 9989 section 4.8 has it',
        remedy: REMEDIES[code as ToldProblem],
      },
    ];
  });
}

/** Other domains that are asked about; a record with more addresses for reports is a strange one. */
const MAX_RECEIVERS = 4;

/** RFC 9990 section 4: whoever is to get reports about another domain has to say that it wants them. */
async function reportFindings(domain: string, record: DmarcRecord, resolver: Resolver): Promise<CheckFinding[]> {
  const named = [...record.rua, ...record.ruf].flatMap((uri) => uri.domain ?? []);
  const foreign = [...new Set(named)].filter((receiver) => !mayBeRelated(receiver, domain)).slice(0, MAX_RECEIVERS);
  const findings = await Promise.all(
    foreign.map(async (receiver): Promise<CheckFinding | undefined> => {
      const name = `${domain}._report._dmarc.${receiver}`;
      const texts = await recordsAt(name, resolver);
      if (texts === undefined || texts.some(isDmarcText)) return undefined;
      return {
        severity: 'warning',
        code: 'dmarc-report-unauthorized',
        subject: `_dmarc.${domain}`,
        observed: `reports are to go to ${receiver}, which does not allow it: there is no DMARC record at ${name}`,
        expected: 'receivers of reports that agree (RFC 9990 section 4)',
        remedy: `have ${receiver} publish ${name}. IN TXT "v=DMARC1", or take the address out`,
      };
    }),
  );
  return findings.filter((finding) => finding !== undefined);
}

/** A policy that costs mail, and mail that cannot pass it by its signature. */
export function unkeptDmarc(domain: string, { name, record, policy }: DomainDmarc, signing: Signing): CheckFinding[] {
  if (policy !== 'quarantine' && policy !== 'reject') return [];
  const isAligned = (signer: string) => (record?.adkim === 's' ? signer === domain : mayBeRelated(signer, domain));
  const reason = unsignedReason(domain, signing, isAligned);
  if (reason === undefined) return [];
  return [
    {
      severity: 'error',
      code: 'dmarc-unsigned',
      subject: name,
      observed: `the policy is ${policy}, and ${reason}: mail that is forwarded is lost`,
      expected:
        record?.adkim === 's' ? `signatures of ${domain} itself (adkim=s)` : `signatures of ${domain} or its relatives`,
      remedy: 'mend what else is said of its keys, or publish p=none until then',
    },
  ];
}
