/** The process of a program that stands in the place of a qmail program. */
import { tmpdir } from 'node:os';
import { takeHandover } from '../console/qmail/handover.ts';
import type { QmailContext } from '../console/qmail/program.ts';
import { removeStaleFiles } from '../console/qmail/stale-files.ts';
import { processContext, SYSTEM_CONFIGURATION } from './process-context.ts';

const ENDING = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGALRM', 'SIGUSR2'] as const;

/**
 * @param fault the status of a process that comes to its end in any way that nobody thought of. By itself Node would say 0,
 *   which is the mail lost, or 1, which is a bounce, and say more on stderr, which is read as a report
 */
export function wrapperContext(fault: number): QmailContext {
  process.exitCode = fault;
  process.on('uncaughtException', () => process.exit(fault));
  process.removeAllListeners('warning');
  process.on('SIGXFSZ', () => {}); // a file over the limit is an error of the write, and not our death
  const context = processContext();
  // One run in fifty is enough to keep the folder clean.
  if (process.pid % 50 === 0) removeStaleFiles(tmpdir(), process.getuid!(), context.now());
  return {
    ...context,
    // Mail is handled by many users, and by none that has settings of its own.
    configurationFiles: [SYSTEM_CONFIGURATION],
    handover: takeHandover(process.env, context.stdout),
    ignoreSignals: () => {
      for (const signal of ENDING) process.on(signal, () => {});
    },
  };
}
