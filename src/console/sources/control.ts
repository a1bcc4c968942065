/** The domains and keys of a qmail, from its control files (qmail-control(5)). */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DktoolError } from '../../lib/errors.ts';
import { parseDksign } from '../../lib/qmail/dksign.ts';
import { DOMAIN_FILES, parseDomainList } from '../../lib/qmail/domain-lists.ts';
import { shellWord } from '../../lib/syntax/shell-word.ts';
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
 * @param usualPath where the keys are without control/dksign
 * @returns the account that signs, where a qmail-remote does
 * @throws DktoolError, kind temporary, where the folder or a file in it cannot be read
 */
export function planControl(plan: CheckPlan, control: string, usualPath = DEFAULT_KEY_PATH): string | undefined {
  if (statSync(control, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new DktoolError('config-unreadable', `there is no directory ${control}`, {
      kind: 'temporary',
      hint: '--control takes the directory of the control files of qmail, usually /var/qmail/control',
    });
  }
  const read = (name: string) => readOptionalConfigFile(join(control, name), 'control file');
  const dksignText = read('dksign');
  const dksign = dksignText === undefined ? undefined : keyPathIn(plan, join(control, 'dksign'), dksignText);
  if (dksignText !== undefined) planWrapper(plan, dirname(resolve(control)));
  const table = read('dkimkeys');
  if (table !== undefined) {
    planKeyTable(plan, join(control, 'dkimkeys'), table, control, undefined, 'dkimkeys');
  }
  const listed = DOMAIN_FILES.flatMap((file) => {
    const path = join(control, file);
    return parseDomainList(file, read(file) ?? '').flatMap(({ line, name }) => plan.domainIn(path, line, name) ?? []);
  });
  // qmail's programs run in the folder above control.
  const pattern = resolve(dirname(resolve(control)), dksign ?? usualPath);
  const isPattern = pattern.includes('%');
  // Without control/dksign the folder is a habit, not a promise.
  if (isPattern && (dksign !== undefined || table === undefined)) planPattern(plan, pattern, dksign !== undefined);
  for (const domain of listed) {
    // A host of its own name, such as localhost, sends no mail of the Internet.
    if (!domain.includes('.') || plan.has(domain)) continue;
    if (isPattern) planDomainKey(plan, pattern, domain, undefined);
    else plan.key({ domain, selector: undefined, path: pattern, text: undefined, hasSiblings: false });
  }
  return dksignText === undefined ? undefined : 'qmailr';
}

/** What dktool-remote does not understand is a finding: mail waits for it. */
function keyPathIn(plan: CheckPlan, path: string, text: string): string | undefined {
  try {
    return parseDksign(text).keyPath;
  } catch (error) {
    if (!(error instanceof DktoolError)) throw error;
    plan.report({
      severity: 'error',
      code: 'config-syntax',
      subject: path,
      observed: `${error.message}, so all mail to other hosts is deferred`,
      expected:
        'a line with the path of the key, such as /etc/domainkeys/%/default, and optionally a line domainkeys=0',
      remedy: `correct ${path}`,
    });
    return undefined;
  }
}

/** dktool-remote was installed once, and something else, such as an upgrade of qmail, has taken its place since. */
function planWrapper(plan: CheckPlan, home: string): void {
  const path = join(home, 'bin', 'qmail-remote');
  if (!existsSync(`${path}.orig`) || startOf(path).includes('dktool-remote')) return;
  plan.report({
    severity: 'error',
    code: 'qmail-remote-original',
    subject: path,
    observed: 'it is not dktool-remote, which was installed here before: mail goes out unsigned',
    expected: 'dktool-remote, and the real program as qmail-remote.orig in the same directory',
    remedy: `"$(npm root -g)/dktool/contrib/qmail/install" ${shellWord(home)}`,
  });
}

/** The start of a file; empty where it is none that we can read, as qmail's own are. */
function startOf(path: string): string {
  try {
    const fd = openSync(path, 'r');
    try {
      const start = Buffer.alloc(100);
      return start.toString('latin1', 0, readSync(fd, start));
    } finally {
      closeSync(fd);
    }
  } catch {
    return '';
  }
}

function planPattern(plan: CheckPlan, pattern: string, isPromised: boolean): void {
  try {
    planKeyPath(plan, pattern, undefined);
  } catch (error) {
    // The domains of the lists are reported one by one
    if (isPromised || !(error instanceof DktoolError)) throw error;
  }
}
