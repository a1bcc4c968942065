import type { CommandEntry } from '../../commands/command.ts';
import { main } from '../../main.ts';
import { processContext } from '../process-context.ts';

/** Run the command line of the process with these commands. */
export function run(commands: readonly CommandEntry[]): void {
  void main(process.argv.slice(2), processContext(), commands).then((status) => {
    process.exitCode = status;
  });
}
