import { main } from '../main.ts';
import { processContext } from './process-context.ts';

void main(process.argv.slice(2), processContext()).then((status) => {
  process.exitCode = status;
});
