/** All implementations of a body canonicalisation give the same octets, whatever the body is and wherever it is cut. `npm run fuzz:bodies` tries more. */
import { describe, expect, it } from 'vitest';
import { bodyCanonicalizer } from '../../src/lib/canonicalize/body.ts';
import type { BodyCanonicalizer, ByteConsumer } from '../../src/lib/canonicalize/body-canonicalizer.ts';
import {
  PlainNofwsBody,
  PlainRelaxedBody,
  PlainSimpleBody,
  type PlainBody,
} from '../../src/lib/canonicalize/plain-body.ts';
import { SimdNofwsBody, SimdRelaxedBody, SimdSimpleBody, simdCopier } from '../../src/lib/canonicalize/simd-body.ts';
import { WordNofwsBody, WordRelaxedBody, WordSimpleBody } from '../../src/lib/canonicalize/word-body.ts';
import { canonicalBody } from '../support/canonicalize-oracle.ts';
import { randomBodies } from '../support/random-bodies.ts';

const BODIES = Number(process.env['FUZZ_BODIES'] ?? 20_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);

const copier = simdCopier()!;
const IMPLEMENTATIONS = {
  simple: {
    plain: (to: ByteConsumer) => new PlainSimpleBody(to),
    word: (to: ByteConsumer) => new WordSimpleBody(to),
    simd: (to: ByteConsumer) => new SimdSimpleBody(to, copier),
  },
  relaxed: {
    plain: (to: ByteConsumer) => new PlainRelaxedBody(to),
    word: (to: ByteConsumer) => new WordRelaxedBody(to),
    simd: (to: ByteConsumer) => new SimdRelaxedBody(to, copier),
  },
  nofws: {
    plain: (to: ByteConsumer) => new PlainNofwsBody(to),
    word: (to: ByteConsumer) => new WordNofwsBody(to),
    simd: (to: ByteConsumer) => new SimdNofwsBody(to, copier),
  },
} as const;

const FORMS = ['simple', 'relaxed', 'nofws'] as const;

/** What comes out; `change` may put another in the place of a canonicaliser before a piece. */
function canonical<T extends BodyCanonicalizer>(
  make: (to: ByteConsumer) => T,
  pieces: readonly Buffer[],
  change: (body: T, to: ByteConsumer, piece: number) => T = (body) => body,
): string {
  let out = '';
  const take = (bytes: Buffer) => {
    out += bytes.toString('latin1');
  };
  let body = make(take);
  for (const [i, piece] of pieces.entries()) {
    body = change(body, take, i);
    body.write(piece);
  }
  body.end();
  return out;
}

describe('the body canonicalisers', () => {
  it('are there: this machine has SIMD', () => {
    expect(simdCopier()).toBeDefined();
  });

  it.each(FORMS)(`of %s agree on ${BODIES} random bodies, also where one takes over from another`, (form) => {
    const { plain, word, simd } = IMPLEMENTATIONS[form];
    for (const { pieces, turn } of randomBodies(BODIES, SEED)) {
      const expected = canonical<PlainBody>(plain, pieces);
      const found = {
        word: canonical<PlainBody>(word, pieces),
        simd: canonical<PlainBody>(simd, pieces),
        both: canonical<PlainBody>(word, pieces, (body, to, i) => (i === turn ? simd(to).resume(body as never) : body)),
      };
      if (found.word === expected && found.simd === expected && found.both === expected) continue;
      expect({ pieces: pieces.map((piece) => piece.toString('latin1')), turn, ...found }).toEqual(expected);
    }
  });

  it.each(['simple', 'relaxed'] as const)('of %s agree with the rule', (form) => {
    for (const { pieces } of randomBodies(500, SEED)) {
      const expected = canonicalBody(form, Buffer.concat(pieces).toString('latin1'));
      expect(canonical<PlainBody>(IMPLEMENTATIONS[form].simd, pieces)).toBe(expected);
    }
  });

  it.each(FORMS)('of %s change places in a long body', (form) => {
    const body = Buffer.from('A line of text,  with a blank \r\n\r\n\tand another\n'.repeat(130_000) + '\n\n');
    const size = 262_144 - 7;
    const pieces = Array.from({ length: Math.ceil(body.length / size) }, (_, i) =>
      body.subarray(i * size, (i + 1) * size),
    );
    const whole = canonical((to) => bodyCanonicalizer(form, to), [body]);
    expect(whole).toBe(canonical<PlainBody>(IMPLEMENTATIONS[form].plain, [body]));
    expect(canonical((to) => bodyCanonicalizer(form, to), pieces)).toBe(whole);
  });
});
