/**
 * Telling a stdout that was closed from one that leads to /dev/null. Node.js opens /dev/null in the place of a closed
 * descriptor, for reading and writing; `> /dev/null` of a shell is for writing alone. Python's DEVNULL and the `ignore` of
 * Node's child_process, however, look just like what Node itself opens. Linux only; elsewhere there is no way to know.
 */
import { fstatSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import type { ClosedOutput } from './bytes.ts';
import { errnoOf } from '../../lib/errors.ts';

const NULL_DEVICE = '/dev/null';
/** Access mode in the octal flags of /proc/PID/fdinfo (O_ACCMODE, O_RDWR). */
const [ACCESS_MODE, READ_AND_WRITE] = [0o3, 0o2];
const SHELLS = /^-?(?:sh|dash|bash|ash|busybox|zsh|ksh|mksh|yash|rc|fish)$/;

/** @returns `undefined` where stdout is open. @param parent the process that started us */
export function closedStdout(parent: number): ClosedOutput | undefined {
  try {
    if (!isNullDevice() || !isReadAndWrite('self')) return undefined;
  } catch {
    return undefined;
  }
  try {
    // What a parent has itself, we have from it.
    if (readlinkSync(`/proc/${parent}/fd/1`) === NULL_DEVICE && isReadAndWrite(parent)) return undefined;
    return SHELLS.test(readFileSync(`/proc/${parent}/comm`, 'utf8').trim()) ? 'surely' : 'perhaps';
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? 'surely' : 'perhaps'; // the parent's stdout is closed too
  }
}

function isNullDevice(): boolean {
  const stats = fstatSync(1);
  return stats.isCharacterDevice() && stats.rdev === statSync(NULL_DEVICE).rdev;
}

function isReadAndWrite(pid: number | 'self'): boolean {
  const [, flags = '0'] = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/1`, 'utf8')) ?? [];
  return (Number.parseInt(flags, 8) & ACCESS_MODE) === READ_AND_WRITE;
}
