/** The file of a keyring, which several runs may share. */
import { closeSync, existsSync, fstatSync, openSync } from 'node:fs';
import { DktoolError } from '../../lib/errors.ts';
import { formatKeyring, parseKeyring } from '../../lib/keyring/format.ts';
import { Keyring, type KeyringEntry } from '../../lib/keyring/keyring.ts';
import type { Context } from '../context.ts';
import { DescriptorSource } from '../streams/bytes.ts';
import { linesOf } from '../streams/lines.ts';
import { lockFile } from '../streams/lock.ts';
import { withOutput } from '../streams/output.ts';
import { systemReason } from '../streams/system-reason.ts';

/** Octets of a line: a record has 64 KiB at most, each of which JSON may write as six. */
const LONGEST_LINE = 512 * 1024;

/**
 * @param mayBeMissing then it is an empty one
 * @throws DktoolError where it cannot be read, `keyring-corrupt` where it is damaged or no keyring
 */
export function readKeyring(path: string, mayBeMissing = false): Keyring {
  if (mayBeMissing && !existsSync(path)) return new Keyring();
  const fd = open(path);
  try {
    return new Keyring(parseKeyring(path, textsOf(new DescriptorSource(fd, path))));
  } finally {
    closeSync(fd);
  }
}

function open(path: string): number {
  try {
    const fd = openSync(path, 'r');
    if (!fstatSync(fd).isDirectory()) return fd;
    closeSync(fd);
  } catch (cause) {
    throw unreadable(path, systemReason(cause), cause);
  }
  throw unreadable(path, 'it is a directory');
}

/** It can be put right while mail waits. */
function unreadable(path: string, reason: string, cause?: unknown): DktoolError {
  return new DktoolError('keyring-unreadable', `cannot read keyring ${path}: ${reason}`, { kind: 'temporary', cause });
}

function* textsOf(source: DescriptorSource): Generator<string | undefined> {
  for (const line of linesOf(source, LONGEST_LINE)) if (line !== undefined) yield line.text;
}

/**
 * Add to a keyring, while no other run does, or make a new one. The file changes as a whole or not at all.
 *
 * @returns how many records were added, and of how many only the time changed
 * @throws DktoolError as readKeyring does: then the file is left as it was
 */
export async function addToKeyring(
  path: string,
  entries: Iterable<KeyringEntry>,
  context: Context,
): Promise<{ readonly added: number; readonly changed: number }> {
  const lock = await lockFile(`${path}.lock`, { staleAfter: 60, patience: 120, command: 'dktool keyring' }, context);
  try {
    const keyring = readKeyring(path, true);
    const before = keyring.size;
    let changes = 0;
    for (const entry of entries) if (keyring.add(entry)) changes++;
    const added = keyring.size - before;
    if (changes > 0) {
      withOutput(path, context, (sink) => {
        lock.assertHeld();
        for (const line of blocksOf(formatKeyring(keyring.entries()))) sink.write(line);
      });
    }
    return { added, changed: changes - added };
  } finally {
    lock.release();
  }
}

/** Lines together: a write costs as much as formatting a hundred of them. */
function* blocksOf(lines: Iterable<string>): Generator<string> {
  let block = '';
  for (const line of lines) {
    block += line;
    if (block.length < 64 * 1024) continue;
    yield block;
    block = '';
  }
  if (block !== '') yield block;
}
