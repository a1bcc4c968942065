/** Inputs made of others: octets changed, parts taken out, doubled, moved, put in from elsewhere. */
import type { Random } from './random.ts';

/** Octets and texts that mean something nearly everywhere. */
const TELLING = [
  '\0',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\r\n ',
  '\r\n\r\n',
  ' ',
  '"',
  '\\',
  '(',
  ')',
  '<',
  '>',
  ',',
  ';',
  ':',
  '=',
  '@',
  '.',
  '/',
  '%',
  '#',
  '*',
  '-',
  '_',
  '+',
  '0',
  '1',
  '4294967296',
  '99999999999999999999',
  '-1',
  '\x7f',
  '\x80',
  '\xa0',
  '\xff',
  '\xc3\xa9',
  '\xe2\x80\xae',
  '=?utf-8?q?=0A?=',
  '__proto__',
  'constructor',
]; // prettier-ignore

/** Most inputs stay below; some that are made of repetitions go up to four times as far. */
const MOST = 4096;

/**
 * @param input what is changed; stays as it is
 * @param other where parts are taken from
 */
export function mutated(input: Buffer, other: Buffer, words: readonly string[], random: Random): Buffer {
  let bytes = input;
  for (let left = 1 << random.below(4); left > 0; left--) bytes = changed(bytes, other, words, random);
  return bytes.subarray(0, 4 * MOST);
}

function changed(bytes: Buffer, other: Buffer, words: readonly string[], random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + random.below(1 << random.below(8)));
  const part = bytes.subarray(at, end);
  switch (random.below(9)) {
    case 0: {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = copy[at]! ^ (1 << random.below(8));
      return copy;
    }
    case 1: {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = random.below(256);
      return copy;
    }
    case 2:
      return spliced(bytes, at, end, '');
    case 3:
      return spliced(bytes, at, at, random.pick(TELLING));
    case 4:
      return words.length === 0 ? bytes : spliced(bytes, at, at, random.pick(words));
    case 5:
      return words.length === 0 ? bytes : spliced(bytes, at, end, random.pick(words));
    case 6: {
      const from = random.below(other.length + 1);
      return spliced(bytes, at, at, other.subarray(from, from + 1 + random.below(1 << random.below(9))));
    }
    case 7: {
      const times = Math.min(1 << random.below(12), Math.floor(MOST / (part.length + 1)));
      return bytes.length > MOST || times === 0
        ? bytes
        : spliced(bytes, at, at, Buffer.alloc(times * part.length, part));
    }
    default:
      return spliced(spliced(bytes, at, end, ''), random.below(bytes.length + 1), -1, part);
  }
}

/** @param end -1 for `at` */
function spliced(bytes: Buffer, at: number, end: number, insert: string | Buffer): Buffer {
  const middle = typeof insert === 'string' ? Buffer.from(insert, 'latin1') : insert;
  return Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(end === -1 ? at : end)]);
}
