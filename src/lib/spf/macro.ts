/** Macro expansion (RFC 7208 section 7): tokens and the facts of a session in, a name or a text out. */
import { dottedIpAddress, formatIpAddress, type IpAddress } from '../syntax/ip-address.ts';
import type { MacroExpand, MacroLetter, MacroString } from './macro-string.ts';

/** What the macro letters stand for. All latin1. */
export interface MacroValues {
  /** %{s}, with a local part always. */
  readonly sender: string;
  /** %{l} */
  readonly localPart: string;
  /** %{o} */
  readonly senderDomain: string;
  /** %{d}: the domain whose record is evaluated just now. */
  readonly domain: string;
  readonly ip: IpAddress;
  /** %{h}; the word `unknown` where the session had none. */
  readonly helo: string;
  /** %{r} */
  readonly receiver: string;
  /** %{t}: seconds since 1970. */
  readonly now: number;
  /** %{p}: found by the caller, since it takes look-ups. */
  readonly validatedName: string;
}

/** RFC 7208 section 7.3: a longer name is cut from its left. */
const MAX_NAME_LENGTH = 253;

/**
 * The name that a domain-spec expands to. It is built from its right end and no further than a name can be long, so a
 * record of 64 KB full of `%{s}` costs no more than a short one.
 *
 * @returns without a final dot, at most 253 characters unless it is one single label; it may still be no valid name
 */
export function expandName(string: MacroString, values: MacroValues): string {
  let name = '';
  let i = string.tokens.length - 1;
  for (; i >= 0 && name.length <= MAX_NAME_LENGTH + 1; i--) {
    const token = string.tokens[i]!;
    name = (token.kind === 'literal' ? token.text : expandMacro(token, values)) + name;
  }
  if (name.endsWith('.')) name = name.slice(0, -1); // RFC 7208 section 7.3: trailing dots MUST be accepted
  // RFC 7208 section 7.3: remove successive labels and their dots until 253 characters are left
  while (name.length > MAX_NAME_LENGTH && name.includes('.')) {
    const fits = name.indexOf('.', Math.max(0, name.length - MAX_NAME_LENGTH - 1));
    name = name.slice((fits < 0 ? name.lastIndexOf('.') : fits) + 1);
  }
  return name;
}

/**
 * The text of an explanation.
 *
 * @param limit characters after which no more is added
 */
export function expandText(string: MacroString, values: MacroValues, limit: number): string {
  let text = '';
  for (const token of string.tokens) {
    if (text.length >= limit) break;
    text += token.kind === 'literal' ? token.text : expandMacro(token, values);
  }
  return text.slice(0, limit);
}

function expandMacro(macro: MacroExpand, values: MacroValues): string {
  const value = transform(macro, VALUES[macro.letter](values));
  return macro.escape ? urlEscape(value) : value;
}

const VALUES: Readonly<Record<MacroLetter, (values: MacroValues) => string>> = {
  s: ({ sender }) => sender,
  l: ({ localPart }) => localPart,
  o: ({ senderDomain }) => senderDomain,
  d: ({ domain }) => domain,
  i: ({ ip }) => dottedIpAddress(ip),
  p: ({ validatedName }) => validatedName,
  h: ({ helo }) => helo,
  c: ({ ip }) => formatIpAddress(ip),
  r: ({ receiver }) => receiver,
  t: ({ now }) => String(Math.floor(now)),
  v: ({ ip }) => (ip.family === 4 ? 'in-addr' : 'ip6'),
};

/** RFC 7208 section 7.3: split at the delimiters, reverse, keep the right-hand parts, join with dots. */
function transform({ keep, reverse, delimiters }: MacroExpand, value: string): string {
  if (keep === undefined && !reverse && delimiters === '') return value;
  const parts = splitAt(value, delimiters || '.');
  if (reverse) parts.reverse();
  return (keep === undefined ? parts : parts.slice(-keep)).join('.');
}

/** Leading, trailing and repeated delimiters give empty parts (RFC 7208 section 7.3). */
function splitAt(value: string, delimiters: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < value.length; at++) {
    if (!delimiters.includes(value[at]!)) continue;
    parts.push(value.slice(start, at));
    start = at + 1;
  }
  parts.push(value.slice(start));
  return parts;
}

/** RFC 7208 section 7.3: every octet outside the unreserved set of RFC 3986 section 2.3. */
function urlEscape(value: string): string {
  return value.replace(
    /[^A-Za-z0-9\-._~]/g,
    (octet) => `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
