/** `sign --unsigned`: mail that there is no key for. */
import { NoKeyForDomain } from '../../console/keys/signing-keys.ts';
import type { ErrorCode } from '../../lib/error-codes.ts';
import { DktoolError } from '../../lib/errors.ts';

/** What becomes of such a message: it goes on as it is, waits, or is refused. */
export const UNSIGNED_CHOICES = ['pass', 'defer', 'refuse'] as const;

export type UnsignedChoice = (typeof UNSIGNED_CHOICES)[number];

/** The message does not say whose it is, so that no key can be its own. */
const NO_AUTHOR: readonly ErrorCode[] = ['no-from', 'several-from', 'bad-from', 'unsafe-domain'];

/**
 * @param error what stands in the way of signing
 * @returns why the message goes on unsigned
 * @throws DktoolError where it does not go on
 */
export function unsignedReason(error: unknown, choice: UnsignedChoice): DktoolError {
  const isKeyless = error instanceof NoKeyForDomain;
  if (choice === 'pass' && error instanceof DktoolError && (isKeyless || NO_AUTHOR.includes(error.code))) return error;
  if (choice !== 'refuse' || !isKeyless) throw error;
  throw new DktoolError(error.code, `${error.message}: mail of this domain is not signed here`, {
    kind: 'permanent',
    cause: error,
  });
}
