/** `dktool/dmarc`: finding, reading, judging and linting DMARC (RFC 9989). */
export {
  type DmarcDiscovery,
  dmarcName,
  discoverDmarc,
  discoverPolicy,
  effectivePolicy,
  organizationalDomain,
  type PolicyDiscovery,
  type PolicySource,
  type PublishedDmarc,
  type Trouble as DmarcTrouble,
  type WalkStep as DmarcWalkStep,
} from '../dmarc/discover.ts';
export type { ReportUri } from '../dmarc/report-uri.ts';
export { type DmarcPolicy, type DmarcRecord, parseDmarcRecord } from '../dmarc/record.ts';
export type { DmarcProblem, DmarcProblemCode, DmarcSeverity, RecordSpan as DmarcRecordSpan } from '../dmarc/problem.ts';
export { discoveryMeaning, dmarcMeaning } from '../dmarc/meaning.ts';

export type { FromField } from '../header/author.ts';
export type { Mailbox } from '../syntax/address.ts';
export { type AuthorDomain, authorDomain } from '../dmarc/author-domain.ts';
export {
  type Aligned as DmarcAligned,
  type DkimIdentifier,
  DMARC_REASONS,
  type DmarcAlignment,
  type DmarcFacts,
  type DmarcReason,
  type DmarcResult,
  type DmarcVerdict,
  evaluateDmarc,
  type SpfIdentifier,
} from '../dmarc/evaluate.ts';
export { type DmarcInput, judgeDmarc } from '../dmarc/judge.ts';

export { lintDmarc } from '../dmarc/lint.ts';
export type {
  DmarcFaultCode,
  DmarcFinding,
  DmarcLintCode,
  DmarcNoteCode,
  PastedCode as DmarcPastedCode,
} from '../dmarc/lint-finding.ts';

export {
  type DmarcDomainReport,
  dmarcDomainReport,
  type DmarcDomainResult,
  type DmarcFindingReport,
  type DmarcMessageReport,
  dmarcMessageReport,
  type DmarcRecordReport,
  type DmarcReport,
  dmarcReport,
  type JudgedDmarc,
} from '../report/dmarc.ts';
