/** Where the messages of a command come from: stdin, files, folders. */
import { closeSync, type Dirent, openSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DktoolError } from '../lib/errors.ts';
import { type ByteSource, DescriptorSource } from './bytes.ts';
import type { Context } from './context.ts';
import { systemReason } from './system-reason.ts';

/** A name of a file; as octets where they are no UTF-8. */
export type FileName = string | Buffer;

/** One message to come. */
export interface Input {
  /** As given on the command line, `-` for stdin; of a folder's file, the folder and its name. */
  readonly name: string;
  /** The file that it is, for another thread to open; `undefined`: it has to be opened here. */
  readonly path?: FileName;
  /** @throws DktoolError where it cannot be opened */
  readonly open: () => OpenInput;
}

export interface OpenInput {
  readonly source: ByteSource;
  readonly close: () => void;
}

/**
 * The inputs that arguments stand for, in order. No argument is stdin.
 *
 * @param recursive open folders: of a Maildir its new and cur, of any other folder the files in it and below
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
    open: () => {
      if (context.stdin.isTerminal) {
        throw new DktoolError('no-input', 'no message: stdin is a terminal and no file is named', {
          kind: 'permanent',
          hint: 'pipe a message in, or name a file; --help shows examples',
        });
      }
      return { source: context.stdin, close: () => {} };
    },
  };
}

/** A `-` in a place where stdin is no message. @param why a sentence */
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

/** For people: octets that are no UTF-8 become U+FFFD. */
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
    kind: 'permanent',
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

function* messagesIn(folder: string): Generator<Input> {
  const maildir = ['new', 'cur'].map((part) => join(folder, part)).filter(isFolder);
  if (maildir.length > 0) {
    for (const part of maildir) yield* filesBelow(part);
  } else {
    yield* filesBelow(folder);
  }
}

/** Sorted, so that two runs read in the same order; links to folders are not followed, they may go round. */
function* filesBelow(folder: string): Generator<Input> {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    // An input that cannot be opened: one bad folder does not end a run.
    yield {
      name: folder,
      open: () => {
        throw unreadable(folder, error);
      },
    };
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile() || (entry.isSymbolicLink() && !isFolder(path))) yield fileInput(path);
  }
}
