/** The JSON shape of a verdict: stable, fields are only ever added. `null` stands where nothing is known. */
import { octetsAsText } from '../syntax/octets.ts';
import type { SyntaxProblem } from '../spf/macro-string.ts';
import type { SpfNote } from '../spf/notes.ts';
import type {
  Counts,
  QueryTrace,
  RecordOrigin,
  RecordTrace,
  SpfIdentity,
  SpfReason,
  SpfResult,
  SpfVerdict,
  TermOutcome,
  TermTrace,
} from '../spf/verdict.ts';

/** One line of `spf-check --batch`. */
export interface SpfSummary {
  readonly result: SpfResult;
  readonly reason: SpfReason;
  readonly detail: string;
  readonly identity: SpfIdentity;
  readonly domain: string;
  readonly sender: string;
  readonly ip: string;
  readonly helo: string;
  /** The directive that decided, as written; `null` where none matched. */
  readonly mechanism: string | null;
  /** The domain in whose record that is, or the problem. */
  readonly decidedBy: string;
  readonly localPolicy: boolean;
  /** Of a `fail` only. */
  readonly explanation: string | null;
  /** The domain that the explanation comes from; `null` for the default. */
  readonly explainedBy: string | null;
  readonly lookups: Counts;
  readonly notes: readonly SpfNote[];
  /** From the first record to the one that decided. */
  readonly chain: readonly ChainLink[];
}

/** One line of `spf-check --json`. */
export interface SpfReport extends SpfSummary {
  /** Every record that was read, in order; `depth` says which hangs below which. */
  readonly trace: readonly RecordReport[];
}

/** A check beside other methods: its verdict, or why nobody can tell what to check. */
export type JudgedSpf = { readonly verdict: SpfVerdict; readonly report: SpfReport } | { readonly problem: string };

export interface ChainLink {
  readonly domain: string;
  readonly record: string | null;
  /** The term that decided or led on. */
  readonly term: string | null;
}

export interface RecordReport {
  readonly depth: number;
  readonly domain: string;
  readonly origin: RecordOrigin;
  readonly record: string | null;
  readonly result: SpfResult;
  readonly reason: SpfReason;
  readonly detail: string;
  /** Columns count from 1. */
  readonly problems: readonly SyntaxProblem[];
  readonly lookups: Counts;
  readonly query: QueryTrace | null;
  readonly terms: readonly TermReport[];
}

export interface TermReport {
  readonly term: string;
  /** From 1. */
  readonly column: number;
  readonly outcome: TermOutcome;
  readonly target: string | null;
  readonly detail: string;
  readonly queries: readonly QueryTrace[];
}

export function spfReport(verdict: SpfVerdict, notes: readonly SpfNote[]): SpfReport {
  return { ...spfSummary(verdict, notes), trace: [...recordReports(verdict.trace, 0)] };
}

/** The report without its trace, which takes as long to write as the check took. */
export function spfSummary(verdict: SpfVerdict, notes: readonly SpfNote[]): SpfSummary {
  return {
    result: verdict.result,
    reason: verdict.reason,
    detail: octetsAsText(verdict.detail),
    identity: verdict.identity,
    domain: octetsAsText(verdict.domain),
    sender: octetsAsText(verdict.sender),
    ip: verdict.ip,
    helo: octetsAsText(verdict.helo),
    mechanism: verdict.mechanism ?? null,
    decidedBy: octetsAsText(verdict.decidedBy),
    localPolicy: verdict.localPolicy,
    explanation: verdict.explanation ?? null,
    explainedBy: verdict.explainedBy === undefined ? null : octetsAsText(verdict.explainedBy),
    lookups: verdict.lookups,
    notes: notes.map(({ code, detail }) => ({ code, detail: octetsAsText(detail) })),
    chain: chainOf(verdict.trace),
  };
}

/** The way from a record to what decided: through an include that matched or broke, or a redirect. */
export function chainOf(trace: RecordTrace): ChainLink[] {
  const chain: ChainLink[] = [];
  for (let at: RecordTrace | undefined = trace; at !== undefined; ) {
    const last: TermTrace | undefined = at.terms.at(-1);
    const decisive: TermTrace | undefined =
      last?.outcome === 'no-match' || last?.outcome === 'ignored' ? undefined : last;
    const { domain, record } = at;
    chain.push({
      domain: octetsAsText(domain),
      record: record === undefined ? null : octetsAsText(record),
      term: decisive?.term ?? null,
    });
    at = decisive?.record;
  }
  return chain;
}

function* recordReports(trace: RecordTrace, depth: number): Generator<RecordReport> {
  const { domain, origin, record, result, reason, detail, problems, lookups, query, terms } = trace;
  yield {
    depth,
    domain: octetsAsText(domain),
    origin,
    record: record === undefined ? null : octetsAsText(record),
    result,
    reason,
    detail: octetsAsText(detail),
    problems: problems.map((problem) => ({ ...problem, column: problem.column + 1 })),
    lookups,
    query: query === undefined ? null : queryReport(query),
    terms: terms.map((term) => ({
      term: term.term,
      column: term.column + 1,
      outcome: term.outcome,
      target: term.target === undefined ? null : octetsAsText(term.target),
      detail: octetsAsText(term.detail),
      queries: term.queries.map(queryReport),
    })),
  };
  for (const { record: below } of terms) {
    if (below !== undefined) yield* recordReports(below, depth + 1);
  }
}

function queryReport(query: QueryTrace): QueryTrace {
  const { name, records, detail } = query;
  return {
    ...query,
    name: octetsAsText(name),
    records: records.map(octetsAsText),
    detail: detail === undefined ? undefined : octetsAsText(detail),
  };
}
