/** Verdicts on signed messages to which fields were added, or whose header block programs read in different ways. */
import { PLAIN, signByHand } from './hand-signer.ts';
import { tagged, valid, VALID_DETAIL, type VerdictCase } from './verdict-case.ts';

const HIDDEN_DETAIL =
  'the message hides a From field behind a bare CR or control characters: a reader may see a different author';
const ONE_BARE_CR = 'the header block has 1 bare CR: other programs may see other fields';
const SECOND_SUBJECT = 'the message has 2 Subject fields, only 1 of them signed: a reader may see the other';

export const ADDED_FIELD_CASES: readonly VerdictCase[] = [
  {
    name: 'from-added-lenient',
    message: `From: evil@example.org\r\n${signByHand(PLAIN)}`,
    options: ['lenient'],
    ...valid,
    detail: VALID_DETAIL,
    alignment: 'none',
    from: 'evil@example.org, ann@example.com',
    warnings: { 'from-added': 'the message has 2 From fields, 1 of them signed: a reader may see a different author' },
  },
  {
    name: 'from-added',
    message: `From: evil@example.org\r\n${signByHand(PLAIN)}`,
    result: 'policy',
    reason: 'from-added',
    detail: 'the message has 2 From fields, 1 of them signed: a reader may see a different author',
    bodyHash: 'match',
    signature: 'valid',
    alignment: 'none',
    from: 'evil@example.org, ann@example.com',
    warnings: { 'from-added': 'the message has 2 From fields, 1 of them signed: a reader may see a different author' },
  },
  {
    name: 'from-added-oversigned',
    message: `From: evil@example.org\r\n${tagged({ h: 'From:From:To:Subject:Date:Message-ID' })}`,
    result: 'fail',
    reason: 'signature-mismatch',
    detail: 'the signature does not match the signed header fields and the published key',
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
    message: signByHand(PLAIN).replace('\r\nTo:', '\r\nFr\u0000om: ceo@bank.example\r\nTo:'),
    result: 'policy',
    reason: 'from-added',
    detail: HIDDEN_DETAIL,
    bodyHash: 'match',
    signature: 'valid',
    alignment: 'none',
    warnings: {
      'from-added': HIDDEN_DETAIL,
      'header-line-malformed':
        'the header block has a line that is not a header field and 1 NUL: other programs may see other fields',
    },
  },
  {
    name: 'from-missing',
    message: signByHand(PLAIN.replace(/^From:.*\r\n/, '')),
    options: ['lenient'],
    result: 'permerror',
    reason: 'from-not-signed',
    detail: 'h= lists From, but the message has no From field: there is no author to sign for',
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
      'unsigned-duplicate': `the message has 2 ${name} fields, only 1 of them signed: a reader may see the other`,
    },
  })),
  {
    name: 'malformed-line',
    message: signByHand(PLAIN).replace('\r\nSubject:', '\r\nno field\r\nSubject:'),
    ...valid,
    detail: VALID_DETAIL,
    warnings: {
      'header-line-malformed':
        'the header block has a line that is not a header field: other programs may end it there',
    },
  },
  {
    name: 'malformed-line-strict',
    message: signByHand(PLAIN).replace('\r\nSubject:', '\r\nno field\r\nSubject:'),
    options: ['strict'],
    result: 'policy',
    reason: 'header-line-malformed',
    detail: 'the header block has a line that is not a header field: other programs may end it there',
    bodyHash: 'match',
    signature: 'valid',
    warnings: {
      'header-line-malformed':
        'the header block has a line that is not a header field: other programs may end it there',
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
];
