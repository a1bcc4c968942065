import { dktoolQueue } from '../../console/qmail/queue.ts';
import { wrapperContext } from '../process-wrapper.ts';

void dktoolQueue(process.argv.slice(2), wrapperContext(81)).then((status) => {
  process.exitCode = status;
});
