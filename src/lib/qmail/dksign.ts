/** `control/dksign`: where the DKIM and DomainKeys patch for qmail-remote finds the key that signs. */
import { DktoolError } from '../errors.ts';

export interface Dksign {
  /** `%` in it stands for a domain. */
  readonly keyPath: string;
  readonly domainkeys: boolean;
}

/**
 * The path of the key, then perhaps a line `domainkeys=0`, which switches DomainKeys signatures off. As in qmail's control
 * files, blanks at the end of a line do not count, nor does a line that begins with `#`, and the last line needs no end.
 * Whatever else stands there may be meant to say something, so it is a fault.
 *
 * @param text UTF-8 as a string
 * @throws DktoolError `bad-dksign`, kind temporary
 */
export function parseDksign(text: string): Dksign {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const [path = '', ...more] = lines.filter((line) => !line.startsWith('#'));
  if (path === '') throw bad('its first line is empty', 'without the file nothing is signed');
  if (path.includes('\0')) throw bad('it contains a NUL');
  if (path.trimStart() !== path) throw bad('its first line begins with white space, not with a path');
  const settings = more.filter((line) => line !== '');
  const values = settings.map((line) => /^domainkeys\s*=\s*([01])$/i.exec(line)?.[1]);
  const odd = values.indexOf(undefined);
  if (odd !== -1) throw bad(`'${settings[odd]}' is neither domainkeys=0 nor domainkeys=1`);
  return { keyPath: path, domainkeys: values.at(-1) !== '0' };
}

function bad(reason: string, hint?: string): DktoolError {
  return new DktoolError('bad-dksign', `control/dksign cannot be used: ${reason}`, { kind: 'temporary', hint });
}
