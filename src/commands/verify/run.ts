/** What a run of verify does with each of its inputs; the same in the main thread and in workers. */
import { DEFAULT_DEADLINE, type Resolver } from '../../lib/dns/resolver.ts';
import type { ZoneFile } from '../../lib/dns/zones/record.ts';
import type { DktoolError } from '../../lib/errors.ts';
import type { DiffLine } from '../../lib/explain/diff.ts';
import type { Effort } from '../../lib/explain/effort.ts';
import { KeyCache } from '../../lib/keys/lookup.ts';
import type { IpNetwork } from '../../lib/syntax/ip-network.ts';
import type { ResultWord } from '../../lib/verdict.ts';
import type { PreflightReport } from '../../lib/report/preflight.ts';
import { type VerifyReport, verifyReport } from '../../lib/report/verify.ts';
import type { Context } from '../../console/context.ts';
import { inOrder } from '../../console/streams/in-order.ts';
import { inputError, reportInputError } from '../../console/streams/input-error.ts';
import type { Input } from '../../console/streams/input.ts';
import type { DnsOptions } from '../../console/options/options.ts';
import { type Outcome, worst } from '../../console/outcome.ts';
import { resolverFrom } from '../../console/options/resolver.ts';
import { jsonLine } from '../../console/terminal/sanitize.ts';
import { type ColorChoice, terminalStyle } from '../../console/terminal/terminal.ts';
import { InputJudge, type Judged, type JudgedMessage, type JudgeOptions } from '../../console/verify/judge.ts';
import { verifyLines } from './lines.ts';
import { type RowStyle, verifyRows } from './rows.ts';
import { verifyTable } from './table.ts';
import { errorKey, newTally, type Tally, tallyKey } from './tally.ts';
import { type VerifyView, type ViewOptions, viewOf } from './view.ts';

/** How inputs are judged and reported. Plain data: it is sent to workers. */
export interface VerifyRunOptions extends DnsOptions, ViewOptions {
  readonly color: ColorChoice;
  readonly legacy?: boolean;
  readonly strict?: boolean;
  readonly lenient?: boolean;
  readonly author?: boolean;
  /** `if-present`: where the message has a chain. */
  readonly arc?: boolean | 'if-present';
  readonly adsp?: boolean;
  readonly spf?: boolean;
  readonly dmarc?: boolean;
  readonly explain?: boolean;
  readonly effort?: Effort;
  readonly crossCheck?: boolean;
  readonly preflight?: boolean;
  /** `dmarc`: whose result the exit status is. `warning`: what of --preflight makes it 1. */
  readonly failOn?: 'dmarc' | 'warning';
  readonly ip?: string;
  readonly helo?: string;
  readonly from?: string;
  readonly hop?: number;
  readonly trusted?: readonly IpNetwork[];
  /** Seconds since 1970; `undefined`: the clock. */
  readonly now?: number;
}

/** Judges inputs and tells what came of them. */
export interface VerifyRun {
  readonly judge: InputJudge;
  /** Print one input, where it is to be printed. */
  readonly show: (judged: Judged) => Shown;
}

/** What came of one input. */
export interface Shown {
  readonly outcome: Outcome;
  /** As what it counts: see verify-tally.ts. */
  readonly key: string;
}

/** What came of some inputs, or of all of them. */
export interface RunEnd {
  /** The worst of all. */
  readonly outcome: Outcome;
  readonly count: number;
  readonly failures: number;
  readonly tally: Tally;
}

/**
 * Judge inputs and tell what came of them, in their order.
 *
 * @param inputs `undefined` says that the next may be long in coming
 * @param reported called after each with how many there were, and how many of them failed; may return a promise, which is waited for
 * @param idle called where the next input may be long in coming
 */
export async function runThrough(
  inputs: Iterable<Input | undefined>,
  { judge, show }: VerifyRun,
  reported?: (count: number, failures: number) => Promise<void> | undefined,
  idle?: () => void,
): Promise<RunEnd> {
  const outcomes = new Set<Outcome>();
  const tally = newTally();
  let [count, failures] = [0, 0];
  await inOrder<Input, Judged>(
    inputs,
    (input) => judge.judge(input),
    (judged) => {
      const { outcome, key } = show(judged);
      outcomes.add(outcome);
      tally[key] = (tally[key] ?? 0) + 1;
      count++;
      if (isFailure(outcome)) failures++;
      return reported?.(count, failures);
    },
    { idle },
  );
  return { outcome: worst(outcomes), count, failures, tally };
}

/**
 * @param zones answer in place of the network, where there are any
 * @param env of tcpserver, which tells of the message on stdin; `undefined` where messages are saved ones
 * @param share threads that look names up at the same time
 */
export async function verifyRun(
  options: VerifyRunOptions,
  zones: readonly ZoneFile[],
  env: Context['env'] | undefined,
  context: Context,
  share = 1,
): Promise<VerifyRun> {
  const resolver = await resolverFrom(zones, options, context, share);
  const [now, keys] = [options.now ?? context.now(), new KeyCache()];
  const judge = new InputJudge(resolver, {
    now,
    legacy: options.legacy,
    strict: options.strict,
    lenient: options.lenient,
    authorOnly: options.author,
    // A program that reads the result gets the chain unasked; a person asks for it, since it takes look-ups.
    arc: options.json || options.arc || (options.crossCheck && 'if-present'),
    adsp: options.adsp,
    keys,
    spf: await spfOf(options, env, resolver, context),
    secondJudge: await secondJudgeOf(options, resolver, context),
    preflight: options.preflight
      ? (await import('./preflight.ts')).preflightJudge(resolver, options.now ?? context.now())
      : undefined,
    dmarc:
      options.dmarc || options.preflight
        ? (await import('../../console/dmarc/judge.ts')).dmarcJudge(resolver)
        : undefined,
    explain: options.explain
      ? (await import('./explain/judge.ts')).explainer({ effort: options.effort ?? 'normal', now, keys })
      : undefined,
  });
  return { judge, show: await renderer(options, context) };
}

/** The SPF check of --spf, which --dmarc with --ip asks for too; see src/entry/dktool.ts for where its code is. */
async function spfOf(
  options: VerifyRunOptions,
  env: Context['env'] | undefined,
  resolver: Resolver,
  context: Context,
): Promise<JudgeOptions['spf']> {
  if (!options.spf && !((options.dmarc || options.preflight) && options.ip !== undefined)) return undefined;
  const { spfJudge } = await import('../../console/spf/judge.ts');
  return spfJudge(options, { hop: options.hop, trusted: options.trusted }, env, resolver, options.now ?? context.now());
}

/** The judge of --cross-check; see src/entry/dktool.ts for where its code is. */
async function secondJudgeOf(
  { crossCheck, now, legacy = false, deadline }: VerifyRunOptions,
  resolver: Resolver,
  context: Context,
): Promise<JudgeOptions['secondJudge']> {
  if (!crossCheck) return undefined;
  const { crossChecker } = await import('./cross-check.ts');
  return crossChecker(resolver, { now: now ?? context.now(), legacy, seconds: deadline ?? DEFAULT_DEADLINE });
}

async function renderer(options: VerifyRunOptions, context: Context): Promise<VerifyRun['show']> {
  const view = viewOf(options, context.stdout);
  const product = await productRenderer(view, options, context);
  return (judged) => {
    if ('error' in judged) return shownError(judged.name, judged.error);
    const outcome = messageOutcome(judged, options);
    const shown = { outcome, key: keyOf(judged, options) };
    if (view.each === 'none' || (view.each === 'failures' && !isFailure(outcome))) return shown;
    let text: string;
    try {
      const { explained } = judged;
      const diffs = (explained?.explanations ?? []).map((one) => one?.diff ?? []);
      text = product.report(reportOf(judged), diffs);
    } catch (error) {
      return shownError(judged.name, inputError(error));
    }
    context.stdout.write(text);
    return shown;
  };

  function shownError(name: string, error: DktoolError): Shown {
    const key = errorKey(error);
    if (product.error === undefined || view.each === 'none') {
      return { outcome: reportInputError(name, error, options, context), key };
    }
    context.stdout.write(product.error(name, error.code));
    return { outcome: error.kind, key };
  }
}

function reportOf(judged: JudgedMessage & { readonly name: string }): VerifyReport {
  const { name, verdict, adsp, spf, dmarc, explained, crossCheck, preflight } = judged;
  return verifyReport(name, verdict, adsp, spf, dmarc, explained?.explanations, { crossCheck, preflight });
}

/** With --preflight it is what was found, not what the signatures came to: that is among the findings. */
function messageOutcome(judged: JudgedMessage, options: VerifyRunOptions): Outcome {
  const { crossCheck, preflight } = judged;
  const own =
    preflight === undefined ? outcomeOf(decidingResult(judged, options)) : preflightOutcome(preflight, options);
  return worst([own, crossCheck?.agrees === false ? 'negative' : 'ok']);
}

function preflightOutcome({ findings }: PreflightReport, { failOn }: VerifyRunOptions): Outcome {
  const outcomes = findings.map(({ severity }): Outcome => {
    if (severity === 'temporary') return 'temporary';
    return severity === 'error' || (severity === 'warning' && failOn === 'warning') ? 'negative' : 'ok';
  });
  return worst(outcomes);
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

/** Worth a look: judged and refused, or not judged. An unsigned message is neither good nor bad. */
function isFailure(outcome: Outcome): boolean {
  return outcome !== 'ok' && outcome !== 'nothing';
}

/** What a message counts as: by DMARC where that decides. */
function keyOf(judged: JudgedMessage, { failOn }: VerifyRunOptions): string {
  const { verdict, dmarc } = judged;
  return failOn === 'dmarc' && dmarc !== undefined
    ? `${dmarc.verdict.result} ${dmarc.verdict.reason}`
    : tallyKey(verdict);
}

/** The result that the exit status tells. */
export function decidingResult({ verdict, dmarc }: JudgedMessage, { failOn }: VerifyRunOptions): ResultWord {
  return failOn === 'dmarc' && dmarc !== undefined ? dmarc.verdict.result : verdict.result;
}

export function outcomeOf(result: ResultWord): Outcome {
  if (result === 'pass') return 'ok';
  if (result === 'none') return 'nothing';
  return result === 'temperror' ? 'temporary' : 'negative';
}
