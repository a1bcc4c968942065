/** keyring add: one key, out of DNS, a file or the command line. */
import type { Context } from '../../console/context.ts';
import { addToKeyring, readKeyring } from '../../console/keyring/file.ts';
import { readKeyInput, withPath } from '../../console/keys/key-file.ts';
import { resolverOf } from '../../console/options/resolver.ts';
import type { Outcome } from '../../console/outcome.ts';
import { diagnostics } from '../../console/terminal/diagnostics.ts';
import { joinStrings } from '../../lib/dns/txt-formats/text.ts';
import { DktoolError } from '../../lib/errors.ts';
import { entryProblem, isKeyRecord } from '../../lib/keyring/entry.ts';
import type { KeyringEntry } from '../../lib/keyring/keyring.ts';
import type { KeyringOptions } from './options.ts';
import { recordOfKey } from './record-of-key.ts';

/** @returns `nothing` where DNS has no key there */
export async function add(path: string, options: KeyringOptions, context: Context): Promise<Outcome> {
  const { seen, disclosed } = options;
  const name = `${options.selector}._domainkey.${options.domain}`.toLowerCase();
  const { say } = diagnostics(context, options);
  const found = await recordsOf(name, path, options, context);
  if (found.records.length === 0) {
    say(`no key is published at ${name}`);
    return 'nothing';
  }
  const { first = seen ?? found.time, last = seen ?? found.time, origin = found.origin } = options;
  const entries = found.records.map((record) => entryWith({ name, record, first, last, origin, disclosed }));
  const { added } = await addToKeyring(path, entries, context);
  if (options.verbose) say(`${name}: ${added === 0 ? 'was there already' : 'added'}`);
  return 'ok';
}

interface FoundRecords {
  readonly records: readonly string[];
  /** When they were seen: now, where DNS had them. */
  readonly time: number | undefined;
  readonly origin: string | undefined;
}

async function recordsOf(name: string, path: string, options: KeyringOptions, context: Context): Promise<FoundRecords> {
  const { key, record, disclosed } = options;
  if (record !== undefined) {
    return { records: [Buffer.from(record, 'utf8').toString('latin1')], time: undefined, origin: undefined };
  }
  if (key !== undefined) {
    const { name: file, bytes } = readKeyInput(key, context.stdin);
    return { records: [await withPath(key, recordOfKey(bytes, file))], time: undefined, origin: undefined };
  }
  const known = disclosed === undefined ? [] : readKeyring(path, true).retired(name);
  if (known.length > 0) {
    return { records: known.map(({ strings }) => joinStrings(strings)), time: undefined, origin: undefined };
  }
  const answer = await (await resolverOf(options, context)).query(name, 'TXT');
  if (answer.status === 'temperror') {
    throw new DktoolError('dns-unavailable', `no answer for ${name}: ${answer.detail}`, { kind: 'temporary' });
  }
  const texts = answer.status === 'found' ? answer.records.map(joinStrings) : [];
  const isLive = (options.zone ?? []).length === 0;
  const [time, origin] = isLive ? [Math.floor(context.now()), 'dns'] : [undefined, options.zone!.join(' ')];
  return { records: texts.filter(isKeyRecord), time, origin };
}

function entryWith(entry: KeyringEntry): KeyringEntry {
  const problem = entryProblem(entry);
  if (problem === undefined) return entry;
  throw new DktoolError('key-record-invalid', problem, { kind: 'permanent' });
}
