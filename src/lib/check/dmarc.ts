/** The DMARC record of a domain: its syntax, its sense, and whether the domain can keep it. */
import { dmarcName, discoverPolicy } from '../dmarc/discover.ts';
import { DMARC_FAULT_CODES } from '../dmarc/lint.ts';
import type { DmarcFinding } from '../dmarc/lint-finding.ts';
import { placeFindings } from '../dmarc/place-findings.ts';
import { recordFindings } from '../dmarc/record-findings.ts';
import type { DmarcPolicy, DmarcRecord } from '../dmarc/record.ts';
import type { Resolver } from '../dns/resolver.ts';
import type { CheckFinding, DmarcCheckCode } from './codes.ts';
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

export const DMARC_CODES: readonly DmarcCheckCode[] = DMARC_FAULT_CODES.map((code) => `dmarc-${code}` as const);

/** Everything but whether the domain can keep its policy: that is known later. */
export async function checkDmarc(domain: string, resolver: Resolver): Promise<DomainDmarc> {
  const discovery = await discoverPolicy(domain, resolver);
  const { found, policy } = discovery;
  // What is wrong with the record of another domain is told where that domain is checked.
  const own = found?.source === 'domain' ? await recordFindings(found, resolver) : [];
  return {
    name: found?.name ?? dmarcName(domain),
    text: found?.text,
    record: found?.record,
    policy,
    findings: [...(await placeFindings(discovery, resolver)), ...own].flatMap(checkFinding),
  };
}

/** Notes are left out: nothing has to be done about them. Answers that DNS kept back are told once a domain. */
function checkFinding({ severity, code, subject, observed, expected, remedy }: DmarcFinding): CheckFinding[] {
  if (severity === 'note' || code === 'no-answer') return [];
  return [{ severity, code: `dmarc-${code}` as DmarcCheckCode, subject, observed, expected, remedy }];
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
