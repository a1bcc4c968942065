/** What programs without options of their own take from configuration files and the environment. */
import { DktoolError } from '../../lib/errors.ts';
import type { Context } from '../context.ts';
import { configurationOf, dnsSettings } from '../configuration/configuration.ts';
import type { DnsOptions } from './options.ts';

export interface EnvironmentSettings {
  readonly dns: DnsOptions;
  /** Seconds since 1970. */
  readonly now: number;
}

/**
 * The settings of files and of the environment that say where DNS answers come from, and `DKTOOL_NOW`, the current time.
 *
 * @throws DktoolError where one of them cannot be read
 */
export function environmentSettings(context: Context): EnvironmentSettings {
  return { dns: dnsSettings(configurationOf(context)), now: number(context.env, 'DKTOOL_NOW') ?? context.now() };
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
