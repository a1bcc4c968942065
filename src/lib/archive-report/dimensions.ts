/** What a report counts messages by. */

export const DIMENSIONS = ['domain', 'selector', 'result', 'reason', 'month'] as const;

/** One of them. */
export type Dimension = (typeof DIMENSIONS)[number];

/** `null`: the message does not say, or whoever made an earlier report left it out. */
export type GroupKey = Readonly<Partial<Record<Dimension, string | null>>>;

/** How many messages have the same values. */
export interface Group extends GroupKey {
  readonly count: number;
}

/** A kind of change that `verify --explain` found, and who made it. */
export interface ChangeCount {
  readonly kind: string;
  /** The software, where it is known. */
  readonly by: string | null;
  /** Messages. */
  readonly count: number;
}

/** A report, as `dktool report --json` writes it. Fields are only ever added. */
export interface ArchiveReport {
  /** The version of this shape. */
  readonly report: 1;
  readonly messages: number;
  /** In the order of their keys. */
  readonly groups: readonly Group[];
  readonly changes: readonly ChangeCount[];
}
