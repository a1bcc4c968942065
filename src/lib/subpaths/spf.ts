/** `dktool/spf`: checking, linting and reading SPF policies (RFC 7208), and the Received-SPF field. */
export { evaluateSpf, type SpfOptions } from '../spf/evaluate.ts';
export type { SpfSession } from '../spf/session.ts';
export {
  type AnswerStatus as SpfAnswerStatus,
  type Counts as SpfCounts,
  type QueryTrace as SpfQueryTrace,
  type RecordOrigin as SpfRecordOrigin,
  type RecordTrace as SpfRecordTrace,
  SPF_REASONS,
  SPF_RESULTS,
  type SpfIdentity,
  type SpfReason,
  type SpfResult,
  type SpfVerdict,
  type TermOutcome as SpfTermOutcome,
  type TermTrace as SpfTermTrace,
} from '../spf/verdict.ts';
export { notesOf, type SessionFacts, type SpfNote, type SpfNoteCode } from '../spf/notes.ts';
export { HeaderBlock, type HeaderField } from '../header/header-block.ts';
export { type HopChoice, type MessageSession, sessionOf, type Sourced as SessionPart } from '../spf/message-session.ts';

export {
  type Directive as SpfDirective,
  isSpfRecord,
  type MechanismName as SpfMechanism,
  type Modifier as SpfModifier,
  type ParsedRecord as ParsedSpfRecord,
  parseSpfRecord,
  type Qualifier as SpfQualifier,
  type SpfRecord,
  type Term as SpfTerm,
  type TermBase as SpfTermBase,
} from '../spf/record.ts';
export type {
  Literal as MacroLiteral,
  MacroExpand,
  MacroLetter,
  MacroString,
  MacroToken,
  SyntaxProblem as SpfSyntaxProblem,
} from '../spf/macro-string.ts';
export { lintSpf, type LintReport as SpfLint } from '../spf/lint.ts';
export type { AllowedNetworks } from '../spf/allowed-networks.ts';
export { formatIpNetwork, type IpNetwork, parseIpNetwork } from '../syntax/ip-network.ts';
export { formatIpAddress, type IpAddress, parseIpAddress } from '../syntax/ip-address.ts';
export type {
  LintCode as SpfFindingCode,
  LintFinding as SpfFinding,
  Severity as SpfSeverity,
} from '../spf/lint-finding.ts';
export { withTriedRecord } from '../spf/tried-record.ts';

export { formatReceivedSpf, parseReceivedSpf, type ReceivedSpf, receivedSpfOf } from '../spf/received-spf.ts';

export {
  type BatchPlace,
  type ChainLink,
  type JudgedSpf,
  type RecordReport,
  type SecondOpinion,
  type SessionSources,
  type SpfBatchReport,
  type SpfCheckReport,
  type SpfReport,
  spfReport,
  type SpfSummary,
  spfSummary,
  type TermReport,
} from '../report/spf.ts';
export { type SpfFindingReport, type SpfLintReport, spfLintReport, type VoidCounts } from '../report/spf-lint.ts';
