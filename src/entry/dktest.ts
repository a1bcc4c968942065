import { dktest } from '../commands/legacy/dktest.ts';
import { complain } from '../console/terminal/complain.ts';
import { processContext } from './process-context.ts';

const context = processContext();

void dktest(process.argv.slice(2), context)
  .catch((error: unknown) => {
    complain(error, 'dktest', context);
    return 1; // dktest knows no other
  })
  .then((status) => {
    process.exitCode = status;
  });
