/** What can be said against a DMARC record. */

/** `error`: receivers ignore the record or a part of it. `warning`: better otherwise. `info`: worth knowing. */
export type DmarcSeverity = 'error' | 'warning' | 'info';

/** dktool-dmarc-check(1) explains each. */
export type DmarcProblemCode =
  | 'not-dmarc'
  | 'syntax-error'
  | 'duplicate-tag'
  | 'unknown-tag'
  | 'historic-tag'
  | 'bad-value'
  | 'no-policy'
  | 'policy-not-first'
  | 'bad-report-uri'
  | 'report-uri-not-mailto'
  | 'report-size-limit'
  | 'fo-without-ruf'
  | 'test-mode'
  | 'weaker-subdomains'
  | 'no-enforcement'
  | 'no-reports';

/** A part of the record's text. */
export interface RecordSpan {
  /** Octets before it. */
  readonly column: number;
  readonly length: number;
}

/** Something that is wrong in the text of a record. */
export interface DmarcProblem {
  readonly severity: DmarcSeverity;
  readonly code: DmarcProblemCode;
  /** The tag that it is about; `undefined`: the whole record. */
  readonly tag: string | undefined;
  /** Where in the text it is; `undefined`: about what is not there, or about the whole record. */
  readonly place: RecordSpan | undefined;
  /** One sentence without a full stop, with the value as observed and what to write instead. */
  readonly detail: string;
}
