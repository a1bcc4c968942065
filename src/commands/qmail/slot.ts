/** What dktool-queue and dktool-remote are told in the same way. */
import { DktoolError } from '../../lib/errors.ts';
import type { Context } from '../../console/context.ts';

/** Octets of a message that are kept in memory; qmail's programs run under tight limits. */
export const SPOOL_LIMIT = 1024 * 1024;

/** `DKTOOL_DOMAINKEYS`: 0 switches DomainKeys signatures off. @throws DktoolError where it is something else */
export function domainKeysSetting({ env }: Pick<Context, 'env'>): boolean {
  const text = env['DKTOOL_DOMAINKEYS'] || '1';
  if (text === '0' || text === '1') return text === '1';
  throw new DktoolError('bad-environment', `DKTOOL_DOMAINKEYS is '${text}', and not 0 or 1`, { kind: 'temporary' });
}
