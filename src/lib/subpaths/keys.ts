/** `dktool/keys`: making, reading and writing keys, their records in DNS, and whether the two belong together. */
export { generateEd25519Key, generateRsaKey } from '../crypto/generate-key.ts';
export { type PrivateKey, readPrivateKey, type ReadPrivateKeyOptions } from '../crypto/private-key.ts';
export { type PublicKey, readPublicKey } from '../crypto/public-key-file.ts';
export type { AskPassphrase } from '../crypto/key-encryption.ts';
export { formatKey, KEY_FORMATS, type KeyFormat } from '../crypto/key-format.ts';
export type { KeyType } from '../crypto/public-key.ts';

export { formatKeyRecord, type KeyRecord, type ParsedKeyRecord, parseKeyRecord } from '../keys/key-record.ts';
export { newKeyRecord, type NewKeyRecordOptions } from '../keys/new-key-record.ts';
export { nextSelector } from '../keys/next-selector.ts';
export {
  type DomainKeyRecord,
  type ParsedDomainKeyRecord,
  parseDomainKeyRecord,
} from '../domainkeys/key-record.ts';

export { type PublishedAnswers, publishedKeyFindings } from '../keys/published/compare.ts';
export {
  type ExpectedKey,
  KEY_FINDING_CODES,
  type KeyFinding,
  type KeyFindingCode,
} from '../keys/published/finding.ts';
export { askForPublishedKey } from '../keys/published/lookup.ts';
export type { DelegationReport, PublishedKeyReport, ServerReport } from '../report/published-key.ts';
