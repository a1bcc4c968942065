/** As much of mdoc(7) as the lists of codes in the manual pages use, as plain text. */

/** The text of a section (`.Sh`) or subsection (`.Ss`); '' where there is none. */
export function sectionOf(page: string, title: string): string {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line === `.Sh ${title}` || line === `.Ss ${title}`);
  if (start === -1) return '';
  const isEnd = lines[start]!.startsWith('.Sh') ? /^\.Sh / : /^\.S[hs] /;
  const length = lines.slice(start + 1).findIndex((line) => isEnd.test(line));
  return lines.slice(start + 1, length === -1 ? undefined : start + 1 + length).join('\n');
}

/** An item of a list, `.It Cm one , two`. */
export interface Entry {
  readonly codes: readonly string[];
  /** Plain text, one line. */
  readonly text: string;
}

export function entriesOf(section: string): Entry[] {
  return section
    .split(/^\.It Cm /m)
    .slice(1)
    .map((item) => {
      const [head = '', ...lines] = item.split('\n');
      const end = lines.findIndex((line) => /^\.(?:El|It|Pp)\b/.test(line));
      return {
        codes: head.match(/[a-z][a-z0-9-]+(?=$| ,)/g) ?? [],
        text: plainText(end === -1 ? lines : lines.slice(0, end)),
      };
    });
}

const CLOSING = /^[.,:;)!?]+$/;

/** Of a manual page: `(1)`. */
const SECTION = /^\(\d\)$/;

/** Macros whose arguments are shown as they are. */
const PLAIN = /^(?:Cm|Li|Ql|Sx|Em|Sy|Pa|Ev|Ar|Nm|No|Xr|Fl|Sq)$/;

/** Lines of text and of macros, as one line. */
export function plainText(lines: readonly string[]): string {
  let text = '';
  const add = (word: string) => {
    const isGlued = text === '' || text.endsWith('(') || CLOSING.test(word) || SECTION.test(word);
    text += isGlued ? word : ` ${word}`;
  };
  for (const line of lines) {
    if (!line.startsWith('.')) add(unescaped(line));
    else if (line === '.Po') add('(');
    else if (line.startsWith('.Pc')) add(`)${line.slice(4)}`);
    else addMacro(line.slice(1), add);
  }
  return text.replace(/ {2,}/g, ' ').trim();
}

function addMacro(line: string, add: (word: string) => void): void {
  const words = line.replaceAll('\\ ', '\u00a0').split(' ');
  const isEnclosed = words[0] === 'Pq' || words[0] === 'Dq';
  const last = isEnclosed && CLOSING.test(words.at(-1)!) ? words.pop()! : '';
  let macro = '';
  if (isEnclosed) add('(');
  for (const word of isEnclosed ? words.slice(1) : words) {
    if (PLAIN.test(word)) macro = word;
    else if (macro === 'Xr' && /^\d$/.test(word)) add(`(${word})`);
    else add(unescaped(macro === 'Fl' && !CLOSING.test(word) ? `-${word}` : word));
  }
  if (isEnclosed) add(`)${last}`);
}

function unescaped(text: string): string {
  return text
    .replace(/\\\(dq/g, '"')
    .replace(/\\&/g, '')
    .replace(/\\e/g, '\\')
    .replace(/\\-/g, '-')
    .replaceAll('\u00a0', ' ');
}
