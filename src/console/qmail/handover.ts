/**
 * A launcher (contrib/qmail) wants the message for itself: it becomes the qmail program when we are gone, so that nothing
 * of ours can die while that runs.
 */
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { Spool } from '../streams/spool.ts';

/** What the launcher is told. No status of qmail's programs, so that nobody else takes them for success or a bounce. */
export const HANDED_OVER = {
  /** The message that we read from fd 0 goes on as it is, and fd 0 has not been read. */
  untouched: 98,
  /** It is in the file, whole. */
  written: 99,
} as const;

/**
 * The file that `DKTOOL_HANDOVER` names. It loses its name here, by which the launcher sees that we have come to life: from
 * now on it waits for as long as we take.
 *
 * @returns `undefined` where we run the program ourselves
 * @throws the system's error where there is no such file
 */
export function takeHandover({
  DKTOOL_HANDOVER: path,
}: Readonly<Record<string, string | undefined>>): Spool | undefined {
  if (path === undefined || path === '') return undefined;
  const fd = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  try {
    unlinkSync(path);
    return new Spool(fd);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
