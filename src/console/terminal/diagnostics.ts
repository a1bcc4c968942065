import type { Context } from '../context.ts';
import { printable } from './sanitize.ts';

/** Lines on stderr for the person who runs the program. They may hold text from outside. */
export interface Diagnostics {
  readonly say: (line: string) => void;
  readonly warn: (sentence: string) => void;
  /** What to do about what was said before. */
  readonly hint: (sentence: string) => void;
}

export interface DiagnosticsOptions {
  /** The name that the user knows the program by; each line begins with it. */
  readonly program?: string;
  /** Say nothing at all. */
  readonly quiet?: boolean | undefined;
}

export function diagnostics(
  { stderr }: Pick<Context, 'stderr'>,
  { program = 'dktool', quiet = false }: DiagnosticsOptions = {},
): Diagnostics {
  const say = (line: string): void => {
    if (quiet) return;
    try {
      stderr.write(`${program}: ${printable(line)}\n`);
    } catch {
      // stderr itself is gone: the exit status is all that is left to say it with
    }
  };
  return {
    say,
    warn: (sentence) => say(`warning: ${sentence}`),
    hint: (sentence) => say(`hint: ${sentence}`),
  };
}
