/** Running the qmail program that one of ours stands in front of. */
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { DktoolError } from '../../lib/errors.ts';
import { PROGRAM_START, programKind } from '../../lib/qmail/program-file.ts';
import type { Resolver } from '../../lib/dns/resolver.ts';
import type { Context } from '../context.ts';
import { HANDED_OVER, type Handover } from './handover.ts';
import { Spool } from '../streams/spool.ts';
import { systemReason } from '../streams/system-reason.ts';

/** A program of ours in the place of a qmail program. */
export interface QmailContext extends Context {
  /** From now on signals that would end the process are ignored: the mail is in the hands of the program that runs. */
  readonly ignoreSignals: () => void;
  /** A launcher runs the program, with what is in here. */
  readonly handover?: Handover | undefined;
  readonly onBehalf?: OnBehalf | undefined;
}

/** Of a service that does the work for a launcher: descriptors 0, 1 and 6 are its own, and what it remembers lasts. */
export interface OnBehalf {
  readonly resolver: Resolver;
  /** The launcher hands the text of a rejection on; absent where nobody asks for it. */
  readonly reject?: ((text: string) => void) | undefined;
}

export interface QmailProgram {
  readonly path: string;
  readonly args: readonly string[];
  readonly kind: 'script' | 'binary';
}

/**
 * Look at a program before a message is read for it. Qmail's own can be run, but not read, by the users that run them;
 * neither can the shell read them then.
 *
 * @param path absolute
 * @throws DktoolError for what is not a program: the shell might take it for a script that does nothing and succeeds
 */
export function qmailProgram(path: string, args: readonly string[]): QmailProgram {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw notRun(path, 'it is not a file');
    accessSync(path, constants.X_OK);
    if (stats.size === 0) throw notRun(path, 'it is empty');
    const start = startOf(path);
    const kind = start === undefined ? 'binary' : programKind(start, stats.size);
    if (kind === undefined) throw notRun(path, 'it is neither a program nor begins with #!');
    return { path, args, kind };
  } catch (error) {
    throw error instanceof DktoolError ? error : notRun(path, systemReason(error), error);
  }
}

/** How it ended; `broken`: it was killed, or never came to run, as a few words. */
export type ProgramEnd = { readonly status: number } | { readonly broken: string };

/** A program in our place that leads back to us would start programs for ever. */
const DEEPEST = 8;
const DEPTH = 'DKTOOL_DEPTH';

/** notqmail's descriptor for the text of a rejection. */
export const REJECTION_FD = 6;

/**
 * Run a program with a message on fd 0. It inherits 1, 2 and, where whoever started us opened it, 6, and the folder and
 * the environment that we run in.
 *
 * @param fd stands at the start of the whole message. A file that has no name, not a pipe: its end is the end of the
 *   message, however and whenever we die
 * @param envelope in place of fd 1, where that has been read
 * @throws DktoolError `program-not-run`
 */
export function runQmailProgram(
  { path, args, kind }: QmailProgram,
  fd: number,
  context: QmailContext,
  envelope: number | 'inherit' = 'inherit',
): ProgramEnd {
  if (context.handover !== undefined) return { status: fd === 0 ? HANDED_OVER.untouched : HANDED_OVER.written };
  const depth = Number(context.env[DEPTH] ?? 0) + 1;
  if (!(depth <= DEEPEST)) throw notRun(path, 'it is a program that runs dktool again, in a loop');
  const command = exactCommand(path, args);
  context.ignoreSignals();
  const { status, signal, error } = spawnSync(command.path, command.args, {
    stdio: isOpenedByParent(REJECTION_FD)
      ? [fd, envelope, 'inherit', 'ignore', 'ignore', 'ignore', REJECTION_FD]
      : [fd, envelope, 'inherit'],
    env: { ...context.env, [DEPTH]: String(depth) },
  });
  if (error !== undefined) throw notRun(path, systemReason(error), error);
  if (status === null) return { broken: `killed by ${signal}` };
  const isShells = SHELL_STATUSES.includes(status) && (command.path !== path || kind === 'binary');
  return isShells ? { broken: `not a program that can be run (${status})` } : { status };
}

/**
 * What a shell ends with that cannot run what it was given. It is asked to where the system refuses a file: the C library,
 * which starts programs for Node, then takes it for a script.
 */
const SHELL_STATUSES: readonly number[] = [2, 126, 127];

/** `undefined` where it cannot be read. */
function startOf(path: string): Buffer | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const start = Buffer.alloc(PROGRAM_START);
    return start.subarray(0, readSync(fd, start));
  } finally {
    closeSync(fd);
  }
}

function notRun(path: string, reason: string, cause?: unknown): DktoolError {
  return new DktoolError('program-not-run', `cannot run ${path}: ${reason}`, { kind: 'temporary', cause });
}

/**
 * Run a program with the chunks of a message. It starts when all of them are on the disk.
 *
 * @throws DktoolError as runQmailProgram does, or where the message cannot be kept
 */
export function runWithMessage(
  program: QmailProgram,
  chunks: Iterable<Buffer>,
  context: QmailContext,
  envelope: number | 'inherit' = 'inherit',
): ProgramEnd {
  const spool = context.handover?.spool ?? new Spool();
  try {
    for (const chunk of chunks) spool.append(chunk);
    return runQmailProgram(program, spool.fd, context, envelope);
  } finally {
    spool.close();
  }
}

/**
 * Node puts /dev/null in the place of a closed descriptor, where a message or an envelope would seem to be empty.
 *
 * @throws DktoolError `closed-descriptor`
 */
export function requireOpen(fd: 0 | 1, what: string, { onBehalf }: Pick<QmailContext, 'onBehalf'>): void {
  if (onBehalf !== undefined) return;
  const [stats, none] = [fstatSync(fd), statSync('/dev/null')];
  if (!stats.isCharacterDevice() || stats.rdev !== none.rdev) return;
  throw new DktoolError('closed-descriptor', `there is no ${what}: descriptor ${fd} is closed or /dev/null`, {
    kind: 'temporary',
  });
}

/** Descriptors that Node may have opened for itself by now. */
const NODES_OWN = { first: 3, last: 63 };

/** Whether a descriptor is a pipe that whoever started us opened. */
export function isPipeOfParent(fd: number): boolean {
  return statsOf(fd)?.isFIFO() === true && isOpenedByParent(fd);
}

/** Node itself opens descriptors of low numbers too. What is its own has no file type, or is a pipe with both ends here. */
function isOpenedByParent(fd: number): boolean {
  const stats = statsOf(fd);
  if (stats === undefined || (stats.mode & constants.S_IFMT) === 0) return false;
  if (!stats.isFIFO()) return true;
  for (let other = NODES_OWN.first; other <= NODES_OWN.last; other++) {
    const found = other === fd ? undefined : statsOf(other);
    if (found?.ino === stats.ino && found.dev === stats.dev) return false;
  }
  return true;
}

function statsOf(fd: number): Stats | undefined {
  try {
    return fstatSync(fd);
  } catch {
    return undefined;
  }
}

/** What an octet sequence that is not UTF-8 becomes in an argument of a Node program. */
const LOST = '\uFFFD';

/**
 * The command with its arguments octet by octet. Node takes and hands out arguments as UTF-8; an address that is something
 * else is read from the system and handed on by the shell, which puts itself in the program's place.
 */
function exactCommand(path: string, args: readonly string[]): Pick<QmailProgram, 'path' | 'args'> {
  if (!args.some((arg) => arg.includes(LOST))) return { path, args };
  const script = givenArguments(path, args.length).map(
    (arg) => `a=$(printf %b '${escaped(arg)}x') && set -- "$@" "\${a%x}" &&`,
  );
  return { path: '/bin/sh', args: ['-c', `${script.join('\n')}\nexec "$0" "$@"`, path] };
}

function givenArguments(path: string, count: number): Buffer[] {
  try {
    const all = readFileSync('/proc/self/cmdline', 'latin1').split('\0').slice(0, -1);
    return all.slice(-count).map((arg) => Buffer.from(arg, 'latin1'));
  } catch (error) {
    throw notRun(path, 'an address is not UTF-8, and this system does not give its octets', error);
  }
}

function escaped(arg: Buffer): string {
  return [...arg].map((octet) => `\\0${octet.toString(8).padStart(3, '0')}`).join('');
}
