/** A configuration file: a setting a line, `name value` or `name = value`; `#` begins a line that is a comment. */
import { BadValue } from '../options/bad-value.ts';
import { DktoolError, errnoOf } from '../../lib/errors.ts';
import { readBounded } from '../streams/bounded-file.ts';
import { systemReason } from '../streams/system-reason.ts';
import { type Setting, SETTINGS } from './settings.ts';

/** Octets; a file of ten thousand lines is none that somebody wrote. */
const MAX_BYTES = 256 * 1024;

/** A value with the place where it stands. */
export interface FileValue {
  readonly setting: Setting;
  readonly text: string;
  readonly value: unknown;
  readonly line: number;
}

/**
 * @returns the values in their order; `undefined` where there is no such file
 * @throws DktoolError `bad-configuration`, temporary, with the line and column of what is wrong
 */
export function readConfiguration(path: string): FileValue[] | undefined {
  const values: FileValue[] = [];
  const text = textOf(path);
  for (const [index, line] of (text?.split('\n') ?? []).entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const place = (column: number) => `${path}:${index + 1}:${column + 1}`;
    const [, before = '', name = '', between = '', said = ''] = /^(\s*)([^\s=]*)(\s*=?\s*)(.*?)\s*$/.exec(line) ?? [];
    const setting = SETTINGS.find((one) => one.name === name);
    if (setting === undefined) throw unknownName(name, place(before.length));
    const start = before.length + name.length + between.length;
    if (setting.separator === undefined && values.some((other) => other.setting === setting)) {
      throw wrong(`${place(before.length)}: ${name} is set twice, and takes only one value`);
    }
    values.push({ setting, text: said, value: valueOf(setting, said, place(start)), line: index + 1 });
  }
  return text === undefined ? undefined : values;
}

function textOf(path: string): string | undefined {
  let bytes: Buffer | undefined;
  try {
    bytes = readBounded(path, MAX_BYTES);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw wrong(`cannot read ${path}: ${systemReason(error)}`);
  }
  if (bytes === undefined) throw wrong(`${path} is larger than ${MAX_BYTES} octets`);
  return bytes.toString('utf8');
}

function valueOf(setting: Setting, text: string, place: string): unknown {
  const { name, isPath } = setting;
  if (text === '') throw wrong(`${place}: ${name} has no value`);
  // A zone file may have its origin before it.
  if (isPath && !/^(?:[^/=]*=)?\//.test(text)) throw wrong(`${place}: ${name} '${text}': it must be an absolute path`);
  try {
    return setting.read(text);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    throw wrong(`${place}: ${name} '${text}': ${asClause(error.message)}`);
  }
}

/** `It must be so.` as `it must be so`. */
export function asClause(sentence: string): string {
  return `${sentence[0]!.toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`;
}

function unknownName(name: string, place: string): DktoolError {
  return wrong(`${place}: unknown setting '${name}'`, `the settings are ${SETTINGS.map((one) => one.name).join(', ')}`);
}

function wrong(message: string, hint?: string): DktoolError {
  return new DktoolError('bad-configuration', message, { kind: 'temporary', hint });
}
