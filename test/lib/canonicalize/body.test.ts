import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { bodyCanonicalizer } from '../../../src/lib/canonicalize/body.ts';
import { BodyHasher, type BodyHashRequest } from '../../../src/lib/canonicalize/body-hasher.ts';
import type { Canonicalization } from '../../../src/lib/canonicalize/header.ts';
import { createHash } from 'node:crypto';
import { canonicalBody } from '../../support/canonicalize-oracle.ts';
import { inPieces, latin1, PIECE_SIZES } from '../../support/chunks.ts';

const FORMS: readonly Canonicalization[] = ['simple', 'relaxed'];

function canonical(form: Canonicalization, body: Buffer, size: number): string {
  let text = '';
  const canonicalizer = bodyCanonicalizer(form, (bytes) => {
    text += bytes.toString('latin1');
  });
  for (const piece of inPieces(body, size)) canonicalizer.write(piece);
  canonicalizer.end();
  return text;
}

function expectEveryWay(form: Canonicalization, body: string, expected: string): void {
  for (const size of PIECE_SIZES) {
    expect(canonical(form, latin1(body), size), `${form}, pieces of ${size}`).toBe(expected);
  }
}

describe('the canonical body', () => {
  it('is that of RFC 6376 section 3.4.5', () => {
    const body = ' C \r\nD \t E\r\n\r\n\r\n';
    expectEveryWay('relaxed', body, ' C\r\nD E\r\n');
    expectEveryWay('simple', body, ' C \r\nD \t E\r\n');
  });

  it.each([
    ['nothing', '', '\r\n', ''],
    ['one line end', '\r\n', '\r\n', ''],
    ['line feeds alone', '\n\n\n', '\r\n', ''],
    ['blanks alone', ' \t \r\n', ' \t \r\n', ''],
    ['blanks without a line end', '\t', '\t\r\n', ''],
    ['a line without its end', 'a', 'a\r\n', 'a\r\n'],
    ['LF', 'a\nb\n', 'a\r\nb\r\n', 'a\r\nb\r\n'],
    ['mixed line ends', 'a\r\nb\nc\r\n\n', 'a\r\nb\r\nc\r\n', 'a\r\nb\r\nc\r\n'],
    ['empty lines at the start', '\r\n\r\na\r\n', '\r\n\r\na\r\n', '\r\n\r\na\r\n'],
    ['a bare CR', 'a\rb\r\n', 'a\rb\r\n', 'a\rb\r\n'],
    ['a CR before a CRLF', 'a\r\r\n', 'a\r\r\n', 'a\r\r\n'],
    ['a CR at the end', 'a\r', 'a\r\r\n', 'a\r\r\n'],
    ['blanks around a bare CR', 'a \r \r\n', 'a \r \r\n', 'a \r\r\n'],
    ['a CR alone', '\r', '\r\r\n', '\r\r\n'],
    ['leading blanks', '\t a\r\n', '\t a\r\n', ' a\r\n'],
    ['NUL and 8-bit octets', '\0\xff \xa0 \r\n', '\0\xff \xa0 \r\n', '\0\xff \xa0\r\n'],
    ['a vertical tab, which is not a blank', 'a\v\r\n', 'a\v\r\n', 'a\v\r\n'],
    ['lines of blanks at the end', 'a\r\n \r\n\t\r\n', 'a\r\n \r\n\t\r\n', 'a\r\n'],
  ])('of %s', (_, body, simple, relaxed) => {
    expectEveryWay('simple', body, simple);
    expectEveryWay('relaxed', body, relaxed);
  });

  it.each(FORMS)('is what the RFC says, whatever the pieces (%s)', (form) => {
    const octets = fc.constantFrom('a', 'b', ' ', '\t', '\r', '\n', '\r\n', '\r\n\r\n', '\0', '\xe4');
    fc.assert(
      fc.property(fc.array(octets, { maxLength: 24 }), (parts) => {
        const body = parts.join('');
        expectEveryWay(form, body, canonicalBody(form, body));
      }),
      { numRuns: 400 },
    );
  });

  it.each(FORMS)('is right where the output buffer is full (%s)', (form) => {
    const bodies = [
      'x'.repeat(65_535),
      'x'.repeat(65_537),
      `${'x'.repeat(65_534)}\r\ny`,
      `${'x '.repeat(70_000)}\r\n`,
      `${'\r\n'.repeat(100_000)}x`,
      `${'\n'.repeat(32_768)}x\n`,
      `${' '.repeat(200_000)}x${' '.repeat(200_000)}\n`,
      'a\n'.repeat(70_000),
      '\r'.repeat(140_000),
    ];
    for (const body of bodies) {
      const expected = createHash('sha256')
        .update(latin1(canonicalBody(form, body)))
        .digest('hex');
      for (const size of [1000, 65_536, Number.POSITIVE_INFINITY]) {
        const hash = createHash('sha256');
        hash.update(latin1(canonical(form, latin1(body), size)));
        expect(hash.digest('hex'), `${body.length} octets in pieces of ${size}`).toBe(expected);
      }
    }
  });
});

describe('the hashes of a body', () => {
  it('are made for each request in one pass, each over no more than its limit', () => {
    const body = ' C \r\nD \t E\r\n\r\n\r\n';
    const requests: BodyHashRequest[] = FORMS.flatMap((canonicalization) =>
      (['sha1', 'sha256'] as const).flatMap((hash) =>
        [undefined, 0, 1, 7, 8, 100].map((limit) => ({ canonicalization, hash, limit })),
      ),
    );
    for (const size of PIECE_SIZES) {
      const hasher = new BodyHasher([...requests, ...requests]);
      for (const piece of inPieces(latin1(body), size)) hasher.write(piece);
      hasher.end();
      for (const request of requests) {
        const text = canonicalBody(request.canonicalization, body);
        const digest = createHash(request.hash)
          .update(latin1(text.slice(0, request.limit)))
          .digest();
        expect(hasher.result(request)).toEqual({ digest, canonicalLength: text.length });
      }
    }
  });

  it('of an empty body are those of RFC 6376 sections 3.4.3 and 3.4.4', () => {
    const simple = { canonicalization: 'simple', hash: 'sha256', limit: undefined } as const;
    const relaxed = { ...simple, canonicalization: 'relaxed' } as const;
    const hasher = new BodyHasher([simple, relaxed, { ...simple, hash: 'sha1' }, { ...relaxed, hash: 'sha1' }]);
    hasher.end();
    expect(hasher.result(simple).digest.toString('base64')).toBe('frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=');
    expect(hasher.result(relaxed).digest.toString('base64')).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
    expect(hasher.result({ ...simple, hash: 'sha1' }).digest.toString('base64')).toBe('uoq1oCgLlTqpdDX/iUbLy7J1Wic=');
    expect(hasher.result({ ...relaxed, hash: 'sha1' }).digest.toString('base64')).toBe('2jmj7l5rSw0yVb/vlWAYkK/YBwk=');
  });
});
