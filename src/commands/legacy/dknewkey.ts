/** The `dknewkey` of libdomainkeys and of its descendants: their arguments and their line, without their faults. */
import { unlinkSync } from 'node:fs';
import { basename } from 'node:path';
import type { Context } from '../../console/context.ts';
import { getopt } from './getopt.ts';
import { loadPrivateKey } from '../../console/keys/key-file.ts';
import { checkKeyPath, writeKeyFiles } from '../../console/keys/key-output.ts';
import { keyOwner, type KeyOwner } from '../../console/keys/key-owner.ts';
import { exitStyleOf } from '../../console/options/exit-style.ts';
import { type ExitStyle, exitStatus, type Outcome } from '../../console/outcome.ts';
import { writeRecords } from '../../console/keys/record-output.ts';
import { complain } from '../../console/terminal/complain.ts';
import { systemReason } from '../../console/streams/system-reason.ts';
import { generateEd25519Key, generateRsaKey, RSA_BITS } from '../../lib/crypto/generate-key.ts';
import { formatKey } from '../../lib/crypto/key-format.ts';
import type { PrivateKey } from '../../lib/crypto/private-key.ts';
import type { KeyType } from '../../lib/crypto/public-key.ts';
import { formatKeyRecord } from '../../lib/keys/key-record.ts';
import { newKeyRecord } from '../../lib/keys/new-key-record.ts';
import { splitCharacterStrings } from '../../lib/dns/txt-formats/text.ts';
import { formatTxtRecord } from '../../lib/dns/txt-formats/format.ts';
import { DktoolError, errnoOf } from '../../lib/errors.ts';
import { isDomainName, toAscii } from '../../lib/syntax/domain-name.ts';
import { usage } from '../../console/options/usage.ts';
import { diagnostics } from '../../console/terminal/diagnostics.ts';

const USAGE = `usage: dknewkey [-fepr] [-t rsa|ed25519] [-d domain] [-b bits] [--tinydns] keyfile [bits]`;

/** `-e`, which left `t=y` out of the records of the descendants, is taken: there is none in ours. */
const LETTERS = 't:d:b:fepr';
const LONG = { type: 't', domain: 'd', bits: 'b', force: 'f', print: 'p', remove: 'r', tinydns: 'tinydns' };

/** libdomainkeys wrote this domain into every line for tinydns. */
const STAND_IN = 'example.com';

interface Settings {
  readonly path: string;
  readonly owner: KeyOwner;
  readonly type: KeyType;
  readonly bits: number;
  readonly force: boolean;
  /** The key is there: print its record. */
  readonly print: boolean;
  /** The key is there: take it away. */
  readonly remove: boolean;
  readonly tinydns: boolean;
}

/**
 * Run one command line of dknewkey.
 *
 * @returns the exit status; everything has been written by then
 */
export async function dknewkey(args: readonly string[], context: Context): Promise<number> {
  let style: ExitStyle = 'qmail';
  try {
    style = exitStyleOf([], context.env);
    return exitStatus(await run(args, context), style);
  } catch (error) {
    return exitStatus(complain(error, 'dknewkey', context), style);
  }
}

/**
 * Make a key and print its record, as the command line says.
 *
 * @throws DktoolError: permanent where the command line is wrong or a file is in the way, temporary where the folder or the
 *   disk is to blame; there is then no record on stdout and no new file
 */
async function run(args: readonly string[], context: Context): Promise<Outcome> {
  const settings = readSettings(args);
  const { path, owner, type, bits, force, print } = settings;
  const { say, warn } = diagnostics(context, { program: 'dknewkey' });
  if (settings.remove) {
    await removeKey(path);
    const revoke = `dktool dns-record ${owner.domain ?? 'DOMAIN'} -s ${owner.selector} --published --revoke`;
    say(
      `${path} is removed; its published record stays until you change it, for example to what this prints: ${revoke}`,
    );
    return 'ok';
  }
  if (settings.tinydns && owner.domain === undefined) {
    warn(`${STAND_IN} is a placeholder for your domain: give it with -d`);
  }
  if (print) {
    context.stdout.write(recordLine(await loadPrivateKey(path, { warn }), settings));
    return 'ok';
  }
  checkPath(path, force);
  const key = type === 'rsa' ? await generateRsaKey(bits) : await generateEd25519Key();
  if (type === 'rsa' && bits < RSA_BITS.weak) {
    warn(`the RSA key has ${bits} bits: signers should use ${RSA_BITS.weak} or more (RFC 8301 section 3.2)`);
  }
  const written = writeKeyFiles([{ path, bytes: formatKey(key, 'pkcs8') }], { force, group: undefined });
  writeRecords(recordLine(key, settings), written, context);
  for (const { path: old, keptAs } of written.kept) say(`the old ${old} is kept as ${keptAs}`);
  return 'ok';
}

/**
 * Remove a key file, and the file that the descendants wrote its record into.
 *
 * @throws DktoolError, kind temporary, where the file does not hold a private key: it is left alone
 */
async function removeKey(path: string): Promise<void> {
  await loadPrivateKey(path);
  for (const file of [`${path}.pub`, path]) {
    try {
      unlinkSync(file);
    } catch (error) {
      if (file !== path && errnoOf(error) === 'ENOENT') continue;
      const reason = systemReason(error);
      throw new DktoolError('key-file-unremovable', `cannot remove ${file}: ${reason}`, {
        kind: 'temporary',
        cause: error,
      });
    }
  }
}

function checkPath(path: string, force: boolean): void {
  try {
    checkKeyPath(path, force);
  } catch (error) {
    if (!(error instanceof DktoolError) || error.code !== 'key-file-exists') throw error;
    throw new DktoolError(error.code, error.message, {
      kind: 'permanent',
      hint: '-f writes a new key in its place and keeps the old one under another name',
    });
  }
}

function readSettings(args: readonly string[]): Settings {
  const { options, operands, problem } = getopt(args, LETTERS, LONG);
  if (problem !== undefined) throw usage(problem, USAGE);
  const [path, size, ...more] = operands;
  if (path === undefined || path === '') throw usage('no key file is given', USAGE);
  if (more.length > 0) throw usage(`unexpected argument: ${more[0]}`, USAGE);
  const useless = [...options.keys()].find((key) => options.has('r') && !'rd'.includes(key));
  if (useless !== undefined) throw usage(`-r removes a key and cannot be used with -${useless}`, USAGE);
  if (options.has('r') && size !== undefined) throw usage(`unexpected argument: ${size}`, USAGE);
  const type = keyType(options.get('t'));
  // The name of the file, whatever it ends in: so the selector always was.
  return {
    path,
    owner: keyOwner(basename(path), domainOf(options.get('d'))),
    type,
    bits: rsaBits(size ?? options.get('b'), type),
    force: options.has('f'),
    print: options.has('p'),
    remove: options.has('r'),
    tinydns: options.has('tinydns'),
  };
}

function keyType(text = 'rsa'): KeyType {
  if (text === 'rsa' || text === 'ed25519') return text;
  throw usage(`-t ${text} is neither rsa nor ed25519`, USAGE);
}

function domainOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const name = toAscii(Buffer.from(text, 'utf8').toString('latin1'))?.replace(/\.$/, '');
  if (name !== undefined && isDomainName(name)) return name;
  throw usage(`-d ${text} is not a domain name`, USAGE);
}

function rsaBits(text: string | undefined, type: KeyType): number {
  if (text === undefined) return RSA_BITS.standard;
  if (type === 'ed25519') throw usage('Ed25519 keys have one size', USAGE);
  const bits = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (bits >= RSA_BITS.refused && bits <= RSA_BITS.most) return bits;
  throw usage(
    `${text} bits are not between ${RSA_BITS.refused} and ${RSA_BITS.most}`,
    `${RSA_BITS.standard}, the default, is right for most; for tests, dktool keygen --force-weak makes shorter keys`,
  );
}

/** As dknewkey wrote it, tabs between the fields, but in character-strings that a zone loader takes. */
function recordLine(key: PrivateKey, { owner, tinydns }: Settings): string {
  const text = formatKeyRecord(newKeyRecord(key, { isDomainKeys: key.type === 'rsa' }));
  const isAbsolute = owner.domain !== undefined;
  if (tinydns) {
    const name = isAbsolute ? owner.name : `${owner.name}.${STAND_IN}`;
    return `${formatTxtRecord({ owner: name, isAbsolute: true, text }, 'tinydns')}\n`;
  }
  const strings = splitCharacterStrings(text).map((string) => `"${string}"`);
  return `${[isAbsolute ? `${owner.name}.` : owner.name, 'IN', 'TXT', strings.join(' ')].join('\t')}\n`;
}
