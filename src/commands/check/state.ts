/** The state file of --patience and --changed: what earlier runs met. Several runs may share it, at the same time too. */
import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { setTimeout as sleepReally } from 'node:timers/promises';
import { formatRunState, NO_STATE, parseRunState, type RunState } from '../../lib/check/run-state.ts';
import { DktoolError, errnoOf } from '../../lib/errors.ts';
import { shellWord } from '../../lib/syntax/shell-word.ts';
import { readOptionalConfigFile } from './config-file.ts';
import type { Context } from '../../console/context.ts';
import { withOutput } from '../../console/streams/output.ts';
import { systemReason } from '../../console/streams/system-reason.ts';
import { usage } from '../../console/options/usage.ts';

/** @throws DktoolError, kind permanent, where there is no place for it */
export function statePath(given: string | undefined, env: Context['env']): string {
  if (given !== undefined) return given;
  const home = env['XDG_STATE_HOME'] || (env['HOME'] && join(env['HOME'], '.local', 'state'));
  if (home) return join(home, 'dktool', 'check.json');
  throw usage('--patience and --changed need a file to remember earlier runs in', 'name one with --state, or set HOME');
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
  const unlock = await lock(`${path}.lock`, context);
  try {
    const text = readOptionalConfigFile(path, 'state file');
    const before = text === undefined ? NO_STATE : parseRunState(text);
    if (before === undefined) warn(`state file ${path} is damaged: what earlier runs met is forgotten`);
    const after = change(before ?? NO_STATE);
    const bytes = formatRunState(after);
    if (bytes !== text) withOutput(path, context, (sink) => sink.write(bytes), 0o600);
    return after;
  } finally {
    unlock();
  }
}

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

/** Seconds after which a lock is that of a run which died: it is held for one read and one write. */
const STALE = 10;
/** Seconds between two tries, and in all. */
const PAUSE = 0.05;
const PATIENCE = 30;

/** @returns releases the lock */
async function lock(
  path: string,
  { sleep = (time: number) => sleepReally(time * 1000) }: Context,
): Promise<() => void> {
  for (let waited = 0; waited < PATIENCE; waited += PAUSE) {
    try {
      closeSync(openSync(path, 'wx', 0o600));
      return () => rmSync(path, { force: true });
    } catch (cause) {
      if (errnoOf(cause) !== 'EEXIST') {
        const reason = errnoOf(cause) === 'ENOENT' ? `there is no folder ${dirname(path)}` : systemReason(cause);
        throw new DktoolError('output-unwritable', `cannot write ${path}: ${reason}`, { kind: 'temporary', cause });
      }
    }
    if (isStale(path)) takeAway(path);
    else await sleep(PAUSE);
  }
  throw new DktoolError('state-locked', `${path} is in the way: another run holds it`, {
    kind: 'temporary',
    hint: `if no other run of dktool check is under way, remove it: rm ${shellWord(path)}`,
  });
}

function isStale(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs > STALE * 1000;
}

/** Renamed first: of two runs that try, one finds nothing to rename. */
function takeAway(path: string): void {
  const aside = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    renameSync(path, aside);
    rmSync(aside);
  } catch {
    // the other run was quicker
  }
}
