/** Faults of node:fs in this process, by number: a run is killed at one of its system calls that write, or the disk is full. */
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** Calls that change something on the disk. */
const CALLS = [
  'openSync',
  'writeSync',
  'renameSync',
  'linkSync',
  'symlinkSync',
  'unlinkSync',
  'rmSync',
  'fsyncSync',
  'fchmodSync',
  'fchownSync',
  'utimesSync',
] as const;

type Call = (...args: unknown[]) => unknown;

export type Fault =
  /** Nothing is done any more from this call on, not even what cleans up. */
  | 'killed'
  /** What needs room fails from this call on. */
  | 'full';

/** What a call needs that fails when the disk is full. */
const NEEDS_ROOM = new Set(['openSync', 'writeSync', 'linkSync', 'symlinkSync']);

export interface Faults<T> {
  readonly result: T | undefined;
  /** Calls that were made or attempted. */
  readonly calls: number;
  /** The fault was met. */
  readonly isMet: boolean;
}

/**
 * @param at number of the call, from 1, that is not done any more
 * @param work leaves nothing under way when it ends
 */
export async function withFault<T>(fault: Fault, at: number, work: () => Promise<T>): Promise<Faults<T>> {
  let calls = 0;
  const wrapped = (name: string, call: Call): Call =>
    function (...args) {
      if (name === 'openSync' && !isWriting(args[1])) return call(...args);
      calls++;
      if (calls >= at && fault === 'killed') throw new Error('killed');
      if (calls >= at && NEEDS_ROOM.has(name)) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
      return call(...args);
    };
  const real = CALLS.map((name) => [name, fs[name]] as const);
  const { spawn } = childProcess;
  for (const [name, call] of real) (fs as unknown as Record<string, Call>)[name] = wrapped(name, call as Call);
  if (fault === 'killed') childProcess.spawn = wrapped('spawn', spawn as Call) as typeof spawn;
  syncBuiltinESMExports();
  try {
    const result = await work();
    return { result, calls, isMet: calls >= at };
  } catch (error) {
    if (error instanceof Error && error.message === 'killed') return { result: undefined, calls, isMet: true };
    throw error;
  } finally {
    for (const [name, call] of real) (fs as unknown as Record<string, unknown>)[name] = call;
    childProcess.spawn = spawn;
    syncBuiltinESMExports();
  }
}

function isWriting(flags: unknown): boolean {
  if (typeof flags === 'number') return (flags & 3) !== 0;
  return typeof flags === 'string' && flags !== 'r';
}
