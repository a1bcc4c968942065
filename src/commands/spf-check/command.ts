import { BlockSink } from '../../console/streams/block-sink.ts';
import { requireOpenOutput } from '../../console/streams/bytes.ts';
import type { Context } from '../../console/context.ts';
import { type Input, inputsOf } from '../../console/streams/input.ts';
import { inputError, reportInputError } from '../../console/streams/input-error.ts';
import { secondOpinion } from '../../console/cross-check/spf.ts';
import { type Outcome, worst } from '../../console/outcome.ts';
import { resolverOf } from '../../console/options/resolver.ts';
import { jsonLine, printable } from '../../console/terminal/sanitize.ts';
import { type BatchLine, runBatch } from './batch.ts';
import { checkSpf, type SpfCheckSettings } from '../../console/spf/checker.ts';
import { SPFQUERY_EXPLANATION, SPFQUERY_STATUS, spfqueryLines } from './compat.ts';
import { type CheckedSpf, spfLines } from './lines.ts';
import { annotateSpf, readSession } from './messages.ts';
import { styleFor } from './painter.ts';
import { requestOf, sourcesLine, type SpfRequest, namesSession, UnknownSession } from '../../console/spf/request.ts';
import type { Resolver } from '../../lib/dns/resolver.ts';
import { DktoolError } from '../../lib/errors.ts';
import { usage } from '../../console/options/usage.ts';
import type { HopChoice, MessageSession } from '../../lib/spf/message-session.ts';
import { formatReceivedSpf, receivedSpfOf } from '../../lib/spf/received-spf.ts';
import { parseSpfRecord } from '../../lib/spf/record.ts';
import { type SecondOpinion, type SpfCheckReport, spfReport } from '../../lib/report/spf.ts';
import type { SpfResult } from '../../lib/spf/verdict.ts';
import { textAsOctets } from '../../lib/syntax/octets.ts';
import { DEFAULT_DEADLINE } from '../../lib/dns/resolver.ts';
import type { CommandModule } from '../command.ts';
import { addSpfCheckOptions, checkSpfCheckOptions, type SpfCheckOptions } from './options.ts';
import { lintDomain } from './lint.ts';
import { diagnostics } from '../../console/terminal/diagnostics.ts';

export const spfCheck: CommandModule = {
  name: 'spf-check',
  register(program, context, finish) {
    const command = program
      .command('spf-check')
      .summary('check SPF for a client, or the policy of a domain (RFC 7208)');
    addSpfCheckOptions(command).action(async (args: string[], options: SpfCheckOptions) => {
      checkSpfCheckOptions(command, args);
      const { outcome, result } = await run(args, options, context);
      const isNumber = options.exitStyle === 'spfquery' && result !== undefined;
      finish(outcome, isNumber ? SPFQUERY_STATUS[result] : undefined);
    });
  },
};

/** How a run ended; the result of the last check where there was one. */
interface End {
  readonly outcome: Outcome;
  readonly result?: SpfResult | undefined;
}

export async function run(args: readonly string[], options: SpfCheckOptions, context: Context): Promise<End> {
  if (options.lint !== undefined) return { outcome: await lintDomain(options.lint, options, context) };
  if (options.compat !== undefined) return runSpfquery(args, options, context);
  if (options.batch) return runBatchLines(args, options, context);
  if (options.annotate) return runAnnotate(args, options, context);
  const resolver = await resolverOf(options, context);
  const show = await rendererFor(options, context, resolver);
  const settings = settingsOf(options, context);
  if (args.length === 0 && namesSession(options, context.env)) {
    const request = requestOf(options, context.env);
    return show(request, await checkSpf(request, settings, resolver));
  }
  const ends: End[] = [];
  for (const input of inputsOf(args, context)) {
    ends.push(
      await reported(input, options, context, async () => {
        const request = requestOf(options, undefined, readSession(input, hopOf(options)));
        return show(request, await checkSpf(request, settings, resolver), input);
      }),
    );
  }
  return { outcome: worst(ends.map(({ outcome }) => outcome)), result: ends.at(-1)?.result };
}

function settingsOf(options: SpfCheckOptions, context: Context): SpfCheckSettings {
  const { record, explanation, guess, localRules, identity } = options;
  const { now } = options;
  return {
    now: now === undefined ? context.now : () => now,
    identity,
    receiver: options.receiver ?? context.env['TCPLOCALHOST'],
    explanation: explanation === undefined ? undefined : textAsOctets(explanation),
    record: record === undefined ? undefined : textAsOctets(record),
    guess: guess === undefined ? undefined : soundRecord('--guess', /^v=spf1/i.test(guess) ? guess : `v=spf1 ${guess}`),
    localRules: localRules === undefined ? undefined : soundRecord('--local-rules', `v=spf1 ${localRules}`).slice(7),
  };
}

/** What the receiver writes himself has to be right. */
function soundRecord(option: string, text: string): string {
  const record = textAsOctets(text);
  const parsed = parseSpfRecord(record);
  if (parsed.ok) return record;
  throw new DktoolError(
    'bad-record',
    `${option} has an error at '${text.slice(parsed.problems[0]!.column)}': ${parsed.problems[0]!.detail}`,
    {
      kind: 'permanent',
    },
  );
}

function explains({ explain, verbose }: SpfCheckOptions): boolean {
  return (explain ?? false) || (verbose ?? false);
}

function hopOf({ hop, trusted }: SpfCheckOptions): HopChoice {
  return { hop, trusted };
}

type Show = (request: SpfRequest, checked: readonly CheckedSpf[], input?: Input) => Promise<End>;

/** How the checks of one session are shown. */
async function rendererFor(options: SpfCheckOptions, context: Context, resolver: Resolver): Promise<Show> {
  const { stdout } = context;
  const style = await styleFor(stdout, options.color, explains(options), context.env);
  return async (request, checked, input) => {
    const deciding = checked.at(-1)!;
    const opinion = options.crossCheck ? await askMailauth(request, deciding, options, context, resolver) : undefined;
    const { result } = deciding.verdict;
    const outcome = worst([outcomeOf(result), opinion?.agrees === false ? 'negative' : 'ok']);
    const end = { outcome, result };
    const sources = sourcesLine(request.sources);
    if (sources !== undefined && !options.json) {
      diagnostics(context, options).say(`${input === undefined ? '' : `${input.name}: `}${sources}`);
    }
    if (options.quiet) return end;
    if (options.receivedSpf) stdout.write(Buffer.from(receivedFields(checked, options, context), 'latin1'));
    else if (options.json) stdout.write(sessionJson(request, checked, opinion, input));
    else {
      const name = input?.name ?? '';
      for (const one of checked) stdout.write(spfLines(one, style, name));
      if (opinion !== undefined) stdout.write(opinionLine(opinion, name));
    }
    return end;
  };
}

function receivedFields(
  checked: readonly CheckedSpf[],
  options: SpfCheckOptions,
  context: Context,
  lineEnd = '\n',
): string {
  const receiver = options.receiver ?? context.env['TCPLOCALHOST'];
  return checked.map(({ verdict }) => formatReceivedSpf(receivedSpfOf(verdict, receiver), lineEnd)).join('');
}

function sessionJson(
  { sources }: SpfRequest,
  checked: readonly CheckedSpf[],
  opinion: SecondOpinion | undefined,
  input: Input | undefined,
): string {
  const [helo, deciding = helo!] = checked;
  const report: SpfCheckReport = {
    ...(input === undefined ? {} : { file: input.name }),
    ...spfReport(deciding.verdict, deciding.notes),
    sources,
    ...(checked.length > 1 ? { heloCheck: spfReport(helo!.verdict, helo!.notes) } : {}),
    ...(opinion === undefined ? {} : { crossCheck: opinion }),
  };
  return jsonLine(report);
}

function askMailauth(
  request: SpfRequest,
  { verdict }: CheckedSpf,
  options: SpfCheckOptions,
  context: Context,
  resolver: Resolver,
): Promise<SecondOpinion> {
  return secondOpinion(request.session, verdict.identity, verdict.result, {
    resolver,
    receiver: settingsOf(options, context).receiver ?? 'unknown',
    seconds: options.deadline ?? DEFAULT_DEADLINE,
  });
}

function opinionLine({ by, result, agrees, detail }: SecondOpinion, name: string): string {
  const prefix = name === '' ? '' : `${printable(name)}: `;
  return `${prefix}cross-check: ${by} says ${result}, ${agrees ? 'same result' : 'different result'}: ${printable(detail)}\n`;
}

/** One bad message does not end a run. */
async function reported(
  input: Input,
  options: SpfCheckOptions,
  context: Context,
  work: () => Promise<End>,
): Promise<End> {
  try {
    return await work();
  } catch (error) {
    const outcome = reportInputError(input.name, inputError(error), options, context);
    return { outcome: error instanceof UnknownSession ? 'nothing' : outcome };
  }
}

async function runAnnotate(args: readonly string[], options: SpfCheckOptions, context: Context): Promise<End> {
  if (args.length > 1) {
    throw new DktoolError('one-message-only', '--annotate takes one message; several are given', {
      kind: 'permanent',
    });
  }
  requireOpenOutput(context.stdout);
  const resolver = await resolverOf(options, context);
  const settings = settingsOf(options, context);
  const [input] = inputsOf(args, context);
  const { source, close } = input!.open();
  let result: SpfResult | undefined;
  try {
    const notice = await annotateSpf(
      source,
      context.stdout,
      hopOf(options),
      settings.receiver,
      async (session, lineEnd) => {
        const request = annotatable(args, options, context, session);
        if (request === undefined) return '';
        const checked = await checkSpf(request, settings, resolver);
        result = checked.at(-1)!.verdict.result;
        return receivedFields(checked, options, context, lineEnd);
      },
    );
    if (notice !== undefined) diagnostics(context, options).say(notice);
  } finally {
    close();
  }
  if (!options.exitVerdict) return { outcome: 'ok' };
  return result === undefined ? { outcome: 'nothing' } : { outcome: outcomeOf(result), result };
}

/** `undefined`, and said so, where the message does not tell its session: a filter writes it on as it is. */
function annotatable(
  args: readonly string[],
  options: SpfCheckOptions,
  context: Context,
  session: MessageSession,
): SpfRequest | undefined {
  try {
    return requestOf(options, args.length === 0 ? context.env : undefined, session);
  } catch (error) {
    if (!(error instanceof UnknownSession)) throw error;
    diagnostics(context).say(`no Received-SPF field: ${error.message}`);
    return undefined;
  }
}

async function runBatchLines(args: readonly string[], options: SpfCheckOptions, context: Context): Promise<End> {
  // The deadline is that of one check here; the run may take as long as it has lines.
  // A question must not outlive the check that asked it: the program would wait for it at the end.
  const limit = options.deadline ?? DEFAULT_DEADLINE;
  const timeout = Math.min(options.timeout ?? limit, limit / (options.tries ?? 2));
  const resolver = await resolverOf({ ...options, timeout, deadline: 86_400 }, context);
  const settings = { ...settingsOf(options, context), limit, explain: explains(options) };
  const outcomes = new Set<Outcome>();
  const stdout = new BlockSink(context.stdout);
  const take = (line: BatchLine) => {
    outcomes.add('error' in line ? line.error.kind : outcomeOf(line.result));
    if (!options.quiet) stdout.write(line.text);
  };
  const idle = () => stdout.flush();
  try {
    for (const { name, open } of inputsOf(args, context)) {
      const { source, close } = open();
      try {
        const file = args.length === 0 ? undefined : name;
        await runBatch(source, { ...settings, file }, resolver, take, idle);
      } finally {
        close();
      }
    }
  } finally {
    stdout.flush();
  }
  return { outcome: outcomes.size === 0 ? 'nothing' : worst(outcomes) };
}

async function runSpfquery(args: readonly string[], options: SpfCheckOptions, context: Context): Promise<End> {
  const [ip, helo, from, localRules, guess, explanation = SPFQUERY_EXPLANATION] = args;
  if (ip === undefined || helo === undefined || from === undefined || args.length > 6) {
    throw usage('spfquery takes IP HELO SENDER [RULES [GUESS [EXP]]]');
  }
  const rules = { localRules: localRules || undefined, guess: guess || undefined };
  const settings = settingsOf(
    { ...options, ...rules, explanation, receiver: 'localhost', identity: 'mailfrom' },
    context,
  );
  const request = requestOf({ ip, helo, from }, undefined);
  const [checked] = await checkSpf(request, settings, await resolverOf(options, context));
  context.stdout.write(spfqueryLines(checked!.verdict));
  return { outcome: outcomeOf(checked!.verdict.result), result: checked!.verdict.result };
}

/** RFC 7208 section 2.6 in the exit statuses of every command. */
function outcomeOf(result: SpfResult): Outcome {
  if (result === 'pass') return 'ok';
  if (result === 'none' || result === 'neutral') return 'nothing';
  return result === 'temperror' ? 'temporary' : 'negative';
}
