/**
 * A launcher (contrib/qmail) wants the message for itself: it becomes the qmail program when we are gone, so that nothing
 * of ours can die while that runs.
 */
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { errnoOf } from '../../lib/errors.ts';
import type { ByteSink } from '../streams/bytes.ts';
import { Spool } from '../streams/spool.ts';

/** What the launcher is answered. No status of qmail's programs, so that nobody else takes them for success or a bounce. */
export const HANDED_OVER = {
  /** The message goes on as the launcher has it, and we have not moved its descriptor. */
  untouched: 98,
  /** It is in the file, whole. */
  written: 99,
} as const;

/** What a launcher adds to the name of its file for what it keeps beside it. */
const BESIDE = ['.message', '.envelope', '.answer'] as const;

export interface Handover {
  /** The file for the message. */
  readonly spool: Spool;
  /** A copy of the envelope, where the launcher has made one. */
  readonly envelope: number | undefined;
  /**
   * Tell the launcher how it ends: one line on stdout, the last that we print. Without it the launcher takes us for dead
   * and puts the mail off, whatever our exit status.
   *
   * @param text one line, printable
   */
  readonly answer: (code: number, text?: string) => void;
}

/**
 * The files of the launcher, from `DKTOOL_HANDOVER`. They lose their names here, by which the launcher sees that we have
 * come to life: from now on it waits for as long as we take.
 *
 * @returns `undefined` where we run the program ourselves
 * @throws the system's error where there is no such file
 */
export function takeHandover(
  { DKTOOL_HANDOVER: path }: Readonly<Record<string, string | undefined>>,
  stdout: Pick<ByteSink, 'write'>,
): Handover | undefined {
  if (path === undefined || path === '') return undefined;
  const fd = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  try {
    const envelope = openIfThere(`${path}.envelope`);
    for (const name of BESIDE) unlinkIfThere(path + name);
    unlinkSync(path);
    return { spool: new Spool(fd), envelope, answer: (code, text = '') => stdout.write(answerLine(code, text)) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** On a line of its own, whatever stands before it. */
function answerLine(code: number, text: string): string {
  return `\ndktool ${code}${text === '' ? '' : ` ${text}`}\n`;
}

function openIfThere(path: string): number | undefined {
  return ifThere(() => openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW));
}

function unlinkIfThere(path: string): void {
  ifThere(() => unlinkSync(path));
}

function ifThere<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
