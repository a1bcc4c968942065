/** Reading DER (X.690) strictly, as far as keys need it. A problem is a sentence, never a throw. */

/** One tag-length-value whose contents lie wholly inside the bytes that it was read from. */
export interface DerElement {
  readonly tag: number;
  readonly contents: Buffer;
  /** What follows the element. */
  readonly rest: Buffer;
}

export const DER_TAG = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
} as const;

/**
 * Read the first element. Lengths must be definite and in their shortest form (X.690 sections 8.1.3 and 10.1).
 *
 * @returns the element, or a sentence that says what is wrong
 */
export function readDer(bytes: Buffer): DerElement | string {
  if (bytes.length < 2) return 'the DER is truncated';
  const tag = bytes[0]!;
  const first = bytes[1]!;
  let length = first;
  let header = 2;
  if (first >= 0x80) {
    const octets = first & 0x7f;
    if (octets === 0 || octets > 4) return 'the DER has a length in a forbidden form';
    if (bytes.length < 2 + octets) return 'the DER is truncated';
    length = bytes.readUIntBE(2, octets);
    header = 2 + octets;
    if (length < 0x80 || length < 2 ** (8 * (octets - 1)))
      return 'the DER has a length that is not in its shortest form';
  }
  if (header + length > bytes.length) {
    return `the DER is truncated: it announces ${header + length} octets but has ${bytes.length}`;
  }
  return { tag, contents: bytes.subarray(header, header + length), rest: bytes.subarray(header + length) };
}

/** The elements of a SEQUENCE that fills `bytes` exactly, or a sentence. */
export function readDerSequence(bytes: Buffer): readonly DerElement[] | string {
  const sequence = readDer(bytes);
  if (typeof sequence === 'string') return sequence;
  if (sequence.tag !== DER_TAG.sequence) return 'the DER is not a SEQUENCE';
  if (sequence.rest.length > 0) return `${sequence.rest.length} octets follow the end of the DER`;
  return readDerElements(sequence.contents);
}

/** The elements that fill the contents of a constructed one exactly, or a sentence. */
export function readDerElements(contents: Buffer): readonly DerElement[] | string {
  const elements: DerElement[] = [];
  for (let rest = contents; rest.length > 0; ) {
    const element = readDer(rest);
    if (typeof element === 'string') return element;
    elements.push(element);
    rest = element.rest;
  }
  return elements;
}

/** One element with the given contents, its length in the shortest form. */
export function writeDer(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const length = contents.reduce((sum, part) => sum + part.length, 0);
  const octets = length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;
  const header = Buffer.alloc(2 + octets);
  header[0] = tag;
  header[1] = octets === 0 ? length : 0x80 | octets;
  if (octets > 0) header.writeUIntBE(length, 2, octets);
  return Buffer.concat([header, ...contents]);
}
