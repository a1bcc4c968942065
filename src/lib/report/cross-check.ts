/** What another program makes of the same message: `crossCheck` of `verify --json`. */

/** One thing that both programs judged. */
export interface Comparison {
  readonly method: 'dkim' | 'arc' | 'spf' | 'dmarc';
  /** Which signature, or whose domain; empty where there is none. */
  readonly subject: string;
  readonly ours: { readonly result: string; readonly reason: string };
  /** `detail` in its own words. */
  readonly theirs: { readonly result: string; readonly detail: string };
  readonly agrees: boolean;
  /** Why the words need not be the same. */
  readonly note: string | null;
}

/** `crossCheck` of `verify --json`. */
export interface CrossCheckReport {
  readonly by: 'mailauth';
  /** Everything was compared, and nothing differs. */
  readonly agrees: boolean;
  /** Why nothing was compared. */
  readonly problem: string | null;
  readonly comparisons: readonly Comparison[];
}
