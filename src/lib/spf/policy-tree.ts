/** A policy read whole, without any client: every record that can be reached, and the addresses of every host it names. */
import { parseIpAddress } from '../syntax/ip-address.ts';
import { type IpRange, rangeOf } from '../syntax/ip-network.ts';
import { withoutFinalDot } from '../dns/wire/name.ts';
import { runSteps } from '../steps.ts';
import { fetchRecord, type RecordFailure } from './fetch-record.ts';
import { type Lookups, SPF_LIMITS } from './lookups.ts';
import { type MacroString, type SyntaxProblem, usesMacro } from './macro-string.ts';
import { type Directive, type Modifier, parseSpfRecord, type SpfRecord, takesLookup } from './record.ts';

/** Addresses of both families. */
export interface Ranges {
  readonly 4: readonly IpRange[];
  readonly 6: readonly IpRange[];
}

export const NO_RANGES: Ranges = { 4: [], 6: [] };

export interface PolicyTerm {
  readonly term: Directive | Modifier;
  /** What a directive with fixed names matches; of include, nothing: that is in `policy`. */
  readonly ranges: Ranges;
  /** Look-ups that find nothing, for a client of each family. */
  readonly voids: Readonly<Record<4 | 6, number>>;
  /** MX records of an mx term. */
  readonly exchanges: number;
  /** Why the addresses cannot be listed: the term depends on who sends. */
  readonly variable: string | undefined;
  /** DNS trouble on the way. */
  readonly trouble: string | undefined;
  /** Of include and redirect with a fixed name. */
  readonly policy: Policy | undefined;
}

export interface Policy {
  readonly domain: string;
  /** `undefined` where there is none or it breaks the grammar. */
  readonly record: SpfRecord | undefined;
  readonly text: string | undefined;
  readonly candidates: readonly string[];
  readonly failure: RecordFailure | undefined;
  readonly problems: readonly SyntaxProblem[];
  /** Octets of the DNS message, where the source tells. */
  readonly answerSize: number | undefined;
  /** The TXT records of the name, as texts: they share the answer. */
  readonly texts: readonly string[];
  /** The domain is one of those that lead here: the policy has no end. */
  readonly isLoop: boolean;
  /** The tree is larger than is read. */
  readonly isCut: boolean;
  /** Those that can be reached: none behind an `all`, and redirect= only without one. */
  readonly terms: readonly PolicyTerm[];
  readonly unreachable: readonly (Directive | Modifier)[];
}

/** Records of one tree that are read: a policy within its limits has 11, one that breaks them is shown this far. */
const MAX_RECORDS = 100;

interface Reading {
  readonly lookups: Lookups;
  records: number;
}

/** Read the policy of a domain. Look-ups are not limited as a check's are, since what is over the limits is to be shown. */
export function readPolicy(lookups: Lookups, domain: string): Promise<Policy> {
  return read({ lookups, records: 0 }, domain, []);
}

async function read(reading: Reading, domain: string, path: readonly string[]): Promise<Policy> {
  const isLoop = path.includes(domain.toLowerCase());
  const isCut = !isLoop && ++reading.records > MAX_RECORDS;
  const fetched = isLoop || isCut ? undefined : await runSteps(fetchRecord(reading.lookups, domain));
  const parsed = fetched?.text === undefined ? undefined : parseSpfRecord(fetched.text);
  const record = parsed?.ok ? parsed.record : undefined;
  const { reachable, unreachable } = record === undefined ? NOTHING : split(record);
  const terms: PolicyTerm[] = [];
  for (const term of reachable) terms.push(await readTerm(reading, term, domain, [...path, domain.toLowerCase()]));
  return {
    domain,
    record,
    text: fetched?.text,
    candidates: fetched?.candidates ?? [],
    failure: fetched?.failure,
    answerSize: fetched?.answerSize,
    texts: fetched?.texts ?? [],
    problems: parsed === undefined || parsed.ok ? [] : parsed.problems,
    isLoop,
    isCut,
    terms,
    unreachable,
  };
}

const NOTHING = { reachable: [], unreachable: [] };

function split(record: SpfRecord): {
  reachable: readonly (Directive | Modifier)[];
  unreachable: readonly (Directive | Modifier)[];
} {
  const { directives, redirect } = record;
  const all = directives.findIndex(({ mechanism }) => mechanism === 'all');
  const last = redirect === undefined ? [] : [redirect];
  if (all < 0) return { reachable: [...directives, ...last], unreachable: [] };
  return { reachable: directives.slice(0, all + 1), unreachable: [...directives.slice(all + 1), ...last] };
}

async function readTerm(
  reading: Reading,
  term: Directive | Modifier,
  domain: string,
  path: readonly string[],
): Promise<PolicyTerm> {
  const nothing: PolicyTerm = {
    term,
    ranges: NO_RANGES,
    voids: { 4: 0, 6: 0 },
    exchanges: 0,
    variable: undefined,
    trouble: undefined,
    policy: undefined,
  };
  const spec = term.kind === 'modifier' ? term.value : term.domainSpec;
  const target = fixedName(spec, domain);
  if (term.kind === 'directive') {
    if (term.network !== undefined) {
      const range = rangeOf(term.network);
      return { ...nothing, ranges: { ...NO_RANGES, [term.network.address.family]: [range] } };
    }
    if (!takesLookup(term)) return nothing;
    if (term.mechanism === 'ptr') return { ...nothing, variable: "the client's name in DNS" };
    if (target === undefined) return { ...nothing, variable: variableOf(spec!) };
    if (term.mechanism === 'a') return { ...nothing, ...(await readHosts(reading, term, [target])) };
    if (term.mechanism === 'mx') return { ...nothing, ...(await readExchanges(reading, term, target)) };
    if (term.mechanism === 'exists') return { ...nothing, ...(await readExistence(reading, target)) };
  }
  if (target === undefined) return { ...nothing, variable: variableOf(spec!) };
  return { ...nothing, policy: await read(reading, target, path) };
}

/** The name that a domain-spec always is, whoever sends; %{d} is the domain of the record. */
function fixedName(spec: MacroString | undefined, domain: string): string | undefined {
  if (spec === undefined) return domain;
  let name = '';
  for (const token of spec.tokens) {
    if (token.kind === 'literal') name += token.text;
    else if (token.letter === 'd' && token.keep === undefined && !token.reverse && token.delimiters === '')
      name += domain;
    else return undefined;
  }
  return withoutFinalDot(name);
}

function variableOf(spec: MacroString): string {
  if (usesMacro(spec, 'slo')) return 'the sender';
  if (usesMacro(spec, 'h')) return 'the HELO name';
  return usesMacro(spec, 'p') ? "the client's name in DNS" : 'the client';
}

type HostFacts = Pick<PolicyTerm, 'ranges' | 'voids' | 'trouble'>;

/** The networks around the addresses of hosts. */
async function readHosts(reading: Reading, directive: Directive, names: readonly string[]): Promise<HostFacts> {
  const ranges: Record<4 | 6, IpRange[]> = { 4: [], 6: [] };
  const voids = { 4: 0, 6: 0 };
  let trouble: string | undefined;
  for (const name of names) {
    for (const family of [4, 6] as const) {
      const answer = await reading.lookups.ask(name, family === 4 ? 'A' : 'AAAA');
      if (answer?.status === 'temperror') trouble = answer.detail;
      if (answer?.status === 'nxdomain' || answer?.status === 'nodata') voids[family]++;
      if (answer?.status !== 'found') continue;
      for (const text of answer.records) {
        const address = parseIpAddress(text);
        if (address?.family === family) ranges[family].push(rangeOf({ address, prefix: directive.prefixes[family] }));
      }
    }
  }
  return { ranges, voids, trouble };
}

async function readExchanges(
  reading: Reading,
  directive: Directive,
  name: string,
): Promise<HostFacts & Pick<PolicyTerm, 'exchanges'>> {
  const answer = await reading.lookups.ask(name, 'MX');
  const trouble = answer?.status === 'temperror' ? answer.detail : undefined;
  if (answer?.status !== 'found') {
    const none = answer === undefined || trouble !== undefined ? 0 : 1;
    return { ranges: NO_RANGES, voids: { 4: none, 6: none }, trouble, exchanges: 0 };
  }
  const names = answer.records.map(({ exchange }) => withoutFinalDot(exchange)).filter((exchange) => exchange !== '');
  const hosts = await readHosts(reading, directive, names.slice(0, SPF_LIMITS.names));
  return { ...hosts, exchanges: answer.records.length };
}

/** exists: of a fixed name matches everybody or nobody. */
async function readExistence(reading: Reading, name: string): Promise<HostFacts> {
  const answer = await reading.lookups.ask(name, 'A');
  const trouble = answer?.status === 'temperror' ? answer.detail : undefined;
  if (answer?.status === 'found') return { ranges: EVERYTHING, voids: { 4: 0, 6: 0 }, trouble };
  const none = answer === undefined || trouble !== undefined ? 0 : 1;
  return { ranges: NO_RANGES, voids: { 4: none, 6: none }, trouble };
}

export const EVERYTHING: Ranges = {
  4: [{ first: 0n, last: (1n << 32n) - 1n }],
  6: [{ first: 0n, last: (1n << 128n) - 1n }],
};
