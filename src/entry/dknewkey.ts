import { dknewkey } from '../commands/legacy/dknewkey.ts';
import { complain } from '../console/terminal/complain.ts';
import { exitStyleOf } from '../console/options/exit-style.ts';
import { type ExitStyle, exitStatus } from '../console/outcome.ts';
import { processContext } from './process-context.ts';

async function main(): Promise<number> {
  const context = processContext();
  let style: ExitStyle = 'qmail';
  try {
    style = exitStyleOf([], context.env);
    return exitStatus(await dknewkey(process.argv.slice(2), context), style);
  } catch (error) {
    return exitStatus(complain(error, 'dknewkey', context), style);
  }
}

void main().then((status) => {
  process.exitCode = status;
});
