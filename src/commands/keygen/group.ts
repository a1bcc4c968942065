import { readFileSync } from 'node:fs';
import { DktoolError } from '../../lib/errors.ts';

/**
 * The number of a group, from /etc/group (group(5): `name:password:number:members`).
 *
 * @param name a name of that file, or a number
 * @throws DktoolError, kind permanent
 */
export function groupNumber(name: string, groupFile = '/etc/group'): number {
  if (/^\d{1,9}$/.test(name)) return Number(name);
  const fields = readGroups(groupFile)
    .split('\n')
    .map((line) => line.split(':'))
    .find((line) => line[0] === name && /^\d{1,10}$/.test(line[2] ?? ''));
  if (fields !== undefined) return Number(fields[2]);
  throw new DktoolError('group-unknown', `there is no group '${name}' in ${groupFile}`, { kind: 'permanent' });
}

function readGroups(groupFile: string): string {
  try {
    return readFileSync(groupFile, 'latin1');
  } catch (cause) {
    throw new DktoolError('group-unknown', `${groupFile} cannot be read`, {
      kind: 'temporary',
      hint: 'give the number of the group',
      cause,
    });
  }
}
