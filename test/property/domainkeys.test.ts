import {
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  integer,
  option,
  property,
  record,
  string,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDomainKeyRecord } from '../../src/lib/domainkeys/key-record.ts';
import { parsePolicyRecord } from '../../src/lib/domainkeys/policy.ts';
import { parseDomainKeysSignature } from '../../src/lib/domainkeys/signature.ts';
import { verifyMessage } from '../../src/lib/verify-message.ts';
import { DK_NAME, DK_RECORD, dkSigned, txtResolver } from '../support/domainkeys.ts';

const resolver = txtResolver({ [DK_NAME]: DK_RECORD });

/** Texts of what the formats are made of, and of what they are not. */
const tagText = array(
  constantFrom(
    'a=',
    'b=',
    'c=',
    'd=',
    'h=',
    'q=',
    's=',
    'p=',
    'g=',
    'o=',
    ';',
    'nofws',
    'dns',
    'x.y',
    'AAAA',
    ':',
    ' ',
    '\r\n\t',
  ),
).map((parts) => parts.join(''));
const octets = string({ unit: integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });

const line = constantFrom('a  b\n', '\n', '.\n', ' \t\n', '\u00e9\r\n', 'x\ry\n', '\u0000\n', '0123456789abcdef0123\n');
const message = record({
  subject: string({ unit: constantFrom('a', ' ', '\t', '\u00ff', '(') }),
  sender: option(constantFrom('l@example.com', 'L <l@list.example.com>')),
  body: array(line).map((lines) => lines.join('')),
});

describe('DomainKeys', () => {
  it('reads anything without throwing', () => {
    for (const text of [tagText, octets]) {
      assert(
        property(text, (value) => {
          parseDomainKeysSignature(value);
          parseDomainKeyRecord(value);
          parsePolicyRecord(value);
        }),
      );
    }
  });

  it('judges any header block without throwing', async () => {
    const fields = array(
      constantFrom(
        'DomainKey-Signature: a=rsa-sha1; d=example.com; s=default; b=AAAA\n',
        'DomainKey-Signature: h=from:from; d=example.com; s=default; b=AAAA\n',
        'From: a@example.com\n',
        'Sender: b@example.com\n',
        'Sender:\n',
        'no field\n',
        ' fold\n',
      ),
      { minLength: 1 },
    );
    await assert(
      asyncProperty(fields, async (lines) => {
        const input = Buffer.from(`X: y\n${lines.join('')}\nhi\n`);
        const { domainkeys } = await verifyMessage(input, { now: 0, resolver });
        expect(domainkeys.result).not.toBe('pass');
      }),
    );
  });

  it('what is signed verifies, however it is cut and whichever line ends it gets', async () => {
    await assert(
      asyncProperty(
        message,
        constantFrom('simple' as const, 'nofws' as const),
        constantFrom('none' as const, 'all' as const, 'unique' as const),
        integer({ min: 1, max: 40 }),
        boolean(),
        async ({ subject, sender, body }, canonicalization, signedHeaders, size, crlf) => {
          const head = `From: joe@example.com\nSubject: ${subject}\n${sender === null ? '' : `Sender: ${sender}\n`}`;
          const options = { canonicalization, signedHeaders, domain: 'example.com' };
          const signed = await dkSigned(`${head}\n${body}`, options);
          const bytes = Buffer.from(crlf ? signed.replace(/\r?\n/g, '\r\n') : signed, 'latin1');
          const chunks: Buffer[] = [];
          for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
          const { domainkeys } = await verifyMessage(chunks, { now: 0, resolver });
          expect(domainkeys.signatures[0]?.detail).toBe('signed by example.com (1024-bit rsa-sha1)');
        },
      ),
      { numRuns: 150 },
    );
  });
});
