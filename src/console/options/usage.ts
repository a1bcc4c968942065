import { DktoolError } from '../../lib/errors.ts';

/**
 * The command line is wrong.
 *
 * @param message what is wrong, without a capital at its start and without a full stop
 * @param hint what to do about it
 */
export function usage(message: string, hint?: string): DktoolError {
  return new DktoolError('usage', message, { kind: 'permanent', hint });
}
