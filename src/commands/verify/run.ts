/** What a run of verify does with each of its inputs; the same in the main thread and in workers. */
import { DEFAULT_DEADLINE, type Resolver } from '../../lib/dns/resolver.ts';
import type { ZoneFile } from '../../lib/dns/zones/record.ts';
import { KeyCache } from '../../lib/keys/lookup.ts';
import type { Keyring } from '../../lib/keyring/keyring.ts';
import type { InputKind } from '../../lib/mailbox/kind.ts';
import type { Context } from '../../console/context.ts';
import { inOrder, type InputSequence } from '../../console/streams/in-order.ts';
import type { Input } from '../../console/streams/input.ts';
import { resolverFrom } from '../../console/options/resolver.ts';
import { type FoundMailbox, InputJudge, type Judged, type JudgeOptions } from '../../console/verify/judge.ts';
import type { Sightings } from './sightings.ts';
import { asOfTime } from '../../lib/as-of.ts';
import type { VerifyOptions } from '../../lib/verify-message.ts';
import type { MailInput } from './mailbox/mail-input.ts';
import { renderer, type Show } from './renderer.ts';
import type { VerifyRunOptions } from './run-options.ts';
import { isOfMailbox, type RunTotals, stopIf, untilStopped } from './totals.ts';

/** Judges inputs and reports what came of them. */
export interface VerifyRun {
  readonly judge: InputJudge;
  /** Print one input, where it is to be printed. */
  readonly show: Show;
  /** With --keyring-add: the key records that DNS had. */
  readonly sightings: Sightings | undefined;
}

export interface RunThrough {
  /** Called behind each input; may return a promise, which is waited for. */
  readonly after?: ((totals: RunTotals) => Promise<void> | undefined) | undefined;
  /** Called where the next input may be long in coming. */
  readonly idle?: (() => void) | undefined;
  /** What an input is said to be. */
  readonly input?: InputKind | undefined;
  /** Judge what is in a mailbox, when its turn has come, and add it. */
  readonly enter: (mailbox: OpenMailbox) => Promise<void> | void;
}

/** A mailbox among the inputs. */
export interface OpenMailbox extends FoundMailbox {
  readonly from: Input;
}

/**
 * Judge inputs and report what came of them, in their order.
 *
 * @param inputs `undefined` says that the next may be long in coming
 * @param totals what came of them is added here
 */
export async function runThrough(
  inputs: InputSequence<Input | MailInput | undefined>,
  { judge, show }: Pick<VerifyRun, 'judge' | 'show'>,
  totals: RunTotals,
  { after, idle, input: asked, enter }: RunThrough,
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
    const pause = after?.(totals);
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
