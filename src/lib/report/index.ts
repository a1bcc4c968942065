/**
 * Every JSON line that the commands print, as a type. Fields are only ever added. Texts of headers and of DNS are read as
 * UTF-8 where they are; `null` stands where nothing is known or applies.
 */
import type { ArchiveReport } from '../archive-report/dimensions.ts';
import type { AdspDomainReport, AdspMessageReport } from './adsp-check.ts';
import type { CheckReport } from './check.ts';
import type { DmarcDomainReport, DmarcMessageReport } from './dmarc.ts';
import type { CodeReport } from './code.ts';
import type { PublishedKeyReport } from './published-key.ts';
import type { RotationReport } from './rotation.ts';
import type { SettingReport } from './setting.ts';
import type { SpfBatchReport, SpfCheckReport } from './spf.ts';
import type { SpfLintReport } from './spf-lint.ts';
import type { ErrorReport, VerifyReport, VerifySummary } from './verify.ts';

/** A line of JSON of any command. */
export type JsonReport =
  | AdspDomainReport
  | AdspMessageReport
  | ArchiveReport
  | CheckReport
  | DmarcDomainReport
  | DmarcMessageReport
  | ErrorReport
  | CodeReport
  | PublishedKeyReport
  | RotationReport
  | SettingReport
  | SpfBatchReport
  | SpfCheckReport
  | SpfLintReport
  | VerifyReport
  | VerifySummary;

export type { ErrorDetail, WarningReport } from './text.ts';

/** `verify --json` */
export type {
  AsOfReport,
  ErrorReport,
  MethodReport,
  PlaceReport,
  ReportExtras,
  SignatureReport,
  UnescapedReport,
  UnavailableSpf,
  VerifyReport,
  VerifySummary,
} from './verify.ts';
export { verifyReport } from './verify.ts';
export type { KeyringReport } from './retired-key.ts';
export type {
  DomainKeysPolicyReport,
  DomainKeysReport,
  DomainKeysSignatureReport,
  SenderReport,
} from './domainkeys.ts';
export { domainKeysReport } from './domainkeys.ts';
export type { ArcInstanceReport, ArcReport, ArcSignatureReport } from './arc.ts';
export { arcReport } from './arc.ts';
export type { Dkim2InstanceReport, Dkim2Report, Dkim2SignatureReport } from './dkim2.ts';
export { dkim2Report } from './dkim2.ts';
export type { Comparison, CrossCheckReport } from './cross-check.ts';
export type { PreflightReport } from './preflight.ts';
export { preflightReport } from './preflight.ts';

/** `report --json` */
export type { ArchiveReport, ChangeCount, Dimension, Group, GroupKey } from '../archive-report/dimensions.ts';

/** `spf-check --json`, `--batch`, `--lint` */
export type {
  BatchPlace,
  ChainLink,
  RecordReport,
  SecondOpinion,
  SessionSources,
  SpfBatchReport,
  SpfCheckReport,
  SpfReport,
  SpfSummary,
  TermReport,
} from './spf.ts';
export { spfReport, spfSummary } from './spf.ts';
export type { SpfFindingReport, SpfLintReport, VoidCounts } from './spf-lint.ts';
export { spfLintReport } from './spf-lint.ts';

/** `adsp-check --json` */
export type { AdspLookupReport, AdspReport, AuthorAdspReport } from './adsp.ts';
export { adspReport } from './adsp.ts';
export type { AdspAuthorReport, AdspDomainReport, AdspMessageReport, RelatedPoliciesReport } from './adsp-check.ts';
export { adspDomainReport, adspMessageReport } from './adsp-check.ts';

/** `dmarc-check --json` */
export type {
  DmarcDomainReport,
  DmarcDomainResult,
  DmarcFindingReport,
  DmarcMessageReport,
  DmarcRecordReport,
  DmarcReport,
} from './dmarc.ts';
export { dmarcDomainReport, dmarcMessageReport, dmarcReport } from './dmarc.ts';

/** `dns-record --check --json`; `--format json` of `keygen` and `dns-record` */
export type { DelegationReport, PublishedKeyReport, ServerReport } from './published-key.ts';
export type { TxtRecordReport } from '../dns/txt-formats/json.ts';

/** `check --json` */
export type { CheckReport, CheckResult, KeyReport, PartReport } from './check.ts';
export { checkReport } from './check.ts';

/** `rotate --status --json` */
export type { RotationReport } from './rotation.ts';
export type { Instant, Phase } from '../rotate/state.ts';

/** `explain --json` */
export type { CodeReport } from './code.ts';

/** `config --json` */
export type { SettingReport } from './setting.ts';
