/** SPF records: the grammar of RFC 7208 sections 4.5, 4.6.1, 5 and 6, read with the column of everything. */
import { FAMILY_BITS, parseIpv4, parseIpv6 } from '../syntax/ip-address.ts';
import { formatIpNetwork, type IpNetwork } from '../syntax/ip-network.ts';
import { isProblem, type MacroString, parseMacroString, type SyntaxProblem } from './macro-string.ts';

export const MECHANISMS = ['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists'] as const;
/** RFC 7208 section 5. */
export type MechanismName = (typeof MECHANISMS)[number];

/** RFC 7208 section 4.6.2. */
export const QUALIFIER_RESULTS = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' } as const;
/** RFC 7208 section 4.6.2. */
export type Qualifier = keyof typeof QUALIFIER_RESULTS;

/** Where a term stands. */
export interface TermBase {
  /** As written, the qualifier included. */
  readonly text: string;
  /** Characters before it in the record. */
  readonly column: number;
}

/** A mechanism with its qualifier (RFC 7208 section 5). */
export interface Directive extends TermBase {
  readonly kind: 'directive';
  readonly qualifier: Qualifier;
  readonly mechanism: MechanismName;
  /** Absent: the domain whose record this is (RFC 7208 section 4.8). */
  readonly domainSpec: MacroString | undefined;
  /** Of ip4 and ip6. */
  readonly network: IpNetwork | undefined;
  /** The same as text, without host bits. */
  readonly networkText: string | undefined;
  /** Of a and mx: how many high-order bits are compared, by family. */
  readonly prefixes: Readonly<Record<4 | 6, number>>;
}

/** `name=value` (RFC 7208 section 6). */
export interface Modifier extends TermBase {
  readonly kind: 'modifier';
  /** Lower case. */
  readonly name: string;
  readonly value: MacroString;
}

/** RFC 7208 section 4.6.1. */
export type Term = Directive | Modifier;

/** A record that keeps to the grammar. */
export interface SpfRecord {
  readonly text: string;
  /** In their order. */
  readonly terms: readonly Term[];
  readonly directives: readonly Directive[];
  readonly redirect: Modifier | undefined;
  readonly explanation: Modifier | undefined;
}

/** A record, or what is wrong with it. */
export type ParsedRecord =
  | { readonly ok: true; readonly record: SpfRecord }
  /** At least one, in the order of the text. */
  | { readonly ok: false; readonly problems: readonly SyntaxProblem[] };

/** Problems reported of one record: a person fixes the first few, and a hostile record could hold tens of thousands. */
const MAX_PROBLEMS = 20;

/** RFC 7208 section 4.5: the version section is exactly "v=spf1", in any case (RFC 5234), ended by a space or the end. */
export function isSpfRecord(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text);
}

/** Records of the usual length that are kept, some kilobytes each: a batch meets those of the large providers all the time. */
const MAX_KEPT = 1024;
const MAX_KEPT_LENGTH = 1000;
const kept = new Map<string, ParsedRecord>();

/**
 * Read a record whole, since an error anywhere in it is a permerror whatever would have matched before (RFC 7208 section 4.6).
 *
 * @param text latin1, the character-strings joined (RFC 7208 section 3.3); must be one that `isSpfRecord` takes
 */
export function parseSpfRecord(text: string): ParsedRecord {
  let parsed = kept.get(text);
  if (parsed === undefined) {
    parsed = readRecord(text);
    if (kept.size >= MAX_KEPT) kept.clear();
    if (text.length <= MAX_KEPT_LENGTH) kept.set(text, parsed);
  }
  return parsed;
}

function readRecord(text: string): ParsedRecord {
  const problems: SyntaxProblem[] = [];
  const terms: Term[] = [];
  for (let at = 'v=spf1'.length; at < text.length && problems.length < MAX_PROBLEMS; ) {
    if (text[at] === ' ') {
      at++; // terms are separated by one space or more
      continue;
    }
    const space = text.indexOf(' ', at);
    const end = space < 0 ? text.length : space;
    const term = parseTerm(text.slice(at, end), at);
    if (isProblem(term)) problems.push(term);
    else terms.push(term);
    at = end;
  }
  const modifiers = terms.filter((term) => term.kind === 'modifier');
  const only = (name: string) => {
    const [first, second] = modifiers.filter((modifier) => modifier.name === name);
    // RFC 7208 section 6: these two MUST NOT appear more than once each
    if (second !== undefined) {
      const detail = `${name}= appears a second time`;
      problems.push({ column: second.column, length: second.text.length, detail });
    }
    return first;
  };
  const [redirect, explanation] = [only('redirect'), only('exp')];
  if (problems.length > 0) return { ok: false, problems: problems.sort((a, b) => a.column - b.column) };
  const directives = terms.filter((term) => term.kind === 'directive');
  return { ok: true, record: { text, terms, directives, redirect, explanation } };
}

/** name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ), directly followed by "=" (RFC 7208 section 4.6.1). */
const MODIFIER = /^([A-Za-z][A-Za-z0-9\-_.]*)=/;
const MECHANISM = /^([+\-?~]?)([A-Za-z0-9]*)/;

function parseTerm(text: string, column: number): Term | SyntaxProblem {
  const modifier = MODIFIER.exec(text);
  if (modifier !== null) return parseModifier(text, column, modifier[1]!);
  const [head, sign, written] = MECHANISM.exec(text)!;
  const name = MECHANISMS.find((known) => known === written!.toLowerCase());
  const rest = text.slice(head.length);
  if (name === undefined || (rest !== '' && rest[0] !== ':' && rest[0] !== '/')) {
    return unknownTerm(text, column);
  }
  const argument = parseArgument(name, rest, column + head.length);
  if (isProblem(argument)) return argument;
  const qualifier = (sign || '+') as Qualifier;
  return { text, column, kind: 'directive', mechanism: name, qualifier, ...argument };
}

function parseModifier(text: string, column: number, written: string): Modifier | SyntaxProblem {
  const name = written.toLowerCase();
  const known = name === 'redirect' || name === 'exp';
  const at = written.length + 1;
  const value = parseMacroString(text.slice(at), known ? 'domain-spec' : 'macro-string', column + at);
  return isProblem(value) ? widen(value, column, text) : { kind: 'modifier', text, column, name, value };
}

/** What people write for a mechanism. */
const MISTAKES: ReadonlyMap<string, string> = new Map([
  ['ipv4', 'ip4'],
  ['ipv6', 'ip6'],
  ['ip', 'ip4'],
  ['addr', 'a'],
]);

/** Names long enough to recognise a typing error in. */
const MISSPELT: readonly MechanismName[] = ['include', 'exists', 'all', 'ptr'];

/** One letter missing, added or wrong, or two swapped. */
function isOneSlipFrom(name: string, word: string): boolean {
  let at = 0;
  while (at < name.length && name[at] === word[at]) at++;
  const rest = word.slice(at);
  return (
    rest === name.slice(at + 1) ||
    rest.slice(1) === name.slice(at) ||
    rest.slice(1) === name.slice(at + 1) ||
    (rest[0] === name[at + 1] && rest[1] === name[at] && rest.slice(2) === name.slice(at + 2))
  );
}

function unknownTerm(text: string, column: number): SyntaxProblem {
  const word = /^[^:/=]*/.exec(text)![0];
  const bare = word.replace(/^[+\-?~]/, '').toLowerCase();
  const meant = MISTAKES.get(bare) ?? MISSPELT.find((name) => isOneSlipFrom(name, bare));
  const where = { column, length: Math.max(1, word.length) };
  if (meant !== undefined) return { ...where, detail: `unknown mechanism '${bare}'; did you mean '${meant}'?` };
  if (parseIpv4(text.split('/')[0]!) !== undefined) return { ...where, detail: `an address needs ip4: before it` };
  if (text.endsWith(',')) return { ...where, detail: 'terms are separated by spaces, not commas' };
  const quoted = /^[\u0021-\u007e]{1,40}$/.test(word) ? ` '${word}'` : '';
  return { ...where, detail: `unknown mechanism${quoted}: the mechanisms are ${MECHANISMS.join(', ')}` };
}

type Argument = Pick<Directive, 'domainSpec' | 'network' | 'networkText' | 'prefixes'>;

const NO_ARGUMENT: Argument = {
  domainSpec: undefined,
  network: undefined,
  networkText: undefined,
  prefixes: FAMILY_BITS,
};

/** What follows the name of a mechanism: nothing, ":" and a domain-spec or network, "/" and prefix lengths. */
function parseArgument(name: MechanismName, rest: string, column: number): Argument | SyntaxProblem {
  const problem = (detail: string): SyntaxProblem =>
    rest === '' ? { column: column - 1, length: 1, detail } : { column, length: rest.length, detail };
  switch (name) {
    case 'all':
      return rest === '' ? NO_ARGUMENT : problem('all takes no argument');
    case 'ip4':
    case 'ip6':
      return parseNetwork(name, rest, column, problem);
    case 'include':
    case 'exists':
      if (!rest.startsWith(':')) return problem(`${name} needs ':' and a domain`);
      return parseDomain(rest.slice(1), column + 1, FAMILY_BITS);
    case 'ptr':
      if (rest === '') return NO_ARGUMENT;
      if (!rest.startsWith(':')) return problem('ptr takes no prefix length');
      return parseDomain(rest.slice(1), column + 1, FAMILY_BITS);
    default:
      return parseDomainWithPrefixes(rest, column);
  }
}

function parseDomain(spec: string, column: number, prefixes: Argument['prefixes']): Argument | SyntaxProblem {
  const domainSpec = parseMacroString(spec, 'domain-spec', column);
  if (!isProblem(domainSpec)) return { ...NO_ARGUMENT, domainSpec, prefixes };
  return spec === '' ? { ...domainSpec, column: column - 1 } : domainSpec;
}

/** ip4-cidr-length and ip6-cidr-length: no leading zeros (RFC 7208 section 5.6). */
const LENGTH = /^(?:0|[1-9][0-9]{0,2})$/;
/** dual-cidr-length = [ ip4-cidr-length ] [ "/" ip6-cidr-length ], at the end; a domain-spec may hold slashes itself. */
const DUAL_LENGTH = /(?:\/([0-9]+))?(?:\/\/([0-9]+))?$/;

function parseDomainWithPrefixes(rest: string, column: number): Argument | SyntaxProblem {
  const [tail, length4, length6] = DUAL_LENGTH.exec(rest.slice(-MAX_TAIL))!;
  const specEnd = rest.length - tail.length;
  const spec = rest.slice(0, specEnd);
  if (spec !== '' && !spec.startsWith(':')) {
    return { column, length: rest.length, detail: 'a prefix length is written /24, //64 or /24//64' };
  }
  const lengths = [
    [length4, 32, 'IPv4'],
    [length6, 128, 'IPv6'],
  ] as const;
  for (const [digits, most, family] of lengths) {
    if (digits === undefined || (LENGTH.test(digits) && Number(digits) <= most)) continue;
    const detail = `an ${family} prefix length is a number from 0 to ${most} without leading zeros`;
    return { column: column + specEnd, length: tail.length, detail };
  }
  const prefixes = { 4: Number(length4 ?? 32), 6: Number(length6 ?? 128) };
  if (spec === '') return { ...NO_ARGUMENT, prefixes };
  return parseDomain(spec.slice(1), column + 1, prefixes);
}

/** Longer than any two prefix lengths; keeps the search for them from running over a whole hostile record. */
const MAX_TAIL = 16;

function parseNetwork(
  name: 'ip4' | 'ip6',
  rest: string,
  column: number,
  problem: (detail: string) => SyntaxProblem,
): Argument | SyntaxProblem {
  if (!rest.startsWith(':')) return problem(`${name} needs ':' and an address`);
  const family = name === 'ip4' ? 4 : 6;
  const slash = rest.indexOf('/');
  const text = slash < 0 ? rest.slice(1) : rest.slice(1, slash);
  const address = family === 4 ? parseIpv4(text) : parseIpv6(text);
  if (address === undefined) {
    return { column: column + 1, length: Math.max(1, text.length), detail: addressProblem(family, text) };
  }
  const bits = FAMILY_BITS[family];
  const digits = slash < 0 ? String(bits) : rest.slice(slash + 1);
  if (LENGTH.test(digits) && Number(digits) <= bits) {
    const network = { address, prefix: Number(digits) };
    return { ...NO_ARGUMENT, network, networkText: formatIpNetwork(network) };
  }
  const detail = `a prefix length of ${name} is a number from 0 to ${bits} without leading zeros`;
  return { column: column + slash, length: rest.length - slash, detail };
}

function addressProblem(family: 4 | 6, text: string): string {
  const other = family === 4 ? parseIpv6(text) : parseIpv4(text);
  if (other !== undefined) return `this is an IPv${other.family} address and needs ip${other.family}:`;
  if (family === 6) return 'this is not an IPv6 address (RFC 4291 section 2.2)';
  // RFC 7208 section 5.6: it is not permitted to omit parts of the address
  return text.split('.').length < 4
    ? 'an IPv4 address has four numbers; a network is written 192.0.2.0/24'
    : 'an IPv4 address is four numbers from 0 to 255 without leading zeros';
}

/** A problem in an empty value points at the "=", so that there is something to point at. */
function widen(problem: SyntaxProblem, column: number, text: string): SyntaxProblem {
  return { ...problem, column: Math.min(problem.column, column + text.length - 1) };
}

/** Whether the mechanism is one of those that count as terms with DNS look-ups (RFC 7208 section 4.6.4). */
export function takesLookup(directive: Directive): boolean {
  return directive.mechanism !== 'all' && directive.mechanism !== 'ip4' && directive.mechanism !== 'ip6';
}
