/** Mail made to waste time: work must grow with the input and not with its square, and limits must be reported. */
import { describe, expect, it } from 'vitest';
import { parseKeyRecord } from '../../src/lib/keys/key-record.ts';
import { parseSignature } from '../../src/lib/dkim/signature.ts';
import { MAX_HEADER_BYTES } from '../../src/lib/header/header-block.ts';
import { type SignOptions, signMessage } from '../../src/lib/sign-message.ts';
import { parseAddresses } from '../../src/lib/syntax/address.ts';
import { toAscii } from '../../src/lib/syntax/domain-name.ts';
import { parseTagList } from '../../src/lib/syntax/tag-list.ts';
import { verifyMessage } from '../../src/lib/verify-message.ts';
import { inPieces, latin1 } from '../support/chunks.ts';
import { expectLinear } from '../support/growth.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { keyOwner, keyRecord, NOW, signingKey, textResolver } from '../support/vectors.ts';

const { resolver } = textResolver({ [keyOwner('ed25519')]: keyRecord('ed25519') });

/** In the pieces in which a pipe brings it. */
const verify = (message: Buffer) => verifyMessage(inPieces(message, 65_536), { resolver, now: NOW, arc: true });

const OPTIONS: SignOptions = {
  headerCanonicalization: 'relaxed',
  bodyCanonicalization: 'relaxed',
  timestamp: NOW,
  lifetime: undefined,
  identity: undefined,
  bodyLength: false,
  copiedHeaders: true,
};
const KEYS = [signingKey('ed25519')];
const sign = (message: Buffer) => signMessage(inPieces(message, 65_536), OPTIONS, () => KEYS);

const FROM = 'From: ann@example.com\r\n';
const SIGNATURE = signByHand(FROM, { key: 'ed25519', tags: { h: 'From:X' } }).slice(0, -FROM.length);

const TAGS = 'i=1; a=ed25519-sha256; d=example.com; s=ed25519; b=AAAA';
const sealed = (claim: string) =>
  `ARC-Seal: ${TAGS}; cv=none\r\nARC-Message-Signature: ${TAGS}; h=From; bh=AAAA\r\n` +
  `ARC-Authentication-Results: i=1; ${claim}\r\n${FROM}\r\n`;

/** What a message of size n looks like, and the largest n to try. */
const MESSAGES: Readonly<Record<string, { readonly n: number; readonly make: (n: number) => string }>> = {
  'a field of fold lines': { n: 50_000, make: (n) => `${SIGNATURE}${FROM}X: a\r\n${' b\r\n'.repeat(n)}\r\n` },
  'a From of fold lines': {
    n: 50_000,
    make: (n) => `${SIGNATURE}From:\r\n${' \r\n'.repeat(n)} ann@example.com\r\n\r\n`,
  },
  'a signature of fold lines': { n: 50_000, make: (n) => `DKIM-Signature: v=1;\r\n${' a=\r\n'.repeat(n)}${FROM}\r\n` },
  'header fields': { n: 100_000, make: (n) => `${SIGNATURE}${'X: a\r\n'.repeat(n)}${FROM}\r\n` },
  'lines that are no fields': { n: 100_000, make: (n) => `${SIGNATURE}${FROM}${'x\r\n'.repeat(n)}\r\n` },
  'one line in the header': { n: 2_000_000, make: (n) => `${SIGNATURE}${FROM}X: ${'y '.repeat(n / 2)}\r\n\r\n` },
  'one line in the body': { n: 20_000_000, make: (n) => `${SIGNATURE}${FROM}\r\n${'y '.repeat(n / 2)}` },
  'blanks in the body': { n: 8_000_000, make: (n) => `${SIGNATURE}${FROM}\r\n${' '.repeat(n)}` },
  'empty lines in the body': { n: 4_000_000, make: (n) => `${SIGNATURE}${FROM}\r\n${'\r\n'.repeat(n / 2)}x` },
  'bare CRs in the body': { n: 4_000_000, make: (n) => `${SIGNATURE}${FROM}\r\n${'\r'.repeat(n)}` },
  'lines of one blank': { n: 4_000_000, make: (n) => `${SIGNATURE}${FROM}\r\n${' \n'.repeat(n / 2)}x` },
  addresses: {
    n: 50_000,
    make: (n) =>
      `${SIGNATURE}From: a@example.com${Array.from({ length: n }, (_, i) => `,\r\n a@x${i}.example.com`).join('')}\r\n\r\n`,
  },
  'addresses in angles': { n: 50_000, make: (n) => `${SIGNATURE}From: ${'"A" <a@example.com>, '.repeat(n)}\r\n\r\n` },
  'blanks in a claim of ARC': { n: 1_000_000, make: (n) => sealed(`x${' '.repeat(n)}y`) },
  'a claim of ARC of fold lines': { n: 200_000, make: (n) => sealed(`x${'\r\n\t'.repeat(n)}y`) },
  'recipients of DKIM2': { n: 60_000, make: (n) => `DKIM2-Signature: i=1; rt=${'PDw+,'.repeat(n / 5)}\r\n${FROM}\r\n` },
  'From fields': { n: 50_000, make: (n) => `${SIGNATURE}${FROM.repeat(n)}\r\n` },
};

describe('the work for a message grows with the length of', () => {
  it.each(Object.entries(MESSAGES))('%s', { timeout: 30_000 }, async (_, { n, make }) => {
    await expectLinear(n, (size) => latin1(make(size)), verify);
  });

  const SIGNED = ['a field of fold lines', 'header fields', 'one line in the header', 'one line in the body'];
  it.each(SIGNED)('%s, signed', { timeout: 30_000 }, async (name) => {
    const { n, make } = MESSAGES[name]!;
    await expectLinear(n, (size) => latin1(make(size).slice(SIGNATURE.length)), sign);
  });
});

const addresses = (n: number) => Array.from({ length: n }, (_, i) => `a@x${i}.example.com`).join(',\r\n ');

describe('the work for many signatures grows with their number', () => {
  it.each<[string, (n: number) => string]>([
    ['that are good', (n) => `${SIGNATURE.repeat(n)}${FROM}\r\n`],
    ['that are garbage', (n) => `${'DKIM-Signature: x\r\n'.repeat(n)}${FROM}\r\n`],
    [
      'of names that do not exist',
      (n) => `${Array.from({ length: n }, (_, i) => SIGNATURE.replace('s=ed25519', `s=x${i}`)).join('')}${FROM}\r\n`,
    ],
    ['beside as many authors', (n) => `${SIGNATURE.repeat(n)}From: ${addresses(10 * n)}\r\n\r\n`],
    [
      'that cover one another',
      (n) =>
        `${SIGNATURE.replace('h=From:X', `h=From${':DKIM-Signature'.repeat(500)}`).repeat(Math.ceil(n / 10))}${FROM}\r\n`,
    ],
    ['with a long body behind them', (n) => `${'DKIM-Signature: x\r\n'.repeat(n)}${FROM}\r\n${'x'.repeat(400 * n)}`],
  ])('%s', { timeout: 30_000 }, async (_, make) => {
    await expectLinear(5000, (n) => latin1(make(n)), verify);
  });
});

describe('the work for a text grows with its length', () => {
  const cases: readonly [string, number, (n: number) => string, (text: string) => unknown][] = [
    ['tags', 100_000, (n) => Array.from({ length: n }, (_, i) => `t${i}=1`).join(';'), parseTagList],
    ['semicolons', 400_000, (n) => ';'.repeat(n), parseTagList],
    ['blanks in a tag', 4_000_000, (n) => `v${' '.repeat(n)}=${' \r\n'.repeat(n)}1`, parseTagList],
    [
      'names in h=',
      50_000,
      (n) => `v=1; a=rsa-sha256; d=a.b; s=c; bh=QQ==; b=QQ==; h=from${': X'.repeat(n)}`,
      parseSignature,
    ],
    [
      'base64 in b=',
      1_000_000,
      (n) => `v=1; a=rsa-sha256; d=a.b; s=c; bh=QQ==; h=from; b=${' QUFB'.repeat(n / 5)}`,
      parseSignature,
    ],
    [
      'an identity',
      800_000,
      (n) => `v=1; a=rsa-sha256; d=a.b; s=c; bh=QQ==; b=QQ==; h=from; i=${'=40'.repeat(n / 3)}@a.b`,
      parseSignature,
    ],
    [
      'query methods',
      500_000,
      (n) => `v=1; a=rsa-sha256; d=a.b; s=c; bh=QQ==; b=QQ==; h=from; q=${'x:'.repeat(n)}`,
      parseSignature,
    ],
    [
      'a key record',
      65_535,
      (n) => `v=DKIM1; h=${'x:'.repeat(n / 4)}; t=${'y:'.repeat(n / 8)}; p=${'A'.repeat(n / 4)}`,
      parseKeyRecord,
    ],
    ['open comments', 400_000, (n) => `${'('.repeat(n)}a@b.c`, parseAddresses],
    ['comments in comments', 400_000, (n) => `${'('.repeat(n)}${')'.repeat(n)}a@b.c`, parseAddresses],
    ['escapes', 400_000, (n) => `"${'\\"'.repeat(n)}"@b.c`, parseAddresses],
    ['angles', 400_000, (n) => '<'.repeat(n), parseAddresses],
    ['colons', 400_000, (n) => 'a:'.repeat(n), parseAddresses],
    ['commas', 400_000, (n) => ','.repeat(n), parseAddresses],
    ['dots', 400_000, (n) => `${'a.'.repeat(n)}a@b.c`, parseAddresses],
    ['at signs', 400_000, (n) => 'a@'.repeat(n), parseAddresses],
    ['labels', 400_000, (n) => 'a.'.repeat(n), toAscii],
  ];

  it.each(cases)('of %s', { timeout: 30_000 }, async (_, n, make, work) => {
    await expectLinear(n, make, work);
  });
});

describe('beyond a limit', () => {
  it.each([
    ['a line of 20 MB in the header', `X: ${'y'.repeat(20_000_000)}`, 'the header block is longer than 8 MiB'],
    [
      'more octets than a header block may have',
      `${'X: y\r\n'.repeat(100)}${` ${'z'.repeat(998)}\r\n`.repeat(MAX_HEADER_BYTES / 1000)}`,
      'the header block is longer than 8 MiB',
    ],
    [
      'more fields than a header block may have',
      'X: y\r\n'.repeat(200_001),
      'the header block has more than 200000 fields',
    ],
  ])('the verdict says so: %s', async (_, header, sentence) => {
    const message = latin1(`${SIGNATURE}${FROM}${header}\r\n\r\nbody`);
    const { result, dkim } = await verify(message);
    expect(result).toBe('policy');
    expect(dkim.signatures).toEqual([
      expect.objectContaining({ reason: 'header-over-limit', detail: `${sentence}: nothing in it was verified` }),
    ]);
    await expect(sign(message)).rejects.toMatchObject({
      code: 'header-over-limit',
      message: `cannot sign: ${sentence}`,
    });
  });

  it('signatures are named and not judged', async () => {
    const { dkim } = await verify(latin1(`${SIGNATURE.repeat(5000)}${PLAIN}`));
    const reasons = dkim.signatures.map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason === 'too-many-signatures')).toHaveLength(4968);
    expect(reasons.slice(0, 32)).not.toContain('too-many-signatures');
  });

  it('signatures far below get one verdict together, DKIM and DomainKeys', async () => {
    const { dkim, domainkeys } = await verify(
      latin1(`${'DKIM-Signature: x\r\n'.repeat(130_000)}${'DomainKey-Signature: x\r\n'.repeat(6_000)}${PLAIN}`),
    );
    expect(dkim.signatures).toHaveLength(5_001);
    expect(dkim.signatures.at(-1)).toMatchObject({
      reason: 'too-many-signatures',
      detail: 'below the topmost 5000 signatures there are 125000 more, which were not checked',
    });
    expect(domainkeys.signatures).toHaveLength(5_001);
    expect(domainkeys.signatures.at(-1)).toMatchObject({ reason: 'too-many-signatures' });
  });

  it.each([
    ['130,000 addresses', 'a@b,\r\n '.repeat(130_000), 'it contains more than 1000 addresses'],
    ['an address of 64 KiB', `${'x'.repeat(65_536)}@example.com`, 'an address is longer than 64 KiB'],
    ['a display name of 8 MB', `${'x '.repeat(4_000_000)}<a@example.com>`, 'an address is longer than 64 KiB'],
    ['a quoted name of 8 MB', `"${'\\"'.repeat(4_000_000)}" <a@b.c>`, 'an address is longer than 64 KiB'],
  ])('a From is unreadable: %s', async (_, from, problem) => {
    const message = latin1(`${SIGNATURE}From: ${from}\r\n\r\n`);
    const { fromField, dkim } = await verify(message);
    expect(fromField).toMatchObject({ mailboxes: [], problem: `the From field cannot be read: ${problem}` });
    expect(dkim.signatures[0]).toMatchObject({ alignment: 'none' });
    await expect(sign(message)).rejects.toMatchObject({ code: 'bad-from', kind: 'permanent' });
  });

  it('many From fields together are unreadable', async () => {
    const { fromField } = await verify(latin1(`${'From: a@b.c\r\n'.repeat(1001)}\r\n`));
    expect(fromField).toMatchObject({ mailboxes: [], problem: 'the From fields contain more than 1000 addresses' });
  });

  it('a signature of 100,000 tags is not a tag list', async () => {
    const tags = Array.from({ length: 100_000 }, (_, i) => `t${i}=1`).join(';');
    const { dkim } = await verify(latin1(`DKIM-Signature: ${tags}\r\n${PLAIN}`));
    expect(dkim.signatures[0]).toMatchObject({
      reason: 'signature-syntax',
      detail: 'the DKIM-Signature is not a tag list: it has more than 1000 tags',
    });
  });

  it('names in h= are counted and not looked for', async () => {
    const { dkim } = await verify(latin1(`${SIGNATURE.replace('h=From:X', `h=From${':X'.repeat(50_000)}`)}${PLAIN}`));
    expect(dkim.signatures).toEqual([
      expect.objectContaining({ reason: 'too-many-signed-fields', detail: 'h= lists 50001 names, more than 5000' }),
    ]);
  });

  it('authors are related to nobody', async () => {
    const authors = Array.from({ length: 50_000 }, (_, i) => `a@x${i}.example.com`).join(', ');
    const { dkim } = await verify(latin1(`${SIGNATURE}From: ${authors}\r\n\r\n`));
    expect(dkim.signatures[0]).toMatchObject({ alignment: 'none' });
  });
});
