/** What one check carries along: the session, the DNS budget, and the expansion of names, which may itself take look-ups. */
import { withoutFinalDot } from '../dns/wire/name.ts';
import type { Steps } from '../steps.ts';
import { type IpAddress, parseIpAddress, reverseName } from '../syntax/ip-address.ts';
import { isWithin } from '../syntax/domain-name.ts';
import { isStop, type Lookups, SPF_LIMITS, type Stop } from './lookups.ts';
import { expandName, type MacroValues } from './macro.ts';
import { type MacroString, usesMacro } from './macro-string.ts';
import type { Directive, SpfRecord } from './record.ts';
import type { Identity } from './session.ts';
import { isAscii } from './target-name.ts';
import type { QueryTrace } from './verdict.ts';

export interface Evaluation {
  readonly lookups: Lookups;
  readonly identity: Identity;
  readonly ip: IpAddress;
  /** The same as text. */
  readonly client: string;
  /** The word `unknown` where the session had none. */
  readonly helo: string;
  readonly receiver: string;
  /** Seconds since 1970. */
  readonly now: number;
  /** Set once a term with %{s} or %{l} was expanded. */
  usesLocalPart: boolean;
  /** The PTR names of the client, once a %{p} asked for them. */
  pointerNames: readonly string[] | undefined;
}

/** Where a result comes from: a record, and in it the directive that matched or could not be judged. */
export interface ResultOrigin {
  readonly domain: string;
  /** `undefined` where there is none, or none that parses. */
  readonly record: SpfRecord | undefined;
  readonly directive: Directive | undefined;
}

/** The name that a term is about, or why the term cannot match anything. */
export type Target = { readonly name: string } | { readonly skip: string };

/**
 * Expand the domain-spec of a term.
 *
 * @param domain %{d}, and the name itself where there is no domain-spec (RFC 7208 section 4.8)
 */
export function* targetOf(
  state: Evaluation,
  spec: MacroString | undefined,
  domain: string,
  queries: QueryTrace[],
): Steps<Target | Stop> {
  const atOnce = targetAtOnce(state, spec, domain);
  if (spec === undefined || atOnce !== undefined) return atOnce!;
  const names = yield* pointerNames(state, spec.source, queries);
  if (isStop(names)) return names;
  const validatedName = yield* bestValidatedName(state, names, domain, queries);
  if (typeof validatedName !== 'string') return validatedName;
  return { name: expandName(spec, macroValues(state, domain, validatedName)) };
}

/** The same where no look-up is needed: `undefined` for a domain-spec with %{p}. */
export function targetAtOnce(state: Evaluation, spec: MacroString | undefined, domain: string): Target | undefined {
  if (spec === undefined) return { name: domain };
  if (usesMacro(spec, 'sl')) {
    state.usesLocalPart = true;
    // RFC 8616 section 4: terms with %{s} or %{l} match nothing where the local part is not ASCII
    if (!isAscii(state.identity.localPart)) return { skip: 'the local part of the sender is not ASCII' };
  }
  return usesMacro(spec, 'p') ? undefined : { name: expandName(spec, macroValues(state, domain, 'unknown')) };
}

export function macroValues(state: Evaluation, domain: string, validatedName: string): MacroValues {
  const { identity, ip, helo, receiver, now } = state;
  const { sender, localPart } = identity;
  return { sender, localPart, senderDomain: identity.domain, domain, ip, helo, receiver, now, validatedName };
}

/**
 * The PTR names for %{p}. RFC 7208 section 4.6.4: the PTR question is included in the limit of terms; it is asked once.
 * It is not a void look-up where it finds nothing: the macro is "unknown" then, whoever owns the address (section 7.3).
 */
function* pointerNames(state: Evaluation, term: string, queries: QueryTrace[]): Steps<readonly string[] | Stop> {
  if (state.pointerNames === undefined) {
    const stop = state.lookups.countTerm(term);
    if (stop !== undefined) return stop;
    state.pointerNames = yield* state.lookups.uncounted(reverseName(state.ip), 'PTR', queries);
  }
  return state.pointerNames;
}

/** RFC 7208 section 7.3: the domain itself before a name below it before any other; `unknown` where none validates. */
export function* bestValidatedName(
  state: Evaluation,
  names: readonly string[],
  domain: string,
  queries: QueryTrace[],
): Steps<string | Stop> {
  // RFC 7208 section 4.6.4: all records other than the first 10 MUST be ignored
  const first = names.slice(0, SPF_LIMITS.names).map(withoutFinalDot);
  const rank = (name: string) => (name.toLowerCase() === domain.toLowerCase() ? 0 : isWithin(name, domain) ? 1 : 2);
  for (const name of first.toSorted((a, b) => rank(a) - rank(b))) {
    const validated = yield* isValidated(state, name, queries);
    if (typeof validated !== 'boolean') return validated;
    if (validated) return name;
  }
  return 'unknown';
}

/**
 * RFC 7208 section 5.5: the name has the client's address. An error skips the name; a name without addresses is a void
 * look-up (section 4.6.4), of which there may be too many.
 */
export function* isValidated(state: Evaluation, name: string, queries: QueryTrace[]): Steps<boolean | Stop> {
  const addresses = yield* state.lookups.counted(name, state.ip.family === 4 ? 'A' : 'AAAA', queries);
  if (isStop(addresses)) return addresses.result === 'temperror' ? false : addresses;
  return addresses.some((text) => isSameAddress(parseIpAddress(text), state.ip));
}

function isSameAddress(a: IpAddress | undefined, b: IpAddress): boolean {
  return a !== undefined && a.family === b.family && a.value === b.value;
}
