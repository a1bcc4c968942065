/** The grammar of macro strings (RFC 7208 section 7.1): read once into tokens, with the place of every error. */

/** What is wrong in a text, and where. */
export interface SyntaxProblem {
  /** Characters before the place, from the start of the whole record or explanation. */
  readonly column: number;
  /** Characters that are meant, at least 1. */
  readonly length: number;
  /** One sentence without a full stop. */
  readonly detail: string;
}

export const MACRO_LETTERS = 'slodiphcrtv';
/** The letters of RFC 7208 section 7.2; c, r and t stand in explanations only. */
export type MacroLetter = 's' | 'l' | 'o' | 'd' | 'i' | 'p' | 'h' | 'c' | 'r' | 't' | 'v';

/** Text that stands for itself. */
export interface Literal {
  readonly kind: 'literal';
  readonly text: string;
}

/** `%{...}` (RFC 7208 section 7.1). */
export interface MacroExpand {
  readonly kind: 'macro';
  readonly letter: MacroLetter;
  /** An upper-case letter: what it expands to is URL-escaped. */
  readonly escape: boolean;
  /** How many right-hand parts to keep; `undefined` for all. */
  readonly keep: number | undefined;
  readonly reverse: boolean;
  /** Empty where none is written: then values are split at dots. */
  readonly delimiters: string;
}

/** A part of a macro-string. */
export type MacroToken = Literal | MacroExpand;

/** `domain-spec`: an argument that becomes a name. `macro-string`: the value of an unknown modifier. `explain-string`: the text behind exp=. */
export type MacroGrammar = 'domain-spec' | 'macro-string' | 'explain-string';

/** An argument with macros in it, read and not expanded. */
export interface MacroString {
  readonly source: string;
  readonly tokens: readonly MacroToken[];
}

/** "%%", "%_" and "%-" (RFC 7208 section 7.1). */
const FIXED: Readonly<Record<string, string>> = { '%': '%', _: ' ', '-': '%20' };
const DELIMITER = /[.\-+,/_=]/;
const DIGIT = /[0-9]/;

/** RFC 7208 section 7.3: values up to 127 must be honoured; no value has more parts than this, so more is the same as all. */
const MOST_PARTS = 1_000_000;

type Parsed<T> = T | SyntaxProblem;

export function isProblem(value: object): value is SyntaxProblem {
  return 'detail' in value;
}

/**
 * Read a macro string.
 *
 * @param source latin1
 * @param column where `source` begins in the text that problems are reported against
 * @returns the tokens, or the first thing that breaks the grammar
 */
export function parseMacroString(source: string, grammar: MacroGrammar, column = 0): Parsed<MacroString> {
  const tokens: MacroToken[] = [];
  let literal = '';
  const flush = () => {
    if (literal !== '') tokens.push({ kind: 'literal', text: literal });
    literal = '';
  };
  for (let at = 0; at < source.length; ) {
    const character = source[at]!;
    if (character !== '%') {
      const wrong = literalProblem(character, grammar);
      if (wrong !== undefined) return { column: column + at, length: 1, detail: wrong };
      literal += character;
      at++;
      continue;
    }
    const next = source[at + 1] ?? '';
    if (next === '{') {
      const expand = parseExpand(source, at, grammar, column);
      if (isProblem(expand)) return expand;
      flush();
      tokens.push(expand.token);
      at = expand.end;
    } else if (next in FIXED) {
      flush(); // a token of its own: a domain-spec may end in it
      tokens.push({ kind: 'literal', text: FIXED[next]! });
      at += 2;
    } else {
      // RFC 7208 section 7.3: a '%' not followed by one of these is a syntax error
      const detail = "a '%' must be followed by '{', '%', '_' or '-'";
      return { column: column + at, length: 1, detail };
    }
  }
  const trailing = literal;
  flush();
  if (grammar === 'domain-spec') {
    const wrong = domainEndProblem(source, trailing);
    if (wrong !== undefined) {
      const length = Math.max(1, trailing.length);
      return { column: column + source.length - trailing.length, length, detail: wrong };
    }
  }
  return { source, tokens };
}

/** macro-literal = %x21-24 / %x26-7E; an explain-string has spaces too. */
function literalProblem(character: string, grammar: MacroGrammar): string | undefined {
  if (character === ' ' && grammar === 'explain-string') return undefined;
  const code = character.charCodeAt(0);
  if (code > 0x7e) return 'only US-ASCII is allowed here (RFC 7208 section 3.1); a domain needs its A-label, xn--...';
  return code > 0x20 ? undefined : 'control characters are not allowed here';
}

/** macro-expand = "%{" macro-letter transformers *delimiter "}" */
function parseExpand(
  source: string,
  start: number,
  grammar: MacroGrammar,
  column: number,
): Parsed<{ token: MacroExpand; end: number }> {
  const problem = (at: number, detail: string): SyntaxProblem => ({ column: column + at, length: 1, detail });
  let at = start + 2;
  const written = source[at] ?? '';
  const letter = written.toLowerCase();
  if (letter === '' || !MACRO_LETTERS.includes(letter)) {
    return problem(
      Math.min(at, source.length - 1),
      `'${written}' is not a macro letter; the letters are s l o d i p h v`,
    );
  }
  // RFC 7208 section 7.2: c, r and t are allowed only in the text that exp= points to
  if (grammar === 'domain-spec' && 'crt'.includes(letter)) {
    return problem(at, `%{${written}} is allowed only in the text that exp= points to`);
  }
  const digitsAt = ++at;
  while (DIGIT.test(source[at] ?? '')) at++;
  const digits = source.slice(digitsAt, at);
  // RFC 7208 section 7.3: if a DIGIT is specified, the value MUST be nonzero
  if (digits !== '' && /^0+$/.test(digits)) return problem(digitsAt, 'a macro cannot keep 0 parts');
  const reverse = (source[at] ?? '').toLowerCase() === 'r';
  if (reverse) at++;
  const delimitersAt = at;
  while (DELIMITER.test(source[at] ?? '')) at++;
  if (source[at] !== '}') {
    const detail = at >= source.length ? "the macro is missing its '}'" : `'${source[at]}' is not allowed in a macro`;
    return problem(Math.min(at, source.length - 1), detail);
  }
  const token: MacroExpand = {
    kind: 'macro',
    letter: letter as MacroLetter,
    escape: written !== letter,
    keep: digits === '' ? undefined : Math.min(Number(digits), MOST_PARTS),
    reverse,
    delimiters: source.slice(delimitersAt, at),
  };
  return { token, end: at + 1 };
}

/** toplabel, which is what keeps `a:1.2.3.4` and `a:example` out (RFC 7208 section 7.1): LDH, and not digits alone. */
const TOP_LABEL = /^(?=.*[A-Za-z-])[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;

/**
 * domain-end = ( "." toplabel [ "." ] ) / macro-expand
 *
 * @param trailing what follows the last macro-expand
 */
function domainEndProblem(source: string, trailing: string): string | undefined {
  if (source === '') return 'a domain is required here';
  if (trailing === '') return undefined;
  const labels = (trailing.endsWith('.') ? trailing.slice(0, -1) : trailing).split('.');
  const top = labels.pop()!;
  if (labels.length === 0) return `a domain of at least two labels is required here`;
  if (TOP_LABEL.test(top)) return undefined;
  return /^[0-9]+$/.test(top)
    ? 'a domain cannot end in digits alone (an address needs ip4:)'
    : 'a domain must end in a top-level label of letters, digits and inner hyphens';
}

/** Whether any of the letters occurs in the macros of the string. */
export function usesMacro(string: MacroString, letters: string): boolean {
  return string.tokens.some((token) => token.kind === 'macro' && letters.includes(token.letter));
}
