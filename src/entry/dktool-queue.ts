import { dktoolQueue } from '../commands/dktool-queue.ts';
import { processSlot } from './process-slot.ts';

void dktoolQueue(process.argv.slice(2), processSlot()).then((status) => {
  process.exitCode = status;
});
