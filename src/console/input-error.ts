import type { DktoolError } from '../lib/errors.ts';
import type { ErrorReport } from '../lib/verify-report.ts';
import type { Context } from './context.ts';
import type { Outcome } from './outcome.ts';
import { printable } from './sanitize.ts';

/** Tell of an input that could not be judged: one bad file does not end a run. @returns what that makes of the run */
export function tellInputError(
  file: string,
  { code, kind, message, hint }: DktoolError,
  { json, quiet }: { readonly json?: boolean; readonly quiet?: boolean },
  { stdout, stderr }: Context,
): Outcome {
  if (json && !quiet) {
    const report: ErrorReport = { file, error: { code, kind, detail: message } };
    stdout.write(`${JSON.stringify(report)}\n`);
  } else {
    const where = message.includes(file) ? '' : `${file}: `;
    stderr.write(`dktool: ${printable(where + message)}\n`);
    if (hint !== undefined) stderr.write(`dktool: hint: ${printable(hint)}\n`);
  }
  return kind;
}
