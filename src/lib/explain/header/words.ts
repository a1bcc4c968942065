/** Encoded words (RFC 2047), read and written as different programs write them. */
import { decodeCharset } from '../body/charset.ts';

const WORD = /=\?([!-~]+?)\?([bq])\?([!->@-~]*)\?=/gi;

/** The text of a value; `undefined` where there is no encoded word in it, or one that cannot be read. */
export function decodeWords(value: string): string | undefined {
  if (!value.includes('=?')) return undefined;
  let isRead = true;
  let found = 0;
  // Blanks between encoded words are not part of the text.
  const joined = value.replace(/\?=[ \t\r\n]+(?==\?)/g, '?=');
  const pieces: string[] = [];
  let from = 0;
  for (const { 0: word, 1: charset = '', 2: encoding = '', 3: text = '', index } of joined.matchAll(WORD)) {
    pieces.push(octets(joined.slice(from, index)));
    const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : decodeQ(text);
    const decoded = decodeCharset(bytes, charset.split('*')[0]!);
    if (decoded === undefined) isRead = false;
    else pieces.push(decoded);
    from = index + word.length;
    found++;
  }
  pieces.push(octets(joined.slice(from)));
  return isRead && found > 0 ? pieces.join('') : undefined;
}

const octets = (latin1: string) => decodeCharset(Buffer.from(latin1, 'latin1'), 'utf-8') ?? latin1;

function decodeQ(text: string): Buffer {
  const latin1 = text
    .replaceAll('_', ' ')
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(latin1, 'latin1');
}

/** RFC 2047 section 2. */
const MAX_WORD = 75;

/**
 * A text as header values, latin1, in the ways in which programs write it: as UTF-8 octets, in words of either encoding, as a
 * whole or only the words that need it.
 *
 * @param nameLength of the field: some programs count it for the first word
 */
export function* encodeWords(text: string, nameLength: number): Generator<string> {
  if (!/[^\x20-\x7e]/.test(text)) {
    yield text;
    return;
  }
  yield Buffer.from(text, 'utf8').toString('latin1');
  for (const [charset, letters] of [
    ['UTF-8', 'BQ'],
    ['utf-8', 'bq'],
    ['utf-8', 'BQ'],
    ['UTF-8', 'bq'],
  ] as const) {
    for (const letter of letters) {
      for (const first of [MAX_WORD, MAX_WORD - nameLength - 1, MAX_WORD - nameLength - 2, Infinity]) {
        yield inWords(text, charset, letter, first);
      }
      yield text.replace(/[^\x00-\x7f ]+(?: +[^\x00-\x7f ]+)*|[^ ]*[^\x00-\x7f][^ ]*/g, (part) =>
        inWords(part, charset, letter, MAX_WORD),
      );
    }
  }
}

/** Characters that a Q word holds as they are in the text of any field. */
const Q_PLAIN = /[A-Za-z0-9!*+\-/]/;

function inWords(text: string, charset: string, letter: string, firstLimit: number): string {
  const isBase64 = letter.toLowerCase() === 'b';
  const frame = charset.length + 7;
  const words: string[] = [];
  let bytes: Buffer = Buffer.alloc(0);
  let limit = firstLimit;
  const flush = () => {
    const content = isBase64 ? bytes.toString('base64') : encodeQ(bytes);
    words.push(`=?${charset}?${letter}?${content}?=`);
    bytes = Buffer.alloc(0);
    limit = firstLimit === Infinity ? Infinity : MAX_WORD;
  };
  for (const character of text) {
    const next = Buffer.concat([bytes, Buffer.from(character, 'utf8')]);
    const length = isBase64 ? Math.ceil(next.length / 3) * 4 : encodeQ(next).length;
    if (length + frame > limit && bytes.length > 0) {
      flush();
      bytes = Buffer.from(character, 'utf8');
    } else bytes = next;
  }
  if (bytes.length > 0) flush();
  return words.join(' ');
}

function encodeQ(bytes: Buffer): string {
  let out = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    if (byte === 0x20) out += '_';
    else if (Q_PLAIN.test(character)) out += character;
    else out += `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}
