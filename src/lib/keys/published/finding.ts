/** What can be wrong between a key file and the record that DNS has. */
import type { KeyType } from '../../crypto/public-key.ts';
import type { Finding, FindingSeverity } from '../../finding.ts';
import { shellWord } from '../../syntax/shell-word.ts';
import { formatKeyRecord } from '../key-record.ts';
import { newKeyRecord } from '../new-key-record.ts';
import { nextSelector } from '../next-selector.ts';

/** A key that a signer uses, and where its record belongs. */
export interface ExpectedKey {
  readonly selector: string;
  /** Lower case, A-labels. */
  readonly domain: string;
  readonly type: KeyType;
  /** Of the modulus; 256 for Ed25519. */
  readonly bits: number;
  /** What p= holds, before base64: RSA the SubjectPublicKeyInfo, Ed25519 the 32 octets of RFC 8463 section 4. */
  readonly publicKeyBytes: Buffer;
  /** Path of its file, for the sentences; absent: it has none. */
  readonly keyFile?: string | undefined;
  /** t=y is meant to be there. */
  readonly isTesting?: boolean | undefined;
  /** The form of RFC 4870 is meant to be there, which has no v=. */
  readonly isDomainKeys?: boolean | undefined;
  /** The key itself is not at hand: what stands here in its place cannot be published. */
  readonly isUnknown?: boolean | undefined;
}

/** dktool-dns-record(1) lists them. */
export const KEY_FINDING_CODES = [
  // what DNS says of the name
  'dns-no-answer',
  'dns-tcp-refused',
  'dnssec-bogus',
  'alias-loop',
  'alias-dangling',
  'key-name-missing',
  'key-name-wrong',
  'key-record-missing',
  'wildcard-record',
  // the TXT records there
  'no-key-record',
  'several-records',
  'split-over-records',
  // the text of the record
  'quotes-in-record',
  'backslashes-in-record',
  'record-syntax',
  'version-wrong',
  'version-missing',
  'key-type-wrong',
  'hash-not-sha256',
  'service-not-email',
  'testing',
  // p=
  'key-revoked',
  'space-in-key',
  'plus-lost',
  'key-not-base64',
  'key-cut',
  'key-damaged',
  'key-is-pkcs1',
  'key-is-spki',
  'private-key-published',
  'key-differs',
  'key-weak',
] as const;

/** A word of KEY_FINDING_CODES. */
export type KeyFindingCode = (typeof KEY_FINDING_CODES)[number];

/** Why verifiers will not find the key, or what they will think of it. */
export type KeyFinding = Finding<KeyFindingCode>;

/** `SELECTOR._domainkey.DOMAIN` (RFC 6376 section 3.6.2.1). */
export function keyNameOf({ selector, domain }: Pick<ExpectedKey, 'selector' | 'domain'>): string {
  return `${selector}._domainkey.${domain}`;
}

/** Words about one key that its findings share. */
export class KeyWords {
  readonly name: string;
  /** p= as it should be. */
  readonly publicKey: string;
  /** `the key in /etc/domainkeys/example.com/2026a`. */
  readonly key: string;
  /** The record as a noun, with a command that runs as it stands: `what "dktool dns-record example.com -s 2026a -k 2026a" prints`. */
  readonly record: string;
  /** Makes the key that takes this one's place: `"dktool keygen example.com -s 2026b -o keys/2026b"`. */
  readonly newKey: string;

  constructor(expected: ExpectedKey) {
    const { selector, domain, keyFile } = expected;
    this.name = keyNameOf(expected);
    this.publicKey = expected.publicKeyBytes.toString('base64');
    this.key = keyFile === undefined ? 'the key' : `the key in ${keyFile}`;
    this.record =
      expected.isUnknown === true ? 'the record of the key that signs' : `what "${recordCommand(expected)}" prints`;
    const next = nextSelector(selector);
    const folder = keyFile?.slice(0, keyFile.lastIndexOf('/') + 1) ?? '';
    this.newKey = `"dktool keygen ${domain} -s ${next}${folder === '' ? '' : ` -o ${shellWord(folder + next)}`}"`;
  }

  finding(
    severity: FindingSeverity,
    code: KeyFindingCode,
    { observed, expected, remedy }: Pick<Finding, 'observed' | 'expected' | 'remedy'>,
  ): KeyFinding {
    return { severity, code, subject: this.name, observed, expected, remedy };
  }
}

function recordCommand(expected: ExpectedKey): string {
  const { selector, domain, keyFile, isDomainKeys, isTesting } = expected;
  const more = `${isDomainKeys === true ? ' --domainkeys' : ''}${isTesting === true ? ' --testing' : ''}`;
  const command = `dktool dns-record ${domain} -s ${selector}${more}`;
  if (keyFile !== undefined) return `${command} -k ${shellWord(keyFile)}`;
  // The key has no file that could be named, so its record stands in for it.
  return `echo '${formatKeyRecord(newKeyRecord(expected))}' | ${command}`;
}
