/** Having a zone changed: by a command, or by whoever reads what is printed. */
import type { Context } from '../../console/context.ts';
import { keyOwner } from '../../console/keys/key-owner.ts';
import { placeRecord } from '../../console/keys/record-place.ts';
import { formatTxtRecords, formatTxtRemoval, type TxtFormat } from '../../lib/dns/txt-formats/format.ts';
import type { TxtRecord } from '../../lib/dns/txt-formats/record.ts';
import { DktoolError } from '../../lib/errors.ts';
import { formatKeyRecord } from '../../lib/keys/key-record.ts';
import { newKeyRecord } from '../../lib/keys/new-key-record.ts';
import type { Asked, RotatedKey, Wish } from '../../lib/rotate/state.ts';
import { readKey } from './name-servers.ts';
import type { RotateOptions } from './options.ts';
import { runShell } from './shell.ts';

export interface WishSettings {
  readonly domain: string;
  readonly what: Wish;
  readonly of: 'from' | 'to';
  readonly isAgain: boolean;
  readonly report: (sentence: string) => void;
}

/**
 * Have the records of keys published, revoked or removed.
 *
 * @returns who was asked
 * @throws DktoolError, kind temporary, where the command fails or stdout cannot be written
 */
export async function askForChange(
  keys: readonly RotatedKey[],
  { domain, what, of, isAgain, report }: WishSettings,
  options: RotateOptions,
  context: Context,
): Promise<Asked['by']> {
  const format = formatOf(options);
  const records: TxtRecord[] = [];
  for (const key of keys) {
    const owner = keyOwner(key[of].selector, domain);
    records.push({ ...placeRecord(owner, format, options), text: await textOf(key, what, of) });
  }
  const order = what === 'remove' ? formatTxtRemoval(records, format) : formatTxtRecords(records, format);
  if (options.publish !== undefined && order !== undefined) {
    await publish(options.publish, `${order}\n`, { domain, what }, context);
    return 'command';
  }
  const names = keys.map((key) => `${key[of].selector}._domainkey.${domain}`).join(' and ');
  if (order !== undefined) context.stdout.write(`${order}\n`);
  report(`${domain}: ${isAgain ? 'still ' : ''}to be done by hand: ${TO_DO[what](names, order !== undefined)}`);
  return 'hand';
}

const TO_DO: Readonly<Record<Wish, (names: string, isPrinted: boolean) => string>> = {
  publish: (names) => `publish the record on stdout at ${names}; the next run does the rest`,
  revoke: (names) => `replace the record at ${names} with the one on stdout, which revokes the old key`,
  remove: (names, isPrinted) => `remove the record at ${names} from the zone${isPrinted ? ', as on stdout' : ''}`,
};

/** What --publish gets, and what is printed for a person. */
export function formatOf({ format, publish: command }: RotateOptions): TxtFormat {
  if (format === undefined || format === 'text' || format === 'prometheus') {
    return command === undefined ? 'bind' : 'nsupdate';
  }
  return format;
}

async function textOf(key: RotatedKey, what: Wish, of: 'from' | 'to'): Promise<string> {
  if (what === 'publish') return formatKeyRecord(newKeyRecord(await readKey(key[of].path)));
  const nobody = { type: key.type, publicKeyBytes: Buffer.alloc(0) };
  return formatKeyRecord(newKeyRecord(nobody, { isRevoked: true }));
}

async function publish(
  command: string,
  input: string,
  { domain, what }: Pick<WishSettings, 'domain' | 'what'>,
  context: Context,
): Promise<void> {
  const { problem, output } = await runShell(command, input, { DKTOOL_ACTION: what, DKTOOL_DOMAIN: domain }, context);
  if (problem !== undefined) throw commandFailed('--publish', `${domain}: ${command}`, problem, output);
}

/** @param output its last line says most */
export function commandFailed(option: string, what: string, problem: string, output: string): DktoolError {
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  const sentence = `${what}: the ${option} command ${problem}${last === '' ? '' : `: ${last}`}`;
  return new DktoolError('command-failed', sentence, { kind: 'temporary', hint: 'the next run tries again' });
}
