/** Folding what we write (RFC 5322 section 2.2.3): words as they are, and tag lists (RFC 6376 section 3.2). */

/** How words are put into lines. */
export interface WordFold {
  /** Columns of a line. */
  readonly width: number;
  /** A line end and the white space that begins the next line. */
  readonly fold: string;
  /** The column behind that white space, as its reader counts. */
  readonly indent: number;
  /** The column at which the first word begins; default: as in a line that was folded. */
  readonly start?: number;
  /** Between two words in a line; default: a blank. */
  readonly between?: string;
}

/** Words in lines of at most `width` columns, as far as no word is longer. */
export function foldWords(words: readonly string[], layout: WordFold): string {
  const { width, fold, indent, start = indent, between = ' ' } = layout;
  let text = '';
  let column = start;
  for (const [i, word] of words.entries()) {
    const breaks = i > 0 && column + between.length + word.length > width;
    const gap = i === 0 ? '' : breaks ? fold : between;
    text += gap + word;
    column = (breaks ? indent : column + gap.length) + word.length;
  }
  return text;
}

export interface TagText {
  readonly name: string;
  readonly value: string;
  /** A fold may stand behind each of these characters in the value. */
  readonly breakAfter?: string;
  /** A fold may stand anywhere in the value: base64, quoted-printable. */
  readonly breakAnywhere?: boolean;
}

/** RFC 5322 section 2.1.1: lines should have at most 78 characters. */
const WIDTH = 76;

/**
 * `Name: a=1; b=2;` folded with a line end and a tab where it gets too long.
 *
 * @returns the field without a final line end. The last tag has no semicolon, and an empty last value leaves the text
 *   exactly as the same list with that value filled in, up to there.
 */
export function foldTags(fieldName: string, tags: readonly TagText[], lineEnd: '\n' | '\r\n'): string {
  const fold = `${lineEnd}\t`;
  let text = `${fieldName}:`;
  let column = text.length;
  const put = (piece: string) => {
    text += piece;
    column += piece.length;
  };
  const breakLine = () => {
    text += fold;
    column = 1;
  };
  for (const [i, tag] of tags.entries()) {
    const semicolon = i < tags.length - 1 ? ';' : '';
    const start = `${tag.name}=`;
    const pieces = piecesOf(tag);
    const first = start.length + (pieces[0]?.length ?? 0) + semicolon.length;
    // b= starts its own line, so that its place does not depend on its value.
    if (column + 1 + first > WIDTH || (i === tags.length - 1 && i > 0)) breakLine();
    else put(' ');
    put(start);
    for (const piece of pieces) {
      const length = piece.length + semicolon.length;
      if (column + length <= WIDTH || !(tag.breakAfter || tag.breakAnywhere)) {
        put(piece);
      } else if (tag.breakAnywhere) {
        for (let rest = piece; rest !== ''; ) {
          const room = roomFor(rest, WIDTH - column);
          put(rest.slice(0, room));
          rest = rest.slice(room);
          if (rest !== '') breakLine();
        }
      } else {
        breakLine();
        put(piece);
      }
    }
    put(semicolon);
  }
  return text;
}

/** No fold may stand inside the `=XX` of quoted-printable (RFC 6376 section 2.11). */
function roomFor(text: string, room: number): number {
  if (text.length <= room) return room;
  if (text[room - 1] === '=') return room - 1;
  return text[room - 2] === '=' ? room - 2 : room;
}

/** What must stay together: `From:`, `To:` of h=; a whole value otherwise. */
function piecesOf({ value, breakAfter }: TagText): string[] {
  if (breakAfter === undefined) return value === '' ? [] : [value];
  const parts = value.split(breakAfter);
  return parts.map((part, i) => (i < parts.length - 1 ? part + breakAfter : part));
}
