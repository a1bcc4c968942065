/** The exit codes of qmail-queue, which whoever is run in its place answers with. */
import type { ErrorCode } from '../error-codes.ts';
import { DktoolError, errnoOf } from '../errors.ts';

/** 11 to 40 refuse the mail for good, everything else but 0 for now. */
export const QUEUE_EXIT = {
  accepted: 0,
  rejected: 31,
  outOfMemory: 51,
  writeFailed: 53,
  readFailed: 54,
  badConfiguration: 55,
  deferred: 71,
  /** Refused in the words that are written for it. */
  inOwnWords: 82,
  bug: 81,
  notExecuted: 120,
} as const;

export type QueueExit = (typeof QUEUE_EXIT)[keyof typeof QUEUE_EXIT];

const CODES: Readonly<Partial<Record<ErrorCode, QueueExit>>> = {
  'spool-failed': QUEUE_EXIT.writeFailed,
  'read-failed': QUEUE_EXIT.readFailed,
  'is-a-directory': QUEUE_EXIT.readFailed,
  'input-changed': QUEUE_EXIT.readFailed,
  'closed-descriptor': QUEUE_EXIT.readFailed,
  'program-not-run': QUEUE_EXIT.notExecuted,
  'program-broken': QUEUE_EXIT.bug,
  'header-over-limit': QUEUE_EXIT.rejected,
};

/** How a run ends in which something was thrown. Keys, zones, control files and variables are configuration. */
export function queueExitOf(error: unknown): QueueExit {
  if (error instanceof DktoolError) return CODES[error.code] ?? QUEUE_EXIT.badConfiguration;
  if (error instanceof RangeError || errnoOf(error) === 'ENOMEM') return QUEUE_EXIT.outOfMemory;
  return QUEUE_EXIT.bug;
}
