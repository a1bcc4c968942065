import type { Command } from 'commander';
import type { Context } from '../console/context.ts';
import type { Outcome } from '../console/outcome.ts';

/** A subcommand as the program knows it: its name, and how to add it to the command line. */
export interface CommandModule {
  readonly name: string;
  /** Add the command; its action hands the outcome to `finish`. */
  register(program: Command, context: Context, finish: (outcome: Outcome) => void): void;
}
