/** The SMTP answer in our own words, where qmail-smtpd asks for them (notqmail; netqmail with qmail-queue-custom-error). */
import { writeSync } from 'node:fs';
import { DktoolError } from '../../lib/errors.ts';
import { isPipeOfParent, type QmailContext, REJECTION_FD } from './program.ts';

/** qmail's buffer for it holds 255 octets and a NUL. */
const MAX_LENGTH = 250;

/**
 * Write the answer to a refused mail into the pipe that qmail-smtpd reads it from: descriptor 6, or the one that
 * `DKTOOL_ERROR_FD` says; `none` for no text.
 *
 * @param letter `D` refuses for good, `Z` for now
 * @param sentence printable
 * @param code enhanced status code (RFC 3463) without its class, such as `7.20`
 * @returns whether it is written, so that the exit code is to be QUEUE_EXIT.inOwnWords
 * @throws DktoolError kind temporary, where the variable cannot be understood
 */
export function writeRejection(
  letter: 'D' | 'Z',
  sentence: string,
  code: string,
  { env, onBehalf }: Pick<QmailContext, 'env' | 'onBehalf'>,
): boolean {
  const fd = rejectionFd(env['DKTOOL_ERROR_FD']);
  if (fd === undefined) return false;
  const short = sentence.replace(/[^ -~]/g, '?').slice(0, MAX_LENGTH - 20);
  const text = `${letter}${short} (#${letter === 'D' ? 5 : 4}.${code})`;
  if (onBehalf !== undefined) {
    onBehalf.reject?.(text);
    return onBehalf.reject !== undefined;
  }
  if (!isPipeOfParent(fd)) return false;
  try {
    writeSync(fd, text, null, 'latin1');
    return true;
  } catch {
    return false; // nobody reads it
  }
}

function rejectionFd(text = ''): number | undefined {
  if (text === '') return REJECTION_FD;
  if (text === 'none') return undefined;
  if (/^[3-9]$/.test(text)) return Number(text);
  throw new DktoolError('bad-environment', `DKTOOL_ERROR_FD is '${text}', not a digit from 3 to 9 or none`, {
    kind: 'temporary',
  });
}
