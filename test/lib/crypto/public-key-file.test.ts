import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readPublicKey } from '../../../src/lib/crypto/public-key-file.ts';
import { RFC6376_RSA, RFC6376_RSA_PUBLIC, RFC8463_PUBLIC, RFC8463_SEED } from '../../support/keys.ts';

const spki = Buffer.from(RFC6376_RSA_PUBLIC, 'base64');
const rsa = createPublicKey({ key: spki, format: 'der', type: 'spki' });
const ed25519 = createPublicKey({
  key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(RFC8463_PUBLIC, 'base64').toString('base64url') },
  format: 'jwk',
});
const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const pem = (label: string, base64: string) =>
  Buffer.from(`-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`);

describe('a public key', () => {
  it.each([
    ['SPKI PEM', Buffer.from(rsa.export({ type: 'spki', format: 'pem' }))],
    [
      'SPKI PEM with CRLF',
      Buffer.from(rsa.export({ type: 'spki', format: 'pem' }).toString().replaceAll('\n', '\r\n')),
    ],
    ['PKCS#1 PEM', Buffer.from(rsa.export({ type: 'pkcs1', format: 'pem' }))],
    ['SPKI DER', spki],
    ['PKCS#1 DER', rsa.export({ type: 'pkcs1', format: 'der' })],
    ['base64 of SPKI DER', Buffer.from(`${RFC6376_RSA_PUBLIC}\n`)],
  ])('of RSA as %s is read', (_, bytes) => {
    expect(readPublicKey(bytes)).toEqual({ type: 'rsa', bits: 1024, publicKeyBytes: spki });
  });

  it.each([
    ['PEM', Buffer.from(ed25519.export({ type: 'spki', format: 'pem' }))],
    ['DER', ed25519.export({ type: 'spki', format: 'der' })],
  ])('of Ed25519 as %s is read: its 32 octets', (_, bytes) => {
    const publicKeyBytes = Buffer.from(RFC8463_PUBLIC, 'base64');
    expect(readPublicKey(bytes)).toEqual({ type: 'ed25519', bits: 256, publicKeyBytes });
  });

  it.each([
    ['a private key', pem('RSA PRIVATE KEY', RFC6376_RSA), 'contains a private key, not a public key'],
    ['its DER', Buffer.from(RFC6376_RSA, 'base64'), 'contains a private key, not a public key'],
    ['an Ed25519 seed', Buffer.from(RFC8463_SEED), 'contains an Ed25519 private key, not a public key'],
    ['a certificate', pem('CERTIFICATE', 'MIIB'), 'contains a certificate, not a public key'],
    ['a record', Buffer.from('v=DKIM1; p='), 'contains a DNS record, not a public key'],
    [
      'an EC key',
      Buffer.from(ec.publicKey.export({ type: 'spki', format: 'pem' })),
      'is damaged: the key in p= is not an RSA key, although k= says so',
    ],
    ['half a key', spki.subarray(0, 80), 'is damaged: the DER is truncated: it announces 162 octets but has 80'],
    [
      'half a PEM',
      pem('PUBLIC KEY', RFC6376_RSA_PUBLIC).subarray(0, 80),
      "is damaged: the line '-----END PUBLIC KEY-----' is missing",
    ],
    [
      'two keys',
      Buffer.concat([pem('PUBLIC KEY', 'MIIB'), pem('PUBLIC KEY', 'MIIB')]),
      'contains more than one public key',
    ],
    ['nothing', Buffer.alloc(0), 'is empty'],
  ])('that is %s is refused', (_, bytes, sentence) => {
    expect(() => readPublicKey(bytes, 'the file')).toThrow(new RegExp(`^the file ${sentence}$`));
  });
});
