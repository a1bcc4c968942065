/** From the options of `rotate` to the domains, their keys, and the places that decide which key signs. */
import { lstatSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readRegularFile } from '../../console/keys/key-file.ts';
import { selectorOfPath } from '../../console/keys/key-owner.ts';
import { behindLinks } from '../../console/keys/signing-keys.ts';
import { rotationFileOf } from '../../console/keys/rotation-file.ts';
import { usage } from '../../console/options/usage.ts';
import { planControl } from '../../console/sources/control.ts';
import { planKeyPath } from '../../console/sources/key-path.ts';
import type { NamedKey } from '../../console/sources/named-key.ts';
import { CheckPlan } from '../../console/sources/plan.ts';
import { planConfig, planKeyTableFile } from '../../console/sources/tables.ts';
import { type PrivateKey, readPrivateKey } from '../../lib/crypto/private-key.ts';
import { DktoolError } from '../../lib/errors.ts';
import type { Place } from '../../lib/rotate/state.ts';
import { isDomainName, isHostName } from '../../lib/syntax/domain-name.ts';
import { shellWord } from '../../lib/syntax/shell-word.ts';
import type { RotateOptions } from './options.ts';
import { isLink } from './place.ts';

/** A domain with the keys that sign for it. */
export interface Target {
  readonly domain: string;
  readonly keys: readonly NamedKey[];
  /** Where its rotation is remembered. */
  readonly stateFile: string;
}

/**
 * @param domains of the command line; none: all that the options name
 * @param warn takes what is wrong with single lines of tables
 * @throws DktoolError: kind permanent where nothing is named, temporary where a table cannot be read
 */
export function targetsOf(
  domains: readonly string[],
  options: RotateOptions,
  warn: (sentence: string) => void,
): Target[] {
  const { control, key = [], keyTable, signingTable, config } = options;
  if ([control, keyTable, config].every((source) => source === undefined) && key.length === 0) {
    throw usage(
      'no key is given',
      'give the key that signs with -k, as in dktool rotate example.com -k /etc/domainkeys/%/default',
    );
  }
  if (signingTable !== undefined && keyTable === undefined) throw usage('--signing-table needs --key-table');
  const plan = new CheckPlan();
  if (control !== undefined) planControl(plan, control);
  if (keyTable !== undefined) planKeyTableFile(plan, keyTable, signingTable);
  if (config !== undefined) planConfig(plan, config);
  for (const path of key) planPath(plan, path, domains);
  for (const { subject, observed, remedy } of plan.findings) warn(`${subject}: ${observed}; ${remedy}`);
  return plan.plans(domains.length === 0 ? undefined : domains).flatMap(({ domain, keys, missingKeyAt }) => {
    const own = keys.filter((one) => one.domain === domain);
    if (own.length > 0) return [{ domain, keys: own, stateFile: rotationFileOf(own[0]!.path) }];
    if (domains.length === 0) return [];
    const where = missingKeyAt ?? [control, keyTable, config, ...key].filter((one) => one !== undefined).join(' and ');
    throw new DktoolError('key-file-missing', `there is no key for ${domain} at ${where}`, {
      kind: 'temporary',
      hint: 'dktool keygen makes the first key of a domain',
    });
  });
}

function planPath(plan: CheckPlan, path: string, domains: readonly string[]): void {
  if (domains.length === 0) {
    if (!path.includes('%')) throw usage('-k without % needs a domain', 'dktool rotate example.com -k PATH');
    const found = new CheckPlan();
    planKeyPath(found, path, undefined);
    for (const { domain, keys } of found.plans()) {
      for (const key of keys) if (key.domain === domain) plan.key(named(domain, key.path));
    }
    return;
  }
  for (const domain of domains) {
    if (path.includes('%') && !isHostName(domain))
      throw usage(`'${domain}' is not a host name, so it cannot replace %`);
    plan.key(named(domain, path.replaceAll('%', domain)));
  }
}

function named(domain: string, path: string): NamedKey {
  return { domain, selector: undefined, path: linkIn(resolve(path)), text: undefined, hasSiblings: false };
}

/** Of a folder, the link in it: `default`, else the only one. */
function linkIn(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return path;
  const links = readdirSync(path).filter(
    (name) => isLink(join(path, name)) && behindLinks(join(path, name)) !== join(path, name),
  );
  const [only, second] = links.includes('default') ? ['default'] : links;
  if (only !== undefined && second === undefined) return join(path, only);
  throw usage(
    `the directory ${path} has ${only === undefined ? 'no link to a key' : `${links.length} links`}: it is unclear which one signs`,
    'give the link that signs with -k',
  );
}

/** A key that signs now, and what decides that it does. */
export interface KeyInUse {
  readonly selector: string;
  readonly path: string;
  readonly place: Place;
  readonly key: PrivateKey;
  readonly bytes: Buffer;
  readonly owner: { readonly user: number; readonly group: number; readonly mode: number };
  /** Seconds since 1970 when the file was written. */
  readonly modified: number;
  /** What signs has to read its tables again. */
  readonly needsReload: boolean;
}

/** @throws DktoolError where the key cannot be read, or there is nothing that could be switched */
export async function keyInUse(named_: NamedKey): Promise<KeyInUse> {
  const place = placeOf(named_);
  const path = place.kind === 'link' ? behindLinks(place.path) : resolve(named_.path);
  const selector = named_.selector ?? selectorOfPath(path);
  if (!isDomainName(`${selector}._domainkey.${named_.domain}`)) throw usage(`'${selector}' is not a selector`);
  const { bytes } = readRegularFile(path);
  const key = await readPrivateKey(bytes, { name: `key file ${path}` });
  const { uid, gid, mode, mtimeMs } = statSync(path);
  if ((mode & 0o007) !== 0) {
    throw new DktoolError('key-file-exposed', `key file ${path} is accessible to everyone; a new key never is`, {
      kind: 'temporary',
      hint: `make sure that the signer can read it as its owner or group, then: chmod o= ${shellWord(path)}`,
    });
  }
  // What reads the old key reads the new one too.
  const owner = { user: uid, group: gid, mode: 0o600 | (mode & 0o040) };
  const needsReload = place.kind !== 'link' && !(named_.source?.kind === 'table' && named_.source.isReadAnew);
  return { selector, path, place, key, bytes, owner, modified: mtimeMs / 1000, needsReload };
}

/** @throws DktoolError, kind permanent, where nothing could be switched */
export function placeOf({ domain, path, selector, text, source }: NamedKey): Place {
  if (text !== undefined) {
    throw unclear(`the key of ${domain} is in ${path} itself`, 'move it to a file, and put the path into the table');
  }
  if (source === undefined || selector === undefined) {
    if (isLinkToKey(path)) return { kind: 'link', path: resolve(path) };
    if (source?.kind === 'table') return { kind: 'table', file: resolve(source.file), folder: source.folder };
    throw noLink(path);
  }
  if (isLink(path)) {
    throw unclear(
      `${source.file} names the link ${path}`,
      'make it name the key file itself: rotation changes this line',
    );
  }
  if (source.kind === 'list') {
    throw unclear(`the KeyTable is a list in ${source.file}`, 'move it to a separate file');
  }
  if (source.isShared) {
    throw unclear(`${source.file} names one key for several domains`, `give ${domain} its own line and key`);
  }
  const { kind, file, folder } = source;
  const at = { file: resolve(file), folder: resolve(folder) };
  if (kind === 'table') return { kind, ...at };
  return { kind, ...at, selector: source.selector, keyFile: source.keyFile };
}

function isLinkToKey(path: string): boolean {
  return isLink(path) && behindLinks(path) !== path && dirname(behindLinks(path)) === dirname(resolve(path));
}

function unclear(what: string, hint: string): DktoolError {
  return new DktoolError('rotation-place-unclear', `${what}, so it cannot be switched to another key`, {
    kind: 'permanent',
    hint,
  });
}

function noLink(path: string): DktoolError {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    return new DktoolError('key-file-missing', `there is no key at ${path}`, {
      kind: 'temporary',
      hint: 'dktool keygen makes the first key of a domain',
    });
  }
  if (stats.isSymbolicLink()) {
    return unclear(
      `${path} points outside its directory, or to nothing`,
      'make it point to a key in the same directory whose name is the selector',
    );
  }
  const [word, file] = [shellWord(path), shellWord(`${path}.key`)];
  const hint = `make it a link once: ln ${word} ${file} && ln -s ${file.replace(/^.*\//, '')} ${word}.new && mv ${word}.new ${word}`;
  return unclear(`${path} is a key file, not a link to one`, hint);
}
