/** `dktool/check`: the set-up of a mail domain, checked as a whole. */
export { check, type CheckOptions } from '../checker.ts';
export { checkDomain, type DomainCheckSettings, type DomainFacts } from '../check/domain.ts';
export type { KnownFinding } from '../check/run-state.ts';
export type { KeyFileSettings } from '../check/key-file.ts';
export type { ServerFindingCode } from '../dns/survey/agreement.ts';
export type { KeySettings } from '../check/key.ts';
export type {
  Account,
  FileFacts,
  FolderFacts,
  KeyFacts,
  KeyRole,
  OldSelector,
  RotationFacts,
  SigningAccount,
} from '../check/key-facts.ts';
export type { Asked, Instant, KeyName, Phase, Place, RotatedKey, Rotation, Wish } from '../rotate/state.ts';
export { CHECK_CODES } from '../check/all-codes.ts';
export type { CheckCode, DmarcCheckCode, SpfCheckCode } from '../check/codes.ts';
export { type Finding, type FindingSeverity, SEVERITIES } from '../finding.ts';
export {
  type CheckedKey,
  type CheckedPart,
  type CheckReport,
  checkReport,
  type CheckResult,
  type DomainCheck,
  domainResult,
  findingsOf,
  type KeyReport,
  partResult,
  type PartReport,
} from '../report/check.ts';
