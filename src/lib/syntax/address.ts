/**
 * Addresses in From and Sender fields (RFC 5322 sections 3.4 and 4.4), read as octets (latin1): what is 8-bit stays it.
 * Linear: one pass over the field, no backtracking.
 */
import { contentOf, endOfComment, endOfQuoted, isBlank, skipBlanks } from './structured-field.ts';

/** An address (RFC 5322 section 3.4.1), latin1. */
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

/** A From has one address, rarely two. Each costs memory, and a header block has room for two million. */
export const MAX_ADDRESSES = 1000;
/** Octets of one address with its display name, blanks and comments not counted: RFC 5321 has 320 for the address alone. */
export const MAX_ADDRESS_OCTETS = 64 * 1024;

/** As many with each of them escaped. */
const MAX_QUOTED_OCTETS = 2 * MAX_ADDRESS_OCTETS;

const TOO_LONG = `an address is longer than ${MAX_ADDRESS_OCTETS / 1024} KiB`;
const ODD = 'part of an address has an impossible form';
const SPECIALS = '<>@,;:.';
/** What ends an atom: blanks and everything that means something. */
const NO_ATOM = /[ \t\r\n()"[\]<>@,;:.]/g;
const DOT_ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u00ff-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u00ff-]+)*$/;

/**
 * The mailboxes of a mailbox-list or address-list, groups opened, in order. Memory holds the tokens of one address.
 *
 * @param value latin1, the field's value with its folds
 * @returns at least one mailbox and at most MAX_ADDRESSES, or what is wrong
 */
export function parseAddresses(value: string): ParsedAddresses {
  const list = new AddressList();
  for (let at = 0; at < value.length; ) {
    const read = readToken(value, at);
    if (typeof read === 'string') return { ok: false, problem: read };
    const problem = read.token && list.take(read.token);
    if (problem !== undefined) return { ok: false, problem };
    at = read.end;
  }
  const problem = list.closeEntry();
  if (problem !== undefined) return { ok: false, problem };
  const { mailboxes } = list;
  return mailboxes.length > 0 ? { ok: true, mailboxes } : { ok: false, problem: 'it contains no address' };
}

/** Puts tokens together to mailboxes, an entry of the list at a time. What its methods return is what is wrong. */
class AddressList {
  readonly mailboxes: Mailbox[] = [];
  #entry: Token[] = [];
  #octets = 0;
  #inAngle = false;

  take(token: Token): string | undefined {
    if (token.kind === 'special') {
      if (!this.#inAngle) {
        if (token.text === ':') return this.#openGroup();
        if (token.text === ',' || token.text === ';') return this.closeEntry();
      }
      if (token.text === '<') this.#inAngle = true;
      if (token.text === '>') this.#inAngle = false;
    }
    this.#octets += token.text.length;
    if (this.#octets > MAX_ADDRESS_OCTETS) return TOO_LONG;
    this.#entry.push(token);
    return undefined;
  }

  /** `Group name: a@b, c@d;` (RFC 5322 section 3.4). Anything that could be an address is not a name. */
  #openGroup(): string | undefined {
    const isName = this.#entry.every(({ kind, text }) => kind === 'quoted' || !'<>@'.includes(text));
    this.#startEntry();
    return isName ? undefined : ODD;
  }

  closeEntry(): string | undefined {
    const entry = this.#entry;
    this.#startEntry();
    if (entry.length === 0) return undefined; // `a@b,,c@d` is an obsolete list (RFC 5322 section 4.4)
    const mailbox = mailboxOf(entry);
    if (typeof mailbox === 'string') return mailbox;
    if (this.mailboxes.length === MAX_ADDRESSES) return `it contains more than ${MAX_ADDRESSES} addresses`;
    this.mailboxes.push(mailbox);
    return undefined;
  }

  #startEntry(): void {
    this.#octets = 0;
    if (this.#entry.length > 0) this.#entry = [];
  }
}

/** `user@example.com`, the local part quoted where it must be. */
export function formatMailbox({ localPart, domain }: Mailbox): string {
  return `${DOT_ATOM.test(localPart) ? localPart : `"${localPart.replace(/["\\]/g, '\\$&')}"`}@${domain}`;
}

interface Read {
  /** `undefined`: blanks or a comment. */
  readonly token: Token | undefined;
  /** Offset behind it. */
  readonly end: number;
}

/** What stands at an offset, or what is wrong there. */
function readToken(value: string, at: number): Read | string {
  const character = value[at]!;
  if (isBlank(character)) return { token: undefined, end: skipBlanks(value, at) };
  if (character === '(') {
    const end = endOfComment(value, at);
    return end === -1 ? 'a comment is not closed' : { token: undefined, end };
  }
  if (character === ')') return 'a closing parenthesis has no opening one';
  if (character === '"') {
    const end = endOfQuoted(value, at);
    if (end === -1) return 'a quoted string is not closed';
    return end - at > MAX_QUOTED_OCTETS ? TOO_LONG : { token: { kind: 'quoted', text: unfolded(value, at, end) }, end };
  }
  if (character === '[') {
    const end = endOfQuoted(value, at, ']');
    if (end === -1) return 'a domain literal is not closed';
    if (end - at > MAX_QUOTED_OCTETS) return TOO_LONG;
    return { token: { kind: 'literal', text: `[${unfolded(value, at, end)}]` }, end };
  }
  if (SPECIALS.includes(character)) return { token: { kind: 'special', text: character }, end: at + 1 };
  NO_ATOM.lastIndex = at;
  const end = Math.max(at + 1, NO_ATOM.test(value) ? NO_ATOM.lastIndex - 1 : value.length); // a stray `]` is one
  return { token: { kind: 'atom', text: value.slice(at, end) }, end };
}

/** What a quoted string or domain literal holds, its folds gone (RFC 5322 section 3.2.2). */
function unfolded(value: string, start: number, end: number): string {
  return contentOf(value, start, end).replace(/[\r\n]/g, '');
}

/** The mailbox in one entry of the list: the angle address if there is one, else the bare addr-spec. */
function mailboxOf(entry: readonly Token[]): Mailbox | string {
  const open = indexOfSpecial(entry, '<', 0);
  let spec = entry;
  if (open !== -1) {
    const close = indexOfSpecial(entry, '>', open + 1);
    if (close === -1) return "an address opens with '<' and does not close";
    if (close < entry.length - 1) return "there is text after the '>' of an address";
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
