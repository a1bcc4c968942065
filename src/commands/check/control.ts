/** The domains and keys of a qmail, from its control files (qmail-control(5)). */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DktoolError } from '../../lib/errors.ts';
import { DOMAIN_FILES, parseDomainList } from '../../lib/qmail/domain-lists.ts';
import { planDomainKey, planKeyPath } from './key-path.ts';
import type { CheckPlan } from './plan.ts';
import { planKeyTable } from './tables.ts';
import { readOptionalConfigFile } from './config-file.ts';

/** Where the patches of qmail look where control/dksign says nothing else. */
export const DEFAULT_KEY_PATH = '/etc/domainkeys/%/default';

/**
 * Plan what a qmail signs: every domain that has a key where control/dksign says, or in control/dkimkeys, and every one that it
 * takes mail for.
 *
 * @throws DktoolError, kind temporary, where the folder or a file in it cannot be read
 */
export function planControl(plan: CheckPlan, control: string): void {
  if (statSync(control, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new DktoolError('config-unreadable', `there is no folder ${control}`, {
      kind: 'temporary',
      hint: '--control takes the folder with the control files of qmail, mostly /var/qmail/control',
    });
  }
  const read = (name: string) => readOptionalConfigFile(join(control, name), 'control file');
  const dksign = read('dksign')?.split('\n')[0]?.trim();
  const table = read('dkimkeys');
  if (table !== undefined) planKeyTable(plan, join(control, 'dkimkeys'), table, control);
  const listed = DOMAIN_FILES.flatMap((file) => {
    const path = join(control, file);
    return parseDomainList(file, read(file) ?? '').flatMap(({ line, name }) => plan.domainIn(path, line, name) ?? []);
  });
  const pattern = resolve(control, dksign || DEFAULT_KEY_PATH);
  const isPattern = pattern.includes('%');
  // Without control/dksign the folder is a habit, not a promise.
  if (isPattern && (dksign || table === undefined)) planPattern(plan, pattern, Boolean(dksign));
  for (const domain of listed) {
    // A host of its own name, such as localhost, sends no mail of the Internet.
    if (!domain.includes('.') || plan.has(domain)) continue;
    if (isPattern) planDomainKey(plan, pattern, domain, undefined);
    else plan.key({ domain, selector: undefined, path: pattern, text: undefined, hasSiblings: false });
  }
}

function planPattern(plan: CheckPlan, pattern: string, isPromised: boolean): void {
  try {
    planKeyPath(plan, pattern, undefined);
  } catch (error) {
    // The domains of the lists are told of one by one
    if (isPromised || !(error instanceof DktoolError)) throw error;
  }
}
