/** What usually causes a code, and what to do about it. The manual pages say what it means. */
export interface Advice {
  /** Sentences; absent where the meaning says it all. */
  readonly causes?: string;
  readonly remedy: string;
}

/** By code. */
export type AdviceTable = Readonly<Record<string, Advice>>;
