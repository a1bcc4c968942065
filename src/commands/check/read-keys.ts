/** What there is to be seen of a key file: its rights, those of the folders on the way, and the key in it. */
import { lstatSync, readdirSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type {
  FileFacts,
  FolderFacts,
  KeyFacts,
  KeyRole,
  OldSelector,
  RotationFacts,
} from '../../lib/check/key-facts.ts';
import { type PrivateKey, readPrivateKey } from '../../lib/crypto/private-key.ts';
import { DktoolError } from '../../lib/errors.ts';
import { isDomainName } from '../../lib/syntax/domain-name.ts';
import type { Accounts } from './accounts.ts';
import { readRegularFile } from '../../console/keys/key-file.ts';
import { readRotations, rotationFileOf } from '../../console/keys/rotation-file.ts';
import { selectorsInRotation } from '../../lib/check/rotation.ts';
import { selectorOfPath } from '../../console/keys/key-owner.ts';
import { behindLinks } from '../../console/keys/signing-keys.ts';
import { hintText } from '../../console/terminal/hint-text.ts';
import type { NamedKey } from '../../console/sources/named-key.ts';

export interface KeysOfDomain {
  readonly keys: readonly KeyFacts[];
  readonly old: readonly OldSelector[];
  /** Of the first one of them that is changing. */
  readonly rotation: RotationFacts | undefined;
}

export async function readKeys(named: readonly NamedKey[], accounts: Accounts): Promise<KeysOfDomain> {
  const keys: KeyFacts[] = [];
  const old: OldSelector[] = [];
  const paths = new Set(named.flatMap(({ path }) => [path, behindLinks(path)]));
  let rotation: RotationFacts | undefined;
  for (const one of named) {
    const own = one.text === undefined ? rotationOf(one) : undefined;
    rotation ??= own;
    const changing = own === undefined ? new Set<string>() : selectorsInRotation(own);
    const facts = await readKeyFacts(one, 'current', accounts, changing);
    keys.push(facts);
    if (!one.hasSiblings || facts.file === undefined) continue;
    const beside = await readSiblings(one, facts, paths, accounts, changing);
    keys.push(...beside.keys);
    old.push(...beside.old);
  }
  return { keys, old, rotation };
}

/** What is written of it beside the key, where the tables or the link lead to. */
function rotationOf({ domain, path }: NamedKey): RotationFacts | undefined {
  const file = rotationFileOf(path);
  try {
    const { rotations } = readRotations(file);
    return Object.hasOwn(rotations, domain) ? { path: file, state: rotations[domain]! } : undefined;
  } catch (error) {
    if (!(error instanceof DktoolError)) throw error;
    return { path: file, state: error.message };
  }
}

async function readKeyFacts(
  { domain, selector, path, text, isReadByRoot = false }: NamedKey,
  role: KeyRole,
  accounts: Accounts,
  changing: ReadonlySet<string>,
): Promise<KeyFacts> {
  const at = behindLinks(path);
  const place = { domain, selector: selector ?? selectorOfPath(at), path: at, role };
  const stats = statOf(at);
  const facts = {
    ...place,
    file: stats?.isFile() === true ? fileFacts(stats, accounts) : undefined,
    folders: foldersOf(path, at, accounts),
    isInline: text !== undefined,
    isThere: isThere(at),
    isReadByRoot,
    isInRotation: changing.has(place.selector),
  };
  try {
    const bytes = text === undefined ? readRegularFile(at).bytes : Buffer.from(text, 'latin1');
    const name = text === undefined ? `key file ${at}` : `the key of ${domain} in ${at}`;
    return { ...facts, key: await readPrivateKey(bytes, { name }), problem: undefined };
  } catch (error) {
    if (!(error instanceof DktoolError)) throw error;
    const { code, message, hint } = error;
    return { ...facts, key: undefined, problem: { code, message, hint: hint && hintText(hint) } };
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // reading the key says why
  }
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function fileFacts(stats: Stats, accounts: Accounts): FileFacts {
  return {
    mode: stats.mode & 0o7777,
    owner: accounts.user(stats.uid),
    group: accounts.group(stats.gid),
    modified: stats.mtimeMs / 1000,
  };
}

/** By the path as it is given, and by where links lead: whoever can change one of these folders can change the key. */
function foldersOf(path: string, behind: string, accounts: Accounts): FolderFacts[] {
  const folders = new Set([
    ...parentsOf(resolve(path)),
    ...parentsOf(resolve(behind)),
    ...parentsOf(realPathOf(behind)),
  ]);
  return [...folders].flatMap((folder) => {
    const stats = statOf(folder);
    if (stats?.isDirectory() !== true) return [];
    const { mode, uid, gid } = stats;
    return [{ path: folder, mode: mode & 0o7777, owner: accounts.user(uid), group: accounts.group(gid) }];
  });
}

function parentsOf(path: string): string[] {
  const folders: string[] = [];
  for (let at = dirname(path); ; at = dirname(at)) {
    folders.push(at);
    if (at === dirname(at)) return folders;
  }
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** Files of a folder that are looked into. A domain has a few keys. */
const MAX_SIBLINGS = 64;
/** What keygen puts aside, public halves and records. */
const NO_KEY_NAMES = /\.(?:old(?:\.\d+)?|pub|public|txt|zone|dns|tmp|bak)$|~$/;

/** The other keys in the folder: newer ones are to come into use, older ones were in use before. */
async function readSiblings(
  named: NamedKey,
  current: KeyFacts,
  known: ReadonlySet<string>,
  accounts: Accounts,
  changing: ReadonlySet<string>,
): Promise<Omit<KeysOfDomain, 'rotation'>> {
  const keys: KeyFacts[] = [];
  const old: OldSelector[] = [];
  const inUse = current.file!.modified;
  const since = Math.max(inUse, linkTime(named.path));
  for (const path of otherFiles(dirname(current.path), known)) {
    const modified = statOf(path)!.mtimeMs / 1000;
    const key = await keyIn(path);
    if (key === undefined) continue;
    const selector = selectorOfPath(path);
    // keygen --dual makes a pair that signs together.
    const isDual = selector === `${current.selector}-ed25519`;
    // Its time has not come, or is over: dktool rotate sees to it.
    if (!isDual && changing.has(selector)) continue;
    if (!isDual && modified < inUse) old.push({ domain: named.domain, selector, since });
    else keys.push(await readKeyFacts({ ...named, path, selector }, isDual ? 'current' : 'next', accounts, changing));
  }
  return { keys, old };
}

function linkTime(path: string): number {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isSymbolicLink() === true ? stats.mtimeMs / 1000 : 0;
}

function otherFiles(folder: string, known: ReadonlySet<string>): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !NO_KEY_NAMES.test(entry.name))
      .map(({ name }) => join(folder, name))
      .filter((path) => !known.has(path) && isDomainName(selectorOfPath(path)))
      .sort()
      .slice(0, MAX_SIBLINGS);
  } catch {
    return []; // a folder that cannot be listed: its keys are nobody's to know
  }
}

async function keyIn(path: string): Promise<PrivateKey | undefined> {
  try {
    return await readPrivateKey(readRegularFile(path).bytes, { name: path });
  } catch (error) {
    if (error instanceof DktoolError) return undefined;
    throw error;
  }
}
