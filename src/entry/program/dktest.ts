import { dktest } from '../../commands/legacy/dktest.ts';
import { processContext } from '../process-context.ts';

void dktest(process.argv.slice(2), processContext()).then((status) => {
  process.exitCode = status;
});
