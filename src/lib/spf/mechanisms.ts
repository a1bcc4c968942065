/** Whether a mechanism matches (RFC 7208 section 5), without include, which is a check of its own. */
import { withoutFinalDot } from '../dns/wire/name.ts';
import type { Steps } from '../steps.ts';
import { parseIpAddress, reverseName } from '../syntax/ip-address.ts';
import { formatIpNetwork, type IpNetwork, isInNetwork } from '../syntax/ip-network.ts';
import { isWithin } from '../syntax/domain-name.ts';
import { type Evaluation, isValidated, targetAtOnce, targetOf } from './evaluation.ts';
import { isStop, SPF_LIMITS, type Stop } from './lookups.ts';
import type { Directive } from './record.ts';
import type { QueryTrace } from './verdict.ts';

export interface Match {
  readonly matched: boolean;
  readonly target: string | undefined;
  /** Why, one sentence without a full stop. */
  readonly detail: string;
}

/** The mechanisms that need no look-up; `undefined` for the others. */
export function matchAtOnce(state: Evaluation, { mechanism, network, networkText }: Directive): Match | undefined {
  if (mechanism === 'all') return { matched: true, target: undefined, detail: 'all matches every client' };
  return network === undefined ? undefined : matchNetwork(state, network, networkText);
}

/**
 * @param directive one that takes a look-up (RFC 7208 section 4.6.4)
 * @param domain whose record the directive is in
 * @param queries takes the questions that are asked
 */
export function* matchMechanism(
  state: Evaluation,
  directive: Directive,
  domain: string,
  queries: QueryTrace[],
): Steps<Match | Stop> {
  const stop = state.lookups.countTerm(directive.text);
  if (stop !== undefined) return stop;
  const target =
    targetAtOnce(state, directive.domainSpec, domain) ??
    (yield* targetOf(state, directive.domainSpec, domain, queries));
  if (isStop(target)) return target;
  if ('skip' in target) return { matched: false, target: undefined, detail: target.skip };
  const { name } = target;
  const match = yield* matchName(state, directive, name, queries);
  return isStop(match) ? match : { matched: match.matched, target: name, detail: match.detail };
}

type NameMatch = Omit<Match, 'target'>;

function matchName(
  state: Evaluation,
  directive: Directive,
  name: string,
  queries: QueryTrace[],
): Steps<NameMatch | Stop> {
  switch (directive.mechanism) {
    case 'a':
      return matchAddressesOf(state, directive, [name], queries);
    case 'mx':
      return matchMx(state, directive, name, queries);
    case 'ptr':
      return matchPtr(state, name, queries);
    default:
      return matchExistence(state, name, queries);
  }
}

/** RFC 7208 section 5.7: always A, even when the connection is IPv6. */
function* matchExistence(state: Evaluation, name: string, queries: QueryTrace[]): Steps<NameMatch | Stop> {
  const records = yield* state.lookups.counted(name, 'A', queries);
  if (isStop(records)) return records;
  return { matched: records.length > 0, detail: `${name} ${records.length > 0 ? 'exists' : 'does not exist'}` };
}

function matchNetwork(state: Evaluation, network: IpNetwork, target: string | undefined): Match {
  const matched = isInNetwork(state.ip, network);
  if (state.ip.family !== network.address.family) {
    const detail = `an IPv${state.ip.family} client is in no IPv${network.address.family} network`;
    return { matched, target, detail };
  }
  return { matched, target, detail: `${state.client} is ${matched ? '' : 'not '}in ${target}` };
}

/** RFC 7208 sections 5.3 and 5.4: A for an IPv4 client, AAAA for an IPv6 client; the first name that matches ends the search. */
function* matchAddressesOf(
  state: Evaluation,
  directive: Directive,
  names: readonly string[],
  queries: QueryTrace[],
): Steps<NameMatch | Stop> {
  const { family } = state.ip;
  const type = family === 4 ? 'A' : 'AAAA';
  const prefix = directive.prefixes[family];
  const { client } = state;
  let seen = 0;
  for (const name of names) {
    const records = yield* state.lookups.counted(name, type, queries);
    if (isStop(records)) return records;
    for (const text of records) {
      const address = parseIpAddress(text);
      if (address === undefined) continue;
      seen++;
      const network = { address, prefix };
      if (!isInNetwork(state.ip, network)) continue;
      const place =
        text === client ? `an address of ${name}` : `in ${formatIpNetwork(network)}, around ${text} of ${name}`;
      return { matched: true, detail: `${client} is ${place}` };
    }
  }
  const where = names.length === 1 ? names[0]! : `the ${names.length} mail exchangers`;
  const detail =
    seen === 0 ? `${where} has no ${type} record` : `${client} is not among the ${seen} addresses of ${where}`;
  return { matched: false, detail: seen === 0 && names.length > 1 ? detail.replace(' has ', ' have ') : detail };
}

function* matchMx(
  state: Evaluation,
  directive: Directive,
  name: string,
  queries: QueryTrace[],
): Steps<NameMatch | Stop> {
  const records = yield* state.lookups.counted(name, 'MX', queries);
  if (isStop(records)) return records;
  // RFC 7208 section 4.6.4: more than 10 is a permerror. Counted before the first is asked, so that the result does not
  // hang on the order in which DNS gives records of the same preference.
  if (records.length > SPF_LIMITS.names) {
    const detail = `${name} has ${records.length} MX records, but only ${SPF_LIMITS.names} are allowed`;
    return { result: 'permerror', reason: 'too-many-mx-names', detail };
  }
  const exchanges: string[] = [];
  for (const { exchange } of records.toSorted((a, b) => a.preference - b.preference)) {
    const host = withoutFinalDot(exchange);
    if (host !== '') exchanges.push(host); // RFC 7505: "." takes no mail and has no address
  }
  // RFC 7208 section 5.4: no implicit MX, whatever addresses the name has
  if (exchanges.length === 0) return { matched: false, detail: `${name} has no mail exchanger` };
  return yield* matchAddressesOf(state, directive, exchanges, queries);
}

/** RFC 7208 section 5.5, as corrected by its erratum: a validated name is the target or lies below it. */
function* matchPtr(state: Evaluation, target: string, queries: QueryTrace[]): Steps<NameMatch | Stop> {
  const reverse = reverseName(state.ip);
  const records = yield* state.lookups.counted(reverse, 'PTR', queries);
  if (isStop(records)) {
    // A DNS error while looking for PTR records is no match
    return records.result === 'temperror' ? { matched: false, detail: records.detail } : records;
  }
  if (records.length === 0) return { matched: false, detail: `${state.client} has no name in DNS` };
  // RFC 7208 section 4.6.4: all records other than the first 10 MUST be ignored
  const names = records.slice(0, SPF_LIMITS.names).map(withoutFinalDot);
  const candidates = names.filter((name) => isWithin(name, target));
  for (const name of candidates) {
    const validated = yield* isValidated(state, name, queries);
    if (typeof validated !== 'boolean') return validated;
    if (validated) return { matched: true, detail: `${name} is the client's name` };
  }
  const listed = names.join(', ');
  const detail =
    candidates.length === 0
      ? `no name of the client (${listed}) is ${target} or below it`
      : `${candidates.join(', ')} does not have the client's address`;
  return { matched: false, detail };
}
