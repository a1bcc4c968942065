/** What programs without options of their own take from the environment: DKTOOL_ZONE and the like. */
import { DktoolError } from '../../lib/errors.ts';
import type { Context } from '../context.ts';
import type { DnsOptions } from './options.ts';

export interface EnvironmentSettings {
  readonly dns: DnsOptions;
  /** Seconds since 1970. */
  readonly now: number;
}

/**
 * - `DKTOOL_ZONE`: zone files as --zone has them, separated by colons
 * - `DKTOOL_NAMESERVER`: name servers as --nameserver has them, separated by blanks
 * - `DKTOOL_DEADLINE`: seconds for all look-ups together
 * - `DKTOOL_NOW`: the current time
 *
 * @throws DktoolError, kind permanent, where one of them cannot be read
 */
export function environmentSettings({ env, now }: Pick<Context, 'env' | 'now'>): EnvironmentSettings {
  const list = (name: string, separator: RegExp) => (env[name] ?? '').split(separator).filter((item) => item !== '');
  const zone = list('DKTOOL_ZONE', /:/);
  const nameserver = list('DKTOOL_NAMESERVER', /\s+/);
  const deadline = number(env, 'DKTOOL_DEADLINE');
  return {
    dns: {
      ...(zone.length > 0 ? { zone } : {}),
      ...(nameserver.length > 0 ? { nameserver } : {}),
      ...(deadline === undefined ? {} : { deadline }),
    },
    now: number(env, 'DKTOOL_NOW') ?? now(),
  };
}

function number(env: Context['env'], name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const value = /^\d{1,12}(?:\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0) return value;
  throw new DktoolError('bad-environment', `${name} is '${text}', which is not a number of seconds`, {
    kind: 'permanent',
  });
}
