/** A message for each reason and each warning that a DKIM verdict can have: for the engine and for the command. */
import { createHash } from 'node:crypto';
import type { DkimReason, DkimWarning } from '../../src/lib/verdict.ts';
import { MAX_HEADER_FIELDS } from '../../src/lib/message/header-block.ts';
import { PLAIN, signByHand } from './hand-signer.ts';
import { keyOwner, keyRecord, keyZone, NOW, publicKeyText } from './vectors.ts';

export interface VerdictCase {
  readonly name: string;
  /** latin1 */
  readonly message: string;
  readonly options?: readonly ('legacy' | 'strict' | 'lenient' | 'author')[];
  readonly result: string;
  readonly reason: DkimReason;
  readonly detail: string;
  readonly warnings?: Readonly<Partial<Record<DkimWarning, string>>>;
  readonly domain?: string;
  readonly selector?: string;
  readonly alignment?: 'exact' | 'related' | 'none';
  readonly bodyHash?: 'match' | 'mismatch' | 'unchecked';
  readonly signature?: 'valid' | 'invalid' | 'unchecked';
  /** The From addresses; `null`: none to be read. */
  readonly from?: string | null;
}

/** A modulus of 8,200 bits, all ones: nobody has to know its factors. */
const OVERSIZED = Buffer.concat([
  Buffer.from('3082040902820402', 'hex'),
  Buffer.concat([Buffer.from([0]), Buffer.alloc(1025, 0xff)]),
  Buffer.from('0201', 'hex'),
  Buffer.from([3]),
]);

const RSA = publicKeyText('rsa2048');

/** Zone JSON: the keys of the vectors, and what can be wrong with a record. */
export const VERDICT_ZONE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ...keyZone(),
  [keyOwner('rsa2048', 'news.example.com')]: { TXT: [keyRecord('rsa2048')] },
  [keyOwner('rsa2048', 'list.example.net')]: { TXT: [keyRecord('rsa2048')] },
  [keyOwner('timeout')]: { TXT: 'TIMEOUT' },
  [keyOwner('servfail')]: { TXT: 'SERVFAIL' },
  [keyOwner('no-txt')]: { A: ['192.0.2.1'] },
  [keyOwner('not-a-list')]: { TXT: ['"v=DKIM1; p="'] },
  [keyOwner('spf')]: { TXT: ['v=spf1 -all'] },
  [keyOwner('cut')]: { TXT: [`v=DKIM1; k=rsa; p=${RSA.slice(0, 236)}`] },
  [keyOwner('oversized')]: { TXT: [`v=DKIM1; p=${OVERSIZED.toString('base64')}`] },
  [keyOwner('revoked')]: { TXT: ['v=DKIM1; p='] },
  [keyOwner('revoked-beside-spf')]: { TXT: ['v=spf1 -all', 'v=DKIM1; p='] },
  [keyOwner('other-type')]: { TXT: [`v=DKIM1; k=dsa; p=${RSA}`] },
  [keyOwner('sha1-only')]: { TXT: [`v=DKIM1; h=sha1; p=${RSA}`] },
  [keyOwner('tlsrpt')]: { TXT: [`v=DKIM1; s=tlsrpt; p=${RSA}`] },
  [keyOwner('strict')]: { TXT: [`v=DKIM1; t=s; p=${RSA}`] },
  [keyOwner('testing')]: { TXT: [`v=DKIM1; t=y; p=${RSA}`] },
  [keyOwner('several')]: { TXT: [keyRecord('rsa1024'), keyRecord('rsa2048')] },
  [keyOwner('beside-spf')]: { TXT: ['v=spf1 -all', keyRecord('rsa2048')] },
  [keyOwner('g-tag')]: { TXT: [`v=DKIM1; g=bob; p=${RSA}`] },
};

const valid = { result: 'pass', reason: 'signature-valid', bodyHash: 'match', signature: 'valid' } as const;
const HIDDEN_DETAIL =
  'the message hides a From field behind a bare CR or control characters: a reader may see another author';
const ONE_BARE_CR = 'the header block has 1 bare CR: other programs may see other fields';
const SECOND_SUBJECT = 'the message has 2 Subject fields, only 1 signed: a reader may see the other';
const VALID_DETAIL = 'signed by example.com (2048-bit rsa-sha256)';

/** Something was found in the signature field alone: nothing is checked. */
const field = (reason: DkimReason, result = 'permerror') =>
  ({ result, reason, bodyHash: 'unchecked', signature: 'unchecked' }) as const;
/** Something is wrong with the key: the body is judged all the same. */
const key = (reason: DkimReason, result = 'permerror') =>
  ({ result, reason, bodyHash: 'match', signature: 'unchecked' }) as const;

const tagged = (tags: Readonly<Record<string, string | undefined>>) => signByHand(PLAIN, { tags });
const ALL_OF_IT = { l: String(PLAIN.split('\r\n\r\n')[1]!.length) };
const BH = createHash('sha256').update('Are you hungry yet?\r\n').digest('base64');

export const VERDICT_CASES: readonly VerdictCase[] = [
  { name: 'valid', message: signByHand(PLAIN), ...valid, detail: VALID_DETAIL },
  {
    name: 'valid-ed25519',
    message: signByHand(PLAIN, { key: 'ed25519' }),
    ...valid,
    detail: 'signed by example.com (256-bit ed25519-sha256)',
    selector: 'ed25519',
  },
  { name: 'g-is-ignored', message: tagged({ s: 'g-tag' }), ...valid, detail: VALID_DETAIL, selector: 'g-tag' },
  {
    name: 'body-changed',
    message: `${signByHand(PLAIN)}-- \r\nA footer\r\n`,
    result: 'fail',
    reason: 'body-hash-mismatch',
    detail: 'the body was changed after it was signed',
    bodyHash: 'mismatch',
    signature: 'valid',
  },
  {
    name: 'body-and-subject-changed',
    message: `${signByHand(PLAIN).replace('Lunch', 'Dinner')}A footer\r\n`,
    result: 'fail',
    reason: 'body-hash-mismatch',
    detail: 'the body was changed after it was signed',
    bodyHash: 'mismatch',
    signature: 'invalid',
  },
  {
    name: 'subject-changed',
    message: signByHand(PLAIN).replace('Lunch', '[list] Lunch'),
    result: 'fail',
    reason: 'signature-mismatch',
    detail: 'the signature does not fit the signed header fields and the published key',
    bodyHash: 'match',
    signature: 'invalid',
  },
  {
    name: 'sha1',
    message: tagged({ a: 'rsa-sha1' }),
    result: 'policy',
    reason: 'weak-algorithm',
    detail: 'rsa-sha1 must not be used any more (RFC 8301)',
    bodyHash: 'match',
    signature: 'valid',
    warnings: { 'weak-algorithm': 'rsa-sha1 must not be used any more (RFC 8301)' },
  },
  {
    name: 'sha1-legacy',
    message: tagged({ a: 'rsa-sha1' }),
    options: ['legacy'],
    ...valid,
    detail: 'signed by example.com (2048-bit rsa-sha1)',
    warnings: { 'weak-algorithm': 'rsa-sha1 must not be used any more (RFC 8301)' },
  },
  {
    name: 'short-key',
    message: signByHand(PLAIN, { key: 'rsa768' }),
    result: 'policy',
    reason: 'weak-key',
    detail: 'the RSA key has 768 bits, fewer than 1024',
    bodyHash: 'match',
    signature: 'valid',
    selector: 'rsa768',
    warnings: { 'weak-key': 'the RSA key has 768 bits, 2048 are advised' },
  },
  {
    name: 'short-key-legacy',
    message: signByHand(PLAIN, { key: 'rsa768' }),
    options: ['legacy'],
    ...valid,
    detail: 'signed by example.com (768-bit rsa-sha256)',
    selector: 'rsa768',
    warnings: { 'weak-key': 'the RSA key has 768 bits, 2048 are advised' },
  },
  {
    name: 'key-near-limit',
    message: signByHand(PLAIN, { key: 'rsa1024' }),
    ...valid,
    detail: 'signed by example.com (1024-bit rsa-sha256)',
    selector: 'rsa1024',
    warnings: { 'key-near-limit': 'the RSA key has 1024 bits, 2048 are advised' },
  },
  {
    name: 'l-covers-all',
    message: tagged(ALL_OF_IT),
    ...valid,
    detail: VALID_DETAIL,
  },
  {
    name: 'l-leaves-a-rest',
    message: `${tagged(ALL_OF_IT)}Buy!\r\n`,
    ...valid,
    detail: VALID_DETAIL,
    warnings: { 'body-partly-signed': 'l= leaves 6 octets of the body unsigned: anybody may have added them' },
  },
  {
    name: 'l-leaves-a-rest-strict',
    message: `${tagged(ALL_OF_IT)}Buy!\r\n`,
    options: ['strict'],
    result: 'policy',
    reason: 'body-partly-signed',
    detail: 'l= leaves 6 octets of the body unsigned: anybody may have added them',
    bodyHash: 'match',
    signature: 'valid',
    warnings: { 'body-partly-signed': 'l= leaves 6 octets of the body unsigned: anybody may have added them' },
  },
  {
    name: 'from-added-lenient',
    message: `From: evil@example.org\r\n${signByHand(PLAIN)}`,
    options: ['lenient'],
    ...valid,
    detail: VALID_DETAIL,
    alignment: 'none',
    from: 'evil@example.org, ann@example.com',
    warnings: { 'from-added': 'the message has 2 From fields, 1 signed: a reader may see another author' },
  },
  {
    name: 'from-added',
    message: `From: evil@example.org\r\n${signByHand(PLAIN)}`,
    result: 'policy',
    reason: 'from-added',
    detail: 'the message has 2 From fields, 1 signed: a reader may see another author',
    bodyHash: 'match',
    signature: 'valid',
    alignment: 'none',
    from: 'evil@example.org, ann@example.com',
    warnings: { 'from-added': 'the message has 2 From fields, 1 signed: a reader may see another author' },
  },
  {
    name: 'from-added-oversigned',
    message: `From: evil@example.org\r\n${tagged({ h: 'From:From:To:Subject:Date:Message-ID' })}`,
    result: 'fail',
    reason: 'signature-mismatch',
    detail: 'the signature does not fit the signed header fields and the published key',
    bodyHash: 'match',
    signature: 'invalid',
    alignment: 'none',
    from: 'evil@example.org, ann@example.com',
  },
  {
    name: 'from-behind-a-bare-cr',
    message: `X: a\rFrom: ceo@bank.example\r\n${tagged({ h: 'From:From:To:Subject:Date:Message-ID' })}`,
    result: 'policy',
    reason: 'from-added',
    detail: HIDDEN_DETAIL,
    bodyHash: 'match',
    signature: 'valid',
    alignment: 'none',
    warnings: { 'from-added': HIDDEN_DETAIL, 'header-line-malformed': ONE_BARE_CR },
  },
  {
    name: 'from-behind-a-bare-cr-lenient',
    message: `X: a\rFrom: ceo@bank.example\r\n${signByHand(PLAIN)}`,
    options: ['lenient'],
    ...valid,
    detail: VALID_DETAIL,
    alignment: 'none',
    warnings: { 'from-added': HIDDEN_DETAIL, 'header-line-malformed': ONE_BARE_CR },
  },
  {
    name: 'from-with-a-nul-in-its-name',
    message: `${signByHand(PLAIN)}`.replace('\r\nTo:', '\r\nFr\u0000om: ceo@bank.example\r\nTo:'),
    result: 'policy',
    reason: 'from-added',
    detail: HIDDEN_DETAIL,
    bodyHash: 'match',
    signature: 'valid',
    alignment: 'none',
    warnings: {
      'from-added': HIDDEN_DETAIL,
      'header-line-malformed':
        'the header block has a line that is no field and 1 NUL: other programs may see other fields',
    },
  },
  {
    name: 'from-missing',
    message: signByHand(PLAIN.replace(/^From:.*\r\n/, '')),
    options: ['lenient'],
    result: 'permerror',
    reason: 'from-not-signed',
    detail: 'h= names From, and the message has none: it has no author that could be signed',
    bodyHash: 'unchecked',
    signature: 'unchecked',
    alignment: 'none',
    from: null,
  },
  {
    name: 'subject-added',
    message: `Subject: You have won\r\n${signByHand(PLAIN)}`,
    ...valid,
    detail: VALID_DETAIL,
    warnings: { 'unsigned-duplicate': SECOND_SUBJECT },
  },
  {
    name: 'subject-added-strict',
    message: `Subject: You have won\r\n${signByHand(PLAIN)}`,
    options: ['strict'],
    result: 'policy',
    reason: 'unsigned-duplicate',
    detail: SECOND_SUBJECT,
    bodyHash: 'match',
    signature: 'valid',
    warnings: { 'unsigned-duplicate': SECOND_SUBJECT },
  },
  ...['To', 'Date', 'Message-ID', 'Content-Type', 'Content-Disposition', 'References'].map((name) => ({
    name: `${name}-added`,
    message: `${name}: other\r\n${signByHand(`Content-Disposition: inline\r\nContent-Type: text/plain\r\nReferences: <0@x>\r\n${PLAIN}`, { tags: { h: 'From:To:Subject:Date:Message-ID:Content-Type:References:Content-Disposition' } })}`,
    ...valid,
    detail: VALID_DETAIL,
    warnings: {
      'unsigned-duplicate': `the message has 2 ${name} fields, only 1 signed: a reader may see the other`,
    },
  })),
  {
    name: 'subject-not-signed',
    message: tagged({ h: 'From' }),
    ...valid,
    detail: VALID_DETAIL,
    warnings: { 'subject-not-signed': 'the Subject is not signed: anybody may have changed it' },
  },
  {
    name: 'future',
    message: tagged({ t: String(NOW + 60) }),
    ...valid,
    detail: VALID_DETAIL,
    warnings: { 'timestamp-in-future': `the signature is from the future (t=${NOW + 60})` },
  },
  {
    name: 'future-strict',
    message: tagged({ t: String(NOW + 60) }),
    options: ['strict'],
    result: 'policy',
    reason: 'timestamp-in-future',
    detail: `the signature is from the future (t=${NOW + 60})`,
    bodyHash: 'match',
    signature: 'valid',
    warnings: { 'timestamp-in-future': `the signature is from the future (t=${NOW + 60})` },
  },
  {
    name: 'list',
    message: tagged({ d: 'list.example.net' }),
    ...valid,
    detail: 'signed by list.example.net (2048-bit rsa-sha256)',
    domain: 'list.example.net',
    alignment: 'none',
  },
  {
    name: 'author-unreadable',
    message: signByHand(PLAIN.replace('Ann <', 'ceo@[192.0.2.1], Ann <')),
    options: ['author'],
    result: 'policy',
    reason: 'not-author-domain',
    detail: 'signed by example.com, From domain [192.0.2.1], which is no domain name',
    bodyHash: 'match',
    signature: 'valid',
    alignment: 'none',
    from: 'ceo@[192.0.2.1], ann@example.com',
  },
  {
    name: 'list-author',
    message: tagged({ d: 'list.example.net' }),
    options: ['author'],
    result: 'policy',
    reason: 'not-author-domain',
    detail: 'signed by list.example.net, From domain example.com',
    bodyHash: 'match',
    signature: 'valid',
    domain: 'list.example.net',
    alignment: 'none',
  },
  {
    name: 'subdomain-author',
    message: tagged({ d: 'news.example.com' }),
    options: ['author'],
    result: 'policy',
    reason: 'not-author-domain',
    detail: 'signed by news.example.com, From domain example.com',
    bodyHash: 'match',
    signature: 'valid',
    domain: 'news.example.com',
    alignment: 'related',
  },
  {
    name: 'parent-author',
    message: signByHand(PLAIN.replace('ann@example.com', 'ann@news.example.com')),
    options: ['author'],
    ...valid,
    detail: VALID_DETAIL,
    alignment: 'related',
    from: 'ann@news.example.com',
  },
  {
    name: 'too-many-fields',
    message: `${'A: 1\r\n'.repeat(MAX_HEADER_FIELDS)}${signByHand(PLAIN)}`,
    ...field('header-over-limit', 'policy'),
    detail: 'the header block has more than 200000 fields: nothing in it was judged',
    domain: '?',
    selector: '?',
    alignment: 'none',
    from: null,
  },
  {
    name: 'too-many-names',
    message: tagged({ h: `From${':X'.repeat(5000)}` }),
    ...field('too-many-signed-fields', 'policy'),
    detail: 'h= holds 5001 names, more than 5000',
  },
  {
    name: 'oversized-key',
    message: tagged({ s: 'oversized' }),
    ...key('key-oversized', 'policy'),
    detail: 'the RSA key has 8200 bits, more than 8192',
    selector: 'oversized',
  },
  {
    name: 'timeout',
    message: tagged({ s: 'timeout' }),
    ...key('key-unavailable', 'temperror'),
    detail:
      'no answer for timeout._domainkey.example.com: zone.json: no answer for timeout._domainkey.example.com TXT in time',
    selector: 'timeout',
  },
  {
    name: 'servfail',
    message: tagged({ s: 'servfail' }),
    ...key('key-unavailable', 'temperror'),
    detail:
      'no answer for servfail._domainkey.example.com: zone.json answers SERVFAIL for servfail._domainkey.example.com TXT',
    selector: 'servfail',
  },
  {
    name: 'garbage',
    message: `DKIM-Signature: garbage\r\n${PLAIN}`,
    ...field('signature-syntax'),
    detail: "the DKIM-Signature is no tag list: 'garbage' has no '='",
    domain: '?',
    selector: '?',
    alignment: 'none',
  },
  { name: 'v2', message: tagged({ v: '2' }), ...field('signature-version'), detail: 'v=2 is not 1' },
  {
    name: 'no-bh',
    message: tagged({ bh: undefined }),
    ...field('tag-missing'),
    detail: 'the required tag bh= is missing',
  },
  {
    name: 'sha512',
    message: tagged({ a: 'rsa-sha512' }),
    ...field('algorithm-unknown'),
    detail: 'a=rsa-sha512 is none of rsa-sha1, rsa-sha256, ed25519-sha256',
  },
  {
    name: 'nofws',
    message: tagged({ c: 'nofws' }),
    ...field('canonicalization-unknown'),
    detail: 'c=nofws is neither simple nor relaxed',
  },
  {
    name: 'query-unknown',
    message: tagged({ q: 'http/get' }),
    ...field('query-method-unknown'),
    detail: 'q=http/get has no dns/txt',
  },
  { name: 'no-from', message: tagged({ h: 'To' }), ...field('from-not-signed'), detail: 'h= does not hold From' },
  {
    name: 'identity-outside',
    message: tagged({ i: 'ann@example.net' }),
    ...field('identity-outside-domain'),
    detail: 'i=ann@example.net is not within d=example.com',
  },
  {
    name: 'identity-below',
    message: tagged({ i: 'ann@sub.example.com', s: 'strict' }),
    ...key('identity-not-domain'),
    detail: 'the key has t=s, but i= is of sub.example.com, not of example.com',
    selector: 'strict',
  },
  {
    name: 'expired',
    message: tagged({ x: String(NOW - 1), t: String(NOW - 100) }),
    result: 'permerror',
    reason: 'signature-expired',
    detail: 'the signature expired 2023-09-06T11:33:19Z (x=1693999999)',
    bodyHash: 'match',
    signature: 'valid',
  },
  { name: 'expires-now', message: tagged({ x: String(NOW), t: String(NOW - 100) }), ...valid, detail: VALID_DETAIL },
  {
    name: 'expires-before-signed',
    message: tagged({ x: String(NOW - 1) }),
    ...field('expires-before-signed'),
    detail: 'x=1693999999 is not later than t=1694000000',
  },
  {
    name: 'l-too-long',
    message: tagged({ l: '9999' }),
    result: 'permerror',
    reason: 'body-shorter-than-signed',
    detail: 'l=9999 octets are signed, the body has 21',
    bodyHash: 'match',
    signature: 'valid',
  },
  {
    name: 'no-key',
    message: tagged({ s: 'nowhere' }),
    ...key('key-not-found'),
    detail: 'nowhere._domainkey.example.com does not exist',
    selector: 'nowhere',
  },
  {
    name: 'no-txt',
    message: tagged({ s: 'no-txt' }),
    ...key('key-not-found'),
    detail: 'no-txt._domainkey.example.com has no TXT record',
    selector: 'no-txt',
  },
  {
    name: 'record-quoted',
    message: tagged({ s: 'not-a-list' }),
    ...key('key-syntax'),
    detail: `the key record is no tag list: '"v' is not a tag name`,
    selector: 'not-a-list',
  },
  {
    name: 'record-of-spf',
    message: tagged({ s: 'spf' }),
    ...key('key-syntax'),
    detail: 'v=spf1 -all is not a DKIM key record',
    selector: 'spf',
  },
  {
    name: 'key-cut',
    message: tagged({ s: 'cut' }),
    ...key('key-invalid'),
    detail: 'the DER is cut short: it announces 294 octets, 177 are there',
    selector: 'cut',
  },
  {
    name: 'revoked',
    message: tagged({ s: 'revoked' }),
    ...key('key-revoked'),
    detail: 'the key has been revoked (p= is empty)',
    selector: 'revoked',
  },
  {
    name: 'revoked-beside-spf',
    message: tagged({ s: 'revoked-beside-spf' }),
    ...key('key-revoked'),
    detail: 'the key has been revoked (p= is empty)',
    selector: 'revoked-beside-spf',
  },
  {
    name: 'key-of-dsa',
    message: tagged({ s: 'other-type' }),
    ...key('key-type-mismatch'),
    detail: 'k=dsa is neither rsa nor ed25519',
    selector: 'other-type',
  },
  {
    name: 'key-of-ed25519',
    message: tagged({ s: 'ed25519' }),
    ...key('key-type-mismatch'),
    detail: 'the key is k=ed25519, the signature rsa-sha256',
    selector: 'ed25519',
  },
  {
    name: 'hash-not-allowed',
    message: tagged({ s: 'sha1-only' }),
    ...key('key-hash-not-allowed'),
    detail: 'the key allows h=sha1, not sha256',
    selector: 'sha1-only',
  },
  {
    name: 'not-for-email',
    message: tagged({ s: 'tlsrpt' }),
    ...key('key-not-for-email'),
    detail: 'the key is for s=tlsrpt, not for email',
    selector: 'tlsrpt',
  },
  {
    name: 'testing',
    message: tagged({ s: 'testing' }),
    ...valid,
    detail: VALID_DETAIL,
    selector: 'testing',
    warnings: { testing: 'the key says t=y: the domain is testing, treat the message as if it were unsigned' },
  },
  {
    name: 'several-records',
    message: tagged({ s: 'several' }),
    ...valid,
    detail: VALID_DETAIL,
    selector: 'several',
    warnings: {
      'several-key-records': 'there are 2 key records at several._domainkey.example.com, there must be one',
    },
  },
  {
    name: 'beside-spf',
    message: tagged({ s: 'beside-spf' }),
    ...valid,
    detail: VALID_DETAIL,
    selector: 'beside-spf',
  },
  {
    name: 'malformed-line',
    message: signByHand(PLAIN).replace('\r\nSubject:', '\r\nno field\r\nSubject:'),
    ...valid,
    detail: VALID_DETAIL,
    warnings: {
      'header-line-malformed': 'the header block has a line that is no field: other programs may end it there',
    },
  },
  {
    name: 'malformed-line-strict',
    message: signByHand(PLAIN).replace('\r\nSubject:', '\r\nno field\r\nSubject:'),
    options: ['strict'],
    result: 'policy',
    reason: 'header-line-malformed',
    detail: 'the header block has a line that is no field: other programs may end it there',
    bodyHash: 'match',
    signature: 'valid',
    warnings: {
      'header-line-malformed': 'the header block has a line that is no field: other programs may end it there',
    },
  },
  {
    name: 'stray-octets-strict',
    message: `X: a\rb\r\r\nY: \u0000\r\n${signByHand(PLAIN)}`,
    options: ['strict'],
    result: 'policy',
    reason: 'header-line-malformed',
    detail: 'the header block has 2 bare CRs and 1 NUL: other programs may see other fields',
    bodyHash: 'match',
    signature: 'valid',
    warnings: {
      'header-line-malformed': 'the header block has 2 bare CRs and 1 NUL: other programs may see other fields',
    },
  },
  {
    name: 'body-hash-wrong-in-length',
    message: tagged({ bh: BH.slice(0, 40) }),
    result: 'fail',
    reason: 'body-hash-mismatch',
    detail: 'the body was changed after it was signed',
    bodyHash: 'mismatch',
    signature: 'valid',
  },
];
