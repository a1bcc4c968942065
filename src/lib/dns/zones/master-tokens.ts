/** The words of a master file (RFC 1035 section 5.1): comments gone, parentheses joined, escapes still in place. */
import { badZone, type Place } from './record.ts';

export interface MasterToken extends Place {
  /** As written, without the quotes; escapes are not yet undone, since a name and a string undo them differently. */
  readonly raw: string;
  readonly quoted: boolean;
}

/** The words of one entry, one at least. */
export interface MasterEntry {
  readonly tokens: readonly [MasterToken, ...MasterToken[]];
  /** The line began with a blank: the owner is the one of the entry before. */
  readonly sameOwner: boolean;
}

const [TAB, LF, CR, SPACE, QUOTE, OPEN, CLOSE, SEMICOLON, BACKSLASH] = [9, 10, 13, 32, 34, 40, 41, 59, 92] as const;

/** The data of a record has 65,535 octets at most (RFC 1035 section 3.2.1), and each word takes one of them. */
const MAX_TOKENS = 65_536;

/** In an unquoted word these end it. */
const ENDS_WORD: ReadonlySet<number> = new Set([TAB, LF, CR, SPACE, QUOTE, OPEN, CLOSE, SEMICOLON]);

/**
 * Cut a master file into entries.
 *
 * @param text latin1
 * @throws DktoolError `bad-zone` for a quote or a parenthesis that is not closed, or one too many
 */
export function* masterEntries(source: string, text: string): Generator<MasterEntry> {
  let tokens: MasterToken[] = [];
  let sameOwner = false;
  let open: Place | undefined;
  let line = 1;
  let lineStart = 0;
  const placeAt = (at: number): Place => ({ line, column: at - lineStart + 1 });

  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (tokens.length === 0 && at === lineStart && open === undefined) sameOwner = code === SPACE || code === TAB;
    if (code === LF) {
      if (open === undefined && tokens.length > 0) {
        yield { tokens: tokens as [MasterToken, ...MasterToken[]], sameOwner };
        tokens = [];
      }
      at++;
      line++;
      lineStart = at;
    } else if (code === SPACE || code === TAB || code === CR) {
      at++;
    } else if (code === SEMICOLON) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (code === OPEN) {
      if (open !== undefined) throw badZone(source, placeAt(at), 'parentheses cannot be nested');
      open = placeAt(at++);
    } else if (code === CLOSE) {
      if (open === undefined) throw badZone(source, placeAt(at), 'a closing parenthesis has no opening one');
      open = undefined;
      at++;
    } else {
      const quoted = code === QUOTE;
      const start = quoted ? at + 1 : at;
      const end = quoted ? quoteEnd(text, start) : wordEnd(text, start);
      if (end === undefined) {
        throw badZone(
          source,
          placeAt(at),
          quoted ? 'a quoted string is not closed on its line' : 'a backslash at the end of a line escapes nothing',
        );
      }
      if (tokens.length === MAX_TOKENS) throw badZone(source, placeAt(at), 'a record has too many words');
      tokens.push({ raw: text.slice(start, end), quoted, ...placeAt(at) });
      at = quoted ? end + 1 : end;
    }
  }
  if (open !== undefined) throw badZone(source, open, 'a parenthesis is not closed');
  if (tokens.length > 0) yield { tokens: tokens as [MasterToken, ...MasterToken[]], sameOwner };
}

function quoteEnd(text: string, start: number): number | undefined {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === LF) return undefined;
    if (code === BACKSLASH && text.charCodeAt(at + 1) !== LF) at++;
  }
  return undefined;
}

function wordEnd(text: string, start: number): number | undefined {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (ENDS_WORD.has(code)) return at;
    if (code === BACKSLASH) {
      const next = text.charCodeAt(at + 1);
      if (Number.isNaN(next) || next === LF || next === CR) return undefined;
      at++;
    }
  }
  return text.length;
}

/**
 * Undo `\DDD` (the octet with that decimal number) and `\X` (that character).
 *
 * @param cut a character that ends a part where it is not escaped: `.` for names
 * @returns the parts, or `undefined` for a number over 255
 */
export function unescape(raw: string, cut?: string): string[] | undefined {
  if (!raw.includes('\\')) return cut === undefined ? [raw] : raw.split(cut);
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < raw.length; at++) {
    const character = raw[at]!;
    if (character === cut) {
      parts.push(part);
      part = '';
    } else if (character !== '\\') {
      part += character;
    } else {
      const digits = /^\d{3}/.exec(raw.slice(at + 1, at + 4))?.[0];
      if (digits === undefined) part += raw[++at] ?? '';
      else if (Number(digits) > 255) return undefined;
      else {
        part += String.fromCharCode(Number(digits));
        at += 3;
      }
    }
  }
  return [...parts, part];
}
