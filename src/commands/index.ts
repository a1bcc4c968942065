import type { CommandModule } from './command.ts';

/** In the order in which help lists them. */
export const COMMANDS: readonly CommandModule[] = [];
