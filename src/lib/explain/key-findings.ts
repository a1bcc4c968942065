/** What is wrong with the key of a signature, or with its time. */
import { DER_TAG, readDerSequence } from '../crypto/der.ts';
import type { DkimVerdict } from '../dkim/verdict.ts';
import type { Answer } from '../dns/resolver.ts';
import type { DkimReason } from '../verdict.ts';
import type { Change, ChangeKind } from './change.ts';

const KINDS: Partial<Readonly<Record<DkimReason, ChangeKind>>> = {
  'key-not-found': 'key-missing',
  'key-revoked': 'key-missing',
  'key-unavailable': 'key-unavailable',
  'key-syntax': 'key-record-damaged',
  'key-invalid': 'key-record-damaged',
  'key-type-mismatch': 'key-refused',
  'key-hash-not-allowed': 'key-refused',
  'key-not-for-email': 'key-refused',
  'key-oversized': 'key-refused',
  'identity-not-domain': 'key-refused',
};

/** @param answer what DNS said of the key's name */
export function keyFinding({ reason, detail }: DkimVerdict, answer: Answer<'TXT'> | undefined): Change | undefined {
  const kind = KINDS[reason];
  if (kind === undefined) return undefined;
  const damage = kind === 'key-record-damaged' ? damageIn(answer) : undefined;
  return { kind, to: damage ?? detail };
}

/** How a record came to be damaged, as a sentence; `undefined` where nothing is telling. */
function damageIn(answer: Answer<'TXT'> | undefined): string | undefined {
  if (answer?.status !== 'found') return undefined;
  for (const strings of answer.records) {
    const text = strings.join('');
    const key = /(?:^|[;\s])p[ \t]*=([^;]*)/.exec(text)?.[1];
    if (/\\?"/.test(text)) return 'the record contains quotes: it was quoted twice when it was published';
    if (key === undefined) continue;
    const bytes = Buffer.from(key.replace(/\s/g, ''), 'base64');
    const declared = declaredLength(bytes);
    if (declared !== undefined && declared > bytes.length) {
      return `the record is truncated: the key in p= has ${bytes.length} octets but declares ${declared}`;
    }
    if (/[^A-Za-z0-9+/=\s]/.test(key)) return 'p= contains characters that are not base64';
  }
  return undefined;
}

/** The length that the outer DER sequence says it has, head included. */
function declaredLength(bytes: Buffer): number | undefined {
  if (bytes[0] !== DER_TAG.sequence || typeof readDerSequence(bytes) !== 'string') return undefined;
  const first = bytes[1] ?? 0;
  if (first < 0x80) return first + 2;
  const octets = first & 0x7f;
  if (octets === 0 || octets > 3 || bytes.length < 2 + octets) return undefined;
  return bytes.readUIntBE(2, octets) + 2 + octets;
}

/** Expired, or from the future. */
export function timeFinding({ reason, timestamp, expires, warnings }: DkimVerdict, now: number): Change | undefined {
  if (reason === 'signature-expired') return { kind: 'signature-expired', from: String(expires), to: String(now) };
  const isEarly = reason === 'timestamp-in-future' || warnings.some(({ code }) => code === 'timestamp-in-future');
  if (!isEarly) return undefined;
  return { kind: 'signature-too-early', from: String(timestamp), to: String(now) };
}
