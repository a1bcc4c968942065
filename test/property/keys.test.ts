import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPem, readPem } from '../../src/lib/crypto/pem.ts';
import { readPrivateKey } from '../../src/lib/crypto/private-key.ts';
import { readPublicKey } from '../../src/lib/crypto/public-key-file.ts';
import { newKeyRecord } from '../../src/lib/keys/new-key-record.ts';
import { formatKeyRecord, parseKeyRecord } from '../../src/lib/keys/key-record.ts';
import { formatTxtRecord } from '../../src/lib/dns/txt-formats/format.ts';
import { joinStrings } from '../../src/lib/dns/txt-formats/text.ts';
import { zoneResolver } from '../../src/lib/dns/zones/zone.ts';
import { parseZone } from '../../src/lib/dns/zones/file.ts';
import { DktoolError } from '../../src/lib/errors.ts';
import { RFC6376_RSA, RFC8463_SEED } from '../support/keys.ts';

const latin1 = (max: number) =>
  fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((octet) => String.fromCharCode(octet)), maxLength: max });
const rsa = Buffer.from(RFC6376_RSA, 'base64');
const SAMPLES = [rsa, Buffer.from(formatPem('RSA PRIVATE KEY', rsa)), Buffer.from(RFC8463_SEED)];

/** A sound key file with some octets changed, some taken out of it, and its end cut off. */
const damaged = fc
  .tuple(
    fc.constantFrom(...SAMPLES),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
    fc.nat(),
    fc.nat(3),
    fc.nat(),
  )
  .map(([sample, changes, from, count, end]) => {
    const bytes = Buffer.from(sample);
    for (const [at, octet] of changes) bytes[at % bytes.length] = octet;
    const cut = from % bytes.length;
    return Buffer.concat([bytes.subarray(0, cut), bytes.subarray(cut + count)]).subarray(0, 1 + (end % bytes.length));
  });

describe('reading keys', () => {
  it('of any bytes gives a key or a DktoolError', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          damaged,
          fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        ),
        async (bytes) => {
          try {
            expect((await readPrivateKey(bytes)).bits).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toBeInstanceOf(DktoolError);
          }
          try {
            expect(readPublicKey(bytes).bits).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toBeInstanceOf(DktoolError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('PEM gives back what was put in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom('PRIVATE KEY', 'X'), (bytes, label) => {
        const [block, ...more] = readPem(`text\n${formatPem(label, Buffer.from(bytes))}text`);
        expect(more).toEqual([]);
        expect(block).toEqual({ label, headers: [], contents: Buffer.from(bytes), problem: undefined });
      }),
    );
  });
});

describe('a TXT record', () => {
  it.each(['bind', 'tinydns'] as const)('as %s is read back from a zone file, octet by octet', (format) => {
    fc.assert(
      fc.property(latin1(600), fc.option(fc.nat(0x7fffffff), { nil: undefined }), (text, ttl) => {
        const line = formatTxtRecord({ owner: 'x._domainkey.example.com', isAbsolute: true, ttl, text }, format);
        const resolver = zoneResolver([parseZone('zone', Buffer.from(`${line}\n`, 'latin1'))]);
        const answer = resolver.query('x._domainkey.example.com', 'TXT');
        expect(answer).toMatchObject({ status: 'found', ...(ttl === undefined ? {} : { ttl }) });
        expect('records' in answer && answer.records.map(joinStrings)).toEqual([text]);
      }),
    );
  });

  it('of a key is read back with all its tags', () => {
    const words = fc.array(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.record(
          { hashAlgorithms: words, services: words, flags: words, notes: latin1(40), isDomainKeys: fc.boolean() },
          { requiredKeys: [] },
        ),
        (key, options) => {
          const record = newKeyRecord({ type: 'rsa', publicKeyBytes: Buffer.from(key) }, options);
          expect(parseKeyRecord(formatKeyRecord(record))).toEqual({ ok: true, record });
        },
      ),
    );
  });
});
