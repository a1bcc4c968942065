import { describe, expect, it } from 'vitest';
import { verifyMessage } from '../../../src/lib/verify-message.ts';
import { DK_NAME, DK_RECORD, dkSigned, txtResolver } from '../../support/domainkeys.ts';

const MESSAGE = 'From: joe@example.com\nTo: a@b.example\nTo: c@d.example\nSubject: x\n\nhi\n';

const code = (signing: Promise<unknown>) =>
  signing.then(
    () => 'signed',
    (error: { code?: string; kind?: string }) => `${error.code} ${error.kind}`,
  );

describe('what RFC 4870 forbids to sign', () => {
  it.each([
    ['two From fields', `From: x@example.com\n${MESSAGE}`, 'several-from permanent'],
    ['a From behind a bare CR', `X: a\rFrom: x@example.net\n${MESSAGE}`, 'several-from permanent'],
    ['two Sender fields', `Sender: a@b.example\nSender: a@b.example\n${MESSAGE}`, 'sending-address-invalid permanent'],
    ['a Sender without @', `Sender: postmaster\n${MESSAGE}`, 'sending-address-invalid permanent'],
    ['a message that is signed', `DomainKey-Signature: a=rsa-sha1;\n${MESSAGE}`, 'already-signed permanent'],
    [
      'a Sender below the signature that is there',
      `DomainKey-Signature: a=rsa-sha1;\nSender: l@example.com\n${MESSAGE}`,
      'already-signed permanent',
    ],
    ['another domain than the Sender', `Sender: l@list.example\n${MESSAGE}`, 'domain-mismatch permanent'],
  ])('%s', async (_, message, expected) => {
    expect(await code(dkSigned(message, { domain: 'example.com' }))).toBe(expected);
  });

  it('a list of fields without the one that names the sending domain', async () => {
    expect(await code(dkSigned(MESSAGE, { signedHeaders: ['Subject'] }))).toBe('from-not-signed permanent');
    const sent = `Sender: l@example.com\n${MESSAGE}`;
    expect(await code(dkSigned(sent, { signedHeaders: ['From'] }))).toBe('from-not-signed permanent');
  });

  it('a domain or a selector that could smuggle something into the field', async () => {
    for (const domain of ['example.com; h=', 'example.com\n']) {
      expect(await code(dkSigned(MESSAGE, { domain }))).toBe('bad-signature-name permanent');
    }
    expect(await code(dkSigned(MESSAGE, { selector: 'a b' }))).toBe('bad-signature-name permanent');
  });

  it('a field whose name would end h= early', async () => {
    const odd = `X;Y: 1\n${MESSAGE}`;
    expect(await code(dkSigned(odd, { signedHeaders: 'all' }))).toBe('bad-signed-field permanent');
    expect(await code(dkSigned(odd))).toBe('signed');
  });
});

describe('what may be signed', () => {
  it('a message of a list that put its Sender above the old signature: both are right in their place', async () => {
    const once = await dkSigned(MESSAGE);
    const twice = await dkSigned(`Sender: l@list.example\n${once}`);
    const resolver = txtResolver({ [DK_NAME]: DK_RECORD, 'default._domainkey.list.example': DK_RECORD });
    const { domainkeys } = await verifyMessage(Buffer.from(twice, 'latin1'), { now: 0, resolver });
    expect(domainkeys.result).toBe('pass');
    expect(domainkeys.signatures.map(({ domain, reason }) => [domain, reason])).toEqual([
      ['list.example', 'signature-valid'],
      ['example.com', 'not-selected'],
    ]);
  });

  it.each([
    ['none', undefined],
    ['all', 'From:To:To:Subject'],
    ['unique', 'From:Subject'],
    [['subject', 'from'], 'From:Subject'],
  ] as const)('h= %s', async (signedHeaders, names) => {
    const signed = await dkSigned(MESSAGE, { signedHeaders });
    expect(/\th=([^;]*);/.exec(signed)?.[1]).toBe(names);
  });

  it('lines stay short, and follow the line ends of the message', async () => {
    const many = Array.from({ length: 60 }, (_, i) => `X-Some-Field-${i}: 1\r\n`).join('');
    const signed = await dkSigned(`${many}From: joe@example.com\r\n\r\nhi\r\n`, { signedHeaders: 'all' });
    const [field = ''] = signed.split('X-Some-Field-0: 1');
    expect(field.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(Math.max(...field.split('\r\n').map(({ length }) => length))).toBeLessThan(78);
  });

  it('below an mbox line', async () => {
    const signed = await dkSigned(`From joe Thu Jan  1 00:00:00 1970\n${MESSAGE}`);
    expect(signed).toMatch(/^From joe .*\nDomainKey-Signature: /);
  });
});
