/** What DNS has at the name of a key, held against the key file that is signed with. */
import { GOOD_RSA_BITS, MIN_RSA_BITS } from '../../crypto/public-key.ts';
import type { Answer, Found, TempError } from '../../dns/resolver.ts';
import { joinStrings } from '../../dns/txt-formats/text.ts';
import { worstFirst } from '../../finding.ts';
import { shown } from '../../syntax/shown.ts';
import { withoutWhitespace } from '../../syntax/tag-list.ts';
import { type ExpectedKey, type KeyFinding, KeyWords } from './finding.ts';
import { keyRecordFindings, publishedKeyText } from './record.ts';

/** What was asked about one key. {@link askForPublishedKey} asks. */
export interface PublishedAnswers {
  /** TXT at `SELECTOR._domainkey.DOMAIN`. */
  readonly answer: Answer<'TXT'>;
  /** TXT at a name that nobody has made, beside the key's: the same answer there comes from a wildcard. */
  readonly wildcard?: Answer<'TXT'> | undefined;
  /** TXT at names that the record may have got by mistake, asked where it is not at its own. */
  readonly misplaced?: readonly { readonly name: string; readonly answer: Answer<'TXT'> }[] | undefined;
}

/**
 * Compare a key with what is published. DNS has been asked already: `askForPublishedKey` does that.
 *
 * @returns what is wrong, worst first; nothing where a verifier gets the key
 */
export async function publishedKeyFindings(expected: ExpectedKey, answers: PublishedAnswers): Promise<KeyFinding[]> {
  const words = new KeyWords(expected);
  const { answer } = answers;
  const findings =
    answer.status === 'temperror'
      ? [trouble(answer, words)]
      : answer.status === 'found'
        ? await foundFindings(answer, answers, expected, words)
        : [missing(answer, answers, words)];
  return worstFirst([...findings, ...sizeFindings(expected, words)]);
}

function trouble({ reason, detail }: TempError, words: KeyWords): KeyFinding {
  const expected = `the record of ${words.key}`;
  const observed = shown(detail, 400);
  if (reason === 'cname-loop') {
    const remedy = `remove the CNAME and publish ${words.record}`;
    return words.finding('error', 'alias-loop', { observed, expected, remedy });
  }
  if (reason === 'tcp-refused') {
    const remedy = 'make the name server answer on TCP port 53, and check for a firewall in between (RFC 7766)';
    return words.finding('temporary', 'dns-tcp-refused', { observed, expected, remedy });
  }
  if (reason === 'dnssec-bogus') {
    const remedy = `sign the zone again, and compare the DS records in the parent zone with its DNSKEYs; "delv ${words.name} TXT" shows where validation fails`;
    const right = `${expected}, in an answer that passes DNSSEC validation (RFC 4035): validating receivers get none`;
    return words.finding('error', 'dnssec-bogus', { observed, expected: right, remedy });
  }
  const remedy = 'try again later; if it persists, check the name server (--trace shows its answers)';
  return words.finding('temporary', 'dns-no-answer', { observed, expected, remedy });
}

/** There is no TXT record. */
function missing(
  answer: Exclude<Answer<'TXT'>, { status: 'found' | 'temperror' }>,
  { misplaced = [], wildcard }: PublishedAnswers,
  words: KeyWords,
): KeyFinding {
  const expected = `a TXT record with ${words.key}`;
  const target = answer.aliases?.at(-1);
  const isThere = answer.status === 'nodata';
  if (target !== undefined) {
    if (isSameAlias(answer, wildcard))
      return wildcardAlias(target, isThere ? 'has no TXT record' : 'does not exist', words);
    return words.finding('error', 'alias-dangling', {
      observed: `it is an alias of ${shown(target, 255)}, which ${isThere ? 'has no TXT record' : 'does not exist'}`,
      expected,
      remedy: `have the record published at ${shown(target, 255)}, or replace the CNAME with ${words.record}`,
    });
  }
  const says = isThere ? 'the name exists, but has no TXT record (NODATA)' : 'the name does not exist (NXDOMAIN)';
  const elsewhere = misplaced.find(({ answer: other }) => other.status === 'found' && other.records.some(isKeyLike));
  if (elsewhere !== undefined) {
    return words.finding('error', 'key-name-wrong', {
      observed: `${says}, but there is a key record at ${elsewhere.name}, where nothing looks for it`,
      expected: `it at ${words.name}: many web panels append the domain themselves`,
      remedy: `remove that record and publish ${words.record} at the right name; --origin ZONE prints the name a panel expects`,
    });
  }
  return words.finding('error', isThere ? 'key-record-missing' : 'key-name-missing', {
    observed: says,
    expected,
    remedy: `publish ${words.record}; if that is done, check that the zone was reloaded and its serial increased`,
  });
}

async function foundFindings(
  answer: Found<'TXT'>,
  { wildcard }: PublishedAnswers,
  expected: ExpectedKey,
  words: KeyWords,
): Promise<KeyFinding[]> {
  const texts = answer.records.map(joinStrings);
  const candidates = texts.filter(isKeyText).sort((a, b) => likeness(b, words) - likeness(a, words));
  const [best] = candidates;
  if (isSameAlias(answer, wildcard) && !isRight(best, words)) {
    return [wildcardAlias(answer.aliases!.at(-1)!, `contains '${shown(texts[0]!)}'`, words)];
  }
  // What a wildcard has may be right or not: there is no record at the name, and that is the one cause.
  if (answer.aliases === undefined && isSameAnswer(answer, wildcard)) return [wildcardFinding(texts, best, words)];
  if (best === undefined) return [noKey(texts, words)];
  if (isSplit(best, texts, words)) return [split(texts.length, words)];
  const several = texts.length > 1 ? [severalRecords(texts.length, candidates.length, words)] : [];
  return [...several, ...(await keyRecordFindings(best, expected, words))];
}

function isRight(text: string | undefined, { publicKey }: KeyWords): boolean {
  return text !== undefined && publishedKeyText(text) === publicKey;
}

/** Both are aliases of one name, and neither was made for it. */
function isSameAlias(a: Answer<'TXT'>, b: Answer<'TXT'> | undefined): boolean {
  const target = a.aliases?.[0]?.toLowerCase();
  return target !== undefined && b?.aliases?.[0]?.toLowerCase() === target;
}

function wildcardAlias(target: string, what: string, words: KeyWords): KeyFinding {
  return words.finding('error', 'wildcard-record', {
    observed: `a wildcard CNAME answers for every name at this level: it leads to ${shown(target, 255)}, which ${what}`,
    expected: `a record at the name itself with ${words.key}`,
    remedy: `publish ${words.record}: a record at the name itself takes precedence over the wildcard (RFC 4592)`,
  });
}

const isKeyLike = (strings: readonly string[]) => isKeyText(joinStrings(strings));

/** Meant as a key record, even if a verifier could not read it. */
function isKeyText(text: string): boolean {
  if (/^[ "(]*v=(?!DKIM)/i.test(text)) return false; // v=spf1, v=DMARC1
  return /DKIM1|(?:^|[;\s"])[pP]\s*=|-----BEGIN/.test(text);
}

/** How many characters of p= are right from the start; more where there is nothing else. */
function likeness(text: string, { publicKey }: KeyWords): number {
  const seen = publishedKeyText(text) ?? '';
  if (seen === publicKey) return Infinity;
  let at = 0;
  while (at < seen.length && seen[at] === publicKey[at]) at++;
  return at;
}

function isSameAnswer(a: Answer<'TXT'>, b: Answer<'TXT'> | undefined): boolean {
  return a.status === 'found' && b?.status === 'found' && recordSet(a) === recordSet(b);
}

const recordSet = ({ records }: Found<'TXT'>) => JSON.stringify(records.map(joinStrings).sort());

function wildcardFinding(texts: readonly string[], best: string | undefined, words: KeyWords): KeyFinding {
  const expected = `a record at the name itself with ${words.key}`;
  const publish = `publish ${words.record}: a record at the name itself takes precedence over the wildcard (RFC 4592)`;
  if (best !== undefined && publishedKeyText(best) === '') {
    return words.finding('error', 'key-name-missing', {
      observed: 'the name does not exist: a wildcard answers for every name at this level, with a key that is revoked',
      expected,
      remedy: publish,
    });
  }
  if (isRight(best, words)) {
    return words.finding('warning', 'wildcard-record', {
      observed: 'a wildcard answers for every name at this level, with a key record',
      expected,
      remedy: `publish ${words.record}, and delete the wildcard: keys below it cannot be revoked`,
    });
  }
  return words.finding('error', 'wildcard-record', {
    observed: `a wildcard answers for every name at this level: '${shown(best ?? texts[0]!)}'`,
    expected,
    remedy: publish,
  });
}

function noKey(texts: readonly string[], words: KeyWords): KeyFinding {
  const what =
    texts.length === 1 ? 'there is a TXT record, but it is not' : `${texts.length} TXT records are there, but none is`;
  return words.finding('error', 'no-key-record', {
    observed: `${what} a key record: '${shown(texts[0]!)}'`,
    expected: `one TXT record, with ${words.key}`,
    remedy: `publish ${words.record} in place of what is there`,
  });
}

/** RFC 6376 section 3.6.2.2: with several records, the results are undefined. */
function severalRecords(count: number, keys: number, words: KeyWords): KeyFinding {
  const others = keys > 1 ? `${keys} of them key records` : 'one of them a key record';
  return words.finding(keys > 1 ? 'error' : 'warning', 'several-records', {
    observed: `${count} TXT records are there, ${others}: verifiers use any one of them, or give up (RFC 6376 section 3.6.2.2)`,
    expected: `one TXT record, with ${words.key}`,
    remedy: `remove all of them except ${words.record}`,
  });
}

/** The character-strings of one record became records of their own, which DNS hands out in any order. */
function isSplit(best: string, texts: readonly string[], { publicKey }: KeyWords): boolean {
  const start = publishedKeyText(best);
  if (start === undefined || start === '' || start === publicKey || !publicKey.startsWith(start)) return false;
  const parts = texts.filter((text) => text !== best).map((text) => withoutWhitespace(text.replaceAll('"', '')));
  let at = start.length;
  while (at < publicKey.length) {
    const next = parts.find((part) => part !== '' && publicKey.startsWith(part, at));
    if (next === undefined) return false;
    at += next.length;
  }
  return true;
}

function split(count: number, words: KeyWords): KeyFinding {
  return words.finding('error', 'split-over-records', {
    observed: `the record was entered in parts, as ${count} TXT records: nothing can join them again`,
    expected: 'one TXT record, with its character-strings on one line (RFC 6376 section 3.6.2.2)',
    remedy: `publish ${words.record} in place of them, as one record`,
  });
}

/** RFC 8301 section 3.2. */
function sizeFindings({ type, bits }: ExpectedKey, words: KeyWords): KeyFinding[] {
  if (type !== 'rsa' || bits >= GOOD_RSA_BITS) return [];
  const isRefused = bits < MIN_RSA_BITS;
  return [
    words.finding(isRefused ? 'error' : 'warning', 'key-weak', {
      observed: `${words.key} has ${bits} bits${isRefused ? ': verifiers must refuse it' : ''}`,
      expected: `RSA of ${GOOD_RSA_BITS} bits or more (RFC 8301 section 3.2)`,
      remedy: `make a new key with ${words.newKey}, publish its record, then sign with it`,
    }),
  ];
}
