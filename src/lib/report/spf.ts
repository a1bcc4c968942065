/** The JSON shapes of SPF: stable, fields are only ever added. `null` stands where nothing is known. */
import { octetsAsText } from '../syntax/octets.ts';
import type { SyntaxProblem } from '../spf/macro-string.ts';
import type { SpfNote } from '../spf/notes.ts';
import type { ErrorDetail } from './text.ts';
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

/** What a check came to: `spf` of `verify --json` without its trace, and the line of a session of `spf-check --batch`. */
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

/** What a check came to and how: `spf` of `verify --json`. */
export interface SpfReport extends SpfSummary {
  /** Every record that was read, in order; `depth` says which hangs below which. */
  readonly trace: readonly RecordReport[];
}

/** Where each part of a session comes from, such as `--ip` or `Received 2`; `null` for a part that nobody named. */
export interface SessionSources {
  readonly ip: string;
  readonly helo: string | null;
  readonly sender: string | null;
  /** The field of the message that the address is from. */
  readonly line: string | null;
}

/** `crossCheck` of `spf-check --cross-check --json`: what another evaluator makes of the same answers. */
export interface SecondOpinion {
  readonly by: 'mailauth';
  readonly result: SpfResult;
  readonly agrees: boolean;
  /** Its own words. */
  readonly detail: string;
}

/** One line of `spf-check --json`. */
export interface SpfCheckReport extends SpfReport {
  /** The message that the session is from, as named on the command line; `-` for stdin. */
  readonly file?: string;
  readonly sources: SessionSources;
  /** The check of the HELO identity that went before. */
  readonly heloCheck?: SpfReport;
  /** With --cross-check. */
  readonly crossCheck?: SecondOpinion;
}

/** Where a session stands in the lists of `spf-check --batch`. */
export interface BatchPlace {
  /** The list, as named on the command line; absent on stdin. */
  readonly file?: string;
  /** From 1. */
  readonly line: number;
}

/** One line of `spf-check --batch`: a session that was checked (with --explain the trace too), or a line that is none. */
export type SpfBatchReport = BatchPlace & (SpfSummary | SpfReport | { readonly error: ErrorDetail });

/** A check beside other methods: its verdict, or why nobody can tell what to check. */
export type JudgedSpf = { readonly verdict: SpfVerdict; readonly report: SpfReport } | { readonly problem: string };

/** A record on the way to what decided. */
export interface ChainLink {
  readonly domain: string;
  readonly record: string | null;
  /** The term that decided or led on. */
  readonly term: string | null;
}

/** A record that was read. */
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

/** A term that was tried. */
export interface TermReport {
  readonly term: string;
  /** From 1. */
  readonly column: number;
  readonly outcome: TermOutcome;
  readonly target: string | null;
  readonly detail: string;
  readonly queries: readonly QueryTrace[];
}

/** A check as `spf-check --json` has it, with its trace. @param notes from `notesOf` */
export function spfReport(verdict: SpfVerdict, notes: readonly SpfNote[]): SpfReport {
  return { ...spfSummary(verdict, notes), trace: [...recordReports(verdict.trace, 0)] };
}

/** The report without its trace, which takes as long to write as the check took. @param notes from `notesOf` */
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
