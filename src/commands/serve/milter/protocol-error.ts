import { DktoolError } from '../../../lib/errors.ts';

export function protocolError(what: string): never {
  throw new DktoolError('milter-protocol', `${what}: this is not the milter protocol`, { kind: 'temporary' });
}
