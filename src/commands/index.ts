import type { CommandModule } from './command.ts';
import { keygen } from './keygen.ts';

/** In the order in which help lists them. */
export const COMMANDS: readonly CommandModule[] = [keygen];
