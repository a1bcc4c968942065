/** The domains and keys of OpenDKIM, dkimpy-milter and indimail, from their tables and configuration. */
import { dirname, resolve } from 'node:path';
import { DktoolError } from '../../lib/errors.ts';
import { type OpendkimConfig, parseOpendkimConfig } from '../../lib/opendkim/config.ts';
import { dataSetLines, parseDataSet } from '../../lib/opendkim/data-set.ts';
import { type KeyTableEntry, parseKeyTable } from '../../lib/opendkim/key-table.ts';
import { parseSigningTable, type SigningTable } from '../../lib/opendkim/signing-table.ts';
import type { KeySource } from './named-key.ts';
import type { CheckPlan } from './plan.ts';
import { readConfigFile } from './config-file.ts';

/**
 * Plan the keys of a table.
 *
 * @param folder relative paths in it begin here
 * @param signing which senders are signed for with which key; `undefined`: each key signs for its own domain
 * @param kind `list`: it stands in a configuration file; `dkimkeys`: the signer reads it for every message
 */
export function planKeyTable(
  plan: CheckPlan,
  file: string,
  text: string,
  folder: string,
  signing?: { readonly file: string; readonly table: SigningTable },
  kind: 'table' | 'dkimkeys' | 'list' = 'table',
): void {
  const from: Table = { file, folder, kind };
  const { entries, problems } = parseKeyTable(text);
  for (const { line, problem } of problems) plan.lineIn(file, line, problem);
  for (const { line, problem } of signing?.table.problems ?? []) plan.lineIn(signing!.file, line, problem);
  const byName = new Map<string, KeyTableEntry[]>();
  for (const entry of entries) {
    const same = byName.get(entry.name ?? '');
    if (same === undefined) byName.set(entry.name ?? '', [entry]);
    else same.push(entry);
    // A domain of % is the sender's: the SigningTable says whose.
    if (entry.domain !== '%') planEntry(plan, from, entry, entry.domain);
  }
  if (signing !== undefined) planSenders(plan, entries, signing.table);
  for (const { line, domain, keyName } of signing?.table.entries ?? []) {
    const used = byName.get(keyName.replaceAll('%', domain ?? '%'));
    if (used === undefined) missingName(plan, signing!.file, line, keyName, file);
    else if (domain !== undefined) planSender(plan, { file: signing!.file, line, domain }, used, from);
  }
}

/** A domain that no pattern is about stands in d= of the mail of others only; a pattern for many domains may be about any. */
function planSenders(plan: CheckPlan, keys: readonly KeyTableEntry[], { entries }: SigningTable): void {
  if (entries.some(({ domain }) => domain === undefined)) return;
  const senders = new Set(entries.map(({ domain }) => domain));
  for (const { domain } of keys) {
    const name = domain.toLowerCase();
    if (plan.has(name)) plan.sender(name, senders.has(name));
  }
}

interface Table {
  readonly file: string;
  readonly folder: string;
  readonly kind: 'table' | 'dkimkeys' | 'list';
}

function planEntry(plan: CheckPlan, { file, folder, kind }: Table, entry: KeyTableEntry, named: string): void {
  const domain = plan.domainIn(file, entry.line, named);
  if (domain === undefined) return;
  const { key, selector } = entry;
  const source: KeySource =
    kind === 'list'
      ? { kind, file }
      : { kind: 'table', file, folder, isShared: entry.domain === '%', isReadAnew: kind === 'dkimkeys' };
  const at = 'path' in key ? resolve(folder, key.path.replaceAll('%', domain)) : file;
  plan.key({ domain, selector, path: at, text: 'text' in key ? key.text : undefined, hasSiblings: false, source });
}

function planSender(
  plan: CheckPlan,
  sender: { readonly file: string; readonly line: number; readonly domain: string },
  entries: readonly KeyTableEntry[],
  table: Table,
): void {
  const domain = plan.domainIn(sender.file, sender.line, sender.domain);
  if (domain === undefined) return;
  for (const entry of entries) {
    plan.signer(domain, entry.domain === '%' ? domain : entry.domain.toLowerCase());
    if (entry.domain === '%') planEntry(plan, table, entry, domain);
  }
}

function missingName(plan: CheckPlan, file: string, line: number, keyName: string, table: string): void {
  plan.report({
    severity: 'error',
    code: 'signing-table-key-missing',
    subject: file,
    observed: `line ${line} names the key ${keyName}, which is not in ${table}`,
    expected: 'names of existing keys',
    remedy: `add ${keyName} to ${table}, or correct line ${line} of ${file}`,
  });
}

/**
 * Plan the keys of a file given with --key-table, with the table that says who is signed for where there is one.
 *
 * @throws DktoolError, kind temporary, where one of them cannot be read
 */
export function planKeyTableFile(plan: CheckPlan, file: string, signingFile: string | undefined): void {
  const signing = signingFile === undefined ? undefined : readSigningTable(signingFile);
  planKeyTable(plan, file, readConfigFile(file, 'key table'), dirname(resolve(file)), signing);
}

function readSigningTable(file: string): { file: string; table: SigningTable } {
  return { file, table: parseSigningTable(readConfigFile(file, 'signing table')) };
}

/** opendkim.conf(5): nesting goes down five levels. */
const MAX_INCLUDES = 5;

/**
 * Plan the keys of an opendkim.conf or dkimpy-milter.conf.
 *
 * @returns the account that signs, where it names one
 * @throws DktoolError: kind temporary where a file cannot be read, permanent where the keys are in a database
 */
export function planConfig(plan: CheckPlan, file: string): string | undefined {
  const values = readOpendkimConfig(file);
  const folder = values.get('basedirectory') ?? dirname(resolve(file));
  const pairs = [
    ['keytable', 'keyfile', 'selector'],
    ['keytableed25519', 'keyfileed25519', 'selectored25519'],
  ] as const;
  for (const [table, keyFile, selector] of pairs) {
    const keyTable = values.get(table);
    if (keyTable !== undefined) planTables(plan, file, keyTable, values.get('signingtable'), folder);
    else if (values.has(keyFile)) planSingleKey(plan, file, values, { keyFile, selector }, folder);
  }
  return values.get('userid')?.split(':')[0];
}

/**
 * The parameters of an opendkim.conf and of what it includes, by their names in lower case; the last one counts.
 *
 * @throws DktoolError `config-unreadable`, kind temporary
 */
export function readOpendkimConfig(file: string, depth = 0): Map<string, string> {
  const config: OpendkimConfig = parseOpendkimConfig(readConfigFile(file, 'configuration file'));
  const values = new Map<string, string>();
  for (const include of depth < MAX_INCLUDES ? config.includes : []) {
    for (const [name, value] of readOpendkimConfig(resolve(dirname(file), include), depth + 1)) values.set(name, value);
  }
  for (const [name, value] of config.values) values.set(name, value);
  return values;
}

function foreign(file: string, parameter: string, type: string): DktoolError {
  return new DktoolError(
    'config-foreign',
    `${parameter} in ${file} is of type ${type}:, which only its own program can read`,
    {
      kind: 'permanent',
      hint: 'give the domains and their keys: dktool check example.com -k /path/to/key',
    },
  );
}

function planTables(
  plan: CheckPlan,
  file: string,
  keyTable: string,
  signingTable: string | undefined,
  folder: string,
): void {
  const keys = textOfDataSet(file, 'KeyTable', keyTable, folder);
  const signing = signingTable === undefined ? undefined : textOfDataSet(file, 'SigningTable', signingTable, folder);
  const table = signing && { file: signing.file, table: parseSigningTable(signing.text) };
  planKeyTable(plan, keys.file, keys.text, folder, table, keys.isList ? 'list' : 'table');
}

interface DataSetText {
  readonly file: string;
  readonly text: string;
  readonly isList: boolean;
}

/** A data set as the text of a file; items of a list are `KEY=VALUE`. */
function textOfDataSet(file: string, parameter: string, value: string, folder: string): DataSetText {
  const set = parseDataSet(value);
  if (set.kind === 'foreign') throw foreign(file, parameter, set.type);
  if (set.kind === 'list') {
    return { file, text: set.items.map((item) => item.replace('=', ' ')).join('\n'), isList: true };
  }
  const path = resolve(folder, set.path);
  return { file: path, text: readConfigFile(path, parameter), isList: false };
}

/** Domain, Selector and KeyFile, where there is no KeyTable. */
function planSingleKey(
  plan: CheckPlan,
  file: string,
  values: ReadonlyMap<string, string>,
  names: { readonly keyFile: string; readonly selector: string },
  folder: string,
): void {
  const path = resolve(folder, values.get(names.keyFile)!);
  const selector = values.get(names.selector);
  if (selector === undefined)
    plan.lineIn(file, 1, `but ${names.selector} is not set, and without it nothing is signed`);
  const domains = domainsOf(file, values.get('domain') ?? '', folder);
  const source: KeySource = { kind: 'config', file, folder, isShared: domains.length > 1, ...names };
  for (const name of domains) {
    const domain = plan.domainIn(file, 1, name);
    // opendkim reads a KeyFile when it starts, before it becomes UserID; those of a KeyTable later.
    const isReadByRoot = names.keyFile === 'keyfile';
    const place = { selector, path, text: undefined, hasSiblings: false, isReadByRoot, source };
    if (domain !== undefined) plan.key({ domain, ...place });
  }
}

function domainsOf(file: string, value: string, folder: string): string[] {
  const set = parseDataSet(value);
  if (set.kind === 'foreign') throw foreign(file, 'Domain', set.type);
  if (set.kind === 'list') return [...set.items];
  const text = readConfigFile(resolve(folder, set.path), 'Domain');
  return [...dataSetLines(text)].map(({ key }) => key).filter((name) => !name.includes('*'));
}
