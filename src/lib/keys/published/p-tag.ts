/** p= of a published record, held against the key that should be there: where it differs, and how that came about. */
import { readDerSequence } from '../../crypto/der.ts';
import { derKind } from '../../crypto/der-kind.ts';
import { describePublicRemains } from '../../crypto/key-remains.ts';
import { importPublicKey, type KeyType, readRsaPublicKey } from '../../crypto/public-key.ts';
import { ed25519Spki, rsaSpki } from '../../crypto/spki.ts';
import { shown } from '../../syntax/shown.ts';
import { withoutWhitespace } from '../../syntax/tag-list.ts';
import type { ExpectedKey, KeyFinding, KeyFindingCode, KeyWords } from './finding.ts';

/**
 * @param value p= as it stands in the record, latin1
 * @param recordLength octets of the whole record, which may say why it is cut
 * @returns nothing where it is the key, octet for octet
 */
export async function publicKeyFindings(
  value: string,
  recordLength: number,
  expected: ExpectedKey,
  words: KeyWords,
): Promise<KeyFinding[]> {
  const text = withoutWhitespace(value);
  if (text === '') return [revoked(words)];
  if (text !== words.publicKey && withPluses(value) === words.publicKey) return [plusesLost(value, words)];
  const findings = text === value ? [] : [spaces(value, words)];
  if (text === words.publicKey) return findings;
  if (words.publicKey.startsWith(text)) return [...findings, await cut(text, recordLength, expected, words)];
  const differs = await other(text, expected, words);
  return differs.code === 'key-not-base64' ? [differs] : [...findings, differs];
}

function revoked(words: KeyWords): KeyFinding {
  return words.finding('error', 'key-revoked', {
    observed: 'p= is empty: the key is revoked, verifiers refuse its signatures',
    expected: `p= of ${words.key}`,
    remedy: `make a new key with ${words.newKey} and sign with it, or publish ${words.record} if this is a mistake`,
  });
}

function spaces(value: string, words: KeyWords): KeyFinding {
  const at = value.search(/[ \t\r\n]/);
  return words.finding('warning', 'space-in-key', {
    observed: `p= contains white space, first at offset ${at} of p=, as from text pasted in several lines`,
    expected: 'base64 without white space: RFC 6376 section 3.6.1 allows it, some verifiers and web panels do not',
    remedy: `publish ${words.record}`,
  });
}

/** A form that is sent without encoding its `+` arrives with blanks in their place; breaks of lines are none of these. */
function withPluses(value: string): string {
  return value
    .trim()
    .replaceAll(/[\t\r\n]/g, '')
    .replaceAll(' ', '+');
}

function plusesLost(value: string, words: KeyWords): KeyFinding {
  const at = value.trim().indexOf(' ');
  return words.finding('error', 'plus-lost', {
    observed: `p= contains spaces in place of +, first at offset ${at} of p=: a web form has turned + into spaces`,
    expected: `p= of ${words.key}`,
    remedy: `publish ${words.record}; if the web form does it again, write each + as %2B`,
  });
}

async function cut(text: string, recordLength: number, expected: ExpectedKey, words: KeyWords): Promise<KeyFinding> {
  const { length } = words.publicKey;
  const remains =
    text.length < length - 2 && expected.type === 'rsa' ? await remainsOf(text, Math.ceil(expected.bits / 8)) : '';
  return words.finding('error', 'key-cut', {
    observed: `p= is truncated: it ends at offset ${text.length} of ${length}${remains}; ${causeOfCut(text.length, length, recordLength)}`,
    expected: `${length} characters, of which '${words.publicKey.slice(text.length, text.length + 16)}' come next`,
    remedy: `publish ${words.record}, complete: after a character-string of 255 octets the next one continues`,
  });
}

async function remainsOf(text: string, modulusOctets?: number): Promise<string> {
  const remains = await describePublicRemains(Buffer.from(text, 'base64'), modulusOctets);
  return remains === '' ? '' : ` (${remains})`;
}

function causeOfCut(there: number, wanted: number, recordLength: number): string {
  if (wanted - there <= 2) return 'the = at its end is missing';
  const limit = [255, 512, 1024].find((size) => Math.abs(recordLength - size) <= 1);
  if (limit === 255) return 'the record stops at 255 octets: only its first character-string was kept';
  return limit === undefined
    ? 'it was not copied completely, or the input field of a web panel is too short'
    : `the record stops at ${limit} octets, where a program or a web panel cut it off`;
}

/** Where another text stands in p=: another key, or the remains of this one. */
async function other(text: string, expected: ExpectedKey, words: KeyWords): Promise<KeyFinding> {
  const wanted = `p= of ${words.key}, ${sizeOf(expected)}; ${difference(text, words.publicKey)}`;
  const finding = (code: KeyFindingCode, observed: string, remedy = `publish ${words.record}`) =>
    words.finding(code === 'key-is-pkcs1' ? 'warning' : 'error', code, { observed, expected: wanted, remedy });

  const foreign = /[^A-Za-z0-9+/=]|=(?=[^=])/.exec(text);
  if (foreign !== null) return finding('key-not-base64', notBase64(text, foreign.index));
  const bytes = Buffer.from(text, 'base64');
  const elements = readDerSequence(bytes);
  const kind = typeof elements === 'string' ? 'unknown' : derKind(elements);
  if (kind.endsWith('private') || kind.endsWith('pkcs8')) {
    const observed = 'p= contains a private key: anyone who reads it can sign as you';
    return finding('private-key-published', observed, `make a new key with ${words.newKey}, and delete this record`);
  }
  if (expected.type === 'ed25519' && bytes.equals(ed25519Spki(expected.publicKeyBytes))) {
    return finding(
      'key-is-spki',
      'p= contains the key as SubjectPublicKeyInfo: verifiers expect only its 32 octets (RFC 8463)',
    );
  }
  if (isSameRsaKey(bytes, expected)) return pkcs1OrNot(kind, finding);
  const type: KeyType = bytes.length === 32 ? 'ed25519' : 'rsa';
  const imported = importPublicKey(type, bytes);
  if (imported.ok && text.length % 4 === 0) {
    return finding(
      'key-differs',
      `another key is published, ${sizeOf(imported)}: p= begins with ${text.slice(0, 16)} and ends with ${text.slice(-16)}`,
      `publish ${words.record}, or sign with the key that belongs to the record`,
    );
  }
  const problem = imported.ok ? 'the length of p= is not valid for base64' : imported.problem;
  const remains = type === 'rsa' && bytes[0] === 0x30 ? await remainsOf(text) : '';
  return finding('key-damaged', `p= does not contain a valid key: ${problem}${remains}`);
}

function pkcs1OrNot(kind: string, finding: (code: KeyFindingCode, observed: string) => KeyFinding): KeyFinding {
  return kind === 'rsa-public'
    ? finding(
        'key-is-pkcs1',
        'p= contains the key as PKCS#1 (RSAPublicKey): some verifiers accept it, others only a SubjectPublicKeyInfo',
      )
    : finding('key-damaged', 'p= contains the numbers of the key, but in a non-standard encoding');
}

function isSameRsaKey(bytes: Buffer, { type, publicKeyBytes }: ExpectedKey): boolean {
  const numbers = type === 'rsa' ? readRsaPublicKey(bytes) : 'another type';
  return typeof numbers === 'object' && rsaSpki(numbers).equals(publicKeyBytes);
}

function notBase64(text: string, at: number): string {
  const character = shown(text[at]!);
  const cause = text.includes('-----')
    ? ': the first and last line of a PEM file do not belong in a record'
    : character === '-' || character === '_'
      ? ': it is base64url'
      : '';
  return `p= is not base64: '${character}' at offset ${at} of p=${cause}`;
}

function sizeOf({ type, bits }: { readonly type: KeyType; readonly bits: number }): string {
  return type === 'rsa' ? `RSA of ${bits} bits` : 'Ed25519';
}

function difference(there: string, wanted: string): string {
  let at = 0;
  while (at < there.length && there[at] === wanted[at]) at++;
  const [seen, right] = [there, wanted].map((text) => shown(text.slice(at, at + 16)));
  return `the first difference is at offset ${at} of p=: found '${seen}', expected '${right}'`;
}
