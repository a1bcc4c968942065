/** The beginning of a rotation: what is to come is written down before anything is done. */
import { dirname, join } from 'node:path';
import type { Context } from '../../console/context.ts';
import { DktoolError } from '../../lib/errors.ts';
import { pathBeside, selectorCandidates, selectorFrom } from '../../lib/rotate/selector.ts';
import { type FinishedRotation, instant, type KeyName, type Rotation, secondsOf } from '../../lib/rotate/state.ts';
import { isTaken, negativeTtl } from './name-servers.ts';
import { isThere } from './new-keys.ts';
import type { RotateOptions } from './options.ts';
import { type KeyInUse, keyInUse, type Target } from './targets.ts';

const DAY = 86_400;

/**
 * Plan a rotation, where it is time for one.
 *
 * @param before rotations of the domain that have come to their end, the newest first
 * @returns `undefined`: the keys are young enough
 * @throws DktoolError where the keys cannot be rotated, or DNS gives no answer
 */
export async function beginRotation(
  { domain, keys: named }: Target,
  before: readonly FinishedRotation[],
  now: number,
  options: RotateOptions,
  context: Context,
): Promise<Rotation | undefined> {
  if (options.continue === true) return undefined;
  const inUse = await Promise.all(named.map(keyInUse));
  // What a person took back is not begun anew by the next run of cron.
  const last = before[0] === undefined ? -Infinity : secondsOf(before[0].finished);
  const age = now - Math.max(last, Math.min(...inUse.map(({ modified }) => modified)));
  if (options.maxAge !== undefined && age <= options.maxAge * DAY) return undefined;
  // The names of keys that the domain has had stay theirs.
  const used = new Set(before.flatMap(({ from, to }) => [...from, ...to]));
  const names = await freeNames(domain, inUse, used, now, options, context);
  const time = instant(now);
  return {
    phase: 'make',
    since: time,
    started: time,
    keys: inUse.map(({ key: { type }, selector, path, place }, i) => ({
      type,
      from: { selector, path },
      to: names[i]!,
      place,
    })),
    negativeTtl: await negativeTtl(`${names[0]!.selector}._domainkey.${domain}`, options, context),
    overlap: options.overlap,
    removeAfter: options.removeAfter,
  };
}

async function freeNames(
  domain: string,
  inUse: readonly KeyInUse[],
  used: ReadonlySet<string>,
  now: number,
  options: RotateOptions,
  context: Context,
): Promise<KeyName[]> {
  const base = selectorFrom(options.selector, now)!;
  const types = inUse.map(({ key }) => key.type);
  for (const selectors of selectorCandidates(base, types)) {
    const names = selectors.map((selector, i) => ({ selector, path: pathOf(inUse[i]!, selector) }));
    if (await isFree(domain, names, used, options, context)) return names;
  }
  throw new DktoolError('selector-taken', `${domain}: every name from ${base} to ${base}z is taken`, {
    kind: 'permanent',
    hint: 'give another one with --selector',
  });
}

/** Where a link leads, the name of the file is the selector. */
function pathOf({ path, place, selector: old }: KeyInUse, selector: string): string {
  if (place.kind !== 'link') return pathBeside(path, old, selector);
  const ending = /\.(?:pem|key|private)$/.exec(path)?.[0] ?? '';
  return join(dirname(path), selector + ending);
}

async function isFree(
  domain: string,
  names: readonly KeyName[],
  used: ReadonlySet<string>,
  options: RotateOptions,
  context: Context,
): Promise<boolean> {
  for (const { selector, path } of names) {
    if (used.has(selector) || isThere(path)) return false;
    if (await isTaken(`${selector}._domainkey.${domain}`, options, context)) return false;
  }
  return true;
}
