/** What a look at an SPF policy finds wrong or better said otherwise. */

/** `error`: some or all senders get a permerror, or the policy does not do what it says. `warning`: better otherwise. */
export type Severity = 'error' | 'warning' | 'info';

/** Something about an SPF policy that will break, or is better said otherwise. */
export interface LintFinding {
  readonly severity: Severity;
  /** A stable kebab-case word. */
  readonly code: LintCode;
  /** The domain whose record it is about. */
  readonly domain: string;
  /** Characters before the place in that record, and its length; absent where it is about the whole. */
  readonly column?: number | undefined;
  readonly length?: number | undefined;
  /** One sentence without a full stop. */
  readonly detail: string;
}

/** dktool-spf-check(1) explains each. */
export type LintCode =
  | 'no-record'
  | 'multiple-records'
  | 'dns-error'
  | 'syntax-error'
  | 'too-many-lookups'
  | 'many-lookups'
  | 'too-many-void-lookups'
  | 'void-lookup'
  | 'too-many-mx-names'
  | 'include-without-record'
  | 'redirect-without-record'
  | 'endless-include'
  | 'policy-too-large'
  | 'record-too-long'
  | 'answer-too-long'
  | 'unreachable-term'
  | 'no-default'
  | 'allows-all'
  | 'allows-much'
  | 'neutral-default'
  | 'ptr-used'
  | 'duplicate-term'
  | 'overlapping-network'
  | 'host-bits-set'
  | 'network-not-public'
  | 'unknown-modifier'
  | 'explanation-without-text';
