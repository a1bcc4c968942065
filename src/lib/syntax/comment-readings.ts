/** Comments as programs really read them. RFC 5322 section 3.2.2: they nest, and a backslash takes away a parenthesis's meaning. */

/** How a program reads comments. */
interface Reading {
  readonly nests: boolean;
  readonly escapes: boolean;
}

const SP = 0x20;

const READINGS: readonly Reading[] = [
  { nests: true, escapes: true },
  { nests: true, escapes: false },
  { nests: false, escapes: true },
  { nests: false, escapes: false },
];

/**
 * A text without its comments, by each way of reading them; a blank stands where one was. From a comment that does not end
 * only the parenthesis is taken for one. Linear.
 *
 * @param text latin1
 */
export function withoutComments(text: string): string[] {
  if (!text.includes('(')) return [text];
  return [...new Set(READINGS.map((reading) => read(text, reading)))];
}

function read(text: string, reading: Reading): string {
  const octets = Buffer.from(text, 'latin1');
  let length = 0;
  let from = 0;
  const keep = (to: number) => {
    octets.copyWithin(length, from, to);
    length += to - from;
  };
  for (let open = text.indexOf('('); open !== -1; open = text.indexOf('(', from)) {
    const end = reading.nests ? nestedEnd(text, open, reading.escapes) : flatEnd(text, open, reading.escapes);
    if (end === -1) break; // and what is behind it is not looked through again and again
    keep(open);
    octets[length++] = SP;
    from = end;
  }
  keep(octets.length);
  return octets.toString('latin1', 0, length);
}

function nestedEnd(text: string, open: number, escapes: boolean): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const character = text[at];
    if (character === '\\' && escapes) at++;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return at + 1;
  }
  return -1;
}

function flatEnd(text: string, open: number, escapes: boolean): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '\\' && escapes) at++;
    else if (text[at] === ')') return at + 1;
  }
  return -1;
}
