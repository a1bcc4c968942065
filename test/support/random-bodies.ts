/** Random bodies for the fuzzing of canonicalisers: fast, and the same for the same seed. */

/** What bodies are made of: words of all lengths around 8 and 16 octets, every line end, blanks, and octets that look like them. */
const PARTS = [
  'x',
  'ab',
  'a word',
  'Subject',
  'abcdefgh',
  'abcdefghijklmno',
  'abcdefghijklmnop',
  'the mail goes out unsigned if the key is missing',
  '\n',
  '\n',
  '\r\n',
  '\r\n',
  '\r',
  '\n\n',
  '\r\n\r\n',
  ' ',
  ' ',
  '  ',
  '\t',
  ' \n',
  '\t\r\n',
  '\n ',
  '\n\t',
  '\u0000',
  '\u000b',
  '\u001f',
  '!',
  '\u007f',
  '\u0080',
  '\u008a',
  '\u00a0',
  '\u00ff',
];

export interface RandomBody {
  readonly pieces: readonly Buffer[];
  /** One of the pieces, or behind the last. */
  readonly turn: number;
}

export function* randomBodies(count: number, seed: number): Iterable<RandomBody> {
  let state = seed | 0 || 1;
  // xorshift32
  const below = (limit: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
  for (let i = 0; i < count; i++) {
    let text = '';
    for (let left = below(40); left > 0; left--) text += PARTS[below(PARTS.length)]!;
    const body = Buffer.from(text, 'latin1');
    const pieces: Buffer[] = [];
    for (let at = 0; at < body.length; ) {
      const end = Math.min(body.length, at + 1 + below(1 << below(9)));
      pieces.push(body.subarray(at, end));
      at = end;
    }
    yield { pieces, turn: below(pieces.length + 1) };
  }
}
