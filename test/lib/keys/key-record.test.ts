import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatKeyRecord, type KeyRecord, parseKeyRecord } from '../../../src/lib/keys/key-record.ts';

const USUAL: KeyRecord = {
  hasVersion: true,
  keyType: 'rsa',
  publicKey: 'QUJD',
  hashAlgorithms: undefined,
  services: ['*'],
  flags: [],
  notes: undefined,
};

describe('a key record (RFC 6376 section 3.6.1)', () => {
  it.each<[string, Partial<KeyRecord>]>([
    ['v=DKIM1; k=rsa; p=QUJD', {}],
    ['v=DKIM1;p=QUJD', {}],
    ['v=DKIM1; p=QUJD;', {}],
    ['p=QUJD', { hasVersion: false }],
    ['k=rsa; p=QUJD; t=y', { hasVersion: false, flags: ['y'] }],
    ['v=DKIM1; p=', { publicKey: '' }],
    ['v=DKIM1; p=Q U\r\n\tJ D ', {}],
    ['v=DKIM1; k=ED25519; p=QUJD', { keyType: 'ed25519' }],
    ['v=DKIM1; k=unknown; p=QUJD', { keyType: 'unknown' }],
    ['v=DKIM1; h=sha1 : SHA256; p=QUJD', { hashAlgorithms: ['sha1', 'sha256'] }],
    ['v=DKIM1; h=; p=QUJD', { hashAlgorithms: [''] }],
    ['v=DKIM1; s=email:tlsrpt; p=QUJD', { services: ['email', 'tlsrpt'] }],
    ['v=DKIM1; t=Y : s:x; p=QUJD', { flags: ['y', 's', 'x'] }],
    ['v=DKIM1; t=; p=QUJD', {}],
    ['v=DKIM1; n=a note=20; p=QUJD', { notes: 'a note=20' }],
    ['v=DKIM1; g=ann; x=y; p=QUJD', {}],
  ])('%j', (text, expected) => {
    expect(parseKeyRecord(text)).toEqual({ ok: true, record: { ...USUAL, ...expected } });
  });

  it.each([
    ['', 'syntax', 'the key record is not a tag list: it is empty'],
    ['hello world', 'syntax', "the key record is not a tag list: 'hello world' has no '='"],
    ['"v=DKIM1; p=QUJD"', 'syntax', `the key record is not a tag list: '"v' is not a tag name`],
    ['v=DKIM1; p=QUJD; p=QUJD', 'syntax', 'the key record is not a tag list: tag p= appears twice'],
    ['v=DKIM1\\; p=QUJD', 'not-a-key', 'v=DKIM1\\ is not a DKIM key record'],
    ['v=spf1 include:example.net -all', 'not-a-key', 'v=spf1 include:example.net -all is not a DKIM key record'],
    ['v=DKIM2; p=QUJD', 'not-a-key', 'v=DKIM2 is not a DKIM key record'],
    ['v=dkim1; p=QUJD', 'not-a-key', 'v=dkim1 is not a DKIM key record'],
    ['p=QUJD; v=DKIM1', 'syntax', 'v= must be the first tag of the key record'],
    ['v=DKIM1; k=rsa', 'syntax', 'the key record has no p= tag'],
    ['v=DKIM1; p=QUJ', 'syntax', 'p= is not base64'],
    ['v=DKIM1; p=QU"JD', 'syntax', 'p= is not base64'],
  ])('%j is none', (text, reason, problem) => {
    expect(parseKeyRecord(text)).toEqual({ ok: false, reason, problem });
  });

  it('is read as it was written', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    const words = fc.array(word, { minLength: 1, maxLength: 3 });
    const record = fc.record<KeyRecord>({
      hasVersion: fc.boolean(),
      keyType: word,
      publicKey: fc.uint8Array({ maxLength: 40 }).map((octets) => Buffer.from(octets).toString('base64')),
      hashAlgorithms: fc.option(words, { nil: undefined }),
      services: fc.oneof(words, fc.constant(['*'])),
      flags: fc.array(fc.constantFrom('y', 's', 'x'), { maxLength: 3 }),
      notes: fc.option(fc.stringMatching(/^[!-:<-~\x80-\xff]{0,12}$/), { nil: undefined }),
    });
    fc.assert(
      fc.property(record, (value) => {
        expect(parseKeyRecord(formatKeyRecord(value))).toEqual({ ok: true, record: value });
      }),
    );
  });
});
