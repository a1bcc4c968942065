/** keyring list and export. */
import type { Context } from '../../console/context.ts';
import { readKeyring } from '../../console/keyring/file.ts';
import type { Outcome } from '../../console/outcome.ts';
import { BlockSink } from '../../console/streams/block-sink.ts';
import { withOutput } from '../../console/streams/output.ts';
import { diagnostics } from '../../console/terminal/diagnostics.ts';
import { printable } from '../../console/terminal/sanitize.ts';
import { exported, type ExportFormat } from '../../lib/keyring/export.ts';
import type { Keyring, KeyringEntry } from '../../lib/keyring/keyring.ts';
import { day, sightingText } from '../../lib/keys/retired.ts';
import { parseKeyRecord } from '../../lib/keys/key-record.ts';
import { importPublicKey } from '../../lib/crypto/public-key.ts';
import type { KeyringOptions } from './options.ts';

/** @param names domains, or names of keys; none: all */
export function list(path: string, names: readonly string[], options: KeyringOptions, context: Context): Outcome {
  return withEntries(path, names, options, context, (entries) => {
    const stdout = new BlockSink(context.stdout);
    const lines = options.json ? exported(entries, 'json') : entries.map((entry) => `${lineOf(entry)}\n`);
    for (const line of lines) stdout.write(line);
    stdout.flush();
  });
}

export function exportKeyring(
  path: string,
  names: readonly string[],
  options: KeyringOptions,
  context: Context,
): Outcome {
  const format = (options.format ?? 'keyring') as ExportFormat;
  return withEntries(path, names, options, context, (entries) => {
    withOutput(options.output, context, (sink) => {
      const blocks = new BlockSink(sink);
      for (const line of exported(entries, format)) blocks.write(line);
      blocks.flush();
    });
  });
}

function withEntries(
  path: string,
  names: readonly string[],
  options: KeyringOptions,
  context: Context,
  write: (entries: readonly KeyringEntry[]) => void,
): Outcome {
  const entries = [...entriesOf(readKeyring(path), names)];
  if (entries.length > 0) {
    write(entries);
    return 'ok';
  }
  const what = names.length === 0 ? '' : ` of ${names.join(', ')}`;
  diagnostics(context, options).say(`there is no record${what} in ${path}`);
  return 'nothing';
}

/** A name is that of a key, of its domain, or of a parent of that. */
function* entriesOf(keyring: Keyring, names: readonly string[]): Generator<KeyringEntry> {
  const wanted = names.map((name) => name.toLowerCase().replace(/\.$/, ''));
  for (const entry of keyring.entries()) {
    if (wanted.length === 0 || wanted.some((name) => entry.name === name || entry.name.endsWith(`.${name}`)))
      yield entry;
  }
}

function lineOf(entry: KeyringEntry): string {
  const disclosed = entry.disclosed === undefined ? '' : `, private key published on ${day(entry.disclosed)}`;
  return printable(`${entry.name}: ${keyText(entry.record)}, ${sightingText(entry)}${disclosed}`);
}

function keyText(record: string): string {
  const parsed = parseKeyRecord(record);
  if (!parsed.ok) return 'a record that verifiers refuse';
  const { keyType, publicKey } = parsed.record;
  if (keyType !== 'rsa' && keyType !== 'ed25519') return `k=${keyType.slice(0, 20)}`;
  const imported = importPublicKey(keyType, Buffer.from(publicKey, 'base64'));
  return imported.ok ? `${keyType} of ${imported.bits} bits` : `${keyType}, damaged`;
}
