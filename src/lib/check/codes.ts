/** Every code of a finding that `check` adds to those about a published record. dktool-check(1) lists them. */
import type { KeyFindingCode } from '../keys/published/finding.ts';
import type { DmarcFaultCode } from '../dmarc/lint-finding.ts';
import type { ServerFindingCode } from '../dns/survey/agreement.ts';
import type { Finding } from '../finding.ts';
import type { LintCode } from '../spf/lint-finding.ts';

/** Those that stand for themselves. */
export const OWN_CODES = [
  'domain-invalid',
  'config-syntax',
  'signing-table-key-missing',
  'qmail-remote-original',
  'no-key',
  'dkim-unchecked',
  'key-missing',
  'key-unreadable',
  'key-not-file',
  'key-encrypted',
  'key-invalid',
  'key-exposed',
  'key-group-writable',
  'key-group-common',
  'key-owner-unknown',
  'key-signer-denied',
  'key-folder-writable',
  'key-folder-owner',
  'key-old',
  'probe-failed',
  'rotation-overdue',
  'rotation-state-invalid',
  'old-selector-published',
  'no-answer',
  'domain-missing',
  'no-mail-host',
  'null-mx',
  'mx-without-address',
  'mx-is-address',
  'mx-is-alias',
  'spf-name-wrong',
  'adsp-several',
  'adsp-malformed',
  'adsp-unknown-value',
  'adsp-unsigned',
  'adsp-against-dmarc',
  'domainkeys-policy-several',
  'domainkeys-policy-malformed',
  'domainkeys-policy-testing',
  'domainkeys-policy-unsigned',
  'dmarc-unsigned',
] as const;

/** What SPF's lint says, with `spf-` before it; what DNS kept back is `no-answer`. */
export type SpfCheckCode = `spf-${Exclude<LintCode, 'dns-error'>}`;

/** What DMARC's lint says, with `dmarc-` before it; of its notes, those about what the record asks for. */
export type DmarcCheckCode = `dmarc-${DmarcFaultCode | 'no-enforcement' | 'no-reports'}`;

/** dktool-check(1) explains each. */
export type CheckCode = (typeof OWN_CODES)[number] | SpfCheckCode | DmarcCheckCode | KeyFindingCode | ServerFindingCode;

export type CheckFinding = Finding<CheckCode>;
