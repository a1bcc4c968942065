/** What keygen is to make, from its command line: which keys, under which names, into which files. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type KeyOwner, keyOwner, oneDomain, selectorOfPath } from '../../console/keys/key-owner.ts';
import type { CommonOptions } from '../../console/options/options.ts';
import type { PlaceOptions } from '../../console/keys/record-place.ts';
import { MIN_GENERATED_RSA_BITS, RSA_BITS } from '../../lib/crypto/generate-key.ts';
import type { KeyFormat } from '../../lib/crypto/key-format.ts';
import type { KeyType } from '../../lib/crypto/public-key.ts';
import type { TxtFormat } from '../../lib/dns/txt-formats/format.ts';
import { usage } from '../../console/options/usage.ts';

export interface KeygenOptions extends CommonOptions, PlaceOptions {
  readonly domain?: string | undefined;
  readonly selector?: readonly string[] | undefined;
  readonly output?: readonly string[] | undefined;
  readonly type?: KeyType | undefined;
  readonly bits?: string | undefined;
  readonly dual?: boolean | undefined;
  readonly format?: KeyFormat | undefined;
  readonly recordFormat: TxtFormat;
  readonly convert?: string | undefined;
  readonly encrypt?: boolean | undefined;
  readonly passphraseFile?: string | undefined;
  readonly group?: string | undefined;
  readonly force?: boolean | undefined;
  readonly forceWeak?: boolean | undefined;
}

export interface PlannedKey {
  readonly owner: KeyOwner;
  /** `-`: stdout. */
  readonly path: string;
  /** Of a key that is converted: whatever it is. */
  readonly type: KeyType;
}

/** With --dual and one name given, the Ed25519 key has this behind it. */
const SECOND_SUFFIX = '-ed25519';

/** @throws DktoolError, kind permanent, where the command line does not make sense */
export function planKeys(domainArgument: string | undefined, options: KeygenOptions): PlannedKey[] {
  const domain = oneDomain(domainArgument, options.domain);
  const types: KeyType[] = options.dual === true ? ['rsa', 'ed25519'] : [options.type ?? 'rsa'];
  if (options.format?.startsWith('spki') === true && options.convert === undefined) {
    throw usage(
      `--format ${options.format} would lose the private key`,
      'with --convert it writes the public half of a key',
    );
  }
  const outputs = options.output ?? [];
  const selectors = selectorsFor(types.length, options);
  return types.map((type, i) => ({
    type,
    owner: keyOwner(selectors[i]!, domain),
    path: pathFor(i, selectors[i]!, types.length, outputs),
  }));
}

function selectorsFor(count: number, options: KeygenOptions): string[] {
  const given = options.selector ?? namesOfPaths(options.output ?? []);
  if (given.length === 0) throw usage('a selector is needed', 'give the key a name, e.g. -s 2026a');
  if (given.length > count)
    throw usage(`${given.length} selectors are given for ${count === 1 ? 'one key' : 'two keys'}`);
  return given.length === count ? [...given] : [given[0]!, given[0]! + SECOND_SUFFIX];
}

function namesOfPaths(paths: readonly string[]): string[] {
  return paths.filter((path) => path !== '-' && !isFolder(path)).map(selectorOfPath);
}

function pathFor(i: number, selector: string, count: number, outputs: readonly string[]): string {
  const [first] = outputs;
  if (outputs.length > count)
    throw usage(`-o is given ${outputs.length} times for ${count === 1 ? 'one key' : 'two keys'}`);
  if (count > 1 && outputs.includes('-')) throw usage('two keys cannot both go to stdout');
  const output = outputs[i];
  if (output !== undefined) return isFolder(output) ? join(output, selector) : output;
  if (first === undefined) return selector;
  return isFolder(first) ? join(first, selector) : first + SECOND_SUFFIX;
}

/** Whatever else is wrong with the path is said when the key is put there. */
function isFolder(path: string): boolean {
  try {
    return path.endsWith('/') || statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * The size of an RSA key that is asked for.
 *
 * @throws DktoolError, kind permanent: no number, out of bounds, or below what RFC 8301 allows without --force-weak
 */
export function rsaBits({ bits: text, forceWeak, type }: KeygenOptions): number {
  if (text === undefined) return RSA_BITS.standard;
  if (type === 'ed25519') throw usage('--bits is for RSA: Ed25519 keys have one size');
  const bits = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(bits >= MIN_GENERATED_RSA_BITS && bits <= RSA_BITS.most)) {
    throw usage(
      `--bits ${text} is not between ${RSA_BITS.refused} and ${RSA_BITS.most}`,
      `${RSA_BITS.standard} is right for most`,
    );
  }
  if (bits < RSA_BITS.refused && forceWeak !== true) {
    throw usage(
      `an RSA key of ${bits} bits is too weak: verifiers refuse it (RFC 8301 section 3.2)`,
      `use ${RSA_BITS.standard}, or --force-weak for a test`,
    );
  }
  return bits;
}
