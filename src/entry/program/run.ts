import type { CommandEntry } from '../../commands/command.ts';
import { main } from '../../main.ts';
import { processContext } from '../process-context.ts';

/** Run the command line of the process with these commands. */
export function run(commands: readonly CommandEntry[]): void {
  // exit() loses nothing, since descriptors are written synchronously, and is quicker than an event loop that runs dry.
  void main(process.argv.slice(2), processContext(), commands).then((status) => process.exit(status));
}
