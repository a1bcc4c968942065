/** Lock files: one run at a time, and a run that died holds nobody up. */
import {
  closeSync,
  fchmodSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { setTimeout as sleepReally } from 'node:timers/promises';
import { DktoolError, errnoOf } from '../../lib/errors.ts';
import { shellWord } from '../../lib/syntax/shell-word.ts';
import type { Context } from '../context.ts';
import { systemReason } from './system-reason.ts';

export interface LockOptions {
  /** Seconds without a sign of life after which a lock is that of a run which died. */
  readonly staleAfter: number;
  /** Seconds to wait for another run. */
  readonly patience: number;
  /** The command that makes such locks, such as `dktool check`. */
  readonly command: string;
}

export interface Lock {
  /** @throws DktoolError, kind temporary, where another run has taken the lock for a dead one */
  assertHeld(): void;
  release(): void;
}

/** Seconds between two tries. */
const PAUSE = 0.05;

/**
 * Hold a lock file. It gives signs of life for as long as it is held.
 *
 * @throws DktoolError, kind temporary, where another run holds it, or it cannot be written
 */
export async function lockFile(
  path: string,
  { staleAfter, patience, command }: LockOptions,
  { sleep = (time: number) => sleepReally(time * 1000), self }: Pick<Context, 'sleep' | 'self'>,
): Promise<Lock> {
  const token = randomBytes(8).toString('hex');
  const owner = `${token} ${self?.pid ?? 0} ${self?.place ?? ''}\n`;
  for (let waited = 0; waited < patience; waited += PAUSE) {
    if (take(path, owner)) return held(path, owner, staleAfter);
    const other = textOf(path);
    if (isStale(path, staleAfter) || isDead(other, self)) takeAway(path, other);
    else await sleep(PAUSE);
  }
  throw new DktoolError('state-locked', `${path} exists: another run has the lock`, {
    kind: 'temporary',
    hint: `if no other ${command} is running, remove it: rm ${shellWord(path)}`,
  });
}

function held(path: string, owner: string, staleAfter: number): Lock {
  const beat = setInterval(() => touch(path), (staleAfter * 1000) / 4).unref();
  const isOurs = () => textOf(path) === owner;
  return {
    assertHeld: () => {
      if (isOurs()) return;
      throw new DktoolError('state-locked', `${path} is gone: another run has taken the lock`, {
        kind: 'temporary',
        hint: 'run it again',
      });
    },
    release: () => {
      clearInterval(beat);
      if (isOurs()) rmSync(path, { force: true });
    },
  };
}

function take(path: string, owner: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, 'wx', 0o600);
  } catch (cause) {
    if (errnoOf(cause) === 'EEXIST') return false;
    throw unwritable(path, cause);
  }
  try {
    fchmodSync(fd, 0o600); // whatever the umask: the next run has to read whose it is
    writeSync(fd, owner);
    return true;
  } catch (cause) {
    rmSync(path, { force: true });
    throw unwritable(path, cause);
  } finally {
    closeSync(fd);
  }
}

function unwritable(path: string, cause: unknown): DktoolError {
  const reason = errnoOf(cause) === 'ENOENT' ? `there is no directory ${dirname(path)}` : systemReason(cause);
  return new DktoolError('output-unwritable', `cannot write ${path}: ${reason}`, { kind: 'temporary', cause });
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // assertHeld() says so
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined; // released in the meantime
  }
}

function isStale(path: string, staleAfter: number): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs > staleAfter * 1000;
}

/** Process numbers mean something only where they were given out: on the same host, in the same name space. */
function isDead(owner: string | undefined, self: Context['self']): boolean {
  const [, pid, place] = /^\w+ ([1-9]\d*) (.+)\n$/.exec(owner ?? '') ?? [];
  return pid !== undefined && place === self?.place && self?.isAlive(Number(pid)) === false;
}

/** Renamed first: of two runs that try, one finds nothing to rename, or a lock that is not the dead one. */
function takeAway(path: string, seen: string | undefined): void {
  const aside = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    renameSync(path, aside);
    // The other run was quicker, and this is its lock. It notices, should a third one take the name meanwhile.
    if (textOf(aside) !== seen) renameSync(aside, path);
    else rmSync(aside);
  } catch {
    // the other run was quicker
  }
}
