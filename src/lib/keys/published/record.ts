/** One TXT record that is meant as a key record, held against the key that should be there. */
import { shown } from '../../syntax/shown.ts';
import { parseTagList, type Tag, withoutWhitespace } from '../../syntax/tag-list.ts';
import type { ExpectedKey, KeyFinding, KeyWords } from './finding.ts';
import { type KeyRecord, parseKeyRecord } from '../key-record.ts';
import { publicKeyFindings } from './p-tag.ts';

/**
 * @param text latin1, the character-strings joined
 * @returns nothing where verifiers will find the key in it
 */
export async function keyRecordFindings(text: string, expected: ExpectedKey, words: KeyWords): Promise<KeyFinding[]> {
  const list = parseTagList(text);
  const pasted = list.ok && isRead(text) ? undefined : unpasted(text, words);
  if (pasted !== undefined) {
    return [pasted.finding, ...(await keyRecordFindings(pasted.text, expected, words))];
  }
  if (!list.ok) return [syntax(`it is not a tag list from offset ${list.offset} on: ${list.problem}`, words)];
  const key = list.tags.get('p');
  if (key === undefined)
    return [syntax(`it has no p= tag${list.tags.has('P') ? ', and P= is another tag' : ''}`, words)];
  const ofKey = await publicKeyFindings(key.value, text.length, expected, words);
  const ofTags = otherTagFindings(withoutKey(text, key), expected, words);
  // Where another key is published, of course its k= may be another too.
  const isOther = ofKey.some(({ code }) => code === 'key-differs' || code === 'key-damaged');
  return [...ofKey, ...ofTags.filter(({ code }) => !isOther || code !== 'key-type-wrong')];
}

/** p= of a record that can be read at all, without white space. */
export function publishedKeyText(text: string): string | undefined {
  const list = parseTagList(unquoted(text));
  const key = list.ok ? list.tags.get('p') : undefined;
  return key && withoutWhitespace(key.value);
}

/** The tags of the record, whatever its p= holds. */
const withoutKey = (text: string, { start, end }: Tag) => text.slice(0, start) + text.slice(end);

function isRead(text: string): boolean {
  const list = parseTagList(text);
  const key = list.ok ? list.tags.get('p') : undefined;
  return key !== undefined && !/["\\]/.test(key.value) && parseKeyRecord(withoutKey(text, key)).ok;
}

/** Quotes and backslashes that belong to a zone file, not to the record. */
function unpasted(text: string, words: KeyWords): { text: string; finding: KeyFinding } | undefined {
  const plain = unquoted(text);
  if (plain === text || !isRead(plain)) return undefined;
  const at = text.search(/["\\]/);
  const isQuoted = text.includes('"');
  const observed = `${isQuoted ? 'quotes' : 'backslashes'} in the record, first at offset ${at}: ${shown(text)}`;
  const finding = words.finding('error', isQuoted ? 'quotes-in-record' : 'backslashes-in-record', {
    observed: `${observed}; they belong in a zone file and were pasted where the bare text is expected`,
    expected: `'${shown(plain)}'`,
    remedy: `publish ${words.record}; for a web panel that expects the bare text, use --format raw`,
  });
  return { text: plain, finding };
}

/** What stands within quotes where there are pairs of them, without backslashes; an odd quote goes too. */
function unquoted(text: string): string {
  if (!/["\\]/.test(text)) return text;
  const bare = text.replaceAll('\\', '');
  const strings = [...bare.matchAll(/"([^"]*)"/g)].map(([, string]) => string!);
  const joined = strings.join('');
  // a pair around each character-string, or just one quote inside the text
  return joined.includes('p=') ? joined : bare.replace(/" *"/g, '').replaceAll('"', '');
}

function syntax(problem: string, words: KeyWords): KeyFinding {
  return words.finding('error', 'record-syntax', {
    observed: `the record cannot be read: ${shown(problem, 200)}`,
    expected: 'tags of the form name=value separated by semicolons, each once (RFC 6376 section 3.2)',
    remedy: `publish ${words.record}`,
  });
}

function otherTagFindings(text: string, expected: ExpectedKey, words: KeyWords): KeyFinding[] {
  const parsed = parseKeyRecord(text);
  if (!parsed.ok) {
    return [
      words.finding('error', 'version-wrong', {
        observed: shown(parsed.problem, 200),
        expected: 'v=DKIM1 as the first tag (RFC 6376 section 3.6.1); verifiers discard any other version',
        remedy: `publish ${words.record}`,
      }),
    ];
  }
  const { record } = parsed;
  return [
    ...(record.hasVersion || expected.isDomainKeys === true ? [] : [withoutVersion(words)]),
    ...typeFindings(record, expected, words),
    ...useFindings(record, expected, words),
  ];
}

function withoutVersion(words: KeyWords): KeyFinding {
  return words.finding('warning', 'version-missing', {
    observed: 'v=DKIM1 is missing',
    expected: 'v=DKIM1 as the first tag: RFC 6376 section 3.6.1 recommends it, and some verifiers require it',
    remedy: `publish ${words.record}`,
  });
}

function typeFindings({ keyType }: KeyRecord, { type }: ExpectedKey, words: KeyWords): KeyFinding[] {
  if (keyType === type) return [];
  return [
    words.finding('error', 'key-type-wrong', {
      observed: `the record says k=${shown(keyType)}${keyType === 'rsa' ? ', or has no k=' : ''}`,
      expected: `k=${type}, the type of ${words.key}`,
      remedy: `publish ${words.record}`,
    }),
  ];
}

/** What the record says about who may use the key and for what (RFC 6376 section 3.6.1 h=, s=, t=). */
function useFindings(record: KeyRecord, expected: ExpectedKey, words: KeyWords): KeyFinding[] {
  const { hashAlgorithms, services, flags } = record;
  const findings: KeyFinding[] = [];
  const remedy = `publish ${words.record}`;
  if (hashAlgorithms !== undefined && !hashAlgorithms.includes('sha256')) {
    findings.push(
      words.finding('error', 'hash-not-sha256', {
        observed: `h=${shown(hashAlgorithms.join(':'))} leaves out sha256, so no signature made with it is accepted`,
        expected: 'no h= at all, or h=sha256 (RFC 8301 section 3.1)',
        remedy,
      }),
    );
  }
  if (!services.includes('*') && !services.includes('email')) {
    findings.push(
      words.finding('error', 'service-not-email', {
        observed: `s=${shown(services.join(':'))} leaves out email: mail verifiers ignore the key`,
        expected: 'no s= at all, s=* or s=email',
        remedy,
      }),
    );
  }
  if (flags.includes('y') && expected.isTesting !== true) {
    findings.push(
      words.finding('warning', 'testing', {
        observed: 't=y is set: verifiers may treat mail whose signature fails as unsigned',
        expected: 'no t=y once signing works (RFC 6376 section 3.6.1)',
        remedy,
      }),
    );
  }
  return findings;
}
