/** Settings and where they come from: the command line over the environment over the user's file over that of the system. */
import { BadValue } from '../options/bad-value.ts';
import { DktoolError } from '../../lib/errors.ts';
import type { Context } from '../context.ts';
import type { DnsOptions } from '../options/options.ts';
import { asClause, readConfiguration } from './file.ts';
import { type Setting, SETTINGS, variableOf } from './settings.ts';

/** The rank of the environment: above that of every file. */
const ENVIRONMENT = 10;

/** What one source says about a setting. */
export interface Configured {
  readonly setting: Setting;
  /** In the order in which they were given; one where the setting takes one. */
  readonly texts: readonly string[];
  readonly values: readonly unknown[];
  /** A variable, or a file. */
  readonly source: string;
  /** Of a file. */
  readonly lines?: readonly number[];
  /** The higher one holds where two settings exclude each other. */
  readonly rank: number;
}

/** By the names of settings. */
export type Configuration = ReadonlyMap<string, Configured>;

/**
 * @param file the one file that is read, which has to be there; `undefined`: those of the system and of the user
 * @throws DktoolError `bad-configuration` or `bad-environment`
 */
export function configurationOf(
  { env, configurationFiles = [] }: Pick<Context, 'env' | 'configurationFiles'>,
  file?: string,
): Configuration {
  const found = new Map<string, Configured>();
  const add = (one: Configured) => found.set(one.setting.name, one);
  for (const [rank, path] of (file === undefined ? configurationFiles : [file]).entries()) {
    const values = readConfiguration(path);
    if (values === undefined && file !== undefined) {
      throw new DktoolError('bad-configuration', `there is no file ${file}`, { kind: 'temporary' });
    }
    for (const setting of new Set(values?.map((one) => one.setting))) {
      const own = values!.filter((one) => one.setting === setting);
      const texts = own.map(({ text }) => text);
      add({
        setting,
        texts,
        values: own.map(({ value }) => value),
        source: path,
        lines: own.map(({ line }) => line),
        rank,
      });
    }
  }
  for (const setting of SETTINGS) {
    const source = variableOf(setting);
    const text = env[source];
    if (!text) continue;
    const texts =
      setting.separator === undefined ? [text] : text.split(setting.separator).filter((item) => item !== '');
    if (texts.length === 0) continue;
    add({ setting, texts, values: texts.map((one) => read(setting, one, source)), source, rank: ENVIRONMENT });
  }
  for (const [weak, strong] of EXCLUDED) {
    if ((found.get(weak)?.rank ?? 0) < (found.get(strong)?.rank ?? 0)) found.delete(weak);
  }
  return found;
}

/**
 * What a weaker source says of the first is not wanted where a stronger one has the second: whoever names a name server does not
 * mean the zone file of the system, nor whoever names a key the selector of another.
 */
export const EXCLUDED = [
  ['zone', 'all-ns'],
  ['zone', 'keyring-add'],
  ['zone', 'nameserver'],
  ['selector', 'key'],
] as const;

function read(setting: Setting, text: string, variable: string): unknown {
  try {
    return setting.read(text);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    throw new DktoolError('bad-environment', `${variable} is '${text}': ${asClause(error.message)}`, {
      kind: 'permanent',
    });
  }
}

/** The value as the option has it: a list where it may be repeated. */
export function optionValue({ setting, values }: Configured): unknown {
  return setting.separator === undefined ? values[0] : values;
}

/** For programs that have no options: what they need to ask name servers. */
export function dnsSettings(configuration: Configuration): DnsOptions {
  const names = ['zone', 'nameserver', 'timeout', 'tries', 'deadline'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const configured = configuration.get(name);
      return configured === undefined ? [] : [[name, optionValue(configured)]];
    }),
  );
}
