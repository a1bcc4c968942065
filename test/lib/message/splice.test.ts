import { array, assert, integer, property, tuple, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Splice, spliced } from '../../../src/lib/message/splice.ts';

describe('splices', () => {
  it('put in and leave out, also at the very end', () => {
    const insert = Buffer.from('NEW\n');
    const chunks = [Buffer.from('ab'), Buffer.from('cdef')];
    expect(
      text(chunks, [
        { at: 0, remove: 0, insert },
        { at: 1, remove: 3, insert: new Uint8Array() },
      ]),
    ).toBe('NEW\naef');
    expect(text(chunks, [{ at: 6, remove: 0, insert }])).toBe('abcdefNEW\n');
    expect([...spliced(chunks, [])]).toEqual(chunks);
  });

  it('do not depend on how the message is cut', () => {
    const cuts = array(tuple(integer({ min: 0, max: 9 }), integer({ min: 0, max: 9 }), uint8Array({ maxLength: 3 })));
    assert(
      property(uint8Array({ maxLength: 60 }), cuts, integer({ min: 1, max: 9 }), (bytes, gaps, size) => {
        const splices: Splice[] = [];
        let at = 0;
        for (const [gap, remove, insert] of gaps) {
          at += gap;
          if (at + remove > bytes.length) break;
          splices.push({ at, remove, insert });
          at += remove;
        }
        const chunks: Buffer[] = [];
        for (let i = 0; i < bytes.length; i += size) chunks.push(Buffer.from(bytes.subarray(i, i + size)));
        const expected: Buffer[] = [];
        let from = 0;
        for (const splice of splices) {
          expected.push(Buffer.from(bytes.subarray(from, splice.at)), Buffer.from(splice.insert));
          from = splice.at + splice.remove;
        }
        expected.push(Buffer.from(bytes.subarray(from)));
        expect(text(chunks, splices)).toBe(Buffer.concat(expected).toString('latin1'));
      }),
      { numRuns: 300 },
    );
  });
});

function text(chunks: readonly Buffer[], splices: readonly Splice[]): string {
  return Buffer.concat([...spliced(chunks, splices)]).toString('latin1');
}
