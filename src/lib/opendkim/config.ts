/** The configuration files of OpenDKIM and dkimpy-milter: `Name value`, a line each (opendkim.conf(5)). */
import { dataSetLines } from './data-set.ts';

export interface OpendkimConfig {
  /** The last value of each parameter, by its name in lower case. */
  readonly values: ReadonlyMap<string, string>;
  /** Files to be read as well, in order. */
  readonly includes: readonly string[];
}

export function parseOpendkimConfig(text: string): OpendkimConfig {
  const values = new Map<string, string>();
  const includes: string[] = [];
  for (const { key, value } of dataSetLines(text)) {
    if (key.toLowerCase() === 'include') includes.push(value);
    else values.set(key.toLowerCase(), value);
  }
  return { values, includes };
}
