/**
 * dktool as a library: the engine behind the command. It does no I/O of its own, except for `liveResolver`, which asks name
 * servers; elsewhere clock, resolver and bytes come from the caller, or default to the system's. What is exported here is
 * what stays stable. `dktool/spf` and the other subpaths hold parts of it, for programs that want no more.
 *
 * What the descriptions do not repeat:
 *
 * - A call throws what its `@throws` says, and nothing else; without one it does not throw, whatever mail and DNS hold.
 * - Text of headers and of DNS is latin1, one character an octet, unless it is said to be otherwise; reports hold UTF-8.
 * - Domains and selectors are ASCII (A-labels), lower case, without a final dot, unless it is said that others are taken.
 * - Times are seconds since 1970, spans are seconds.
 * - What comes from outside is not escaped, except in findings: escape it before a person sees it.
 */
export { DktoolError, type DktoolErrorOptions } from './errors.ts';
export type { Hint } from './hint.ts';
export { ERROR_CODES, type ErrorCode, type ErrorKind, type ErrorMeaning, type KindOf } from './error-codes.ts';
export { VERSION } from './version.ts';

export { createVerifier, type Verifier, type VerifierOptions, verify } from './verifier.ts';
export { sign, type Signer, type SignerOptions } from './signer.ts';
export type { ByteInput, MessageInput } from './message/input.ts';

export {
  type CompletedFollowUp,
  KeyLookups,
  type MessageVerdict,
  MessageVerifier,
  type MethodFollowUp,
  verifyMessage,
  type VerifyOptions,
} from './verify-message.ts';
export { KeyCache } from './keys/lookup.ts';
export type { KeySighting, RetiredRecord, RetiredRecords, Retirement } from './keys/retired.ts';
export { type AsOf, asOfTime } from './as-of.ts';
export { asOfReceived } from './as-of-received.ts';
export { formatKeyring, parseKeyring } from './keyring/format.ts';
export { Keyring, type KeyringEntry } from './keyring/keyring.ts';
export type { MethodName, MethodVerdicts } from './methods.ts';
export type { FollowUp, KeyAnswers, MethodVerdict, VerifyRules } from './signature/method.ts';
export { MessageSplitter } from './message/message-splitter.ts';
export type { Alignment } from './header/alignment.ts';
export type { SignatureFacts } from './dkim/signature.ts';
export type { Canonicalization, DomainKeysCanonicalization } from './canonicalize/header.ts';
export type { HashAlgorithm } from './canonicalize/hash-sink.ts';
export { CHANGE_KINDS, type Change, type ChangeKind } from './explain/change.ts';
export type { Effort } from './explain/effort.ts';
export { type ExplainInput, explainMessage } from './explain/explain.ts';
export type { Remedy } from './explain/advice.ts';
export type { BodyStep } from './explain/body/recipe.ts';
export type { DiffLine } from './explain/diff.ts';
export type { Explanation, HashedField, HeaderStep, Restoration, Trail, Undo } from './explain/explanation.ts';
export { type ChangeReport, type ExplanationReport, explanationReport } from './explain/report.ts';
export type { HeaderEdit } from './explain/header/search.ts';
export {
  combinedResult,
  DKIM_REASONS,
  type DkimReason,
  type DkimWarning,
  DOMAINKEYS_REASONS,
  type DomainKeysReason,
  type DomainKeysWarning,
  type ResultWord,
  type Warning,
} from './verdict.ts';
export type { DkimVerdict } from './dkim/verdict.ts';

export { MessageSigner, type SignableFrom, signMessage, type SignOptions, type SignResult } from './sign-message.ts';
export type { SigningKey, SigningParameters } from './dkim/sign.ts';
export { DEFAULT_SIGNED_FIELDS } from './signature/signed-field-names.ts';

export type { DomainKeysMessageVerdict, DomainKeysVerdict } from './domainkeys/verdict.ts';
export type { DomainKeysSigningKey, DomainKeysSigningParameters, DomainKeysSignedHeaders } from './domainkeys/sign.ts';
export type { DomainKeysFacts } from './domainkeys/signature.ts';
export type { DomainKeysLayout } from './domainkeys/write-signature.ts';
export type { SendingAddress } from './domainkeys/sending-address.ts';
export {
  type DomainPolicy,
  formatPolicyRecord,
  type ParsedDomainKeysPolicyRecord,
  parsePolicyRecord,
  type DomainKeysPolicyRecord,
  type PolicyStatus,
} from './domainkeys/policy.ts';

export { type AdspLookup, type AdspStatus, lookUpAdsp } from './adsp/lookup.ts';
export { type AdspPractice, formatAdspRecord, type ParsedAdspRecord, parseAdspRecord } from './adsp/record.ts';
export { type PublishedRecord, relatedPolicies, type RelatedPolicies } from './related-policies.ts';
export {
  type AdspOptions,
  type AdspResult,
  type AuthorAdsp,
  type DkimSignatureResult,
  messageAdsp,
  type MessageAdsp,
} from './adsp/verdict.ts';

export {
  ARC_REASONS,
  type ArcInstance,
  type ArcReason,
  type ArcResult,
  type ArcSignatureVerdict,
  type ArcVerdict,
} from './arc/verdict.ts';
export type { Dkim2Chain, Dkim2Instance, Dkim2Signature } from './dkim2/chain.ts';
export type { Dkim2Recipe } from './dkim2/recipe.ts';
export type { PreflightCode, PreflightFinding, SenderCode, TransitCode } from './preflight/checks.ts';
export { MessageLinter } from './preflight/linter.ts';

export * from './report/index.ts';
export * from './subpaths/auth-results.ts';
export * from './subpaths/check.ts';
export * from './subpaths/dmarc.ts';
export * from './subpaths/dns.ts';
export * from './subpaths/keys.ts';
export * from './subpaths/spf.ts';
