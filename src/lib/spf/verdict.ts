/** What an SPF check says: the result, its reason, and everything that was read and tried on the way. */
import type { SyntaxProblem } from './macro-string.ts';

/** RFC 7208 section 2.6. */
export const SPF_RESULTS = ['pass', 'neutral', 'none', 'softfail', 'fail', 'permerror', 'temperror'] as const;
/** A word of SPF_RESULTS (RFC 7208 section 2.6). */
export type SpfResult = (typeof SPF_RESULTS)[number];

/** Why the result is what it is, with the rule behind it. The manual page dktool-spf-check lists them. */
export const SPF_REASONS = {
  'mechanism-matched': { rule: 'RFC 7208 4.6.2' },
  'default-result': { rule: 'RFC 7208 4.7' },
  'malformed-domain': { rule: 'RFC 7208 4.3' },
  'name-not-found': { rule: 'RFC 7208 4.3' },
  'no-record': { rule: 'RFC 7208 4.5' },
  'multiple-records': { rule: 'RFC 7208 4.5' },
  'syntax-error': { rule: 'RFC 7208 4.6' },
  'include-without-record': { rule: 'RFC 7208 5.2' },
  'redirect-without-record': { rule: 'RFC 7208 6.1' },
  'too-many-lookups': { rule: 'RFC 7208 4.6.4' },
  'too-many-void-lookups': { rule: 'RFC 7208 4.6.4' },
  'too-many-mx-names': { rule: 'RFC 7208 4.6.4' },
  'dns-error': { rule: 'RFC 7208 4.4, 5' },
} as const;
/** A key of SPF_REASONS. */
export type SpfReason = keyof typeof SPF_REASONS;

/** Which identity of the session is checked (RFC 7208 sections 2.3 and 2.4). */
export type SpfIdentity = 'mailfrom' | 'helo';

/** How a record came to be read. */
export type RecordOrigin = 'start' | 'include' | 'redirect' | 'guess';

/** What a question came to; `not-asked` for a name that DNS cannot carry. */
export type AnswerStatus = 'found' | 'nxdomain' | 'nodata' | 'temperror' | 'not-asked';

/** One question and its answer, for people: records as text. */
export interface QueryTrace {
  readonly name: string;
  readonly type: string;
  readonly status: AnswerStatus;
  readonly records: readonly string[];
  /** Counted as a void look-up (RFC 7208 section 4.6.4). */
  readonly void: boolean;
  /** Of a temperror: what happened. */
  readonly detail?: string | undefined;
}

/**
 * What a term came to: `followed` of an include or redirect that led on, `ignored` of a modifier that says nothing to
 * SPF.
 */
export type TermOutcome = 'match' | 'no-match' | 'temperror' | 'permerror' | 'followed' | 'ignored';

/** One term of a record, tried. */
export interface TermTrace {
  /** As written. */
  readonly term: string;
  /** Characters before it in the record. */
  readonly column: number;
  readonly outcome: TermOutcome;
  /** The name or network that the argument stands for, macros expanded. */
  readonly target: string | undefined;
  /** Why it matched, or why not; one sentence without a full stop. */
  readonly detail: string;
  readonly queries: readonly QueryTrace[];
  /** Of include and redirect: the record that was read. */
  readonly record?: RecordTrace | undefined;
}

/** Look-ups that count against the limits of RFC 7208 section 4.6.4. */
export interface Counts {
  /** Terms with look-ups. */
  readonly terms: number;
  readonly void: number;
}

/** One domain whose policy was asked for. */
export interface RecordTrace {
  readonly domain: string;
  readonly origin: RecordOrigin;
  /** The record, or `undefined` where there is none or more than one. */
  readonly record: string | undefined;
  /** Every SPF record of the domain. */
  readonly candidates: readonly string[];
  readonly result: SpfResult;
  readonly reason: SpfReason;
  readonly detail: string;
  readonly problems: readonly SyntaxProblem[];
  /** The terms that were tried, in order. */
  readonly terms: readonly TermTrace[];
  /** What this record and everything below it took. */
  readonly lookups: Counts;
  /** The TXT question behind it; absent for a record that was given and for a domain that cannot be asked. */
  readonly query: QueryTrace | undefined;
}

/**
 * What a check of one identity came to, with everything that it rests on. Texts are latin1, one character an octet, and
 * come from outside: escape them where that matters.
 */
export interface SpfVerdict {
  readonly result: SpfResult;
  readonly reason: SpfReason;
  /** One sentence without a full stop, with the facts. */
  readonly detail: string;
  readonly identity: SpfIdentity;
  /** The domain of the identity; may be empty or no domain at all. */
  readonly domain: string;
  /** The identity as RFC 7208 section 4.3 completes it: a local part, `@`, the domain. */
  readonly sender: string;
  /** Canonical text; an IPv4-mapped address as IPv4. */
  readonly ip: string;
  readonly helo: string;
  /** The directive that decided, as written in the record of `decidedBy`; `undefined` where none matched. */
  readonly mechanism: string | undefined;
  /** The domain in whose record the deciding directive or the problem is: the start, or the end of a chain of redirects. */
  readonly decidedBy: string;
  /** Decided by a term of the local rules or by the guess, not by what the domain publishes. */
  readonly localPolicy: boolean;
  /** Of a `fail`: the text for the sender (RFC 7208 section 6.2), printable US-ASCII. */
  readonly explanation: string | undefined;
  /** The domain that the explanation comes from; `undefined` for the default one. */
  readonly explainedBy: string | undefined;
  readonly lookups: Counts;
  /** RFC 8601 section 2.7.2: whether a policy that was read looks at the local part. */
  readonly usesLocalPart: boolean;
  /** The record of the start; everything else hangs below it. `undefined` where there was no domain to ask. */
  readonly trace: RecordTrace;
}
