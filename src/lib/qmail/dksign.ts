/** `control/dksign`: how the DKIM and DomainKeys patch for qmail-remote is told which key signs. */
import { DktoolError } from '../errors.ts';

export interface Dksign {
  /** `%` in it stands for a domain. */
  readonly keyPath: string;
  readonly domainkeys: boolean;
}

/**
 * The path of the key on the first line, blanks behind it dropped, as qmail reads all its control files. A later line
 * `domainkeys=0` switches DomainKeys signatures off; other lines are ignored, as they always were.
 *
 * @param text UTF-8 as a string
 * @throws DktoolError `bad-dksign`, kind temporary
 */
export function parseDksign(text: string): Dksign {
  const [first = '', ...more] = text.split('\n').map((line) => line.trimEnd());
  if (first === '') throw bad('its first line is empty', 'without the file nothing is signed');
  if (first.includes('\0')) throw bad('there is a NUL in it');
  const setting = more.find((line) => /^domainkeys\b/i.test(line));
  const value = setting === undefined ? '1' : /^domainkeys\s*=\s*([01])$/i.exec(setting)?.[1];
  if (value === undefined) throw bad(`'${setting}' is neither domainkeys=0 nor domainkeys=1`);
  return { keyPath: first, domainkeys: value === '1' };
}

function bad(reason: string, hint?: string): DktoolError {
  return new DktoolError('bad-dksign', `control/dksign cannot be used: ${reason}`, { kind: 'temporary', hint });
}
