import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifyMessage } from '../../src/lib/verify-message.ts';
import { verifyReport } from '../../src/lib/report/verify.ts';
import { inPieces, latin1, PIECE_SIZES } from '../support/chunks.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { keyOwner, keyRecord, NOW, textResolver } from '../support/vectors.ts';

const { resolver } = textResolver({ [keyOwner('rsa2048')]: keyRecord('rsa2048') });
const options = { resolver, now: NOW };
const GOOD = latin1(signByHand(PLAIN));

describe('a message', () => {
  it('may come whole, in pieces, and in pieces that are waited for', async () => {
    const expected = await verifyMessage(GOOD, options);
    expect(expected.result).toBe('pass');
    expect(await verifyMessage(new Uint8Array(GOOD), options)).toEqual(expected);
    for (const size of PIECE_SIZES) {
      expect(await verifyMessage(inPieces(GOOD, size), options)).toEqual(expected);
      const asynchronous = (async function* () {
        for (const piece of inPieces(GOOD, size)) {
          await Promise.resolve();
          yield new Uint8Array(piece);
        }
      })();
      expect(await verifyMessage(asynchronous, options)).toEqual(expected);
    }
  });

  it('waits for answers that come late', async () => {
    const late = {
      query: (name: string, type: 'TXT') =>
        new Promise((resolve) => setImmediate(() => resolve(resolver.query(name, type)))),
    } as unknown as typeof resolver;
    expect((await verifyMessage(GOOD, { resolver: late, now: NOW })).result).toBe('pass');
  });

  it.each([
    ['nothing', '', 'empty-message', 'the input is empty: there is no message'],
    [
      'text',
      'Dear Ann,\n\nyours\n',
      'not-a-message',
      'the input is not a message: its first line is not a header field',
    ],
    [
      'a fold',
      ' x\nFrom: a@b.test\n',
      'not-a-message',
      'the input is not a message: its first line is not a header field',
    ],
    ['octets', '\xff\xfe\0\n', 'not-a-message', 'the input is not a message: its first line is not a header field'],
  ])('is not %s', async (_, text, code, message) => {
    const expected = { name: 'DktoolError', code, kind: 'permanent', message };
    await expect(verifyMessage(latin1(text), options)).rejects.toMatchObject(expected);
  });

  it('of any garbage has a verdict or is a DktoolError', async () => {
    const part = fc.constantFrom(
      'From: a@example.com\n',
      'DKIM-Signature:',
      'v=1;',
      'a=rsa-sha256;',
      'd=example.com;',
      's=rsa2048;',
      'h=from;',
      'bh=QQ==;',
      'b=QQ==',
      '\n',
      ' ',
      '\r\n',
      ':',
      '\0',
      '\xff',
      'i=@x;',
      'l=1;',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 24 }), async (parts) => {
        const outcome = await verifyMessage(latin1(parts.join('')), options).catch((reason: unknown) => reason);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ name: 'DktoolError', kind: 'permanent' });
        else expect(outcome).not.toMatchObject({ result: 'pass' });
      }),
      { numRuns: 1000 },
    );
  });

  it('of a real one with octets changed never passes, unless what was changed does not count', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(GOOD.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Buffer.from(GOOD);
        changed[at] = changed[at]! ^ flip;
        const outcome = await verifyMessage(changed, options).catch((reason: unknown) => reason);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ name: 'DktoolError' });
        else if ((outcome as { result: string }).result === 'pass') {
          // relaxed: case of names, blanks, LF for CRLF; and a field that the signature does not know by that name
          expect(relaxed(changed)).toBe(relaxed(GOOD));
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** What relaxed canonicalisation leaves of a message, roughly: never less than what is signed. */
function relaxed(message: Buffer): string {
  return message
    .toString('latin1')
    .replace(/\r?\n/g, '\n')
    .replace(/^([\w-]+)[ \t]*:[ \t]*/gm, (_, name: string) => `${name.toLowerCase()}:`)
    .replace(/[ \t]+/g, ' ')
    .replace(/[ \t]+\n/g, '\n')
    .replace(/\n+$/, '')
    .replace(/(?<= b=).*/, (b) => Buffer.from(b, 'base64').toString('hex')); // the last character has bits to spare
}

describe('the report of a verdict', () => {
  it('has the shape that programs rely on, nulls where nothing is known', async () => {
    const report = verifyReport('x.eml', await verifyMessage(GOOD, options));
    expect(report).toMatchObject({ file: 'x.eml', result: 'pass', from: 'ann@example.com' });
    expect(report.dkim).toEqual({
      result: 'pass',
      signatures: [
        {
          result: 'pass',
          reason: 'signature-valid',
          detail: 'signed by example.com (2048-bit rsa-sha256)',
          domain: 'example.com',
          selector: 'rsa2048',
          identity: '@example.com',
          algorithm: 'rsa-sha256',
          canonicalization: 'relaxed/relaxed',
          keyBits: 2048,
          bodyHash: 'match',
          signature: 'valid',
          signedHeaders: ['from', 'to', 'subject', 'date', 'message-id'],
          timestamp: NOW,
          expires: null,
          testing: false,
          alignment: 'exact',
          warnings: [],
        },
      ],
    });
    const empty = verifyReport('-', await verifyMessage(latin1('DKIM-Signature: x\n\n'), options));
    expect(empty).toMatchObject({
      from: null,
      dkim: { signatures: [{ domain: null, selector: null, identity: null, keyBits: null }] },
    });
  });

  it('has UTF-8 where the message has it, and octets as characters where it has not', async () => {
    const utf8 = Buffer.from('From: zoë@exämple.test\n\n', 'utf8');
    expect(verifyReport('-', await verifyMessage(utf8, options)).from).toBe('zoë@exämple.test');
    expect(verifyReport('-', await verifyMessage(latin1('From: zo\xeb@x.test\n\n'), options)).from).toBe(
      'zo\xeb@x.test',
    );
  });
});
