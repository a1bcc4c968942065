import { describe, expect, it } from 'vitest';
import { actionFor, libdkimCode, parseDkverify } from '../../../src/lib/qmail/dkverify.ts';
import { refusalOf } from '../../../src/lib/qmail/refusal.ts';
import { DKIM_REASONS, type DkimReason } from '../../../src/lib/verdict.ts';
import type { MessageVerdict } from '../../../src/lib/verify-message.ts';
import { verifyMessage } from '../../../src/lib/verify-message.ts';
import { dkSigned, DK_NAME, DK_RECORD, txtResolver } from '../../support/domainkeys.ts';

/** What the patch's documentation recommends. */
const CONSERVATIVE = parseDkverify('DEGIJKfh,CGHIJMQRkl');

describe('DKVERIFY', () => {
  it.each([
    ['', '', ''],
    ['AB', 'AB', ''],
    ['AB,', 'AB', ''],
    [',kl', '', 'kl'],
    ['DEGIJKfh,CGHIJMQRkl', 'DEGIJKfh', 'CGHIJMQRkl'],
    ['A,B,C', 'A', 'B,C'],
  ])('%j has its two lists', (text, domainkeys, dkim) => {
    expect(parseDkverify(text)).toEqual({ domainkeys, dkim });
  });

  it('has a letter a code, upper case for good, lower case for now', () => {
    expect(actionFor('Bc?1 ', 1)).toBe('reject');
    expect(actionFor('Bc?1 ', 2)).toBe('defer');
    expect(actionFor('Bc?1 ', 0)).toBe('accept');
    expect(actionFor('Bb', 1)).toBe('reject');
    for (let code = 0; code < 26; code++) expect(actionFor('?1,[]\u{1F4E7}@`{', code)).toBe('accept');
  });
});

describe('the code of libdkim', () => {
  /** The letters of the table of libdkim 1.0.19, for what it had a code for. */
  const LETTERS: Partial<Record<DkimReason, string>> = {
    'signature-valid': 'A',
    'signature-syntax': 'C',
    'signature-mismatch': 'D',
    'signature-expired': 'F',
    'key-revoked': 'I',
    'key-unavailable': 'K',
    'key-not-found': 'L',
    'key-invalid': 'M',
    'body-hash-mismatch': 'P',
    'signature-version': 'R',
  };

  it.each(Object.entries(LETTERS))('%s is %s', (reason, letter) => {
    const code = libdkimCode({ reason: reason as DkimReason, testing: false });
    expect(String.fromCharCode(0x41 + code)).toBe(letter);
  });

  it('knows keys that are being tested', () => {
    expect(libdkimCode({ reason: 'signature-mismatch', testing: true })).toBe(4);
    expect(libdkimCode({ reason: 'body-hash-mismatch', testing: true })).toBe(15);
  });

  it('is one that the recommended letters let pass wherever a rule is ours alone', () => {
    for (const [reason, { result }] of Object.entries(DKIM_REASONS)) {
      const code = libdkimCode({ reason: reason as DkimReason, testing: false });
      if (result === 'policy' || result === 'pass') expect(actionFor(CONSERVATIVE.dkim, code), reason).toBe('accept');
      if (result === 'temperror') expect(actionFor(CONSERVATIVE.dkim, code), reason).toBe('defer');
    }
  });
});

const MESSAGE = 'From: a@example.com\nSubject: x\n\nhi\n';
const judge = (message: string, records: Parameters<typeof txtResolver>[0] = {}) =>
  verifyMessage(Buffer.from(message, 'latin1'), { now: 0, resolver: txtResolver(records) });
const refusal = (letters: string, verdict: Pick<MessageVerdict, 'dkim' | 'domainkeys'>) =>
  refusalOf(parseDkverify(letters), verdict);

const refused = async (text: string, records = {}) => refusalOf(CONSERVATIVE, await judge(text, records));

describe('a refusal', () => {
  it('follows the status of DomainKeys, which has nothing to do with that of DKIM', async () => {
    const good = await judge(await dkSigned(MESSAGE), { [DK_NAME]: DK_RECORD });
    expect(refusal('A', good)).toBe('reject');
    expect(refusal('BCDEFGHIJKLbcdefghijkl,ABCDEFGHIJKLMOPQR', good)).toBe('accept');
    expect(refusal(',n', good)).toBe('defer');
    expect(refusal('a,N', good)).toBe('reject');
    expect(refusal('A,n', good)).toBe('reject');

    const signed = (await dkSigned(MESSAGE)).replace('hi\n', 'ho\n');
    expect(refusal('B', await judge(signed, { [DK_NAME]: DK_RECORD }))).toBe('reject');
    expect(refusal('D', await judge(signed))).toBe('reject');
    expect(refusal('f', await judge(signed, { [DK_NAME]: 'SERVFAIL' }))).toBe('defer');
    expect(refusal('J', await judge(signed, { [DK_NAME]: 'k=rsa; p=' }))).toBe('reject');
    expect(refusal('C', await judge(MESSAGE))).toBe('reject');
    expect(refusal('G', await judge('Subject: x\n\nhi\n'))).toBe('reject');
  });

  it('comes from the recommended letters for what is broken, and not for what is unsigned or verified', async () => {
    expect(await refused(MESSAGE)).toBe('accept');
    expect(await refused(await dkSigned(MESSAGE), { [DK_NAME]: DK_RECORD })).toBe('accept');
    expect(await refused(await dkSigned(MESSAGE), { [DK_NAME]: 'SERVFAIL' })).toBe('defer');
    expect(await refused(await dkSigned(MESSAGE))).toBe('reject');
    expect(await refused(`DKIM-Signature: nonsense\n${MESSAGE}`)).toBe('reject');
  });
});
