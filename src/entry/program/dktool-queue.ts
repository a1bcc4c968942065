import { dktoolQueue } from '../../commands/qmail/queue.ts';
import { processSlot } from '../process-slot.ts';

void dktoolQueue(process.argv.slice(2), processSlot(81)).then((status) => {
  process.exitCode = status;
});
