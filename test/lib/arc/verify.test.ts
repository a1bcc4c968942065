import { describe, expect, it } from 'vitest';
import { ARC_REASONS, type ArcReason } from '../../../src/lib/arc/verdict.ts';
import { verifyMessage } from '../../../src/lib/verify-message.ts';
import { chainByHand, sealByHand } from '../../support/arc-sealer.ts';
import { latin1 } from '../../support/chunks.ts';
import { PLAIN } from '../../support/hand-signer.ts';
import { keyOwner, keyRecord, NOW, textResolver } from '../../support/vectors.ts';

const KEYS = ['rsa768', 'rsa1024', 'rsa2048', 'ed25519'] as const;
const RECORDS = Object.fromEntries(KEYS.map((name) => [keyOwner(name), keyRecord(name)]));

async function arcOf(message: string, options: { readonly legacy?: boolean } = {}) {
  const { resolver, asked } = textResolver(RECORDS);
  const { arc } = await verifyMessage(latin1(message), { resolver, now: NOW, arc: true, ...options });
  return { ...arc!, asked };
}

const first = sealByHand(PLAIN, { instance: 1 });
const three = chainByHand(PLAIN, 3);
const changedSubject = (message: string) => message.replace('Subject: Lunch', 'Subject: [list] Lunch');
/** The list changed the message between its two seals. */
const relayed = sealByHand(changedSubject(first), { instance: 2 });

describe('a chain that holds', () => {
  it.each([
    ['of one set', first],
    ['of three', three],
    ['of fifty', chainByHand(PLAIN, 50)],
    ['by Ed25519', sealByHand(PLAIN, { instance: 1, key: 'ed25519' })],
    ['with LF', three.replaceAll('\r\n', '\n')],
    ['below other fields', `Received: by x; now\r\n${three}`],
    ['with refolded seals', three.replaceAll('; cv=', ';\r\n\tcv=')],
    ['that signs no field', sealByHand(PLAIN, { instance: 1, message: { h: '' } })],
    [
      'with tags that nobody knows',
      sealByHand(PLAIN, { instance: 1, message: { v: '9', zz: '1' }, seal: { zz: '2' } }),
    ],
    [
      'with comments before the results',
      sealByHand(PLAIN, { instance: 1, results: ' (a) i (b) = (c (d)) 1 (e); mx; none' }),
    ],
    ['whose results are no results', sealByHand(PLAIN, { instance: 1, results: ' i=1; ;;; (' })],
  ])('%s', async (_, message) => {
    expect(await arcOf(message)).toMatchObject({ result: 'pass', reason: 'chain-valid', oldestPass: 0 });
  });

  it('says who sealed it, what they found, and after whom the message was changed', async () => {
    const { result, detail, instances, oldestPass } = await arcOf(relayed);
    expect({ result, detail, oldestPass }).toEqual({
      result: 'pass',
      detail: '2 sets, the newest by example.com; the message was changed after example.com sealed it',
      oldestPass: 2,
    });
    expect(
      instances.map(({ instance, chainStatus, authenticationResults }) => [
        instance,
        chainStatus,
        authenticationResults,
      ]),
    ).toEqual([
      [1, 'none', 'mx1.example.com; dkim=pass'],
      [2, 'pass', 'mx2.example.com; dkim=pass'],
    ]);
    expect(instances.map(({ messageSignature, seal }) => [messageSignature.reason, seal.reason])).toEqual([
      ['signature-mismatch', 'signature-valid'],
      ['signature-valid', 'signature-valid'],
    ]);
  });

  it('asks for each key once', async () => {
    expect((await arcOf(three)).asked.filter((name) => name.includes('._domainkey.'))).toEqual([
      `${keyOwner('rsa2048')} TXT`,
    ]);
  });
});

const without = (message: string, name: string, instance: number) =>
  message.replace(new RegExp(`^${name}:[^\\n]*i=${instance};[^\\n]*\\n`, 'm'), '');
const twice = (message: string, name: string) => message.replace(new RegExp(`^${name}:[^\\n]*\\n`, 'm'), '$&$&');

/** What breaks a chain, with the paragraph that says so. */
const BROKEN: readonly (readonly [rule: string, reason: ArcReason, detail: string, message: string])[] = [
  ['5.2 step 1', 'no-chain', 'the message has no ARC fields', PLAIN],
  ['5.2 step 1', 'too-many-sets', 'the message has 153 ARC fields', 'ARC-Seal: i=1\r\n'.repeat(153) + PLAIN],
  [
    '4.2.1',
    'instance-invalid',
    'an ARC-Seal has i=51: instances are 1 to 50',
    first.replace(/(ARC-Seal: )i=1/, '$1i=51'),
  ],
  ['4.2.1', 'instance-invalid', 'an ARC-Seal has i=0', first.replace(/(ARC-Seal: )i=1/, '$1i=0')],
  [
    '4.2.1',
    'instance-invalid',
    'an ARC-Message-Signature has i=+1',
    first.replace(/(ARC-Message-Signature: )i=1/, '$1i=+1'),
  ],
  ['4.2.1', 'instance-invalid', 'an ARC-Seal has no i=', first.replace(/(ARC-Seal: )i=1; /, '$1')],
  [
    '4.2.1',
    'instance-invalid',
    'an ARC-Authentication-Results has no i=',
    sealByHand(PLAIN, { instance: 1, results: ' mx.example.com; i=1; dkim=pass' }),
  ],
  ['4.2.1', 'instance-invalid', 'an ARC-Seal is not a tag list', first.replace('ARC-Seal: i=1', 'ARC-Seal: i=1; i=1')],
  [
    '5.2 step 2',
    'chain-failed-before',
    'the chain had failed when set 2 was added (cv=fail)',
    sealByHand(first, { instance: 2, cv: 'fail' }),
  ],
  ['5.2 step 3A', 'set-incomplete', 'set 1 has no ARC-Seal', without(first, 'ARC-Seal', 1)],
  ['5.2 step 3A', 'set-incomplete', 'set 2 has no ARC-Message-Signature', without(three, 'ARC-Message-Signature', 2)],
  [
    '5.2 step 3A',
    'set-incomplete',
    'set 1 has no ARC-Authentication-Results',
    without(first, 'ARC-Authentication-Results', 1),
  ],
  ['5.2 step 3A', 'set-incomplete', 'set 1 has two ARC-Seal fields', twice(first, 'ARC-Seal')],
  [
    '5.2 step 3A',
    'set-incomplete',
    'set 1 has two ARC-Authentication-Results fields',
    twice(first, 'ARC-Authentication-Results'),
  ],
  ['5.2 step 3B', 'instance-missing', 'set 1 of 2 is missing', sealByHand(PLAIN, { instance: 2 })],
  [
    '5.2 step 3C',
    'chain-status-wrong',
    'the seal of set 1 has cv=pass; it must have cv=none',
    sealByHand(PLAIN, { instance: 1, cv: 'pass' }),
  ],
  [
    '5.2 step 3C',
    'chain-status-wrong',
    'the seal of set 2 has cv=none; it must have cv=pass',
    sealByHand(first, { instance: 2, cv: 'none' }),
  ],
  [
    '5.2 step 3C',
    'chain-status-wrong',
    'the seal of set 1 has cv=Pass',
    sealByHand(sealByHand(PLAIN, { instance: 1, cv: 'Pass' }), { instance: 2 }),
  ],
  ['4.1.3', 'chain-status-wrong', 'the seal of set 1 has no cv=', first.replace('; cv=none', '')],
  [
    '5.2 step 4',
    'message-signature-invalid',
    'set 1, example.com: the signature does not match',
    changedSubject(first),
  ],
  [
    '5.2 step 4',
    'message-signature-invalid',
    'set 3, example.com: the body was changed after it was signed',
    three.replace('hungry', 'thirsty'),
  ],
  [
    '4.1.2',
    'message-signature-invalid',
    'h= lists ARC-Seal',
    sealByHand(first, { instance: 2, message: { h: 'From:ARC-Seal' } }),
  ],
  [
    'RFC 8301',
    'message-signature-invalid',
    'a=rsa-sha1 is not an ARC algorithm',
    sealByHand(PLAIN, { instance: 1, message: { a: 'rsa-sha1' } }),
  ],
  [
    'RFC 8301',
    'message-signature-invalid',
    'the RSA key has 768 bits',
    sealByHand(PLAIN, { instance: 1, key: 'rsa768' }),
  ],
  [
    'RFC 6376 3.5',
    'message-signature-invalid',
    'the required tag bh= is missing',
    sealByHand(PLAIN, { instance: 1, message: { bh: undefined } }),
  ],
  [
    'RFC 6376 3.5',
    'message-signature-invalid',
    't= is not a number',
    sealByHand(PLAIN, { instance: 1, message: { t: '' } }),
  ],
  [
    'RFC 6376 3.5',
    'message-signature-invalid',
    'the signature expired',
    sealByHand(PLAIN, { instance: 1, message: { t: '1', x: '2' } }),
  ],
  [
    'RFC 6376 3.5',
    'message-signature-invalid',
    'l=9999 octets are signed',
    sealByHand(PLAIN, { instance: 1, message: { l: '9999' } }),
  ],
  [
    'RFC 6376 3.5',
    'message-signature-invalid',
    'c=relaxed/odd is neither simple nor relaxed',
    sealByHand(PLAIN, { instance: 1, message: { c: 'relaxed/odd' } }),
  ],
  [
    'RFC 6376 6.1.2',
    'message-signature-invalid',
    'nokey._domainkey.example.com does not exist',
    sealByHand(PLAIN, { instance: 1, message: { s: 'nokey' } }),
  ],
  [
    '5.2 step 6',
    'seal-invalid',
    'the seal of set 3, example.com: the seal does not match the ARC fields',
    three.replace('mx2.example.com; dkim=pass', 'mx2.example.com; dkim=fail'),
  ],
  [
    '5.2 step 6',
    'seal-invalid',
    'the seal of set 1, example.com: the seal does not match',
    sealByHand(first.replace(/(ARC-Seal:[^\n]*; b=)../, '$1AA'), { instance: 2 }),
  ],
  [
    '4.1.3',
    'seal-invalid',
    'the seal has an h= tag, which is not allowed',
    sealByHand(PLAIN, { instance: 1, seal: { h: 'From' } }),
  ],
  ['4.1.3', 'seal-invalid', 'd=*** is not a domain name', sealByHand(PLAIN, { instance: 1, seal: { d: '***' } })],
  [
    'RFC 6376 3.5',
    'seal-invalid',
    'the required tag s= is missing',
    sealByHand(PLAIN, { instance: 1, seal: { s: undefined } }),
  ],
  [
    '9.1',
    'chain-over-limit',
    'more than 1048576',
    first.replace('mx1.example.com;', `mx1.example.com; ${'x'.repeat(1024 * 1024)};`),
  ],
];

describe('a chain that is broken', () => {
  it.each(BROKEN)('RFC 8617 %s: %s, %s', async (_, reason, detail, message) => {
    const verdict = await arcOf(message);
    expect(verdict).toMatchObject({ result: ARC_REASONS[reason].result, reason, oldestPass: undefined });
    expect(verdict.detail).toContain(detail);
  });

  it('is shown here for every reason but that of the header block as a whole', () => {
    const shown = new Set<ArcReason>([...BROKEN.map(([, reason]) => reason), 'chain-valid']);
    expect((Object.keys(ARC_REASONS) as ArcReason[]).filter((reason) => !shown.has(reason))).toEqual([
      'header-over-limit',
    ]);
  });

  it('needs no key where its structure says so', async () => {
    const { asked } = await arcOf(without(first, 'ARC-Seal', 1));
    expect(asked.filter((name) => name.includes('._domainkey.'))).toEqual([]);
  });

  it('accepts a key of 768 bits only for archives', async () => {
    expect((await arcOf(sealByHand(PLAIN, { instance: 1, key: 'rsa768' }), { legacy: true })).result).toBe('pass');
  });

  it('fails on DNS trouble: all errors are permanent (section 5.2.1)', async () => {
    const trouble = { status: 'temperror', reason: 'timeout', detail: 'silence' } as const;
    const { resolver } = textResolver({ [keyOwner('rsa2048')]: trouble });
    const { arc, result } = await verifyMessage(latin1(first), { resolver, now: NOW, arc: true });
    expect(arc).toMatchObject({ result: 'fail', reason: 'message-signature-invalid' });
    expect(arc!.detail).toContain('no answer for rsa2048._domainkey.example.com: silence');
    expect(result).toBe('none');
  });
});

describe('what a chain says', () => {
  it('never decides about the message', async () => {
    const { resolver } = textResolver(RECORDS);
    expect(await verifyMessage(latin1(three), { resolver, now: NOW, arc: true })).toMatchObject({
      result: 'none',
      arc: { result: 'pass' },
    });
  });
});
