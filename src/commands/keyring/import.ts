/** keyring import: records out of files of other programs. */
import { basename } from 'node:path';
import type { Context } from '../../console/context.ts';
import { addToKeyring } from '../../console/keyring/file.ts';
import type { Outcome } from '../../console/outcome.ts';
import { readBounded } from '../../console/streams/bounded-file.ts';
import { systemReason } from '../../console/streams/system-reason.ts';
import { diagnostics } from '../../console/terminal/diagnostics.ts';
import { DktoolError } from '../../lib/errors.ts';
import { entryProblem, keyName } from '../../lib/keyring/entry.ts';
import type { Imported } from '../../lib/keyring/import/fields.ts';
import { importRecords } from '../../lib/keyring/import/import.ts';
import type { KeyringEntry } from '../../lib/keyring/keyring.ts';
import { usage } from '../../console/options/usage.ts';
import type { KeyringOptions } from './options.ts';
import { recordOfKey } from './record-of-key.ts';

/** Octets of a file, which is in memory as a whole: some million records. */
const MAX_OCTETS = 512 * 1024 * 1024;
/** Records that cannot be used and are named. */
const MAX_NAMED = 5;

/** @returns `nothing` where no record could be used */
export async function importFiles(
  path: string,
  files: readonly string[],
  options: KeyringOptions,
  context: Context,
): Promise<Outcome> {
  const { say } = diagnostics(context, options);
  const entries: KeyringEntry[] = [];
  for (const file of files) {
    const all = await recordsIn(file, readFile(file), options);
    const problems: string[] = [];
    for (const one of all) {
      if ('entry' in one) entries.push(one.entry);
      else problems.push(one.problem);
    }
    if (problems.length === 0) continue;
    say(`${file}: ${problems.length} of ${all.length} records cannot be used`);
    for (const problem of problems.slice(0, options.verbose ? problems.length : MAX_NAMED)) {
      say(`${file}: ${problem}`);
    }
  }
  const { added, changed } = await addToKeyring(path, entries, context);
  say(`${entries.length} record${entries.length === 1 ? '' : 's'} read: ${added} added, ${changed} updated`);
  return entries.length === 0 ? 'nothing' : 'ok';
}

/** Of a key in PEM, or of any other format. */
async function recordsIn(file: string, bytes: Buffer, options: KeyringOptions): Promise<Imported[]> {
  const { seen, first = seen, last = seen, disclosed, origin = basename(file) } = options;
  const facts = { first, last, disclosed, origin: Buffer.from(origin, 'utf8').toString('latin1') };
  if (!/-----BEGIN [A-Z ]*KEY-----/.test(bytes.toString('latin1', 0, 4096))) {
    return importRecords(file, bytes, options.format ?? 'auto', facts, options.domain);
  }
  const name = nameOfKey(file, options);
  const entry = { name, record: await recordOfKey(bytes, file), ...facts };
  const problem = entryProblem(entry);
  return [problem === undefined ? { entry } : { problem }];
}

/** Of `-d` and `-s`, or of a file that is called after its key: `2019a._domainkey.example.com.pem`. */
function nameOfKey(file: string, { domain, selector }: KeyringOptions): string {
  if (domain !== undefined && selector !== undefined) return `${selector}._domainkey.${domain}`.toLowerCase();
  const stem = basename(file).replace(/\.(?:pem|key|private|pub|txt)$/i, '');
  const name = keyName(stem);
  if (name !== undefined) return name;
  throw usage(`${file} is a key: whose?`, '-d and -s name its domain and selector');
}

function readFile(file: string): Buffer {
  let bytes: Buffer | undefined;
  try {
    bytes = readBounded(file === '-' ? '/dev/stdin' : file, MAX_OCTETS);
  } catch (cause) {
    throw new DktoolError('input-unreadable', `cannot read ${file}: ${systemReason(cause)}`, {
      kind: 'permanent',
      cause,
    });
  }
  if (bytes !== undefined) return bytes;
  throw new DktoolError('input-too-large', `${file} has more than ${MAX_OCTETS / 1024 / 1024} MiB`, {
    kind: 'permanent',
    hint: 'import it in parts: split -l cuts lines of JSON',
  });
}
