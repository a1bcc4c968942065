/** What a run of verify does with each of its inputs; the same in the main thread and in workers. */
import type { Resolver } from '../lib/dns/resolver.ts';
import type { ZoneFile } from '../lib/dns/zone-record.ts';
import { KeyCache } from '../lib/keys/lookup.ts';
import type { IpNetwork } from '../lib/syntax/ip-network.ts';
import type { ResultWord } from '../lib/verdict.ts';
import { type VerifyReport, verifyReport } from '../lib/verify-report.ts';
import type { Context } from './context.ts';
import { inOrder } from './in-order.ts';
import { inputError, tellInputError } from './input-error.ts';
import type { Input } from './input.ts';
import type { DnsOptions } from './options.ts';
import { type Outcome, worst } from './outcome.ts';
import { resolverFrom } from './resolver.ts';
import { jsonLine } from './sanitize.ts';
import { type ColorChoice, wantsColor } from './terminal.ts';
import { InputJudge, type Judged, type JudgedMessage, type JudgeOptions } from './verify-input.ts';
import { verifyLines } from './verify-lines.ts';
import { verifyTable } from './verify-table.ts';

/** How inputs are judged and told. Plain data: it is sent to workers. */
export interface VerifyRunOptions extends DnsOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color: ColorChoice;
  readonly legacy?: boolean;
  readonly strict?: boolean;
  readonly lenient?: boolean;
  readonly author?: boolean;
  readonly adsp?: boolean;
  readonly spf?: boolean;
  readonly dmarc?: boolean;
  /** Whose result the exit status tells, in place of that of the signatures. */
  readonly failOn?: 'dmarc';
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
  /** Print one input. @returns what it makes of the run */
  readonly show: (judged: Judged) => Outcome;
}

/** What came of some inputs, or of all of them. */
export interface RunEnd {
  /** The worst of all. */
  readonly outcome: Outcome;
  readonly count: number;
}

/**
 * Judge inputs and tell what came of them, in their order.
 *
 * @param inputs `undefined` says that the next may be long in coming
 * @param told called behind each with how many there were; may return a promise, which is waited for
 * @param idle called where the next input may be long in coming
 */
export async function runThrough(
  inputs: Iterable<Input | undefined>,
  { judge, show }: VerifyRun,
  told?: (count: number) => Promise<void> | undefined,
  idle?: () => void,
): Promise<RunEnd> {
  const outcomes = new Set<Outcome>();
  let count = 0;
  await inOrder<Input, Judged>(
    inputs,
    (input) => judge.judge(input),
    (judged) => {
      outcomes.add(show(judged));
      count++;
      return told?.(count);
    },
    { idle },
  );
  return { outcome: worst(outcomes), count };
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
  const judge = new InputJudge(resolver, {
    now: options.now ?? context.now(),
    legacy: options.legacy,
    strict: options.strict,
    lenient: options.lenient,
    authorOnly: options.author,
    adsp: options.adsp,
    keys: new KeyCache(),
    spf: await spfOf(options, env, resolver, context),
    dmarc: options.dmarc ? (await import('./dmarc/judge.ts')).dmarcJudge(resolver) : undefined,
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
  if (!options.spf && !(options.dmarc && options.ip !== undefined)) return undefined;
  const { spfJudge } = await import('./verify-spf.ts');
  return spfJudge(options, { hop: options.hop, trusted: options.trusted }, env, resolver, options.now ?? context.now());
}

async function renderer(options: VerifyRunOptions, context: Context): Promise<VerifyRun['show']> {
  const product = await productRenderer(options, context);
  return (judged) => {
    if ('error' in judged) return tellInputError(judged.name, judged.error, options, context);
    const outcome = outcomeOf(decidingResult(judged, options));
    if (options.quiet) return outcome;
    let text: string;
    try {
      text = product(verifyReport(judged.name, judged.verdict, judged.adsp, judged.spf, judged.dmarc));
    } catch (error) {
      return tellInputError(judged.name, inputError(error), options, context);
    }
    context.stdout.write(text);
    return outcome;
  };
}

async function productRenderer(
  options: VerifyRunOptions,
  { stdout, env }: Context,
): Promise<(report: VerifyReport) => string> {
  if (options.json) return jsonLine;
  const verbose = options.verbose ?? false;
  if (!stdout.isTerminal || options.quiet) return (report) => verifyLines(report, verbose);
  return verifyTable({ color: wantsColor(stdout, options.color, env), columns: stdout.columns || 80, verbose });
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
