/** Errors become a line on stderr and an outcome: the only place where they do. */
import { ClosedPipeError } from '../streams/bytes.ts';
import type { Context } from '../context.ts';
import type { Outcome } from '../outcome.ts';
import { printable } from './sanitize.ts';
import { DktoolError } from '../../lib/errors.ts';

/** Writes lines to stderr, each with the name of the program before it. */
export function sayer(program: string, { stderr }: Context): (line: string) => void {
  return (line) => {
    try {
      stderr.write(`${program}: ${line}\n`);
    } catch {
      // stderr itself is gone: the status is all that is left to say it with
    }
  };
}

/**
 * Say what went wrong, in one line and perhaps a hint.
 *
 * @param program the name that the user knows it by
 */
export function complain(error: unknown, program: string, context: Context): Outcome {
  const say = sayer(program, context);
  if (error instanceof ClosedPipeError) return 'temporary';
  if (error instanceof DktoolError) {
    say(printable(error.message));
    if (error.hint !== undefined) say(`hint: ${printable(error.hint)}`);
    return error.isOfMessage ? 'unfit' : error.kind;
  }
  const known = error instanceof Error ? error : new Error(String(error));
  say(`internal error: ${printable(known.message)} (a bug: please report it with the command line)`);
  if (context.env['DKTOOL_DEBUG'] !== undefined) say(known.stack ?? 'no stack');
  return 'temporary';
}
