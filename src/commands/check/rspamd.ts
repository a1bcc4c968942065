/** The domains and keys of rspamd, from its dkim_signing.conf. */
import { dirname, join, resolve } from 'node:path';
import { DktoolError } from '../../lib/errors.ts';
import {
  parseRspamdMap,
  readRspamdSigning,
  type RspamdKey,
  type RspamdMap,
  type RspamdSigning,
} from '../../lib/rspamd/dkim-signing.ts';
import { mergeUcl, parseUcl, type UclObject } from '../../lib/rspamd/ucl.ts';
import { planKeyPath } from '../../console/sources/key-path.ts';
import type { CheckPlan } from '../../console/sources/plan.ts';
import { readConfigFile, readOptionalConfigFile } from '../../console/sources/config-file.ts';

/**
 * Plan the keys of a dkim_signing.conf: those of its domains and maps, and every one where its path leads.
 *
 * @throws DktoolError: kind temporary where a file cannot be read, permanent where the keys are where only rspamd gets
 */
export function planRspamd(plan: CheckPlan, file: string): void {
  const config = readUcl(plan, file, 0);
  if (config === undefined) return;
  const signing = readRspamdSigning(config);
  if (signing.keyStore !== undefined) throw foreign(file, `the keys are in ${signing.keyStore}`);
  const selectors = mapValues(file, 'selector_map', signing.selectorMap);
  const paths = mapValues(file, 'path_map', signing.pathMap);
  for (const [name, keys] of signing.domains) planKeys(plan, file, name, keys);
  for (const name of new Set([...selectors.keys(), ...paths.keys()])) {
    if (signing.domains.has(name)) continue;
    const { fallback } = signing;
    planKeys(plan, file, name, [
      { selector: selectors.get(name) ?? fallback.selector, path: paths.get(name) ?? fallback.path },
    ]);
  }
  if (signing.isEnabled && signing.hasFallback) planFallback(plan, signing);
}

function planKeys(plan: CheckPlan, file: string, name: string, keys: readonly RspamdKey[]): void {
  // A pattern of a map is about many domains.
  if (/[*/^]/.test(name)) return;
  const domain = plan.domainIn(file, 1, name);
  if (domain === undefined) return;
  for (const { selector, path } of keys) {
    plan.key({ domain, selector, path: pathOf(path, domain, selector), text: undefined, hasSiblings: false });
  }
}

/** Domains that nothing names have their keys where the path says, if it says so by their name. */
function planFallback(plan: CheckPlan, { fallback: { path, selector }, domains }: RspamdSigning): void {
  const pattern = pathOf(path, '%', selector);
  if (!pattern.includes('%')) return;
  try {
    planKeyPath(plan, pattern, selector, (domain) => !domains.has(domain) && !plan.has(domain));
  } catch (error) {
    // The folder is rspamd's default: where it is not there, no key is in it.
    if (!(error instanceof DktoolError)) throw error;
  }
}

function pathOf(path: string, domain: string, selector: string): string {
  return path.replaceAll('$domain', domain).replaceAll('$selector', selector);
}

function mapValues(file: string, parameter: string, map: RspamdMap | undefined): ReadonlyMap<string, string> {
  if (map === undefined) return new Map();
  if (map.kind === 'foreign') throw foreign(file, `${parameter} is ${map.source}`);
  return map.kind === 'inline' ? map.values : parseRspamdMap(readConfigFile(map.path, parameter));
}

function foreign(file: string, what: string): DktoolError {
  return new DktoolError('config-foreign', `${what} in ${file}, which only rspamd can read`, {
    kind: 'permanent',
    hint: 'give the domains and their keys: dktool check example.com -k /path/to/key -s SELECTOR',
  });
}

/** A file includes others, and these none that would matter. */
const MAX_INCLUDES = 5;

function readUcl(plan: CheckPlan, file: string, depth: number, isOptional = false): UclObject | undefined {
  const text = isOptional
    ? readOptionalConfigFile(file, 'configuration file')
    : readConfigFile(file, 'configuration file');
  if (text === undefined) return undefined;
  const parsed = parseUcl(text);
  if (!parsed.ok) {
    plan.lineIn(file, parsed.line, parsed.problem);
    return undefined;
  }
  let value = parsed.value;
  for (const include of depth < MAX_INCLUDES ? parsed.includes : []) {
    const path = includePath(include.path, file);
    const inner = /^https?:/.test(path) ? undefined : readUcl(plan, path, depth + 1, include.isOptional);
    // What is included in the section of the module is about the module.
    const wrapped = inner !== undefined && value.has('dkim_signing') && !inner.has('dkim_signing');
    if (inner !== undefined) value = mergeUcl(value, wrapped ? new Map([['dkim_signing', inner]]) : inner);
  }
  return value;
}

/** `$LOCAL_CONFDIR` is the folder above local.d, override.d and modules.d. */
function includePath(path: string, file: string): string {
  const folder = dirname(resolve(file));
  const root = /^(?:local|override|modules)\.d$/.test(folder.slice(folder.lastIndexOf('/') + 1))
    ? dirname(folder)
    : folder;
  const known = path
    .replaceAll(/\$\{?(?:LOCAL_)?CONFDIR\}?/g, () => root)
    .replaceAll(/\$\{?DBDIR\}?/g, () => '/var/lib/rspamd');
  return known.startsWith('/') || /^https?:/.test(known) ? known : join(folder, known);
}
