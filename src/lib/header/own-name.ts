/** Finding our own name in header fields that pretend to be ours, however careless the reader whom they are to deceive. */
import { domainToUnicode } from 'node:url';

/** Letters and digits of any script, and what else names of hosts have. */
const NAME_CHARACTERS = '\\p{L}\\p{M}\\p{N}._\\-';
/** Stands for a run of characters that some reader skips. */
const SKIPPED = '\\0?';
/** Behind a name: nothing that would make it a longer one. */
const NAME_END = '(?![\\p{L}\\p{M}\\p{N}_-]|\\.[\\p{L}\\p{M}\\p{N}_-])';

const HIGH = /[\u0080-\u00ff]/;
/** What is not UTF-8 becomes U+FFFD, which is skipped. */
const UTF8 = new TextDecoder();

/** A text with what some reader skips taken out: white space, control and invisible characters, quotes, backslashes ... */
export type BareText = string;

export class OwnName {
  /** Of an expression (flag `u`) that finds the name, and not a longer one, in a bare text. */
  readonly source: string;
  readonly #skipped: RegExp;

  /**
   * @param name in A-labels; any token may stand for a name (RFC 8601 section 2.5)
   * @param kept ASCII punctuation that has a meaning where the name is looked for
   */
  constructor(name: string, kept = '') {
    const labels = name.toLowerCase().split('.').map(labelSource);
    this.source = `${labels.join(`${SKIPPED}\\.${SKIPPED}`)}${NAME_END}`;
    const punctuation = Array.from(`${kept}${name.replace(/[\w.-]/g, '')}`, escaped).join('');
    this.#skipped = new RegExp(`(?:[^${NAME_CHARACTERS}${punctuation}]|\\p{Default_Ignorable_Code_Point})+`, 'gu');
  }

  /**
   * A text as it is to be searched: lower case, compatible characters made one (NFKC, as IDNA has it), each run of what
   * some reader skips a single NUL. Several, where readers would not agree about the character set.
   *
   * @param text latin1
   */
  bare(text: string): BareText[] {
    const readings = HIGH.test(text) ? [UTF8.decode(Buffer.from(text, 'latin1')), text] : [text];
    return readings.map((one) =>
      one.normalize('NFKC').toLowerCase().replaceAll('\u3002', '.').replace(this.#skipped, '\0'),
    );
  }
}

/** A label as A-label and as U-label. */
function labelSource(label: string): string {
  const unicode = label.startsWith('xn--') ? domainToUnicode(label).normalize('NFKC').toLowerCase() : '';
  const forms = unicode === '' || unicode === label ? [label] : [label, unicode];
  return `(?:${forms.map(looseSource).join('|')})`;
}

/** Of an expression that finds a word in a bare text. */
export function looseSource(word: string): string {
  return Array.from(word, escaped).join(SKIPPED);
}

function escaped(character: string): string {
  return /[\p{L}\p{M}\p{N}_]/u.test(character) ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
