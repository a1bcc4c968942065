/** A line of `explain --json`: a code in one of its meanings. */
export interface CodeReport {
  readonly code: string;
  /** `DKIM reason`, `finding of check`, `error` and the like. */
  readonly kind: string;
  /** The manual page that lists it: `dktool-verify(1)`. */
  readonly manual: string;
  /** Of a reason. */
  readonly result: string | null;
  readonly meaning: string;
  /** What usually leads to it. */
  readonly causes: string | null;
  /** What to do; `null` where the meaning says it. */
  readonly remedy: string | null;
}
