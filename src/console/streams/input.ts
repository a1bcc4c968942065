/** Where the messages of a command come from: stdin, files, folders. */
import { closeSync, type Dirent, openSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DktoolError } from '../../lib/errors.ts';
import { isNoMessage } from '../../lib/mailbox/kind.ts';
import { type ByteSource, DescriptorSource } from './bytes.ts';
import type { Context } from '../context.ts';
import { passes, systemReason } from './system-reason.ts';

/** A name of a file; as octets where they are no UTF-8. */
export type FileName = string | Buffer;

/** One message to come. */
export interface Input {
  /** As given on the command line, `-` for stdin; of a folder's file, the folder and its name. */
  readonly name: string;
  /** Where it lies in the mailbox or archive that `name` is. */
  readonly place?: MailboxPlace;
  /** What comes may be a message on its way to a mailbox. */
  readonly isPiped?: boolean;
  /** The file that it is, for another thread to open; `undefined`: it has to be opened here. */
  readonly path?: FileName;
  /** @throws DktoolError where it cannot be opened */
  readonly open: () => OpenInput;
}

/** Where a message lies in a mailbox or archive. */
export interface MailboxPlace {
  /** Its number in an mbox, from 1; its name in an archive; what the line of NDJSON calls it. */
  readonly id?: string | undefined;
  /** Octets before it in the mailbox, or in what that is when it is unpacked. */
  readonly offset?: number | undefined;
  /** There is no other message in the mailbox. */
  readonly isOnly?: boolean | undefined;
}

export interface OpenInput {
  readonly source: ByteSource;
  readonly close: () => void;
}

/**
 * The inputs that arguments stand for, in order. No argument is stdin.
 *
 * @param recursive open folders: see messagesIn
 * @throws DktoolError where stdin is wanted and is a terminal
 */
export function* inputsOf(args: readonly string[], context: Context, recursive = false): Generator<Input> {
  for (const name of args.length === 0 ? ['-'] : args) yield* inputsAt(name, standardInput(context), recursive);
}

/** The inputs that one name stands for. @param stdin for the name `-` */
export function* inputsAt(name: FileName, stdin: Input, recursive: boolean): Generator<Input> {
  if (name === '-') yield stdin;
  else if (recursive && isFolder(name)) yield* messagesIn(nameOf(name));
  else yield fileInput(name);
}

/** The message on stdin. */
export function standardInput(context: Context): Input {
  return {
    name: '-',
    isPiped: true,
    open: () => {
      if (context.stdin.isTerminal) {
        throw new DktoolError('no-input', 'no message: stdin is a terminal and no file is given', {
          kind: 'permanent',
          hint: 'pipe a message in, or give a file; --help shows examples',
        });
      }
      return { source: context.stdin, close: () => {} };
    },
  };
}

/** A `-` in a place where stdin is not a message. @param why a sentence */
export function noStandardInput(why: string): Input {
  return {
    name: '-',
    open: () => {
      throw new DktoolError('no-input', why, { kind: 'permanent', hint: './- is a file of that name' });
    },
  };
}

export function fileInput(path: FileName): Input {
  const name = nameOf(path);
  return {
    name,
    path,
    open: () => {
      const fd = openFile(path);
      return { source: new DescriptorSource(fd, name), close: () => closeSync(fd) };
    },
  };
}

/** For people: octets that are not UTF-8 become U+FFFD. */
export function nameOf(path: FileName): string {
  return typeof path === 'string' ? path : path.toString('utf8');
}

/** @returns a descriptor to read from. @throws DktoolError where it cannot be opened */
export function openFile(path: FileName): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw unreadable(nameOf(path), error);
  }
}

function unreadable(path: string, cause: unknown): DktoolError {
  return new DktoolError('input-unreadable', `cannot open ${path}: ${systemReason(cause)}`, {
    kind: passes(cause) ? 'temporary' : 'permanent',
    cause,
  });
}

/** Whatever else is wrong with the path is said when it is opened. */
function isFolder(path: FileName): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** What tells a folder of MH, where messages have numbers for names, and one that was removed has `,` or `#` before it. */
const MH_SEQUENCES = '.mh_sequences';

function byNumber(a: Dirent, b: Dirent): number {
  return Number(a.name) - Number(b.name) || 0; // what is not a number stays where it is
}

/** The two folders of a Maildir that hold messages; what is in tmp has not arrived yet. */
const MAILDIR_PARTS = ['new', 'cur'];

/** A folder named new alone may be anybody's. */
function isMaildirOf(names: readonly string[]): boolean {
  return names.includes('cur') || (names.includes('new') && names.includes('tmp'));
}

/**
 * The messages below a folder. Of a Maildir these are the files in its new and cur, and in those of the folders below it
 * (Maildir++ names them .Sent, .Archive.2009); of any other folder all files, but in one of MH those with a
 * number for a name. Sorted, so that two runs read in the same
 * order; links to folders are not followed, they may go round.
 *
 * @param inMaildir only what is in folders named new and cur counts
 */
function* messagesIn(folder: string, inMaildir = false): Generator<Input> {
  const entries = entriesOf(folder);
  if (!Array.isArray(entries)) {
    yield entries;
    return;
  }
  const folders = entries.filter((entry) => isFolderEntry(folder, entry)).map(({ name }) => name);
  const isMh = entries.some(({ name }) => name === MH_SEQUENCES);
  if (isMh) entries.sort(byNumber);
  const isMaildir = isMaildirOf(folders) || (inMaildir && folders.includes('new'));
  if (isMaildir) for (const part of MAILDIR_PARTS) yield* filesIn(join(folder, part));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!isMaildir || ![...MAILDIR_PARTS, 'tmp'].includes(entry.name))
        yield* messagesIn(path, inMaildir || isMaildir);
    } else if (!inMaildir && !isMaildir && !isNoMessage(entry.name) && isFileEntry(folder, entry)) {
      if (!isMh || /^\d+$/.test(entry.name)) yield fileInput(path);
    }
  }
}

/** Of a Maildir's new or cur, which may be missing. A name that begins with a dot is not a message (maildir(5)). */
function* filesIn(part: string): Generator<Input> {
  if (!isFolder(part)) return;
  const entries = entriesOf(part);
  if (!Array.isArray(entries)) {
    yield entries;
    return;
  }
  for (const entry of entries) {
    if (!entry.name.startsWith('.') && isFileEntry(part, entry)) yield fileInput(join(part, entry.name));
  }
}

/** Sorted; an input that cannot be opened where the folder cannot be read: one bad folder does not end a run. */
function entriesOf(folder: string): Dirent[] | Input {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    return {
      name: folder,
      open: () => {
        throw unreadable(folder, error);
      },
    };
  }
}

function isFolderEntry(folder: string, entry: Dirent): boolean {
  return entry.isDirectory() || (entry.isSymbolicLink() && isFolder(join(folder, entry.name)));
}

function isFileEntry(folder: string, entry: Dirent): boolean {
  return entry.isFile() || (entry.isSymbolicLink() && !isFolder(join(folder, entry.name)));
}
