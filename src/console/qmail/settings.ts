/** Settings that dktool-queue and dktool-remote share. */
import { DktoolError } from '../../lib/errors.ts';
import type { Context } from '../context.ts';

/** Octets of a message that are kept in memory; qmail's programs run under tight limits. */
export const SPOOL_LIMIT = 1024 * 1024;

/**
 * A variable that switches something on with 1 and off with 0; unset or empty it is as by default.
 *
 * @throws DktoolError, kind temporary, where it is something else
 */
export function switchSetting({ env }: Pick<Context, 'env'>, name: string, byDefault: boolean): boolean {
  const text = env[name] || (byDefault ? '1' : '0');
  if (text === '0' || text === '1') return text === '1';
  throw new DktoolError('bad-environment', `${name} is '${text}', not 0 or 1`, { kind: 'temporary' });
}

/** `DKTOOL_DOMAINKEYS`: 0 switches DomainKeys signatures off. */
export const domainKeysSetting = (context: Pick<Context, 'env'>) => switchSetting(context, 'DKTOOL_DOMAINKEYS', true);

/** `DKTOOL_SPF`: 1 has dktool-queue check SPF too. */
export const spfSetting = (context: Pick<Context, 'env'>) => switchSetting(context, 'DKTOOL_SPF', false);
