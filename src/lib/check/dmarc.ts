/** The DMARC record of a domain: its syntax, its sense, and whether the domain can keep it. */
import { dmarcName, discoverPolicy } from '../dmarc/discover.ts';
import { DMARC_FAULT_CODES } from '../dmarc/lint.ts';
import type { DmarcFinding, DmarcLintCode } from '../dmarc/lint-finding.ts';
import { placeFindings } from '../dmarc/place-findings.ts';
import { dmarcRecordFindings } from '../dmarc/record-findings.ts';
import type { DmarcPolicy, DmarcRecord } from '../dmarc/record.ts';
import type { Resolver } from '../dns/resolver.ts';
import type { CheckFinding, DmarcCheckCode } from './codes.ts';
import { asNotes, type DomainUse } from './domain-use.ts';
import { mayBeRelated, type Signing, unmetPolicyReason } from './signing.ts';

export interface DomainDmarc {
  /** Where the record that applies is, else where it should be. */
  readonly name: string;
  readonly text: string | undefined;
  readonly record: DmarcRecord | undefined;
  /** What applies to the domain. */
  readonly policy: DmarcPolicy | undefined;
  readonly findings: readonly CheckFinding[];
}

const REPORTED_NOTES = ['no-enforcement', 'no-reports'] as const;

export const DMARC_CODES: readonly DmarcCheckCode[] = [...DMARC_FAULT_CODES, ...REPORTED_NOTES].map(
  (code) => `dmarc-${code}` as const,
);

/** What today's receivers ignore and older ones may still use, and what is long: it works as it is. */
const NOTES: ReadonlySet<DmarcLintCode> = new Set([
  'historic-tag',
  'report-size-limit',
  'fo-without-ruf',
  'answer-too-long',
]);

/** Everything but whether the domain can keep its policy: that is known later. */
export async function checkDmarc(domain: string, resolver: Resolver): Promise<DomainDmarc> {
  const discovery = await discoverPolicy(domain, resolver);
  const { found, policy } = discovery;
  // What is wrong with the record of another domain is reported where that domain is checked.
  const own = found?.source === 'domain' ? await dmarcRecordFindings(found, resolver) : [];
  return {
    name: found?.name ?? dmarcName(domain),
    text: found?.text,
    record: found?.record,
    policy,
    findings: [...(await placeFindings(discovery, resolver)), ...own].flatMap((finding) => checkFinding(finding)),
  };
}

/** What nobody has to do anything about is left to `dmarc-check`. Answers that DNS kept back are reported once a domain. */
function checkFinding(finding: DmarcFinding): CheckFinding[] {
  const { code, subject, observed, expected, remedy } = finding;
  const named = `dmarc-${code}` as DmarcCheckCode;
  if (!DMARC_CODES.includes(named)) return [];
  // Who writes pct=50 counts on half of the mail being spared, and it is not.
  const isHalf = code === 'historic-tag' && /^pct=(?!100\b)/.test(observed);
  const severity = NOTES.has(code) && !isHalf ? 'note' : finding.severity;
  return [{ severity, code: named, subject, observed, expected, remedy }];
}

/** Not of those that send no mail: they have none that could fail. */
export function dmarcFindings({ findings }: DomainDmarc, use: DomainUse): CheckFinding[] {
  return asNotes(findings, use);
}

/** A policy that costs mail, and mail that cannot pass it by its signature. */
export function unkeptDmarc(domain: string, { name, record, policy }: DomainDmarc, signing: Signing): CheckFinding[] {
  if (policy !== 'quarantine' && policy !== 'reject') return [];
  const isAligned = (signer: string) => (record?.adkim === 's' ? signer === domain : mayBeRelated(signer, domain));
  const reason = unmetPolicyReason(domain, signing, isAligned);
  if (reason === undefined) return [];
  return [
    {
      severity: 'error',
      code: 'dmarc-unsigned',
      subject: name,
      observed: `the policy is ${policy}, but ${reason}: forwarded mail will be lost`,
      expected:
        record?.adkim === 's'
          ? `signatures by ${domain} itself (adkim=s)`
          : `signatures by ${domain} or a related domain`,
      remedy: 'fix what else is reported about its keys, or publish p=none until then',
    },
  ];
}
