import type { Command } from 'commander';
import type { Context } from '../console/context.ts';
import type { Outcome } from '../console/outcome.ts';

/** How a command ended. */
export interface CommandEnd {
  readonly outcome: Outcome;
  /** An exit status of an old interface, in place of the one that the outcome has. */
  readonly status?: number | undefined;
}

/** A subcommand as the program knows it: its name, and how to add it to the command line. */
export interface CommandModule {
  readonly name: string;
  /** Add the command; its action hands over how it ended. */
  register(program: Command, context: Context, finish: (outcome: Outcome, status?: number) => void): void;
}

/** A subcommand by its name. Its code is only run when it is asked for: that is most of the start-up time. */
export interface CommandEntry {
  readonly name: string;
  readonly load: () => Promise<CommandModule>;
  /** It works on all commands, which are registered before it, and on no setting. */
  readonly needsAll?: true;
}
