import { dktoolRemote } from '../../commands/qmail/remote.ts';
import { processSlot } from '../process-slot.ts';

void dktoolRemote(process.argv.slice(2), processSlot(111)).then((status) => {
  process.exitCode = status;
});
