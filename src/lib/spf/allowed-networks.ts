/** Which addresses a policy allows, counted in the order in which its terms are tried. */
import {
  type IpNetwork,
  type IpRange,
  type IpSet,
  networksOf,
  sizeOf,
  unionOf,
  without,
} from '../syntax/ip-network.ts';
import { EVERYTHING, type Policy, type PolicyTerm } from './policy-tree.ts';
import { QUALIFIER_RESULTS } from './record.ts';

/** The addresses that a policy passes. */
export interface AllowedNetworks {
  /** The fewest networks that hold exactly the allowed addresses: IPv4 in order, then IPv6. */
  readonly networks: readonly IpNetwork[];
  /** How many addresses they hold. */
  readonly count: Readonly<Record<4 | 6, bigint>>;
  /** Terms that allow more, depending on who sends: not in the networks. */
  readonly variable: readonly { readonly domain: string; readonly term: string; readonly on: string }[];
  /** Nothing is missing: no trouble in DNS, no record that cannot be read, no policy without end. */
  readonly isComplete: boolean;
}

/** Changes of mind in one record that are followed. Each costs a pass over all networks so far; no real record has ten. */
const MAX_RUNS = 300;

/** What a policy allows, if it could be read whole; what DNS kept back is missing. */
export function allowedNetworks(policy: Policy): AllowedNetworks {
  const sets = { 4: passedBy(policy, 4), 6: passedBy(policy, 6) };
  return {
    networks: [...networksOf(sets[4], 4), ...networksOf(sets[6], 6)],
    count: { 4: sizeOf(sets[4]), 6: sizeOf(sets[6]) },
    variable: [...variableTerms(policy)],
    isComplete: isComplete(policy),
  };
}

/** The addresses of one family that a policy passes. */
export function passedBy(policy: Policy, family: 4 | 6): IpSet {
  let pass: IpSet = [];
  /** Addresses that an earlier term has decided on. */
  let decided: IpSet = [];
  for (const run of runsOf(policy.terms).slice(0, MAX_RUNS)) {
    const matched = without(unionOf(run.flatMap((term) => matchedBy(term, family))), decided);
    if (allows(run[0]!)) pass = unionOf([...pass, ...matched]);
    decided = unionOf([...decided, ...matched]);
  }
  return pass;
}

/** Neighbours with one result together: thousands of networks are put together once, not one by one. */
function runsOf(terms: readonly PolicyTerm[]): PolicyTerm[][] {
  const runs: PolicyTerm[][] = [];
  for (const term of terms) {
    const last = runs.at(-1);
    if (last !== undefined && allows(last[0]!) === allows(term)) last.push(term);
    else runs.push([term]);
  }
  return runs;
}

/** A redirect passes what its policy passes; it is the last term, so that what else it decides does not matter. */
function allows({ term }: PolicyTerm): boolean {
  return term.kind === 'modifier' || QUALIFIER_RESULTS[term.qualifier] === 'pass';
}

function matchedBy({ term, ranges, policy }: PolicyTerm, family: 4 | 6): readonly IpRange[] {
  if (policy !== undefined) return passedBy(policy, family);
  if (term.kind === 'directive' && term.mechanism === 'all') return EVERYTHING[family];
  return ranges[family];
}

function* variableTerms(policy: Policy): Generator<AllowedNetworks['variable'][number]> {
  for (const term of policy.terms) {
    if (term.policy !== undefined) yield* variableTerms(term.policy);
    if (term.variable === undefined || !allows(term)) continue;
    yield { domain: policy.domain, term: term.term.text, on: term.variable };
  }
}

function isComplete({ record, isLoop, isCut, terms }: Policy): boolean {
  if (record === undefined || isLoop || isCut || runsOf(terms).length > MAX_RUNS) return false;
  return terms.every(({ trouble, policy }) => trouble === undefined && (policy === undefined || isComplete(policy)));
}
