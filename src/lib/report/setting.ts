/** A line of `config --json`. */
export interface SettingReport {
  readonly name: string;
  /** As it was given; a list where the setting takes several values. `null`: it is not set. */
  readonly value: string | readonly string[] | null;
  /** A file or an environment variable. */
  readonly source: string | null;
  /** Line numbers, where the source is a file. */
  readonly lines: readonly number[] | null;
}
