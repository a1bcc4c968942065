/**
 * A value that an option or a setting cannot have. Commander knows it by its code: programs that have no options are without
 * commander.
 */
export class BadValue extends Error {
  readonly code = 'commander.invalidArgument';

  /** @param rule what the value must be: a sentence */
  constructor(rule: string) {
    super(rule);
  }
}
