/** The keys themselves: made beside the old ones, and put away at the end. */
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { usage } from '../../console/options/usage.ts';
import { writeKeyFiles } from '../../console/keys/key-output.ts';
import { generateEd25519Key, generateRsaKey, RSA_BITS } from '../../lib/crypto/generate-key.ts';
import { formatKey, type KeyFormat } from '../../lib/crypto/key-format.ts';
import type { KeyType } from '../../lib/crypto/public-key.ts';
import { DktoolError } from '../../lib/errors.ts';
import { type RotatedKey } from '../../lib/rotate/state.ts';
import { readKey } from './name-servers.ts';
import { isNamedElsewhere } from './place.ts';
import { removeFile, replaceFile, TEMPORARY } from './replace-file.ts';
import { type KeyInUse } from './targets.ts';

/** The shape that the old key's file has, since what signs can read that one. */
export function formatOf({ type }: { readonly type: KeyType }, bytes: Buffer): KeyFormat {
  const text = bytes.toString('latin1').trim();
  if (text.includes('-----BEGIN RSA PRIVATE KEY-----')) return 'pkcs1';
  if (bytes[0] === 0x30) return type === 'rsa' && bytes.indexOf(RSA_OID) === -1 ? 'pkcs1-der' : 'pkcs8-der';
  if (type === 'ed25519' && /^[A-Za-z0-9+/]+=*$/.test(text)) {
    const { length } = Buffer.from(text, 'base64');
    if (length === 32) return 'seed';
    if (length === 64) return 'rspamd';
  }
  return 'pkcs8';
}

/** 1.2.840.113549.1.1.1 (RFC 8017 appendix C), which PKCS#1 does without. */
const RSA_OID = Buffer.from('2a864886f70d010101', 'hex');

/**
 * Make the keys that are not there yet.
 *
 * @param inUse the keys that they follow
 * @returns the paths of those that were made
 * @throws DktoolError as writeKeyFiles does
 */
export async function makeKeys(keys: readonly RotatedKey[], inUse: readonly KeyInUse[]): Promise<string[]> {
  const made: string[] = [];
  for (const { type, from, to } of keys) {
    if (isThere(to.path)) continue;
    const { key: old, bytes, owner } = inUse.find(({ path }) => path === from.path) ?? lost(from.path);
    const key = type === 'rsa' ? await generateRsaKey(Math.max(RSA_BITS.weak, old.bits)) : await generateEd25519Key();
    const file = { path: to.path, bytes: formatKey(key, formatOf(old, bytes)) };
    writeKeyFiles([file], { force: false, group: undefined, owner, prefix: TEMPORARY });
    made.push(to.path);
  }
  return made;
}

function lost(path: string): never {
  throw new DktoolError('rotation-place-unclear', `${path} is being rotated, but is not among the keys given`, {
    kind: 'permanent',
    hint: 'give the same keys as before, or end the rotation with --abort',
  });
}

export function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Put the private halves of the old keys away.
 *
 * @param folder where they are published; `undefined`: nowhere
 * @returns sentences about what was done
 */
export async function retireKeys(
  domain: string,
  keys: readonly RotatedKey[],
  { keep, folder }: { readonly keep: boolean; readonly folder: string | undefined },
): Promise<string[]> {
  const said: string[] = [];
  for (const key of keys) {
    const { path, selector } = key.from;
    if (!isThere(path)) continue;
    if (folder !== undefined) {
      const bytes = formatKey(await readKey(path), 'pkcs8');
      const published = join(folder, `${selector}._domainkey.${domain}.pem`);
      replaceFile(published, bytes, 0o644);
      said.push(`the old key is published as ${published}`);
    }
    if (keep) continue;
    if (isNamedElsewhere(key)) {
      said.push(`${path} is kept: it is still referred to elsewhere`);
      continue;
    }
    removeFile(path);
    said.push(`deleted ${path}`);
  }
  return said;
}

/** Delete new keys that nothing was signed with. */
export function discardKeys(keys: readonly RotatedKey[]): void {
  for (const { to } of keys) removeFile(to.path);
}

/** @throws DktoolError, kind permanent, where retired keys cannot be published there */
export function checkFolder(path: string | undefined): void {
  if (path === undefined || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw usage(`--publish-retired: there is no directory ${basename(path)} in ${dirname(path)}`);
}
