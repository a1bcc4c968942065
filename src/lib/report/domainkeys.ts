/** The JSON shape of DomainKeys verdicts. `null` stands where nothing is known. */
import type { DomainPolicy, PolicyStatus } from '../domainkeys/policy.ts';
import type { SendingAddress } from '../domainkeys/sending-address.ts';
import type { DomainKeysMessageVerdict, DomainKeysVerdict } from '../domainkeys/verdict.ts';
import type { Alignment } from '../header/alignment.ts';
import { type KeyringReport, keyringPart } from './retired-key.ts';
import { textOf, type WarningReport, warningReports } from './text.ts';
import type { DomainKeysReason, DomainKeysWarning, ResultWord } from '../verdict.ts';

/** Whom DomainKeys takes for the sender (RFC 4870 section 3.4). */
export interface SenderReport {
  /** The field that the address was taken from. */
  readonly field: 'from' | 'sender';
  readonly address: string;
  readonly domain: string;
}

/** One DomainKey-Signature. */
export interface DomainKeysSignatureReport {
  readonly result: ResultWord;
  readonly reason: DomainKeysReason;
  readonly detail: string;
  /** The signature that decides. */
  readonly chosen: boolean;
  readonly domain: string | null;
  readonly selector: string | null;
  readonly algorithm: string;
  readonly canonicalization: string;
  readonly keyBits: number | null;
  readonly signature: 'valid' | 'invalid' | 'unchecked';
  /** `null`: no h=, all fields below the signature. */
  readonly signedHeaders: readonly string[] | null;
  /** In which order of the header fields the signature fits. */
  readonly headerOrder: 'message' | 'listed' | null;
  readonly sender: SenderReport | null;
  readonly testing: boolean;
  readonly alignment: Alignment;
  readonly warnings: readonly WarningReport<DomainKeysWarning>[];
  /** With a keyring that had a part in it. */
  readonly keyring?: KeyringReport;
}

/** The policy of the sender's domain (RFC 4870 section 3.6). */
export interface DomainKeysPolicyReport {
  readonly domain: string;
  readonly status: PolicyStatus;
  readonly record: string | null;
  readonly signs: DomainPolicy['signs'];
  readonly testing: boolean;
  readonly suspicious: boolean;
  readonly reportTo: string | null;
  readonly notes: string | null;
  readonly detail: string;
}

/** `domainkeys` of `verify --json`. */
export interface DomainKeysReport {
  readonly result: ResultWord;
  /** Top to bottom. */
  readonly signatures: readonly DomainKeysSignatureReport[];
  readonly sender: SenderReport | null;
  /** `null` where it was not asked for: a verified message, or one that DKIM decides alone. */
  readonly policy: DomainKeysPolicyReport | null;
}

/** DomainKeys on a message as `verify --json` has it. */
export function domainKeysReport(verdict: DomainKeysMessageVerdict): DomainKeysReport {
  return {
    result: verdict.result,
    signatures: verdict.signatures.map(signatureReport),
    sender: senderReport(verdict.sender),
    policy: verdict.policy === undefined ? null : policyReport(verdict.policy),
  };
}

function signatureReport(verdict: DomainKeysVerdict): DomainKeysSignatureReport {
  return {
    result: verdict.result,
    reason: verdict.reason,
    detail: textOf(verdict.detail),
    chosen: verdict.isChosen,
    domain: textOf(verdict.domain),
    selector: textOf(verdict.selector),
    algorithm: textOf(verdict.algorithm),
    canonicalization: textOf(verdict.canonicalization),
    keyBits: verdict.keyBits ?? null,
    signature: verdict.signature,
    signedHeaders: verdict.signedHeaders?.map((name) => textOf(name)) ?? null,
    headerOrder: verdict.headerOrder ?? null,
    sender: senderReport(verdict.sender),
    testing: verdict.testing,
    alignment: verdict.alignment,
    warnings: warningReports(verdict.warnings),
    ...keyringPart(verdict),
  };
}

function senderReport(sender: SendingAddress | undefined): SenderReport | null {
  if (sender === undefined) return null;
  return { field: sender.field, address: textOf(sender.text), domain: textOf(sender.domain) };
}

function policyReport(policy: DomainPolicy): DomainKeysPolicyReport {
  const { domain, status, record, signs, testing, suspicious, reportTo, notes, detail } = policy;
  return {
    domain: textOf(domain),
    status,
    record: textOf(record),
    signs,
    testing,
    suspicious,
    reportTo: textOf(reportTo),
    notes: textOf(notes),
    detail: textOf(detail),
  };
}
