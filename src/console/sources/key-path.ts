/** Keys at a path in which `%` stands for the domain, and at plain paths. */
import { lstatSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DktoolError, errnoOf } from '../../lib/errors.ts';
import { isHostName, withParents } from '../../lib/syntax/domain-name.ts';
import type { CheckPlan } from './plan.ts';
import { systemReason } from '../streams/system-reason.ts';

/**
 * Every domain that has a folder or a file where `%` stands. A folder without a key in it is a key that is missing.
 *
 * @param selector `undefined`: the name of the file
 */
export function planKeyPath(
  plan: CheckPlan,
  pattern: string,
  selector: string | undefined,
  isWanted: (domain: string) => boolean = () => true,
): void {
  for (const domain of domainsAt(pattern).filter(isWanted)) planDomainKey(plan, pattern, domain, selector);
}

/**
 * The key for the mail of a domain: its own, else that of its closest parent that has one, as the signer does it.
 *
 * @param selector `undefined`: the name of the file
 * @param isOwn the domain has a folder of its own, so that its own key is expected
 */
export function planDomainKey(
  plan: CheckPlan,
  pattern: string,
  domain: string,
  selector: string | undefined,
  isOwn = hasPlace(pattern, domain),
): void {
  if (!isHostName(domain)) return plan.missingKey(domain, pattern);
  const owner = isOwn
    ? domain
    : withParents(domain).find((name) => name.includes('.') && isThere(pathFor(pattern, name)));
  if (owner === undefined) return plan.missingKey(domain, pattern);
  plan.domain(domain);
  if (owner !== domain) plan.signer(domain, owner);
  // The parent is checked too: the mail hangs on its key.
  if (owner !== domain && plan.has(owner)) return;
  plan.key({
    domain: owner,
    selector,
    path: pathFor(pattern, owner),
    text: undefined,
    // With one selector for all, file names are no selectors.
    hasSiblings: selector === undefined && dirname(pattern).includes('%'),
  });
}

function pathFor(pattern: string, domain: string): string {
  return pattern.replaceAll('%', domain);
}

/** The part of the path up to the name with the first `%` in it, and that name. */
function splitPattern(pattern: string): { folder: string; name: string; isLast: boolean } {
  const percent = pattern.indexOf('%');
  const start = pattern.lastIndexOf('/', percent) + 1;
  const slash = pattern.indexOf('/', percent);
  const end = slash === -1 ? pattern.length : slash;
  return { folder: pattern.slice(0, start) || '.', name: pattern.slice(start, end), isLast: slash === -1 };
}

function hasPlace(pattern: string, domain: string): boolean {
  const { folder, name } = splitPattern(pattern);
  return isThere(join(folder, pathFor(name, domain)));
}

function domainsAt(pattern: string): string[] {
  const { folder, name } = splitPattern(pattern);
  const [before = '', ...rest] = name.split('%');
  const after = rest.at(-1) ?? '';
  return namesIn(folder)
    .filter((entry) => entry.length > before.length + after.length && entry.startsWith(before) && entry.endsWith(after))
    .map((entry) => entry.slice(before.length, entry.length - after.length))
    .filter((domain) => isHostName(domain) && domain.includes('.') && domain === domain.toLowerCase())
    .sort();
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    const reason = errnoOf(cause) === 'ENOENT' ? 'there is no such directory' : systemReason(cause);
    throw new DktoolError('config-unreadable', `cannot list ${folder}: ${reason}`, { kind: 'temporary', cause });
  }
}

/** Anything but a clear ENOENT counts as there: reading it says what is wrong. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return errnoOf(error) !== 'ENOTDIR';
  }
}
