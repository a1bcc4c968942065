import { assert, constantFrom, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DER_TAG, readDer, readDerElements, readDerSequence, writeDer } from '../../../src/lib/crypto/der.ts';

const NOT_SHORTEST = 'the DER has a length that is not in its shortest form';
const hex = (text: string, contents = 0) => Buffer.concat([Buffer.from(text, 'hex'), Buffer.alloc(contents)]);

describe('reading DER (X.690)', () => {
  it.each([
    ['no octet', hex(''), 'the DER is truncated'],
    ['a tag alone', hex('30'), 'the DER is truncated'],
    ['a length that is cut', hex('308201'), 'the DER is truncated'],
    ['an indefinite length (8.1.3.6)', hex('3080', 2), 'the DER has a length in a forbidden form'],
    ['a length of five octets', hex('30850000000001', 1), 'the DER has a length in a forbidden form'],
    ['127 in the long form (10.1)', hex('30817f', 127), NOT_SHORTEST],
    ['255 in two octets', hex('308200ff', 255), NOT_SHORTEST],
    ['65535 in three octets', hex('308300ffff', 65_535), NOT_SHORTEST],
    ['300 in four octets', hex('30840000012c', 300), NOT_SHORTEST],
    ['less than it announces', hex('0405', 4), 'the DER is truncated: it announces 7 octets but has 6'],
  ])('%s is refused', (_, bytes, problem) => {
    expect(readDer(bytes)).toBe(problem);
  });

  it.each([
    ['128 in one octet', hex('308180', 128), 128],
    ['256 in two', hex('30820100', 256), 256],
    ['65536 in three', hex('3083010000', 65_536), 65_536],
  ])('%s is read', (_, bytes, length) => {
    expect(readDer(bytes)).toMatchObject({ tag: DER_TAG.sequence, contents: { length }, rest: { length: 0 } });
  });

  it('gives back what was written, and what stands behind it', () => {
    const octets = uint8Array({ maxLength: 300 });
    assert(
      property(constantFrom(...Object.values(DER_TAG)), octets, octets, (tag, contents, rest) => {
        const element = readDer(Buffer.concat([writeDer(tag, contents), rest]));
        expect(element).toEqual({ tag, contents: Buffer.from(contents), rest: Buffer.from(rest) });
      }),
    );
  });

  it('a sequence fills its bytes', () => {
    const two = Buffer.concat([writeDer(DER_TAG.integer, Buffer.of(1)), writeDer(DER_TAG.null)]);
    const sequence = writeDer(DER_TAG.sequence, two);
    expect(readDerSequence(sequence)).toMatchObject([{ tag: DER_TAG.integer }, { tag: DER_TAG.null }]);
    expect(readDerSequence(Buffer.concat([sequence, Buffer.of(0)]))).toBe('1 octets follow the end of the DER');
    expect(readDerSequence(two)).toBe('the DER is not a SEQUENCE');
    expect(readDerElements(two.subarray(0, -1))).toBe('the DER is truncated');
  });
});
