/** The examples of RFC 6376 appendix A and RFC 8463 appendix A, their keys and records. */
import { readFileSync } from 'node:fs';
import { createHash, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readPrivateKey } from '../../src/lib/crypto/private-key.ts';
import { parseZone } from '../../src/lib/dns/zones/file.ts';
import { zoneResolver } from '../../src/lib/dns/zones/zone.ts';
import { verifyMessage } from '../../src/lib/verify-message.ts';
import { canonicalBody, canonicalField, pickFields, splitMessage } from '../support/canonicalize-oracle.ts';
import { RFC8463_PUBLIC, RFC8463_SEED } from '../support/keys.ts';
import { vectorPath } from '../support/vectors.ts';

const read = (name: string) => readFileSync(vectorPath(`rfc/${name}`));
const resolver = (name: string) => zoneResolver([parseZone(name, read(name))]);

/** The message of RFC 8463 as text; the Ed25519 signature is its first field. */
const SIGNED = read('rfc8463-a3.eml').toString('latin1');

describe('the signed message of', () => {
  // As it was signed: the layout of the RFC took a blank from the folds and doubled the one behind a full stop.
  it('RFC 6376 appendix A.2 verifies', async () => {
    const options = { resolver: resolver('rfc6376.zone'), now: 1_057_982_514 };
    const { dkim } = await verifyMessage(read('rfc6376-a2.eml'), options);
    expect(dkim.signatures).toEqual([
      expect.objectContaining({
        result: 'pass',
        domain: 'example.com',
        selector: 'brisbane',
        identity: 'joe@football.example.com',
        keyBits: 1024,
        alignment: 'related',
        signedHeaders: ['received', 'from', 'to', 'subject', 'date', 'message-id'],
      }),
    ]);
  });

  it('RFC 8463 appendix A.3 verifies, both signatures', async () => {
    const options = { resolver: resolver('rfc8463.zone'), now: 1_528_637_909 };
    const { dkim } = await verifyMessage(read('rfc8463-a3.eml'), options);
    expect(dkim.signatures).toEqual([
      expect.objectContaining({ result: 'pass', algorithm: 'ed25519-sha256', selector: 'brisbane', keyBits: 256 }),
      expect.objectContaining({ result: 'pass', algorithm: 'rsa-sha256', selector: 'test', keyBits: 1024 }),
    ]);
  });

  it('RFC 8463 has the body hash and the Ed25519 signature that its key makes', async () => {
    const { fields, body } = splitMessage(SIGNED.slice(SIGNED.indexOf('From:')));
    const own = splitMessage(SIGNED).fields[0]!;
    expect(createHash('sha256').update(canonicalBody('relaxed', body)).digest('base64')).toBe(
      /bh=(.{44});/.exec(own)![1],
    );
    const [, h = '', b = ''] = /h=([^;]*);[^]*\bb=([^;]*)$/.exec(own)!;
    const names = h.split(':').map((name) => name.trim());
    const signed = [...pickFields(fields, names), own.replace(b, '')].map((field) => canonicalField('relaxed', field));
    const digest = createHash('sha256').update(signed.join('\r\n')).digest();
    const { key, publicKeyBytes } = await readPrivateKey(Buffer.from(RFC8463_SEED));
    expect(publicKeyBytes.toString('base64')).toBe(RFC8463_PUBLIC);
    expect(sign(null, digest, key).toString('base64')).toBe(b.replace(/\s+/g, ''));
  });
});
