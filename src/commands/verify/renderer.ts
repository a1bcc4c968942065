/** Writes what came of an input, where it is to be written. */
import type { DktoolError } from '../../lib/errors.ts';
import type { DiffLine } from '../../lib/explain/diff.ts';
import { parseDate } from '../../lib/header/date.ts';
import { placedReport, type VerifyReport, verifyReport } from '../../lib/report/verify.ts';
import type { Context } from '../../console/context.ts';
import { inputError, reportInputError, shownName } from '../../console/streams/input-error.ts';
import { jsonLine } from '../../console/terminal/sanitize.ts';
import { terminalStyle } from '../../console/terminal/terminal.ts';
import type { Judged, JudgedMessage } from '../../console/verify/judge.ts';
import { verifyLines } from './lines.ts';
import { type RowStyle, verifyRows } from './rows.ts';
import type { VerifyRunOptions } from './run-options.ts';
import { isFailure, type Shown, shownOfMessage } from './shown.ts';
import { verifyTable } from './table.ts';
import { errorKey } from './tally.ts';
import { isOfMailbox } from './totals.ts';
import { type VerifyView, viewOf } from './view.ts';

/** Prints one input, where it is to be printed. */
export type Show = (judged: Judged) => Shown;

/** A person is shown less of each message where there are many, as in a mailbox: see viewOf. */
export async function renderer(options: VerifyRunOptions, context: Context): Promise<Show> {
  const one = await rendererOf(options, context);
  const many =
    options.isBatch || !context.stdout.isTerminal ? one : await rendererOf({ ...options, isBatch: true }, context);
  return (judged) => (isOfMailbox(judged) ? many : one)(judged);
}

async function rendererOf(options: VerifyRunOptions, context: Context): Promise<Show> {
  const view = viewOf(options, context.stdout);
  const product = await productRenderer(view, options, context);
  return (judged) => {
    if ('error' in judged) return shownError(judged, judged.error);
    const shown = shownOfMessage(judged, options);
    if (view.each === 'none' || (view.each === 'failures' && !isFailure(shown.outcome))) return shown;
    let text: string;
    try {
      const { explained } = judged;
      const diffs = (explained?.explanations ?? []).map((one) => one?.diff ?? []);
      text = product.report(reportOf(judged, view), diffs);
    } catch (error) {
      return shownError(judged, inputError(error));
    }
    context.stdout.write(text);
    return shown;
  };

  function shownError({ name, place }: Judged, error: DktoolError): Shown {
    const key = errorKey(error);
    if (product.error === undefined || view.each === 'none') {
      return { outcome: reportInputError(name, error, options, context, place), key };
    }
    context.stdout.write(product.error(shownName(name, place), error.code));
    return { outcome: error.kind, key };
  }
}

function reportOf(judged: Judged & JudgedMessage, { form }: VerifyView): VerifyReport {
  const { verdict, adsp, spf, dmarc, explained, crossCheck, preflight, place, unescaped, asOf } = judged;
  const name = form === 'json' ? judged.name : shownName(judged.name, place);
  const date = form === 'json' ? dateOf(judged) : undefined;
  const more = { crossCheck, preflight, asOf, date };
  const report = verifyReport(name, verdict, adsp, spf, dmarc, explained?.explanations, more);
  return place === undefined ? report : placedReport(report, place, unescaped);
}

/** Of the Date field. */
function dateOf({ message: { header } }: JudgedMessage): number | undefined {
  const [field] = header?.named('date') ?? [];
  return field === undefined ? undefined : parseDate(header!.value(field));
}

/** How reports become text; and inputs that could not be judged, where they are no matter of stderr. */
interface Product {
  /** @param diffs with --explain: of each signature, what came against what was signed */
  readonly report: (report: VerifyReport, diffs: readonly (readonly DiffLine[])[]) => string;
  readonly error?: RowStyle['error'];
}

async function productRenderer(
  { form }: VerifyView,
  { verbose = false, color, failOn }: VerifyRunOptions,
  { stdout, env }: Context,
): Promise<Product> {
  if (form === 'json') return { report: (report) => jsonLine(report) };
  if (form === 'lines') return { report: (report, diffs) => verifyLines(report, verbose, diffs) };
  const style = terminalStyle(stdout, color, env);
  return form === 'rows' ? verifyRows(style, failOn === 'dmarc') : { report: await verifyTable({ ...style, verbose }) };
}
