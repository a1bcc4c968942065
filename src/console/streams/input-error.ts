import { DktoolError } from '../../lib/errors.ts';
import { type ErrorReport, placedReport } from '../../lib/report/verify.ts';
import { OutputError } from './bytes.ts';
import type { MailboxPlace } from './input.ts';
import { shellWord } from '../../lib/syntax/shell-word.ts';
import type { Context } from '../context.ts';
import type { Outcome } from '../outcome.ts';
import { jsonLine } from '../terminal/sanitize.ts';
import { diagnostics } from '../terminal/diagnostics.ts';
import { hintText } from '../terminal/hint-text.ts';

/**
 * Report an input that could not be judged: one bad file does not end a run.
 *
 * @param place of a message in the mailbox that `file` is
 * @returns what that makes of the run
 */
export function reportInputError(
  file: string,
  { code, kind, message, hint }: DktoolError,
  { json, quiet }: { readonly json?: boolean; readonly quiet?: boolean },
  { stdout, stderr }: Context,
  place?: MailboxPlace,
): Outcome {
  if (json && !quiet) {
    const report: ErrorReport = { file, error: { code, kind, detail: message } };
    stdout.write(jsonLine(place === undefined ? report : placedReport(report, place)));
  } else {
    const isNamed = message.startsWith(`${file} `) || message.includes(` ${file}: `);
    const where = isNamed && place === undefined ? '' : `${shownName(file, place)}: `;
    const about = diagnostics({ stderr });
    about.say(where + message);
    if (hint !== undefined) about.hint(hintText(hint));
  }
  return kind;
}

/** What people are shown as the name of a message. @param file it, or the mailbox that it is in */
export function shownName(file: string, place?: MailboxPlace): string {
  return place?.id === undefined || place.isOnly ? file : `${file}:${place.id}`;
}

/**
 * Whatever was thrown over an input, as an error of that input: the others are judged all the same.
 *
 * @throws OutputError what it was given, where that is one
 */
export function inputError(thrown: unknown): DktoolError {
  if (thrown instanceof OutputError) throw thrown;
  if (thrown instanceof DktoolError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new DktoolError('internal-error', `internal error: ${reason} (a bug: please report it with this message)`, {
    kind: 'temporary',
    cause: thrown,
  });
}

/** An mbox is not a message: judged as one, all behind its first message would be a body that was changed. */
export function severalMessages(file: string): DktoolError {
  return new DktoolError('several-messages', 'this is an mbox file with several messages, not a message', {
    kind: 'permanent',
    hint: `dktool verify --input mbox ${file === '-' ? '< FILE' : shellWord(file)} verifies each of them`,
  });
}
