/** Lists and tables of other programs: whole, as latin1, and only where they are regular files. */
import { DktoolError } from '../../lib/errors.ts';
import { readRegularFile } from '../keys/key-file.ts';

/** Some hundred thousand lines. */
const MAX_CONFIG_OCTETS = 64 * 1024 * 1024;

/**
 * @param what how messages call the file
 * @throws DktoolError `config-unreadable`, kind temporary
 */
export function readConfigFile(path: string, what: string): string {
  try {
    return readRegularFile(path, what, MAX_CONFIG_OCTETS).bytes.toString('latin1');
  } catch (error) {
    if (!(error instanceof DktoolError)) throw error;
    const { message, hint } = error;
    throw new DktoolError('config-unreadable', message, { kind: 'temporary', hint, cause: error });
  }
}

/** The same for a file that need not be there. */
export function readOptionalConfigFile(path: string, what: string): string | undefined {
  try {
    return readConfigFile(path, what);
  } catch (error) {
    if (error instanceof DktoolError && error.cause instanceof DktoolError && error.cause.code === 'key-file-missing')
      return undefined;
    throw error;
  }
}
