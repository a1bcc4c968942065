/** The state file of --patience and --changed: what earlier runs met. Several runs may share it, at the same time too. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatRunState, NO_STATE, parseRunState, type RunState } from '../../lib/check/run-state.ts';
import { readOptionalConfigFile } from '../../console/sources/config-file.ts';
import type { Context } from '../../console/context.ts';
import { lockFile } from '../../console/streams/lock.ts';
import { withOutput } from '../../console/streams/output.ts';
import { usage } from '../../console/options/usage.ts';

/** @throws DktoolError, kind permanent, where there is no place for it */
export function statePath(given: string | undefined, env: Context['env']): string {
  if (given !== undefined) return given;
  const home = env['XDG_STATE_HOME'] || (env['HOME'] && join(env['HOME'], '.local', 'state'));
  if (home) return join(home, 'dktool', 'check.json');
  throw usage('--patience and --changed need a file that records earlier runs', 'give one with --state, or set HOME');
}

/**
 * Read the state, change it and write it back, while no other run does.
 *
 * @param warn takes a sentence where the file is damaged: it begins anew
 * @returns the new state
 * @throws DktoolError, kind temporary, where it cannot be read or written
 */
export async function updateState(
  path: string,
  change: (before: RunState) => RunState,
  context: Context,
  warn: (sentence: string) => void,
): Promise<RunState> {
  makeFolder(dirname(path));
  const lock = await lockFile(`${path}.lock`, LOCK, context);
  try {
    const text = readOptionalConfigFile(path, 'state file');
    const before = text === undefined ? NO_STATE : parseRunState(text);
    if (before === undefined) warn(`state file ${path} is damaged: the results of earlier runs are lost`);
    const after = change(before ?? NO_STATE);
    const bytes = formatRunState(after);
    if (bytes !== text) withOutput(path, context, (sink) => sink.write(bytes), 0o600);
    return after;
  } finally {
    lock.release();
  }
}

/** It is held for one read and one write. */
const LOCK = { staleAfter: 10, patience: 30, command: 'dktool check' };

/** One by one: Node's own way to make the folders above too does not end in /proc, where nothing can be made. */
function makeFolder(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
    if (dirname(path) !== path) makeFolder(dirname(path));
    mkdirSync(path, { mode: 0o700 });
  } catch {
    // writing the file says what is wrong
  }
}
