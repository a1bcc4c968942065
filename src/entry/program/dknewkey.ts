import { dknewkey } from '../../commands/legacy/dknewkey.ts';
import { processContext } from '../process-context.ts';

void dknewkey(process.argv.slice(2), processContext()).then((status) => {
  process.exitCode = status;
});
