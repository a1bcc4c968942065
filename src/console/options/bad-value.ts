/**
 * A value that an option or a setting cannot have; the message is a sentence that says what it must be. Commander knows it by
 * its code, and is not imported: the programs for qmail are without it.
 */
export class BadValue extends Error {
  readonly code = 'commander.invalidArgument';
}
