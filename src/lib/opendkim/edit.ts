/** Tables and configuration files with one key in the place of another; all else stays as it is, to the octet. */
import { dataSetLines } from './data-set.ts';
import { parseKeyTable } from './key-table.ts';

/** A key as tables name it. */
export interface NamedEntry {
  readonly selector: string;
  /** Absolute. */
  readonly path: string;
}

export interface TableChange {
  /** Lower case. */
  readonly domain: string;
  readonly from: NamedEntry;
  /** In the same folder as `from`. */
  readonly to: NamedEntry;
  /** Resolves what the file has as a path. */
  readonly resolve: (path: string) => string;
}

/**
 * The entries of a KeyTable or dkimkeys for one key.
 *
 * @returns the numbers of their lines, from 1
 */
export function linesOfKey(text: string, { domain, resolve }: TableChange, { selector, path }: NamedEntry): number[] {
  return parseKeyTable(text)
    .entries.filter((entry) => entry.domain.toLowerCase() === domain && 'path' in entry.key)
    .filter((entry) => entry.selector === undefined || entry.selector === selector)
    .filter(({ key }) => 'path' in key && resolve(key.path.replaceAll('%', domain)) === path)
    .map(({ line }) => line);
}

/** Whether any entry of a table, or any parameter of a configuration file, names a key file. */
export function namesPath(text: string, path: string, resolve: (path: string) => string): boolean {
  const inTable = parseKeyTable(text).entries.flatMap(({ key }) => ('path' in key ? [key.path] : []));
  const values = [...dataSetLines(text)].map(({ value }) => value);
  return [...inTable, ...values].some((one) => one !== '' && resolve(one) === path);
}

/** @returns the whole text, in which every entry for the old key is one for the new key */
export function withKeySwitched(text: string, change: TableChange): string {
  const wanted = new Set(linesOfKey(text, change, change.from));
  return text
    .split('\n')
    .map((line, i) => (wanted.has(i + 1) ? switchedLine(line, change) : line))
    .join('\n');
}

/** `NAME DOMAIN:SELECTOR:PATH...`, or `DOMAIN:PATH...` in dkimkeys. */
const KEY_TABLE_LINE = /^(\s*\S+\s+[^:]*:)([^:]*)(:)([^:#]*)(.*)$/s;
const DKIMKEYS_LINE = /^(\s*[^\s:#]+:)()()([^\s:#]*)(.*)$/s;

/** The selector, and the last part of the path. */
function switchedLine(line: string, { from, to }: TableChange): string {
  const parts = KEY_TABLE_LINE.exec(line) ?? DKIMKEYS_LINE.exec(line);
  if (parts === null) return line;
  const [, head, selector, colon, path, rest] = parts;
  return head! + selector!.replace(from.selector, () => to.selector) + colon! + withNewName(path!, to.path) + rest!;
}

function withNewName(path: string, to: string): string {
  const end = path.trimEnd();
  return end.slice(0, end.lastIndexOf('/') + 1) + nameOf(to) + path.slice(end.length);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export interface ConfigChange extends Omit<TableChange, 'domain'> {
  /** Names of the two parameters, in lower case. */
  readonly parameters: { readonly selector: string; readonly keyFile: string };
}

/**
 * Which key the last of the two parameters name, as opendkim.conf(5) reads them.
 *
 * @returns `undefined` where one of them is not in this file
 */
export function keyOfConfig(
  text: string,
  { parameters, resolve }: Pick<ConfigChange, 'parameters' | 'resolve'>,
): NamedEntry | undefined {
  const values = new Map([...dataSetLines(text)].map(({ key, value }) => [key.toLowerCase(), value]));
  const [selector, path] = [values.get(parameters.selector), values.get(parameters.keyFile)];
  return selector === undefined || path === undefined ? undefined : { selector, path: resolve(path) };
}

export function withConfigSwitched(text: string, { parameters, from, to }: ConfigChange): string {
  return text
    .split('\n')
    .map((line) => {
      const [, head, name, gap, value, rest] = /^(\s*)(\w+)(\s+)([^#]*?)(\s*(?:#.*)?)$/s.exec(line) ?? [];
      if (name?.toLowerCase() === parameters.selector && value === from.selector) {
        return `${head}${name}${gap}${to.selector}${rest}`;
      }
      if (name?.toLowerCase() !== parameters.keyFile || nameOf(value!) !== nameOf(from.path)) return line;
      return `${head}${name}${gap}${withNewName(value!, to.path)}${rest}`;
    })
    .join('\n');
}
