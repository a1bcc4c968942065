/** Taking a message from a launcher: whoever takes its request away has the message, the launcher or the service. */
import { closeSync, constants, lstatSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { errnoOf } from '../../../lib/errors.ts';
import { type LauncherRequest, parseRequest } from './request.ts';

/** The end of a launcher's name for its request. */
export const REQUEST = '.request';

/** Seconds after which a request that nobody waits for any more is removed. */
const ABANDONED = 60;

export interface Claimed {
  readonly request: LauncherRequest;
  /** The path of the launcher's file: what is beside it has the same name and more. */
  readonly file: string;
  /** The message, from its start. */
  readonly message: number;
  /** Write a line to the launcher; without effect where it is gone. */
  readonly say: (line: string) => void;
  /** Close what the launcher waits for: without an answer before that it puts the mail off. */
  readonly close: () => void;
}

/**
 * Take a request, where a launcher still waits and nobody else has taken it. The pipe is opened first: once the request is
 * gone, its end says that we are gone.
 *
 * @param file without `.request`
 * @param now seconds since 1970
 * @param mayServe false has the launcher do the work itself at once
 * @returns `undefined` where there is nothing to take now
 */
export function claim(file: string, now: number, mayServe: (request: LauncherRequest) => boolean): Claimed | undefined {
  const request = requestIn(file);
  if (request === undefined) return undefined;
  const answer = attempt(() => openSync(`${file}.answer`, ANSWER));
  const isRefused = answer !== undefined && !mayServe(request);
  if (isRefused) attempt(() => writeSync(answer, 'refused\n'));
  const message = answer === undefined || isRefused ? undefined : attempt(() => openSync(`${file}.message`, MESSAGE));
  const isOurs = message !== undefined && attempt(() => (unlinkSync(file + REQUEST), true)) === true;
  if (!isOurs) {
    for (const fd of [answer, message]) if (fd !== undefined) closeSync(fd);
    if (answer === undefined) forget(file, now);
    return undefined;
  }
  const say = (line: string) => void attempt(() => writeSync(answer!, `${line}\n`));
  say('taken');
  const close = () => {
    closeSync(answer!);
    closeSync(message);
  };
  return { request, file, message, say, close };
}

/** Without a reader that is there already, opening fails: nobody is waited for. */
const ANSWER = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
const MESSAGE = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

function requestIn(file: string): LauncherRequest | undefined {
  const text = attempt(() => readFileSync(file + REQUEST, 'utf8'));
  return text === undefined ? undefined : parseRequest(text);
}

/** A launcher that was killed has left it. */
function forget(file: string, now: number): void {
  const stats = attempt(() => lstatSync(file + REQUEST));
  if (stats === undefined || stats.mtimeMs / 1000 > now - ABANDONED) return;
  for (const end of ['', '.message', '.envelope', '.answer', REQUEST]) attempt(() => unlinkSync(file + end));
}

/** @returns `undefined` for an error of the system: the launcher is gone, or has taken its message back */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}
