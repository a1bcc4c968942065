/** From -k, -s and -d to the keys of one message. */
import { lstatSync, readlinkSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { AskPassphrase } from '../lib/crypto/key-encryption.ts';
import { MIN_RSA_BITS } from '../lib/dkim/policy.ts';
import type { SigningKey } from '../lib/dkim/sign.ts';
import { DktoolError } from '../lib/errors.ts';
import { isDomainName, isHostName, withParents } from '../lib/syntax/domain-name.ts';
import { loadPrivateKey } from './key-file.ts';
import { selectorOfPath } from './key-owner.ts';

export interface KeyRequest {
  /** A path; `%` in it stands for a domain. */
  readonly path: string;
  /** `undefined`: from the name of the file. */
  readonly selector: string | undefined;
}

export interface KeyLoading {
  /** -d; `undefined`: the author's. */
  readonly domain: string | undefined;
  readonly requireSafe: boolean;
  readonly passphrase: AskPassphrase | undefined;
  readonly warn: (sentence: string) => void;
}

/** Which selector goes with which key: the first with the first. */
export function pairKeys(paths: readonly string[], selectors: readonly string[]): KeyRequest[] {
  if (selectors.length > paths.length) {
    throw new DktoolError('more-selectors-than-keys', `${selectors.length} selectors, but ${paths.length} keys`, {
      kind: 'permanent',
      hint: 'the first -s belongs to the first -k, and so on',
    });
  }
  return paths.map((path, i) => ({ path, selector: selectors[i] }));
}

/**
 * Load a key for a message.
 *
 * @param author the From domain, ASCII, lower case
 * @throws DktoolError, kind temporary where the key is missing or unusable, permanent where the author's domain is none
 *   that may stand in a path
 */
export async function loadSigningKey(request: KeyRequest, author: string, loading: KeyLoading): Promise<SigningKey> {
  const found = request.path.includes('%') ? findKey(request.path, author, loading.domain) : undefined;
  const path = behindLinks(found?.path ?? request.path);
  const { type, bits, key } = await loadPrivateKey(path, loading);
  if (type === 'rsa' && bits < MIN_RSA_BITS) {
    throw new DktoolError('weak-key', `key file ${path} holds an RSA key of ${bits} bits, fewer than ${MIN_RSA_BITS}`, {
      kind: 'temporary',
      hint: 'RFC 8301 forbids it and verifiers refuse it: make a new one with dktool keygen',
    });
  }
  return {
    domain: loading.domain ?? found?.domain ?? author,
    selector: request.selector ?? selectorOf(path),
    type,
    privateKey: key,
  };
}

/** `%` is the domain, then each of its parents: the first for which there is a file. Only ENOENT means that there is none. */
function findKey(pattern: string, author: string, domain: string | undefined): { path: string; domain: string } {
  const start = domain ?? author;
  if (!isHostName(start)) {
    throw new DktoolError(
      'unsafe-domain',
      `'${start}' is no host name, so it cannot take the place of % in ${pattern}`,
      {
        kind: 'permanent',
      },
    );
  }
  const candidates = domain === undefined ? withParents(start).filter((name) => name.includes('.')) : [start];
  for (const name of candidates) {
    const path = pattern.replaceAll('%', name);
    if (exists(path)) return { path, domain: name };
  }
  throw new DktoolError('key-file-missing', `there is no key for ${candidates.join(' or ') || start} at ${pattern}`, {
    kind: 'temporary',
    hint: `make one with: dktool keygen ${candidates[0] ?? start} -o ${pattern.replaceAll('%', candidates[0] ?? start)}`,
  });
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
    let target: string;
    try {
      if (!lstatSync(at).isSymbolicLink()) return at;
      target = resolve(dirname(at), readlinkSync(at));
    } catch {
      return at; // loading it says what is wrong
    }
    if (dirname(target) !== resolve(dirname(at))) return at;
    at = resolve(dirname(at), basename(target)) === resolve(at) ? at : target;
  }
  return path;
}

function selectorOf(path: string): string {
  const name = selectorOfPath(path);
  if (isDomainName(name)) return name;
  throw new DktoolError('bad-selector', `the file name '${name}' cannot be a selector`, {
    kind: 'permanent',
    hint: 'name the selector with -s',
  });
}
