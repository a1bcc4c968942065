/** What is printed of the messages of a run, and in which form. */
import type { ByteSink } from '../../console/streams/bytes.ts';

/** What the command line says about it. */
export interface ViewOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly explain?: boolean;
  /** Many messages may come. */
  readonly isBatch?: boolean;
  readonly onlyFailures?: boolean;
  readonly summary?: boolean;
}

export interface VerifyView {
  readonly each: 'all' | 'failures' | 'none';
  readonly form: 'json' | 'lines' | 'table' | 'rows';
  /** A count by result and reason closes the run. */
  readonly closing: boolean;
}

/** Of many messages a person is shown what is worth a look, a program all of it; options say otherwise. */
export function viewOf(
  { json, quiet, verbose, explain = false, isBatch = false, onlyFailures = false, summary = false }: ViewOptions,
  { isTerminal }: Pick<ByteSink, 'isTerminal'>,
): VerifyView {
  if (quiet) return { each: 'none', form: 'lines', closing: false };
  const isForPerson = isTerminal && !json;
  const isShort = isForPerson && isBatch && !verbose;
  const form = json ? 'json' : !isForPerson ? 'lines' : isShort && !explain ? 'rows' : 'table';
  const each = onlyFailures || (isShort && !summary) ? 'failures' : summary ? 'none' : 'all';
  return { each, form, closing: summary || (isForPerson && isBatch) };
}
