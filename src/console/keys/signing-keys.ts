/** From -k, -s and -d to the keys of one message. */
import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { AskPassphrase } from '../../lib/crypto/key-encryption.ts';
import type { PrivateKey } from '../../lib/crypto/private-key.ts';
import { MIN_RSA_BITS } from '../../lib/crypto/public-key.ts';
import type { SigningKey } from '../../lib/dkim/sign.ts';
import type { DomainKeysSigningKey } from '../../lib/domainkeys/sign.ts';
import { DktoolError } from '../../lib/errors.ts';
import { shellWord } from '../../lib/syntax/shell-word.ts';
import { isDomainName, isHostName, withParents } from '../../lib/syntax/domain-name.ts';
import { loadPrivateKey } from './key-file.ts';
import { selectorOfPath } from './key-owner.ts';

export interface KeyRequest {
  /** A path; `%` in it stands for a domain. */
  readonly path: string;
  /** `undefined`: from the name of the file. */
  readonly selector: string | undefined;
}

/** No key is there for the domain of a message, at a path with `%`: that may be a fault, or mail of somebody else's. */
export class NoKeyForDomain extends DktoolError {}

export interface KeyLoading {
  /** -d; `undefined`: the author's. */
  readonly domain: string | undefined;
  readonly requireSafe: boolean;
  readonly passphrase: AskPassphrase | undefined;
  readonly warn: (sentence: string) => void;
}

/**
 * Which selector goes with which key: the first with the first, or none at all.
 *
 * @throws DktoolError, kind permanent, where their numbers differ: half of them would be guessed
 */
export function pairKeys(paths: readonly string[], selectors: readonly string[]): KeyRequest[] {
  if (selectors.length > 0 && selectors.length !== paths.length) {
    const [keys, names] = [counted(paths.length, 'key'), counted(selectors.length, 'selector')];
    throw new DktoolError('selectors-do-not-match', `${keys} and ${names} do not match`, {
      kind: 'permanent',
      hint: 'the first -s goes with the first -k, and so on; without -s the file names are the selectors',
    });
  }
  return paths.map((path, i) => ({ path, selector: selectors[i] }));
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** A key in its file, and what the file's place says about it. */
interface LocatedKey {
  readonly path: string;
  readonly domain: string;
  readonly selector: string;
  readonly key: PrivateKey;
}

async function locateKey({ path, selector }: KeyRequest, author: string, loading: KeyLoading): Promise<LocatedKey> {
  const found = path.includes('%') ? findKey(path, author, loading.domain) : undefined;
  const file = behindLinks(found?.path ?? path);
  const key = await loadPrivateKey(file, loading);
  const domain = loading.domain ?? found?.domain ?? author;
  return { path: file, domain, selector: selector ?? selectorOf(file), key };
}

/**
 * Load a key for the DKIM signature of a message.
 *
 * @param author the From domain, ASCII, lower case
 * @throws DktoolError, kind temporary where the key is missing or unusable, permanent where the author's domain is none
 *   that may stand in a path
 */
export async function loadSigningKey(request: KeyRequest, author: string, loading: KeyLoading): Promise<SigningKey> {
  const { path, domain, selector, key } = await locateKey(request, author, loading);
  const { type, bits } = key;
  if (type === 'rsa' && bits < MIN_RSA_BITS) {
    throw new DktoolError(
      'weak-key',
      `key file ${path} contains an RSA key of ${bits} bits, fewer than ${MIN_RSA_BITS}`,
      {
        kind: 'temporary',
        hint: 'RFC 8301 forbids it and verifiers reject it: make a new one with dktool keygen',
      },
    );
  }
  return { domain, selector, type, privateKey: key.key };
}

/**
 * Load the key for the DomainKeys signature of a message: RSA, of any length that can sign. Not checked: that it
 * is long enough.
 *
 * @param sender the sending domain (Sender, else From), ASCII, lower case
 * @throws DktoolError as loadSigningKey does
 */
export async function loadDomainKey(
  request: KeyRequest,
  sender: string,
  loading: KeyLoading,
): Promise<DomainKeysSigningKey> {
  const { path, domain, selector, key } = await locateKey(request, sender, loading);
  if (key.type !== 'rsa') {
    throw new DktoolError(
      'key-type-mismatch',
      `key file ${path} contains no RSA key, and DomainKeys supports no other`,
      {
        kind: 'temporary',
        hint: 'dktool keygen makes RSA keys unless --type says otherwise',
      },
    );
  }
  if (key.bits < MIN_DOMAINKEYS_RSA_BITS) {
    throw new DktoolError(
      'weak-key',
      `key file ${path} contains an RSA key of ${key.bits} bits, too few to sign with`,
      {
        kind: 'temporary',
        hint: 'make a new one with dktool keygen',
      },
    );
  }
  return { domain, selector, privateKey: key.key };
}

/** An RSA key that takes a SHA-1 DigestInfo and its padding: 46 octets (RFC 8017 section 9.2). */
const MIN_DOMAINKEYS_RSA_BITS = 368;

/** `%` is the domain, then each of its parents: the first for which there is a file. */
function findKey(pattern: string, author: string, domain: string | undefined): FoundKeyFile {
  const start = domain ?? author;
  if (!isHostName(start)) {
    throw new DktoolError('unsafe-domain', `'${start}' is not a host name, so it cannot replace % in ${pattern}`, {
      kind: 'permanent',
      isOfMessage: domain === undefined,
    });
  }
  const candidates = domain === undefined ? withParents(start).filter((name) => name.includes('.')) : [start];
  const found = findKeyFile(pattern, candidates);
  if (found !== undefined) return found;
  const signer = candidates[0] ?? start;
  const path = pattern.replaceAll('%', signer);
  throw new NoKeyForDomain(
    'key-file-missing',
    `there is no key for ${candidates.join(' or ') || start} at ${pattern}`,
    {
      kind: 'temporary',
      hint: `make one with: mkdir -p ${shellWord(dirname(path))} && dktool keygen ${signer} -o ${shellWord(path)}`,
    },
  );
}

/** A key file, and the domain that took the place of `%` in its path. */
export interface FoundKeyFile {
  readonly path: string;
  readonly domain: string;
}

/**
 * The first of some domains for which there is a file. Only ENOENT means that there is none.
 *
 * @param pattern a path with `%` in it
 * @param domains host names; not checked
 */
export function findKeyFile(pattern: string, domains: readonly string[]): FoundKeyFile | undefined {
  for (const domain of domains) {
    const path = pattern.replaceAll('%', domain);
    if (exists(path)) return { path, domain };
  }
  return undefined;
}

/** Anything but a clear ENOENT counts as there: loading it says what is wrong with it. */
function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

const MOST_LINKS = 8;

/**
 * The file behind links within one folder, so that `default -> 2026a` can be switched: name and key are then read from the
 * same place, even while somebody switches it. A link out of the folder stays as it is.
 */
export function behindLinks(path: string): string {
  let at = path;
  for (let i = 0; i < MOST_LINKS; i++) {
    const target = linkTarget(at);
    // loading a link to nothing says what is wrong with it
    if (target === undefined || dirname(target) !== resolve(dirname(at)) || !exists(target)) return at;
    at = target;
  }
  return path;
}

/** Where a symbolic link leads, as a whole path; `undefined` for anything else. */
function linkTarget(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? resolve(dirname(path), readlinkSync(path)) : undefined;
  } catch {
    return undefined;
  }
}

function selectorOf(path: string): string {
  const name = selectorOfPath(path);
  if (isDomainName(name)) return name;
  throw new DktoolError('bad-selector', `the file name '${name}' cannot be a selector`, {
    kind: 'permanent',
    hint: 'give the selector with -s',
  });
}
