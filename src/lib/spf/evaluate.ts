/** check_host() (RFC 7208 section 4): from a session to a verdict, with every step on the way as a value. */
import type { Resolver } from '../dns/resolver.ts';
import { runSteps, type Steps } from '../steps.ts';
import { formatIpAddress } from '../syntax/ip-address.ts';
import { type Evaluation, type ResultOrigin, targetAtOnce, targetOf } from './evaluation.ts';
import { explain } from './explanation.ts';
import { type FetchedRecord, fetchRecord } from './fetch-record.ts';
import { type MergedRecord, withLocalRules } from './local-policy.ts';
import { isStop, Lookups, type Stop } from './lookups.ts';
import { matchAtOnce, matchMechanism } from './mechanisms.ts';
import { type Directive, type Modifier, parseSpfRecord, QUALIFIER_RESULTS, type SpfRecord } from './record.ts';
import { clientAddress, identityOf, type SpfSession } from './session.ts';
import { sessionDomain } from './target-name.ts';
import type {
  Counts,
  QueryTrace,
  RecordOrigin,
  RecordTrace,
  SpfIdentity,
  SpfReason,
  SpfResult,
  SpfVerdict,
  TermTrace,
} from './verdict.ts';

/** What a check needs besides the session. Texts are latin1. */
export interface SpfOptions {
  readonly resolver: Resolver;
  /** Seconds since 1970, for %{t}; default: the clock. */
  readonly now?: (() => number) | undefined;
  /** Default `mailfrom`, which is the HELO identity too where the sender is null. */
  readonly identity?: SpfIdentity | undefined;
  /** The checking host for %{r}; default `unknown`. */
  readonly receiver?: string | undefined;
  /** Explanation for a `fail` whose domain gives none: an explain-string, macros expanded; one that breaks the grammar is taken as it is. */
  readonly explanation?: string | undefined;
  /** A record for domains without one (qmail's spfguess). Errors in it, or no match, leave the result `none`. */
  readonly guess?: string | undefined;
  /** Terms of the receiver to slip into the first record (qmail's spfrules); `withLocalRules` says where. */
  readonly localRules?: string | undefined;
}

/**
 * Check one identity of a session against the policy of its domain: check_host() of RFC 7208 section 4.
 *
 * @throws DktoolError `bad-ip-address`; whatever DNS and records do is a verdict
 */
export async function evaluateSpf(session: SpfSession, options: SpfOptions): Promise<SpfVerdict> {
  return runSteps(spfVerdict(session, options));
}

/** The same without a promise where every answer is in memory. */
export function* spfVerdict(session: SpfSession, options: SpfOptions): Steps<SpfVerdict> {
  const ip = clientAddress(session.ip);
  const state: Evaluation = {
    lookups: new Lookups(options.resolver),
    identity: identityOf(session, options.identity ?? 'mailfrom'),
    ip,
    client: formatIpAddress(ip),
    helo: sessionDomain(session.helo) || 'unknown',
    receiver: options.receiver ?? 'unknown',
    now: options.now?.() ?? Date.now() / 1000,
    usesLocalPart: false,
    pointerNames: undefined,
  };
  const start = yield* checkStart(state, options);
  const { trace } = start.checked;
  const decision = start.checked.decision;
  const explanation = trace.result === 'fail' ? yield* explain(state, decision, options.explanation) : undefined;
  const { kind, domain, sender } = state.identity;
  return {
    result: trace.result,
    reason: trace.reason,
    detail: trace.detail,
    identity: kind,
    domain,
    sender,
    ip: state.client,
    helo: session.helo,
    mechanism: decision?.directive?.text,
    decidedBy: decision?.domain ?? domain,
    localPolicy: start.isLocal,
    explanation: explanation?.text,
    explainedBy: explanation?.domain,
    lookups: state.lookups.counts,
    usesLocalPart: state.usesLocalPart,
    trace,
  };
}

interface Checked {
  readonly trace: RecordTrace;
  readonly decision: ResultOrigin | undefined;
}

/** The first record, with what the receiver adds of his own. */
function* checkStart(state: Evaluation, options: SpfOptions): Steps<{ checked: Checked; isLocal: boolean }> {
  const { domain } = state.identity;
  const before = state.lookups.counts;
  const fetched = yield* fetchRecord(state.lookups, domain);
  if (fetched.text !== undefined) {
    const merged = withLocalRules(fetched.text, options.localRules);
    const checked = yield* checkText(state, domain, 'start', merged.text, fetched, before);
    return { checked, isLocal: isLocal(checked, domain, merged) };
  }
  const failed = checkedFailure(state, domain, 'start', fetched, before);
  const { guess, localRules } = options;
  const canGuess = fetched.failure?.result === 'none' && fetched.failure.reason !== 'malformed-domain';
  if (canGuess && (guess !== undefined || localRules !== undefined)) {
    const merged = withLocalRules(guess ?? 'v=spf1', localRules);
    const guessed = yield* checkText(state, domain, 'guess', merged.text, fetched, before);
    if (guessed.trace.reason === 'mechanism-matched') return { checked: guessed, isLocal: true };
  }
  return { checked: failed, isLocal: false };
}

function isLocal({ decision }: Checked, domain: string, { local }: MergedRecord): boolean {
  const column = decision?.domain === domain ? decision.directive?.column : undefined;
  return column !== undefined && column >= local.start && column < local.end;
}

/** check_host() for the domain of an include or a redirect. */
function* checkDomain(state: Evaluation, domain: string, origin: RecordOrigin): Steps<Checked> {
  const before = state.lookups.counts;
  const fetched = yield* fetchRecord(state.lookups, domain);
  return fetched.text === undefined
    ? checkedFailure(state, domain, origin, fetched, before)
    : yield* checkText(state, domain, origin, fetched.text, fetched, before);
}

function checkedFailure(
  state: Evaluation,
  domain: string,
  origin: RecordOrigin,
  fetched: FetchedRecord,
  before: Counts,
): Checked {
  const { result, reason, detail } = fetched.failure!;
  const trace = traceOf(state, domain, origin, fetched, before, { result, reason, detail });
  return { trace, decision: { domain, record: undefined, directive: undefined } };
}

interface Conclusion {
  readonly result: SpfResult;
  readonly reason: SpfReason;
  readonly detail: string;
  readonly decision?: ResultOrigin | undefined;
}

function* checkText(
  state: Evaluation,
  domain: string,
  origin: RecordOrigin,
  text: string,
  fetched: FetchedRecord,
  before: Counts,
): Steps<Checked> {
  const parsed = parseSpfRecord(text);
  if (!parsed.ok) {
    // RFC 7208 section 4.6: syntax errors anywhere in the record end the check before anything is evaluated
    const detail = `the record of ${domain} has an error at column ${parsed.problems[0]!.column + 1}: ${parsed.problems[0]!.detail}`;
    const conclusion: Conclusion = { result: 'permerror', reason: 'syntax-error', detail };
    const trace = { ...traceOf(state, domain, origin, fetched, before, conclusion, text), problems: parsed.problems };
    return { trace, decision: { domain, record: undefined, directive: undefined } };
  }
  const terms: TermTrace[] = [];
  const conclusion = yield* evaluateRecord(state, parsed.record, domain, terms);
  const trace = traceOf(state, domain, origin, fetched, before, conclusion, text, terms);
  return { trace, decision: conclusion.decision ?? { domain, record: parsed.record, directive: undefined } };
}

function traceOf(
  state: Evaluation,
  domain: string,
  origin: RecordOrigin,
  fetched: FetchedRecord,
  before: Counts,
  { result, reason, detail }: Conclusion,
  record = fetched.text,
  terms: readonly TermTrace[] = [],
): RecordTrace {
  const after = state.lookups.counts;
  return {
    domain,
    origin,
    record,
    candidates: fetched.candidates,
    result,
    reason,
    detail,
    problems: [],
    terms,
    lookups: { terms: after.terms - before.terms, void: after.void - before.void },
    query: fetched.query,
  };
}

function* evaluateRecord(state: Evaluation, record: SpfRecord, domain: string, terms: TermTrace[]): Steps<Conclusion> {
  for (const directive of record.directives) {
    const queries: QueryTrace[] = [];
    const step: Step | StepStop =
      matchAtOnce(state, directive) ??
      (directive.mechanism === 'include'
        ? yield* matchInclude(state, directive, domain, queries)
        : yield* matchMechanism(state, directive, domain, queries));
    if ('reason' in step) {
      terms.push(termTrace(directive, queries, { outcome: step.result, detail: step.detail, record: step.record }));
      return { ...step, decision: step.decision ?? { domain, record, directive } };
    }
    const { matched, target, detail } = step;
    const outcome = matched ? 'match' : 'no-match';
    terms.push(termTrace(directive, queries, { outcome, target, detail, record: step.record }));
    if (!matched) continue;
    return {
      result: QUALIFIER_RESULTS[directive.qualifier],
      reason: 'mechanism-matched',
      detail: `'${directive.text}' of ${domain} matched: ${detail}`,
      decision: { domain, record, directive },
    };
  }
  const { redirect } = record;
  // RFC 7208 section 6.1: redirect= is ignored where there is an "all"; then "all" has matched and we are not here
  if (redirect !== undefined) return yield* followRedirect(state, record, redirect, domain, terms);
  return {
    result: 'neutral', // RFC 7208 section 4.7
    reason: 'default-result',
    detail: `no term in the record of ${domain} matched, and it has no default`,
  };
}

interface Step {
  readonly matched: boolean;
  readonly target: string | undefined;
  readonly detail: string;
  readonly record?: RecordTrace | undefined;
}

/** What ends the check, with the record in which it happened. */
type StepStop = Stop & { readonly record?: RecordTrace | undefined; readonly decision?: ResultOrigin | undefined };

type TermFacts = Pick<TermTrace, 'outcome' | 'detail'> & Partial<Pick<TermTrace, 'target' | 'record'>>;

function termTrace(
  { text, column }: Directive | Modifier,
  queries: readonly QueryTrace[],
  { outcome, target, detail, record }: TermFacts,
): TermTrace {
  return { term: text, column, target, queries, outcome, detail, record };
}

/** RFC 7208 section 5.2, with its table of results. */
function* matchInclude(
  state: Evaluation,
  directive: Directive,
  domain: string,
  queries: QueryTrace[],
): Steps<Step | StepStop> {
  const stop = state.lookups.countTerm(directive.text);
  if (stop !== undefined) return stop;
  const { domainSpec } = directive;
  const target = targetAtOnce(state, domainSpec, domain) ?? (yield* targetOf(state, domainSpec, domain, queries));
  if (isStop(target)) return target;
  if ('skip' in target) return { matched: false, target: undefined, detail: target.skip };
  const { name } = target;
  const { trace: record, decision } = yield* checkDomain(state, name, 'include');
  switch (record.result) {
    case 'pass':
      return { matched: true, target: name, detail: record.detail, record };
    case 'fail':
    case 'softfail':
    case 'neutral':
      return { matched: false, target: name, detail: `${name} says ${record.result}: ${record.detail}`, record };
    case 'none': {
      const detail = `'${directive.text}' of ${domain} points nowhere: ${record.detail}`;
      return { result: 'permerror', reason: 'include-without-record', detail, record };
    }
    default:
      return { result: record.result, reason: record.reason, detail: record.detail, record, decision };
  }
}

/** RFC 7208 section 6.1. */
function* followRedirect(
  state: Evaluation,
  record: SpfRecord,
  redirect: Modifier,
  domain: string,
  terms: TermTrace[],
): Steps<Conclusion> {
  const queries: QueryTrace[] = [];
  const end = (facts: TermFacts) => terms.push(termTrace(redirect, queries, facts));
  const own = { domain, record, directive: undefined };
  const stop = state.lookups.countTerm(redirect.text);
  const target = stop ?? (yield* targetOf(state, redirect.value, domain, queries));
  if (isStop(target)) {
    end({ outcome: target.result, detail: target.detail });
    return { ...target, decision: own };
  }
  if ('skip' in target) {
    end({ outcome: 'ignored', detail: target.skip });
    const detail = `no term in the record of ${domain} matched, and its redirect= cannot be used: ${target.skip}`;
    return { result: 'neutral', reason: 'default-result', detail };
  }
  const { name } = target;
  const next = yield* checkDomain(state, name, 'redirect');
  if (next.trace.result === 'none') {
    const detail = `'${redirect.text}' of ${domain} points nowhere: ${next.trace.detail}`;
    end({ outcome: 'permerror', target: name, detail, record: next.trace });
    return { result: 'permerror', reason: 'redirect-without-record', detail, decision: own };
  }
  const { result, reason, detail } = next.trace;
  end({ outcome: 'followed', target: name, detail: `${name} says ${result}`, record: next.trace });
  return { result, reason, detail, decision: next.decision };
}
