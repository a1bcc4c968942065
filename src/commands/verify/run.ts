/** What a run of verify does with each of its inputs; the same in the main thread and in workers. */
import { DEFAULT_DEADLINE, type Resolver } from '../../lib/dns/resolver.ts';
import type { ZoneFile } from '../../lib/dns/zones/record.ts';
import type { DktoolError } from '../../lib/errors.ts';
import { parseDate } from '../../lib/header/date.ts';
import type { DiffLine } from '../../lib/explain/diff.ts';
import type { Effort } from '../../lib/explain/effort.ts';
import { KeyCache } from '../../lib/keys/lookup.ts';
import type { Keyring } from '../../lib/keyring/keyring.ts';
import type { InputKind } from '../../lib/mailbox/kind.ts';
import type { MboxForm } from '../../lib/mailbox/mbox.ts';
import type { IpNetwork } from '../../lib/syntax/ip-network.ts';
import type { ResultWord } from '../../lib/verdict.ts';
import type { PreflightReport } from '../../lib/report/preflight.ts';
import { type ErrorReport, placedReport, type VerifyReport, verifyReport } from '../../lib/report/verify.ts';
import type { Context } from '../../console/context.ts';
import { inOrder, type InputSequence } from '../../console/streams/in-order.ts';
import { inputError, shownName, reportInputError } from '../../console/streams/input-error.ts';
import type { Input } from '../../console/streams/input.ts';
import type { DnsOptions } from '../../console/options/options.ts';
import { type Outcome, worst } from '../../console/outcome.ts';
import { resolverFrom } from '../../console/options/resolver.ts';
import { jsonLine } from '../../console/terminal/sanitize.ts';
import { type ColorChoice, terminalStyle } from '../../console/terminal/terminal.ts';
import {
  type FoundMailbox,
  InputJudge,
  type Judged,
  type JudgedMessage,
  type JudgeOptions,
} from '../../console/verify/judge.ts';
import { verifyLines } from './lines.ts';
import type { Sightings } from './sightings.ts';
import { asOfTime } from '../../lib/as-of.ts';
import type { VerifyOptions } from '../../lib/verify-message.ts';
import { type RowStyle, verifyRows } from './rows.ts';
import { verifyTable } from './table.ts';
import type { MailInput } from './mailbox/mail-input.ts';
import { addTallies, addTally, errorKey, type Tally, type TallyKey, tallyKey } from './tally.ts';
import { type VerifyView, type ViewOptions, viewOf } from './view.ts';

/** How inputs are judged and reported. Plain data: it is sent to workers. */
export interface VerifyRunOptions extends DnsOptions, ViewOptions {
  readonly color: ColorChoice;
  /** What inputs are said to be; `undefined`: each is looked at. */
  readonly input?: InputKind;
  /** The form of an mbox; `undefined`: it is found out. */
  readonly mbox?: MboxForm;
  readonly failFast?: boolean;
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
  /** The time that messages are judged as of, seconds since 1970, or the one at which each was received. */
  readonly at?: number | 'received';
  /** The file of a keyring. */
  readonly keyring?: string;
  readonly keyringAdd?: boolean;
}

/** Judges inputs and tells what came of them. */
export interface VerifyRun {
  readonly judge: InputJudge;
  /** Print one input, where it is to be printed. */
  readonly show: (judged: Judged) => Shown;
  /** With --keyring-add: the key records that DNS had. */
  readonly sightings: Sightings | undefined;
}

/** What came of one input. */
export interface Shown {
  readonly outcome: Outcome;
  /** As what it counts: see tally.ts. */
  readonly key: TallyKey;
}

/** What came of some inputs, or of all of them. */
export interface RunEnd {
  /** The worst of all. */
  readonly outcome: Outcome;
  readonly count: number;
  readonly failures: number;
  readonly tally: Tally;
  /** One failed, and --fail-fast left out what comes behind it. */
  readonly stopped: boolean;
  /** Messages came out of a mailbox of several. */
  readonly hadMailbox: boolean;
}

/** Adds up what came of inputs. */
export class RunTotals {
  readonly #failFast: boolean;
  readonly #outcomes = new Set<Outcome>();
  readonly #tally: Tally = new Map();
  #count = 0;
  #failures = 0;
  #hadMailbox = false;

  constructor({ failFast = false }: Pick<VerifyRunOptions, 'failFast'>) {
    this.#failFast = failFast;
  }

  get count(): number {
    return this.#count;
  }

  get failures(): number {
    return this.#failures;
  }

  get end(): RunEnd {
    const { isStopped: stopped } = this;
    const end = {
      count: this.#count,
      failures: this.#failures,
      tally: this.#tally,
      stopped,
      hadMailbox: this.#hadMailbox,
    };
    return { outcome: worst(this.#outcomes), ...end };
  }

  get isStopped(): boolean {
    return this.#failFast && this.#failures > 0;
  }

  /** @param isOneOfMany it came out of a mailbox of several */
  add({ outcome, key }: Shown, isOneOfMany: boolean): void {
    this.#hadMailbox ||= isOneOfMany;
    this.#outcomes.add(outcome);
    addTally(this.#tally, key, 1);
    this.#count++;
    if (isFailure(outcome)) this.#failures++;
  }

  addEnd({ outcome, count, failures, tally, hadMailbox }: RunEnd): void {
    this.#hadMailbox ||= hadMailbox;
    if (count > 0) this.#outcomes.add(outcome);
    this.#count += count;
    this.#failures += failures;
    addTallies(this.#tally, tally);
  }
}

/** --fail-fast: what comes behind this is not judged. */
class FailedFast extends Error {}

/** @throws where the run is over */
export function stopIf(isOver: boolean): void {
  if (isOver) throw new FailedFast();
}

/** Do that until it is over, or a failure ends it. */
export async function untilStopped(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof FailedFast)) throw error;
  }
}

export interface RunThrough {
  /** Called behind each input; may return a promise, which is waited for. */
  readonly told?: ((totals: RunTotals) => Promise<void> | undefined) | undefined;
  /** Called where the next input may be long in coming. */
  readonly idle?: (() => void) | undefined;
  /** What an input is said to be. */
  readonly input?: InputKind | undefined;
  /** Judge what is in a mailbox, when its turn has come, and add it. */
  readonly enter: (mailbox: OpenMailbox) => Promise<void> | void;
}

function isOfMailbox({ place }: Judged): boolean {
  return place?.id !== undefined && place.isOnly !== true;
}

/** A mailbox among the inputs. */
export interface OpenMailbox extends FoundMailbox {
  readonly from: Input;
}

/**
 * Judge inputs and tell what came of them, in their order.
 *
 * @param inputs `undefined` says that the next may be long in coming
 * @param totals what came of them is added here
 */
export async function runThrough(
  inputs: InputSequence<Input | MailInput | undefined>,
  { judge, show }: Pick<VerifyRun, 'judge' | 'show'>,
  totals: RunTotals,
  { told, idle, input: asked, enter }: RunThrough,
): Promise<void> {
  const work = (input: Input | MailInput) => {
    if ('judgeBy' in input) return input.judgeBy(judge);
    const found = judge.judgeOrOpen(input, asked);
    if (found instanceof Promise || 'name' in found) return found;
    return { from: input, ...found };
  };
  const take = (result: Judged | OpenMailbox): Promise<void> | undefined => {
    if ('from' in result) return Promise.resolve(enter(result)).then(() => stopIf(totals.isStopped));
    totals.add(show(result), isOfMailbox(result));
    const pause = told?.(totals);
    if (pause === undefined) stopIf(totals.isStopped);
    return pause?.then(() => stopIf(totals.isStopped));
  };
  await untilStopped(() => inOrder<Input | MailInput, Judged | OpenMailbox>(inputs, work, take, { idle }));
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
  const sightings = options.keyringAdd ? new (await import('./sightings.ts')).Sightings(context.now) : undefined;
  const found = await resolverFrom(zones, options, context, share);
  const resolver = sightings?.watching(found) ?? found;
  const now = options.now ?? context.now();
  const keyring = await keyringOf(options);
  const keys = new KeyCache(keyring && ((name) => keyring.retired(name)));
  const judge = new InputJudge(resolver, {
    now,
    legacy: options.legacy,
    strict: options.strict,
    lenient: options.lenient,
    authorOnly: options.author,
    // A program that reads the result gets the chain unasked; a person asks for it, since it takes look-ups.
    arc: options.json || options.arc || (options.crossCheck && 'if-present'),
    adsp: options.adsp,
    asOf: await asOfOption(options),
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
  return { judge, show: await renderer(options, context), sightings };
}

async function keyringOf({ keyring: path, keyringAdd = false }: VerifyRunOptions): Promise<Keyring | undefined> {
  if (path === undefined) return undefined;
  const { readKeyring } = await import('../../console/keyring/file.ts');
  return readKeyring(path, keyringAdd);
}

async function asOfOption({ at, trusted }: VerifyRunOptions): Promise<VerifyOptions['asOf']> {
  if (at === undefined) return undefined;
  if (at === 'received') return (await import('../../lib/as-of-received.ts')).asOfReceived(trusted);
  return asOfTime(at);
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

/** A person is shown less of each message where there are many, as in a mailbox: see viewOf. */
async function renderer(options: VerifyRunOptions, context: Context): Promise<VerifyRun['show']> {
  const one = await rendererOf(options, context);
  const many =
    options.isBatch || !context.stdout.isTerminal ? one : await rendererOf({ ...options, isBatch: true }, context);
  return (judged) => (isOfMailbox(judged) ? many : one)(judged);
}

async function rendererOf(options: VerifyRunOptions, context: Context): Promise<VerifyRun['show']> {
  const view = viewOf(options, context.stdout);
  const product = await productRenderer(view, options, context);
  return (judged) => {
    if ('error' in judged) return shownError(judged, judged.error);
    const outcome = messageOutcome(judged, options);
    const shown = { outcome, key: keyOf(judged, options) };
    if (view.each === 'none' || (view.each === 'failures' && !isFailure(outcome))) return shown;
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

/** Worth a look: judged and refused, or not judged. An unsigned message is neither good nor bad. */
function isFailure(outcome: Outcome): boolean {
  return outcome !== 'ok' && outcome !== 'nothing';
}

/** What a message counts as: by DMARC where that decides. */
function keyOf(judged: JudgedMessage, { failOn }: VerifyRunOptions): TallyKey {
  const { verdict, dmarc } = judged;
  const key = tallyKey(verdict);
  if (failOn !== 'dmarc' || dmarc === undefined) return key;
  return { reason: `${dmarc.verdict.result} ${dmarc.verdict.reason}`, signer: key.signer };
}

/** What a line of --json made of its run. */
export function shownOf(line: VerifyReport | ErrorReport, { failOn }: VerifyRunOptions): Shown {
  if (!('result' in line)) return { outcome: line.error.kind, key: errorKey(line.error) };
  const { result, dmarc, dkim, domainkeys } = line;
  const key = tallyKey({ result, dkim, domainkeys });
  if (failOn !== 'dmarc' || dmarc === undefined) return { outcome: outcomeOf(result), key };
  return { outcome: outcomeOf(dmarc.result), key: { reason: `${dmarc.result} ${dmarc.reason}`, signer: key.signer } };
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
