/** From the options of `check` to the domains and keys that it looks at. */
import { accessSync, constants } from 'node:fs';
import { planControl, DEFAULT_KEY_PATH } from '../../console/sources/control.ts';
import { planDomainKey, planKeyPath } from '../../console/sources/key-path.ts';
import { CheckPlan, type DomainPlan } from '../../console/sources/plan.ts';
import { planRspamd } from './rspamd.ts';
import { planConfig, planKeyTableFile } from '../../console/sources/tables.ts';
import { findKeyFile, pairKeys } from '../../console/keys/signing-keys.ts';
import type { DktoolError } from '../../lib/errors.ts';
import { isHostName, withParents } from '../../lib/syntax/domain-name.ts';
import type { CheckCommandOptions } from './options.ts';
import { usage } from '../../console/options/usage.ts';

export interface Planned {
  readonly plan: CheckPlan;
  readonly plans: readonly DomainPlan[];
  /** The account that signs, where --config names one. */
  readonly configUser: string | undefined;
  /** The account that signs for a qmail, where --control names one that signs. */
  readonly qmailUser: string | undefined;
}

/**
 * @param domains of the command line; none: all that the lists and tables name
 * @param usualPath where a key is looked for that nothing else names
 * @throws DktoolError: kind permanent where nothing is named, temporary where a list or table cannot be read
 */
export function planOf(
  domains: readonly string[],
  options: CheckCommandOptions,
  usualPath: string = DEFAULT_KEY_PATH,
): Planned {
  const { control, keyPath, keyTable, signingTable, config, rspamd, key, selector } = options;
  const plan = new CheckPlan();
  const sources = [control, keyPath, keyTable, config, rspamd].filter((source) => source !== undefined);
  if (domains.length === 0 && (sources.length === 0 || key !== undefined)) throw nothingNamed(key !== undefined);
  if (signingTable !== undefined && keyTable === undefined) throw usage('--signing-table needs --key-table');
  // The selector of a key that is found by a path belongs to all of them.
  const common = keyPath === undefined || key !== undefined ? undefined : oneSelector(selector);
  const qmailUser = control === undefined ? undefined : planControl(plan, control, usualPath);
  if (keyPath !== undefined && domains.length === 0) planKeyPath(plan, keyPath, common);
  if (keyTable !== undefined) planKeyTableFile(plan, keyTable, signingTable);
  if (rspamd !== undefined) planRspamd(plan, rspamd);
  const configUser = config === undefined ? undefined : planConfig(plan, config);
  for (const domain of domains) {
    if (keyPath !== undefined && !plan.has(domain)) planDomainKey(plan, keyPath, domain, common);
    planGivenKeys(plan, domain, options);
    if (sources.length > 0 && !plan.has(domain)) plan.missingKey(domain, sources.join(' and '));
    if (sources.length === 0 && key === undefined && selector === undefined) planUsualKey(plan, domain, usualPath);
  }
  return { plan, plans: plan.plans(domains.length === 0 ? undefined : domains), configUser, qmailUser };
}

function oneSelector(selectors: readonly string[] = []): string | undefined {
  if (selectors.length > 1) throw usage('--key-path gives one key per domain, so it takes only one -s');
  return selectors[0];
}

/** -k and -s: the first with the first. */
function planGivenKeys(plan: CheckPlan, domain: string, { key = [], selector = [] }: CheckCommandOptions): void {
  for (const { path, selector: name } of pairKeys(key, key.length === 0 ? [] : selector)) {
    if (path.includes('%')) planDomainKey(plan, path, domain, name);
    else plan.key({ domain, selector: name, path, text: undefined, hasSiblings: false });
  }
}

/** Where nothing else says where keys are, the place where keygen's manual and the patches of qmail put them. */
function planUsualKey(plan: CheckPlan, domain: string, path: string): void {
  if (!isHostName(domain)) return;
  const names = withParents(domain).filter((name) => name.includes('.'));
  const found = findKeyFile(path, names);
  // Who cannot read it, such as a person who just looks, has no key to compare.
  if (found !== undefined && isReadable(found.path)) planDomainKey(plan, path, domain, undefined);
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function nothingNamed(hasKey: boolean): DktoolError {
  return usage(
    hasKey ? '-k needs a domain' : 'nothing to check is given',
    'give a domain, as in dktool check example.com, or a place with keys: --control, --key-path, --key-table, --config, --rspamd',
  );
}
