/** Places that decide which key signs: what they say, and how they are made to say something else. */
import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Context } from '../../console/context.ts';
import { behindLinks } from '../../console/keys/signing-keys.ts';
import { readConfigFile } from '../../console/sources/config-file.ts';
import { lockFile } from '../../console/streams/lock.ts';
import { DktoolError } from '../../lib/errors.ts';
import { keyOfConfig, linesOfKey, namesPath, withConfigSwitched, withKeySwitched } from '../../lib/opendkim/edit.ts';
import type { Signing } from '../../lib/rotate/facts.ts';
import type { KeyName, RotatedKey } from '../../lib/rotate/state.ts';
import { replaceFile, replaceLink } from './replace-file.ts';

/** Which of the keys of a rotation sign now. */
export function signingNow(domain: string, keys: readonly RotatedKey[]): Signing {
  const seen = keys.map((key) => signsWith(domain, key));
  const astray = seen.find((one) => typeof one === 'object');
  if (astray !== undefined) return { keys: 'other', problem: astray.problem };
  const words = new Set(seen);
  return { keys: words.size > 1 ? 'both' : words.has('to') ? 'to' : 'from' };
}

/** Have the new keys sign, one place after the other. */
export async function switchPlaces(domain: string, keys: readonly RotatedKey[], context: Context): Promise<void> {
  for (const key of keys) if (signsWith(domain, key) !== 'to') await switchPlace(domain, key, context);
}

function signsWith(domain: string, key: RotatedKey): 'from' | 'to' | { readonly problem: string } {
  const { place, from, to } = key;
  if (place.kind === 'link') {
    const path = behindLinks(place.path);
    if (!isLink(place.path)) return { problem: `${place.path} is no longer a symbolic link` };
    if (path === to.path) return 'to';
    return path === from.path
      ? 'from'
      : { problem: `${place.path} points to neither ${nameOf(from)} nor ${nameOf(to)}` };
  }
  const text = textOf(place.file);
  if (typeof text !== 'string') return text;
  if (place.kind === 'config') {
    const named = keyOfConfig(text, configChange(key));
    if (isSame(named, to)) return 'to';
    return isSame(named, from) ? 'from' : { problem: `${place.file} names neither ${from.path} nor ${to.path}` };
  }
  const change = tableChange(domain, key);
  const [old, next] = [linesOfKey(text, change, from), linesOfKey(text, change, to)];
  if (old.length > 0) return 'from';
  return next.length > 0 ? 'to' : { problem: `${place.file} names neither ${from.path} nor ${to.path} for ${domain}` };
}

async function switchPlace(domain: string, key: RotatedKey, context: Context): Promise<void> {
  const { place, to } = key;
  if (place.kind === 'link') return replaceLink(place.path, basename(to.path));
  // The file behind a link, so that the link stays.
  const file = realpathSync(place.file);
  const lock = await lockFile(lockOf(file), TABLE_LOCK, context);
  try {
    const text = readConfigFile(file, 'table');
    const next =
      place.kind === 'table'
        ? withKeySwitched(text, tableChange(domain, key))
        : withConfigSwitched(text, configChange(key));
    lock.assertHeld();
    replaceFile(file, Buffer.from(next, 'latin1'), 0o644);
  } finally {
    lock.release();
  }
  if (signsWith(domain, key) === 'to') return;
  throw new DktoolError('rotation-place-unclear', `${place.file} cannot be edited to name ${to.path}`, {
    kind: 'temporary',
    hint: 'edit it by hand; the next run continues from there',
  });
}

/** A run that was killed behind the last change has left its lock, and nobody would ask for it again. */
export async function clearLocks(keys: readonly RotatedKey[], context: Context): Promise<void> {
  for (const { place } of keys) {
    const path = place.kind === 'link' ? undefined : lockOf(realpathSync(place.file));
    if (path !== undefined && existsSync(path)) (await lockFile(path, TABLE_LOCK, context)).release();
  }
}

function lockOf(file: string): string {
  return `${file}.dktool-lock`;
}

/** Held for one read and one write. */
const TABLE_LOCK = { staleAfter: 10, patience: 30, command: 'dktool rotate' };

/** Another place still names the old key: it must not be deleted then. */
export function isNamedElsewhere({ place, from }: RotatedKey): boolean {
  if (place.kind !== 'link') {
    const text = textOf(place.file);
    return typeof text !== 'string' || namesPath(text, from.path, (path) => resolve(place.folder, path));
  }
  const folder = dirname(place.path);
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .some((path) => path !== from.path && isLink(path) && behindLinks(path) === from.path);
}

function tableChange(domain: string, { place, from, to }: RotatedKey) {
  const folder = place.kind === 'link' ? dirname(place.path) : place.folder;
  return { domain, from, to, resolve: (path: string) => resolve(folder, path) };
}

function configChange(key: RotatedKey) {
  const { place, from, to } = key;
  if (place.kind !== 'config') throw new Error('no place in a configuration file');
  const { selector, keyFile } = place;
  return { parameters: { selector, keyFile }, from, to, resolve: tableChange('', key).resolve };
}

function textOf(file: string): string | { readonly problem: string } {
  try {
    return readConfigFile(file, 'table');
  } catch (error) {
    if (error instanceof DktoolError) return { problem: error.message };
    throw error;
  }
}

function isSame(a: KeyName | undefined, b: KeyName): boolean {
  return a !== undefined && a.selector === b.selector && a.path === b.path;
}

export function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function nameOf({ path }: KeyName): string {
  return basename(path);
}
