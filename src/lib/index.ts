/**
 * dktool as a library: the engine behind the command. It does no I/O of its own, except for `liveResolver`, which asks
 * name servers; clock, resolver and bytes come from the caller. What is exported here is what stays stable.
 */
export { DktoolError, type ErrorKind } from './errors.ts';
export { VERSION } from './version.ts';

export { createVerifier, type Verifier, type VerifierOptions, verify } from './verifier.ts';
export { sign, type Signer, type SignerOptions } from './signer.ts';
export type { ByteInput, MessageInput } from './message/input.ts';

export {
  KeyLookups,
  type MessageVerdict,
  MessageVerifier,
  verifyMessage,
  type VerifyOptions,
} from './verify-message.ts';
export { KeyCache } from './keys/lookup.ts';
export type { MethodVerdict } from './signature/method.ts';
export { type ErrorReport, type SignatureReport, type VerifyReport, verifyReport } from './report/verify.ts';
export {
  combinedResult,
  DKIM_REASONS,
  type DkimReason,
  type DkimWarning,
  type ResultWord,
  type Warning,
} from './verdict.ts';
export type { DkimVerdict } from './dkim/verdict.ts';
export type { DomainKeysMessageVerdict, DomainKeysVerdict } from './domainkeys/verdict.ts';

export { MessageSigner, type SignableFrom, signMessage, type SignOptions, type SignResult } from './sign-message.ts';
export type { SigningKey, SigningParameters } from './dkim/sign.ts';
export { DEFAULT_SIGNED_FIELDS } from './signature/signed-field-names.ts';

export { formatKey, KEY_FORMATS, type KeyFormat } from './crypto/key-format.ts';
export { generateEd25519Key, generateRsaKey } from './crypto/generate-key.ts';
export { type PrivateKey, readPrivateKey, type ReadPrivateKeyOptions } from './crypto/private-key.ts';
export { formatKeyRecord, type KeyRecord, type ParsedKeyRecord, parseKeyRecord } from './keys/key-record.ts';
export { newKeyRecord, type NewKeyRecordOptions } from './keys/new-key-record.ts';

export type { Finding, FindingSeverity } from './finding.ts';
export type { CheckReport, CheckResult, KeyReport, PartReport } from './report/check.ts';

export { cachingResolver, type CacheOptions } from './dns/resolvers/cache.ts';
export { liveResolver, type LiveResolverSettings } from './dns/live/live.ts';
export type { Answer, RecordData, RecordType, Resolver, TempErrorReason } from './dns/resolver.ts';
export { formatTxtRecord, formatTxtRecords, type TxtFormat } from './dns/txt-formats/format.ts';
export { type TxtRecord } from './dns/txt-formats/record.ts';
export { parseZone } from './dns/zones/file.ts';
export { zoneResolver } from './dns/zones/zone.ts';

export type { DmarcProblem, DmarcProblemCode } from './dmarc/problem.ts';
export { type DmarcPolicy, type DmarcRecord, parseDmarcRecord } from './dmarc/record.ts';
export { type DmarcDiscovery, discoverDmarc, organizationalDomain } from './dmarc/discover.ts';
export { DMARC_REASONS, type DmarcReason, type DmarcResult, type DmarcVerdict } from './dmarc/evaluate.ts';
export { type DmarcInput, judgeDmarc } from './dmarc/judge.ts';
export { lintDmarc } from './dmarc/lint.ts';
export type { DmarcFinding } from './dmarc/lint-finding.ts';
export { type DmarcDomainReport, dmarcDomainReport, type DmarcReport, dmarcReport } from './report/dmarc.ts';

export { evaluateSpf, type SpfOptions } from './spf/evaluate.ts';
export type { SpfSession } from './spf/session.ts';
export type { SpfReason, SpfResult, SpfVerdict } from './spf/verdict.ts';
