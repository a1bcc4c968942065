import { annotate, type AnnotationStyle } from '../../console/verify/annotate.ts';
import { BlockSink, sinkBehind } from '../../console/streams/block-sink.ts';
import { requireOpenOutput } from '../../console/streams/bytes.ts';
import type { Context } from '../../console/context.ts';
import { type HelpPage, setHelpPage } from '../../console/options/help-page.ts';
import { type Input, inputsAt, inputsOf, noStandardInput, standardInput } from '../../console/streams/input.ts';
import { namesIn } from './name-list.ts';
import type { Outcome } from '../../console/outcome.ts';
import { clearing, progress } from '../../console/terminal/progress.ts';
import { zonesOf } from '../../console/options/resolver.ts';
import { verifyBatch } from './batch.ts';
import type { InputJudge } from '../../console/verify/judge.ts';
import { chalkOf, resultPaint } from './table.ts';
import type { ResumedOutput } from './resume.ts';
import { signerLines, type Tally, tallyJson, tallyLines } from './tally.ts';
import { viewOf } from './view.ts';
import { terminalStyle } from '../../console/terminal/terminal.ts';
import { verifyRun } from './run.ts';
import { decidingResult, outcomeOf } from './shown.ts';
import { withOutput } from '../../console/streams/output.ts';
import type { ZoneFile } from '../../lib/dns/zones/record.ts';
import type { CommandModule } from '../command.ts';
import { diagnostics } from '../../console/terminal/diagnostics.ts';
import {
  addVerifyOptions,
  annotationStyle,
  checkVerifyOptions,
  jobsOf,
  type VerifyCommandOptions,
  writesExplained,
} from './options.ts';

const HELP: HelpPage = {
  examples: [
    'dktool verify < msg.eml',
    'dktool verify --explain msg.eml',
    'dktool verify -r --summary ~/Maildir',
    'dktool verify --auth-results mx.example.org < msg.eml | deliver',
    `dktool verify --zone keys.zone --json ~/Maildir/cur/* | jq -r 'select(.result!="pass") | .file'`,
    'find /archive -type f -print0 | dktool verify --files-from - -0 --jobs 4 --json > verdicts',
    "dktool verify --key-record 'sel._domainkey.example.com=v=DKIM1; p=MIIB...' old.eml",
  ],
  common: ['recursive', 'spf', 'dmarc', 'arc', 'legacy', 'json', 'summary', 'auth-results', 'explain', 'zone'],
  notes: `
A message passes if one of its signatures does. DKIM signatures are judged by RFC 6376, RFC 8301 and RFC 8463;
DomainKeys signatures (RFC 4870) count only in messages without a DKIM signature.`,
  exitStatus:
    '0 pass, 1 refused, 2 no signature, 100 not a message or a wrong command line, 111 DNS failed, try again later; of several messages the worst',
};

export const verify: CommandModule = {
  name: 'verify',
  register(program, context, finish) {
    const command = program
      .command('verify')
      .summary('verify the signatures of messages: stdin, files, directories')
      .description('Verify the DKIM signatures of messages, and say why each passes or fails.')
      .argument('[file...]', 'messages, or directories with -r (default: stdin)');
    setHelpPage(addVerifyOptions(command), HELP).action(async (files: string[], options: VerifyCommandOptions) => {
      checkVerifyOptions(command, files);
      finish(await run(files, options, context));
    });
  },
};

export async function run(files: readonly string[], options: VerifyCommandOptions, context: Context): Promise<Outcome> {
  const writes = writesExplained(options, files);
  const style = annotationStyle(options, files);
  const jobs = jobsOf(options, files);
  const zones = zonesOf(options, options.keyRecord);
  const env = files.length === 0 && options.filesFrom === undefined ? context.env : undefined;
  if (style !== undefined) {
    const arc = options.arc ?? (style.compat === undefined && 'if-present');
    const { judge } = await verifyRun({ ...options, arc }, zones, env, context);
    return writeOn(files, judge, style, options, context);
  }
  if (writes) return explainOne(files, options, zones, env, context);
  const { quiet = false, filesFrom, recursive, resume } = options;
  const isBatch = files.length > FEW || recursive === true || filesFrom !== undefined;
  const resumed = resume === undefined ? undefined : await resumedOutput(resume, options, context);
  // What is written to a file is all of it, whatever is shown.
  const settings = {
    ...options,
    isBatch,
    ...(resumed === undefined ? {} : { json: true, summary: false, quiet: false }),
  };
  const bar = progress('verifying', context, {
    quiet,
    total: () => totalOf(files, options, context),
    waitsForDns: true,
  });
  const stdout = new BlockSink(resumed?.sink ?? clearing(context.stdout, bar));
  const world = { ...context, stdout, stderr: sinkBehind(stdout, clearing(context.stderr, bar)) };
  const batch = { options: settings, zones, env, jobs, progress: bar, resumed, idle: () => stdout.flush() };
  try {
    const all = inputsIn(files, options, world);
    const inputs = resumed === undefined ? all : notIn(resumed, all);
    const { outcome, count, tally, hadMailbox } = await verifyBatch(inputs, batch, world);
    const { closing: isClosed } = viewOf({ ...options, isBatch: isBatch || hadMailbox }, context.stdout);
    stdout.flush();
    bar.clear();
    if (count > 0 && isClosed) context.stdout.write(await closing(tally, options, context));
    if (count > 0) return outcome;
  } finally {
    bar.stop();
    stdout.flush();
    resumed?.close();
  }
  const where = [...files, ...(options.filesFrom === undefined ? [] : [options.filesFrom])];
  diagnostics(context, options).say(`there are no messages in ${where.join(', ')}`);
  return 'nothing';
}

async function resumedOutput(path: string, options: VerifyCommandOptions, context: Context): Promise<ResumedOutput> {
  const { ResumedOutput } = await import('./resume.ts');
  return ResumedOutput.open(path, options, context);
}

/** The inputs whose lines are not there already. */
function* notIn(resumed: ResumedOutput, inputs: Iterable<Input | undefined>): Generator<Input | undefined> {
  for (const input of inputs) if (input === undefined || !resumed.passesOver(input.name)) yield input;
}

/** Files that are named one by one are shown one by one. */
const FEW = 10;

/** For the progress of files and folders; what a list on stdin names is not known before. */
function totalOf(files: readonly string[], options: VerifyCommandOptions, context: Context): number | undefined {
  if (options.filesFrom === '-' || files.includes('-')) return undefined;
  let total = 0;
  for (const input of inputsIn(files, options, context)) {
    if (input !== undefined) total++;
    if (total === MAX_TOTAL) return undefined;
  }
  return total;
}

/** Names that are counted ahead: a moment's work. */
const MAX_TOTAL = 200_000;

/** The count by result and reason. */
async function closing(tally: Tally, { json, color }: VerifyCommandOptions, context: Context): Promise<string> {
  if (json) return tallyJson(tally);
  const { stdout, env } = context;
  if (!stdout.isTerminal) return tallyLines(tally);
  const paint = resultPaint(await chalkOf(terminalStyle(stdout, color, env)));
  return tallyLines(tally, paint) + signerLines(tally, { columns: stdout.columns || 80, paint });
}

/** The inputs in order; `undefined` where the list of names has to be waited for. */
function* inputsIn(
  files: readonly string[],
  { filesFrom, recursive = false, null: isNull = false, jobs = 1 }: VerifyCommandOptions,
  context: Context,
): Generator<Input | undefined> {
  if (filesFrom === undefined || files.length > 0) yield* inputsOf(files, context, recursive);
  if (filesFrom === undefined) return;
  const stdin =
    filesFrom === '-'
      ? noStandardInput('"-" in a list read from stdin cannot be a message')
      : jobs > 1
        ? noStandardInput('"-" in the list: with --jobs, stdin cannot be a message')
        : standardInput(context);
  for (const name of namesIn(filesFrom, isNull, context)) {
    if (name === undefined) yield undefined;
    else yield* inputsAt(name, stdin, recursive);
  }
}

/** Explain one message and write what it was, or the octets that were hashed. stdout is the message's where it goes there. */
async function explainOne(
  files: readonly string[],
  options: VerifyCommandOptions,
  zones: readonly ZoneFile[],
  env: Context['env'] | undefined,
  context: Context,
): Promise<Outcome> {
  const { restore, dumpCanonical: folder } = options;
  if (restore === '-') requireOpenOutput(context.stdout);
  const explaining = restore === '-' ? { ...context, stdout: context.stderr } : context;
  const { judge, show } = await verifyRun(options, zones, env, explaining);
  const [input] = inputsOf(files, context);
  const judged = await judge.judge(input!);
  const { outcome } = show(judged);
  if ('error' in judged) return outcome;
  const product = await import('./explain/product.ts');
  if (folder !== undefined) product.dumpCanonical(judged, folder, context);
  if (restore === undefined) return outcome;
  const message = await product.restored(judged, judge);
  if (typeof message === 'string') diagnostics(context).say(`nothing was restored: ${message}`);
  else withOutput(restore, context, (sink) => sink.write(message));
  return outcome;
}

/** Write one message on. Delivery agents discard or bounce on any status but 0, so that is what a whole message ends with. */
async function writeOn(
  files: readonly string[],
  judge: InputJudge,
  style: AnnotationStyle,
  options: VerifyCommandOptions,
  context: Context,
): Promise<Outcome> {
  requireOpenOutput(context.stdout);
  const [input] = inputsOf(files, context);
  const { source, close } = input!.open();
  try {
    const { judged, notice } = await annotate(source, context.stdout, judge, style);
    if (notice !== undefined) diagnostics(context, options).say(notice);
    const isFilter = options.authResults !== undefined && !options.exitVerdict;
    if (isFilter) return 'ok';
    const { verdict, dmarc } = judged;
    if (style.compat === 'dktest') return outcomeOf(verdict.domainkeys.result);
    return outcomeOf(decidingResult({ result: verdict.result, dmarc: dmarc?.verdict }, options));
  } finally {
    close();
  }
}
