/**
 * Addresses in From and Sender fields (RFC 5322 sections 3.4 and 4.4), read as octets (latin1): what is 8-bit stays it.
 * Linear: one pass over the field, no backtracking.
 */
import { endOfComment } from './comment.ts';

export interface Mailbox {
  /** Unquoted local part. */
  readonly localPart: string;
  /** As written, without comments and blanks; a domain literal keeps its brackets. */
  readonly domain: string;
}

export type ParsedAddresses =
  | { readonly ok: true; readonly mailboxes: readonly Mailbox[] }
  | { readonly ok: false; readonly problem: string };

type Token =
  | { readonly kind: 'atom' | 'quoted' | 'literal'; readonly text: string }
  | { readonly kind: 'special'; readonly text: string };

const ODD = 'an address has a part of a form that no address has';
const SPECIALS = '<>@,;:.';
/** What ends an atom: blanks and everything that means something. */
const NO_ATOM = /[ \t\r\n()"[\]<>@,;:.]/g;
const DOT_ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u00ff-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u00ff-]+)*$/;

/**
 * The mailboxes of a mailbox-list or address-list, groups opened, in order.
 *
 * @param value latin1, the field's value with its folds
 * @returns at least one mailbox, or what is wrong
 */
export function parseAddresses(value: string): ParsedAddresses {
  const tokens = tokenize(value);
  if (typeof tokens === 'string') return { ok: false, problem: tokens };
  const mailboxes: Mailbox[] = [];
  let entry: Token[] = [];
  const close = (): string | undefined => {
    const tokensOfEntry = entry;
    entry = [];
    if (tokensOfEntry.length === 0) return undefined; // `a@b,,c@d` is an obsolete list (RFC 5322 section 4.4)
    const mailbox = mailboxOf(tokensOfEntry);
    if (typeof mailbox === 'string') return mailbox;
    mailboxes.push(mailbox);
    return undefined;
  };
  let inAngle = false;
  for (const token of tokens) {
    if (token.kind === 'special' && !inAngle) {
      if (token.text === ':') {
        // `Group name: a@b, c@d;` (RFC 5322 section 3.4). Anything that could be an address is no name.
        if (entry.some(({ kind, text }) => kind !== 'quoted' && '<>@'.includes(text)))
          return { ok: false, problem: ODD };
        entry = [];
        continue;
      }
      if (token.text === ',' || token.text === ';') {
        const problem = close();
        if (problem !== undefined) return { ok: false, problem };
        continue;
      }
    }
    if (token.kind === 'special' && token.text === '<') inAngle = true;
    if (token.kind === 'special' && token.text === '>') inAngle = false;
    entry.push(token);
  }
  const problem = close();
  if (problem !== undefined) return { ok: false, problem };
  return mailboxes.length > 0 ? { ok: true, mailboxes } : { ok: false, problem: 'it holds no address' };
}

/** `user@example.com`, the local part quoted where it must be. */
export function formatMailbox({ localPart, domain }: Mailbox): string {
  return `${DOT_ATOM.test(localPart) ? localPart : `"${localPart.replace(/["\\]/g, '\\$&')}"`}@${domain}`;
}

function tokenize(value: string): Token[] | string {
  const tokens: Token[] = [];
  for (let at = 0; at < value.length; ) {
    const character = value[at]!;
    if (character === ' ' || character === '\t' || character === '\r' || character === '\n') {
      at++;
    } else if (character === '(') {
      const end = endOfComment(value, at);
      if (end === -1) return 'a comment is not closed';
      at = end;
    } else if (character === ')') {
      return 'a comment is closed that was not opened';
    } else if (character === '"') {
      const quoted = readUntil(value, at, '"');
      if (quoted === undefined) return 'a quoted string is not closed';
      tokens.push({ kind: 'quoted', text: quoted.text });
      at = quoted.end;
    } else if (character === '[') {
      const literal = readUntil(value, at, ']');
      if (literal === undefined) return 'a domain literal is not closed';
      tokens.push({ kind: 'literal', text: `[${literal.text}]` });
      at = literal.end;
    } else if (SPECIALS.includes(character)) {
      tokens.push({ kind: 'special', text: character });
      at++;
    } else {
      NO_ATOM.lastIndex = at;
      const end = Math.max(at + 1, NO_ATOM.test(value) ? NO_ATOM.lastIndex - 1 : value.length); // a stray `]` is one
      tokens.push({ kind: 'atom', text: value.slice(at, end) });
      at = end;
    }
  }
  return tokens;
}

function readUntil(value: string, start: number, closer: string): { text: string; end: number } | undefined {
  const parts: string[] = [];
  let from = start + 1;
  for (let at = from; at < value.length; at++) {
    if (value[at] === '\\') {
      parts.push(value.slice(from, at));
      from = ++at;
    } else if (value[at] === closer) {
      parts.push(value.slice(from, at));
      return { text: parts.join('').replace(/[\r\n]/g, ''), end: at + 1 };
    }
  }
  return undefined;
}

/** The mailbox in one entry of the list: the angle address if there is one, else the bare addr-spec. */
function mailboxOf(entry: readonly Token[]): Mailbox | string {
  const open = indexOfSpecial(entry, '<', 0);
  let spec = entry;
  if (open !== -1) {
    const close = indexOfSpecial(entry, '>', open + 1);
    if (close === -1) return "an address opens with '<' and does not close";
    if (close < entry.length - 1) return "something stands behind the '>' of an address";
    const route = indexOfSpecial(entry, ':', open + 1); // <@a,@b:user@c>, obsolete (RFC 5322 section 4.4)
    spec = entry.slice(Math.max(open, route) + 1, close);
  }
  const at = lastIndexOfSpecial(spec, '@');
  if (at === -1) return 'an address has no @';
  const localPart = join(spec.slice(0, at), 'quoted');
  const literal = spec.length === at + 2 && spec[at + 1]!.kind === 'literal';
  const domain = literal ? spec[at + 1]!.text : join(spec.slice(at + 1));
  if (localPart === undefined || domain === undefined) return ODD;
  if (localPart === '') return 'an address has no local part';
  if (domain === '') return 'an address has no domain';
  return { localPart, domain };
}

function indexOfSpecial(tokens: readonly Token[], text: string, from: number): number {
  for (let i = from; i < tokens.length; i++) if (isSpecial(tokens[i]!, text)) return i;
  return -1;
}

function lastIndexOfSpecial(tokens: readonly Token[], text: string): number {
  for (let i = tokens.length - 1; i >= 0; i--) if (isSpecial(tokens[i]!, text)) return i;
  return -1;
}

function isSpecial(token: Token, text: string): boolean {
  return token.kind === 'special' && token.text === text;
}

/**
 * Words and dots in turn, put together; blanks and comments around the dots are gone already (RFC 5322 section 4.4).
 *
 * @param other of words that may be among the atoms
 */
function join(tokens: readonly Token[], other?: Token['kind']): string | undefined {
  let text = '';
  let behindWord = false;
  for (const token of tokens) {
    const isWord = token.kind !== 'special';
    if (isWord ? behindWord || (token.kind !== 'atom' && token.kind !== other) : token.text !== '.') return undefined;
    behindWord = isWord;
    text += token.text;
  }
  return text;
}
