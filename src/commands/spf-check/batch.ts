/** `spf-check --batch`: sessions in a list, a JSON line each on stdout, in their order. */
import type { Resolver } from '../../lib/dns/resolver.ts';
import { timeLimitedResolver } from '../../lib/dns/live/time-limit.ts';
import { DktoolError } from '../../lib/errors.ts';
import { type BatchPlace, type SpfBatchReport, spfReport, spfSummary } from '../../lib/report/spf.ts';
import type { SpfResult } from '../../lib/spf/verdict.ts';
import { runSteps, type Steps } from '../../lib/steps.ts';
import type { ByteSource } from '../../console/streams/bytes.ts';
import { inOrder } from '../../console/streams/in-order.ts';
import { inputError } from '../../console/streams/input-error.ts';
import { type InputLine, linesOf } from '../../console/streams/lines.ts';
import { jsonLine } from '../../console/terminal/sanitize.ts';
import { checkSpfSteps, type SpfCheckSettings } from '../../console/spf/checker.ts';
import { requestOf, type SessionOptions } from '../../console/spf/request.ts';

/** Checks under way at once: what one waits for in DNS, others use. */
const CONCURRENT = 32;

/** A longest address has 320 octets, a HELO line 512 (RFC 5321 section 4.5.3.1). */
const MAX_LINE = 4096;

export interface BatchSettings extends SpfCheckSettings {
  /** Seconds for one check. */
  readonly limit: number;
  /** Print the trace too. */
  readonly explain: boolean;
  /** The list, where it has a name. */
  readonly file?: string | undefined;
}

export type BatchLine =
  | { readonly result: SpfResult; readonly text: string }
  | { readonly error: DktoolError; readonly text: string };

/**
 * Run a batch. Memory holds the lines that are under way.
 *
 * @param take gets the result of each line, and the error of each that is not a session, in their order
 * @param idle called where the next line may be long in coming
 */
export function runBatch(
  source: ByteSource,
  settings: BatchSettings,
  resolver: Resolver,
  take: (line: BatchLine) => void,
  idle: () => void,
): Promise<void> {
  const judge = ({ number, text }: InputLine) => runSteps(checkLine(number, text, settings, resolver));
  return inOrder(sessionLines(source), judge, take, { concurrent: CONCURRENT, idle });
}

function* sessionLines(source: ByteSource): Generator<InputLine | undefined> {
  for (const line of linesOf(source, MAX_LINE)) {
    if (line?.text?.trim() !== '') yield line;
  }
}

function* checkLine(
  number: number,
  text: string | undefined,
  settings: BatchSettings,
  resolver: Resolver,
): Steps<BatchLine> {
  const { file } = settings;
  const place: BatchPlace = file === undefined ? { line: number } : { file, line: number };
  try {
    const request = requestOf(sessionIn(text), undefined);
    const limited = timeLimitedResolver(resolver, settings.limit, settings.now);
    const checked = yield* checkSpfSteps(request, settings, limited);
    const { verdict, notes } = checked.at(-1)!;
    const report = settings.explain ? spfReport(verdict, notes) : spfSummary(verdict, notes);
    return { result: report.result, text: jsonLine({ ...place, ...report }) };
  } catch (thrown) {
    const known = inputError(thrown);
    const { code, kind, message } = known;
    const error: SpfBatchReport = { ...place, error: { code, kind, detail: message } };
    return { error: known, text: jsonLine(error) };
  }
}

function badLine(detail: string): DktoolError {
  return new DktoolError('bad-line', detail, {
    kind: 'permanent',
    hint: 'a line is IP HELO SENDER, or a JSON object with ip, helo and from',
  });
}

/** `ip helo sender`; without a sender, or with `<>`, the HELO identity is checked. */
function sessionIn(text: string | undefined): SessionOptions {
  if (text === undefined) throw badLine(`the line has more than ${MAX_LINE} octets`);
  if (text.trimStart().startsWith('{')) return sessionInJson(text);
  const [ip, helo, ...sender] = text.trim().split(/\s+/);
  if (ip === undefined || helo === undefined) throw badLine('the line has no HELO name');
  return { ip, helo, from: sender.join(' ') };
}

function sessionInJson(text: string): SessionOptions {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badLine('the line begins with { and is not JSON object');
  }
  const { ip, helo, from, sender } = value as Record<string, unknown>;
  const parts = { ip, helo: helo ?? '', from: from ?? sender ?? '' };
  for (const [key, part] of Object.entries(parts)) {
    if (typeof part !== 'string')
      throw badLine(`${key} of the JSON object is ${part === undefined ? 'missing' : 'not text'}`);
  }
  return parts as SessionOptions;
}
