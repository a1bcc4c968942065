/** Errors become a line on stderr and an outcome: the only place where they do. */
import { ClosedPipeError } from '../streams/bytes.ts';
import type { Context } from '../context.ts';
import type { Outcome } from '../outcome.ts';
import { diagnostics } from './diagnostics.ts';
import { hintText } from './hint-text.ts';
import { DktoolError } from '../../lib/errors.ts';

/**
 * Say what went wrong, in one line and perhaps a hint.
 *
 * @param program the name that the user knows it by
 * @param meant a better hint than that of the error
 */
export function complain(error: unknown, program: string, context: Context, meant?: string): Outcome {
  const { say, hint } = diagnostics(context, { program });
  if (error instanceof ClosedPipeError) return 'temporary';
  if (error instanceof DktoolError) {
    say(error.message);
    const advice = meant ?? error.hint;
    if (advice !== undefined) hint(hintText(advice));
    return error.isOfMessage ? 'unfit' : error.kind;
  }
  const known = error instanceof Error ? error : new Error(String(error));
  say(`internal error: ${known.message} (a bug: please report it with the command line)`);
  if (context.env['DKTOOL_DEBUG'] !== undefined) for (const line of stackOf(known)) say(line);
  return 'temporary';
}

function stackOf({ stack = 'no stack' }: Error): string[] {
  return stack.split('\n');
}
