/** The process of a program that stands in the place of a qmail program. */
import type { QmailSlot } from '../console/qmail-program.ts';
import { processContext } from './process-context.ts';

const ENDING = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGALRM', 'SIGUSR2'] as const;

export function processSlot(): QmailSlot {
  process.removeAllListeners('warning'); // what Node would say on stderr would be read as a report
  process.on('SIGXFSZ', () => {}); // a file over the limit is an error of the write, and not our death
  return {
    ...processContext(),
    ignoreSignals: () => {
      for (const signal of ENDING) process.on(signal, () => {});
    },
  };
}
