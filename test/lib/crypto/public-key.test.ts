import { createPublicKey } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DER_TAG, writeDer } from '../../../src/lib/crypto/der.ts';
import { importPublicKey } from '../../../src/lib/crypto/public-key.ts';
import { RFC6376_RSA_PUBLIC, RFC8463_PUBLIC } from '../../support/keys.ts';
import { KEY_NAMES, publicKeyText } from '../../support/vectors.ts';

const spki = Buffer.from(RFC6376_RSA_PUBLIC, 'base64');
const pkcs1 = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ format: 'der', type: 'pkcs1' });
const jwk = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ format: 'jwk' });
const modulus = Buffer.from(jwk.n!, 'base64url');

const zero = Buffer.from([0]);
const integer = (octets: Buffer) => writeDer(DER_TAG.integer, octets);
const rsaPublicKey = (n: Buffer, e: Buffer) => writeDer(DER_TAG.sequence, integer(n), integer(e));
const algorithm = (oid: string, ...more: Buffer[]) =>
  writeDer(DER_TAG.sequence, writeDer(DER_TAG.oid, Buffer.from(oid, 'hex')), ...more);
const RSA = '2a864886f70d010101';
const wrap = (key: Buffer, identifier = algorithm(RSA, writeDer(DER_TAG.null))) =>
  writeDer(DER_TAG.sequence, identifier, writeDer(DER_TAG.bitString, zero, key));
const positive = (octets: Buffer) => Buffer.concat([zero, octets]);
const F4 = Buffer.from([1, 0, 1]);

const problemOf = (bytes: Buffer, type: 'rsa' | 'ed25519' = 'rsa') => {
  const key = importPublicKey(type, bytes);
  return key.ok ? 'a key' : `${key.reason}: ${key.problem}`;
};

describe('p= of an RSA key', () => {
  it.each([
    ['SubjectPublicKeyInfo', spki],
    ['RSAPublicKey (RFC 6376 section 3.6.1)', pkcs1],
    ['SubjectPublicKeyInfo without NULL', wrap(pkcs1, algorithm(RSA))],
    ['an RSAPublicKey made here', rsaPublicKey(positive(modulus), F4)],
  ])('may be %s', (_, bytes) => {
    const key = importPublicKey('rsa', bytes);
    expect(key).toMatchObject({ ok: true, type: 'rsa', bits: 1024 });
    expect(key.ok && key.key.export({ format: 'jwk' })).toEqual(jwk);
  });

  it.each(KEY_NAMES.filter((name) => name !== 'ed25519'))('of the vector %s has as many bits', (name) => {
    const bits = Number(name.slice(3));
    expect(importPublicKey('rsa', Buffer.from(publicKeyText(name), 'base64'))).toMatchObject({ ok: true, bits });
  });

  it('may have 8,192 bits and no more', () => {
    const wide = Buffer.alloc(1024, 0xff);
    expect(importPublicKey('rsa', rsaPublicKey(positive(wide), F4))).toMatchObject({ ok: true, bits: 8192 });
    const wider = Buffer.concat([Buffer.from([1]), wide]);
    expect(problemOf(rsaPublicKey(wider, F4))).toBe('oversized: the RSA key has 8193 bits, more than 8192');
  });

  it.each<[string, Buffer, string]>([
    ['nothing', Buffer.alloc(0), 'the DER is truncated'],
    ['a cut key', spki.subarray(0, 100), 'the DER is truncated: it announces 162 octets but has 100'],
    ['octets behind the key', Buffer.concat([spki, zero]), '1 octets follow the end of the DER'],
    ['no SEQUENCE', Buffer.from([0x31, 0]), 'the DER is not a SEQUENCE'],
    ['an empty SEQUENCE', Buffer.from([0x30, 0]), 'the DER is not an RSA public key'],
    [
      'an indefinite length',
      Buffer.concat([Buffer.from([0x30, 0x80]), pkcs1, zero, zero]),
      'the DER has a length in a forbidden form',
    ],
    ['a length of 5 octets', Buffer.from([0x30, 0x85, 0, 0, 0, 0, 0]), 'the DER has a length in a forbidden form'],
    [
      'a length longer than it must be',
      Buffer.from([0x30, 0x81, 0x02, 5, 0]),
      'the DER has a length that is not in its shortest form',
    ],
    [
      'a huge length',
      Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff]),
      'the DER is truncated: it announces 4294967301 octets but has 6',
    ],
    [
      'an Ed25519 key',
      wrap(Buffer.alloc(32), algorithm('2b6570')),
      'the key in p= is not an RSA key, although k= says so',
    ],
    [
      'an RSA-PSS key',
      wrap(pkcs1, algorithm('2a864886f70d01010a')),
      'the key in p= is not an RSA key, although k= says so',
    ],
    [
      'bits that are left over',
      writeDer(DER_TAG.sequence, algorithm(RSA), writeDer(DER_TAG.bitString, Buffer.from([1]), pkcs1)),
      'the DER is not an RSA public key',
    ],
    [
      'three numbers',
      writeDer(DER_TAG.sequence, integer(F4), integer(F4), integer(F4)),
      'the DER is not an RSA public key',
    ],
    ['a negative modulus', rsaPublicKey(modulus, F4), 'the RSA key contains a number below 1'],
    ['a modulus of 0', rsaPublicKey(zero, F4), 'the RSA key contains a number below 1'],
    ['a modulus without octets', rsaPublicKey(Buffer.alloc(0), F4), 'the RSA key contains a number below 1'],
    [
      'a modulus with a zero too many',
      rsaPublicKey(positive(positive(modulus)), F4),
      'the RSA key contains a number below 1',
    ],
    ['an even modulus', rsaPublicKey(positive(Buffer.alloc(128, 0xfe)), F4), 'the RSA modulus is not valid'],
    ['a modulus of 248 bits', rsaPublicKey(positive(Buffer.alloc(31, 0xff)), F4), 'the RSA modulus is not valid'],
    ['an exponent of 1', rsaPublicKey(positive(modulus), Buffer.from([1])), 'the RSA exponent is not valid'],
    ['an even exponent', rsaPublicKey(positive(modulus), Buffer.from([2])), 'the RSA exponent is not valid'],
    [
      'an exponent of 72 bits',
      rsaPublicKey(positive(modulus), Buffer.alloc(9, 1)),
      'the RSA exponent is longer than 64 bits',
    ],
  ])('may not be %s', (_, bytes, problem) => {
    expect(problemOf(bytes)).toBe(`invalid: ${problem}`);
  });
});

describe('p= of an Ed25519 key (RFC 8463 section 4)', () => {
  it('is its 32 octets', () => {
    const key = importPublicKey('ed25519', Buffer.from(RFC8463_PUBLIC, 'base64'));
    expect(key).toMatchObject({ ok: true, type: 'ed25519', bits: 256 });
  });

  it.each([0, 31, 33, 44])('is not %i octets', (length) => {
    expect(problemOf(Buffer.alloc(length), 'ed25519')).toBe(`invalid: an Ed25519 key has 32 octets, p= has ${length}`);
  });
});

describe('p= of any octets', () => {
  it('never throws', () => {
    const mutated = fc
      .tuple(fc.constantFrom(spki, pkcs1), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
      .map(([sample, changes]) => {
        const bytes = Buffer.from(sample);
        for (const [at, octet] of changes) bytes[at % bytes.length] = octet;
        return bytes;
      });
    const any = fc.uint8Array({ maxLength: 40 }).map((octets) => Buffer.from(octets));
    const small = fc.tuple(any, any).map(([n, e]) => rsaPublicKey(n, e));
    fc.assert(
      fc.property(fc.oneof(mutated, any, small), fc.constantFrom('rsa', 'ed25519'), (bytes, type) => {
        expect(problemOf(bytes, type)).not.toBe('');
      }),
      { numRuns: 1000 },
    );
  });
});
