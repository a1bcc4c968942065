/** A key record out of whatever a person has: a private key, a public key, or a record. */
import { importPublicKey, type KeyType } from '../crypto/public-key.ts';
import { type ReadPrivateKeyOptions, readPrivateKey } from '../crypto/private-key.ts';
import { readPublicKey } from '../crypto/public-key-file.ts';
import { isKeyProblem } from '../crypto/key-problem.ts';
import { readKeyText } from '../crypto/key-text.ts';
import { DktoolError } from '../errors.ts';
import { parseTagList } from '../syntax/tag-list.ts';
import { type KeyRecord, parseKeyRecord } from './key-record.ts';
import { type RecordLine, readRecordLines } from './record-line.ts';

/** What can be published under a selector. */
export interface RecordSource {
  readonly type: KeyType;
  /** Of the modulus, 256 for Ed25519; 0 where the record revokes its key. */
  readonly bits: number;
  readonly publicKeyBytes: Buffer;
  /** Where it is a record already: its text, as it stands, and what it says. */
  readonly published:
    | { readonly text: string; readonly record: KeyRecord; readonly tags: readonly string[] }
    | undefined;
  /** What the line of a zone says of its place. */
  readonly owner?: Pick<RecordLine, 'selector' | 'domain'> | undefined;
}

/**
 * @param bytes a file: a private key in any shape of readPrivateKey, a public key, or a DKIM or DomainKeys record: its text
 *   alone, or as a line of a zone
 * @throws DktoolError as readPrivateKey, readPublicKey and readPublishedRecord do
 */
export async function readRecordSource(bytes: Buffer, options: ReadPrivateKeyOptions): Promise<RecordSource> {
  const text = readKeyText(bytes);
  if (isKeyProblem(text) && text.code === 'key-not-found' && ZONE_WORDS.test(bytes.toString('latin1'))) {
    return readZoneLine(bytes, options.name ?? 'the key');
  }
  if (!isKeyProblem(text) && text.shape === 'record') return readPublishedRecord(text.text, options.name ?? 'the key');
  try {
    const { type, bits, publicKeyBytes } = await readPrivateKey(bytes, options);
    return { type, bits, publicKeyBytes, published: undefined };
  } catch (error) {
    if (!(error instanceof DktoolError) || error.code !== 'key-wrong-kind') throw error;
    return { ...readPublicKey(bytes, options.name), published: undefined };
  }
}

/** TXT as a type, or the `'name:` and `:name:16:` of tinydns-data. */
const ZONE_WORDS = /\s(?:TXT|TYPE16)\s|^(?:'[^\s:]+|:[^\s:]+:16):/im;

/** @throws DktoolError, kind permanent, where there is not one key record in it */
function readZoneLine(bytes: Buffer, name: string): RecordSource {
  const [line, second] = readRecordLines(name, bytes);
  if (line === undefined) throw invalid(name, 'none of its TXT records has a p= tag');
  if (second !== undefined) {
    throw new DktoolError('key-ambiguous', `${name} contains more than one key record`, {
      kind: 'permanent',
      hint: 'put the line of one key into a separate file',
    });
  }
  return { ...readPublishedRecord(line.text, name), owner: line };
}

/**
 * @param text latin1, the strings joined
 * @param name how messages call the record
 * @throws DktoolError, kind permanent, where a verifier could not use it (RFC 6376 section 6.1.2)
 */
export function readPublishedRecord(text: string, name: string): RecordSource {
  const parsed = parseKeyRecord(text);
  if (!parsed.ok) throw invalid(name, parsed.problem);
  const { record } = parsed;
  const list = parseTagList(text);
  const published = { text, record, tags: list.ok ? [...list.tags.keys()] : [] };
  const publicKeyBytes = Buffer.from(record.publicKey, 'base64');
  if (record.keyType !== 'rsa' && record.keyType !== 'ed25519') {
    throw invalid(name, `k=${record.keyType.slice(0, 40)} is neither rsa nor ed25519`);
  }
  if (record.publicKey === '') return { type: record.keyType, bits: 0, publicKeyBytes, published };
  const key = importPublicKey(record.keyType, publicKeyBytes);
  if (!key.ok) throw invalid(name, key.problem);
  return { type: key.type, bits: key.bits, publicKeyBytes, published };
}

function invalid(name: string, problem: string): DktoolError {
  return new DktoolError('key-record-invalid', `${name} does not contain a valid key record: ${problem}`, {
    kind: 'permanent',
  });
}
