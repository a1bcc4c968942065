import { annotate, type AnnotationStyle } from '../console/auth-results-filter.ts';
import type { Context } from '../console/context.ts';
import { inputsOf } from '../console/input.ts';
import { tellInputError } from '../console/input-error.ts';
import { type Outcome, worst } from '../console/outcome.ts';
import { progress } from '../console/progress.ts';
import { resolverOf } from '../console/resolver.ts';
import { printable } from '../console/sanitize.ts';
import { wantsColor } from '../console/terminal.ts';
import { InputJudge, type Judged, type JudgeOptions } from '../console/verify-input.ts';
import { verifyLines } from '../console/verify-lines.ts';
import { verifyTable } from '../console/verify-table.ts';
import type { Resolver } from '../lib/dns/resolver.ts';
import type { ResultWord } from '../lib/verdict.ts';
import { type VerifyReport, verifyReport } from '../lib/verify-report.ts';
import type { CommandModule } from './command.ts';
import { addVerifyOptions, annotationStyle, judgeOptions, type VerifyCommandOptions } from './verify-options.ts';

const AFTER_HELP = `
A message passes if one of its signatures does. Its signatures are judged by RFC 6376, RFC 8301 and RFC 8463;
DomainKeys signatures (RFC 4870) decide only where there is none of DKIM.

Examples:
  dktool verify < msg.eml
  dktool verify --zone keys.zone --json ~/Maildir/cur/* | jq -r 'select(.result!="pass") | .file'
  dktool verify -r --legacy ~/Maildir
  dktool verify --auth-results mx.example.org < msg.eml | deliver
  dktool verify --key-record 'sel._domainkey.example.com=v=DKIM1; p=MIIB...' old.eml

Exit status: 0 pass, 1 judged and refused, 2 no signature, 100 not a message or a wrong command line,
111 try again later (DNS). Several inputs: the worst. Manual: man dktool-verify`;

export const verify: CommandModule = {
  name: 'verify',
  register(program, context, finish) {
    const command = program
      .command('verify')
      .summary('judge the signatures of messages: stdin, files, folders')
      .description('Judge the DKIM signatures of messages on stdin, in files and in folders, and say why.')
      .argument('[file...]', 'messages; - or nothing is stdin');
    addVerifyOptions(command)
      .addHelpText('after', AFTER_HELP)
      .action(async (files: string[], options: VerifyCommandOptions) => finish(await run(files, options, context)));
  },
};

/** Inputs that are judged at the same time: what one waits for in DNS, others use. */
const CONCURRENT = 16;

export async function run(files: readonly string[], options: VerifyCommandOptions, context: Context): Promise<Outcome> {
  const style = annotationStyle(options, files);
  const resolver = await resolverOf(options, context, options.keyRecord);
  const judge = new InputJudge(resolver, {
    ...judgeOptions(options, context),
    spf: await spfOf(files, options, resolver, context),
  });
  if (style !== undefined) return writeOn(files, judge, style, options, context);
  const show = await renderer(options, context);
  const bar = progress('verifying', context, options.quiet ?? false);
  const outcomes = new Set<Outcome>();
  const pending: Promise<Judged>[] = [];
  let done = 0;
  const settle = async () => {
    outcomes.add(show(await pending.shift()!));
    await bar.tick(++done);
  };
  try {
    for (const input of inputsOf(files, context, options.recursive)) {
      pending.push(judge.judge(input));
      if (pending.length >= CONCURRENT) await settle();
    }
    while (pending.length > 0) await settle();
  } finally {
    bar.stop();
  }
  if (done > 0) return worst(outcomes);
  if (!options.quiet) context.stderr.write(`dktool: there is no message in ${printable(files.join(', '))}\n`);
  return 'nothing';
}

/** The SPF check of --spf; see src/entry/dktool.ts for where its code is. */
async function spfOf(
  files: readonly string[],
  options: VerifyCommandOptions,
  resolver: Resolver,
  context: Context,
): Promise<JudgeOptions['spf']> {
  if (!options.spf) return undefined;
  const { spfJudge } = await import('../console/verify-spf.ts');
  const env = files.length === 0 ? context.env : undefined;
  return spfJudge(options, { hop: options.hop, trusted: options.trusted }, env, resolver, options.now ?? context.now());
}

/** Write one message on. Delivery agents discard or bounce on any status but 0, so that is what a whole message ends with. */
async function writeOn(
  files: readonly string[],
  judge: InputJudge,
  style: AnnotationStyle,
  options: VerifyCommandOptions,
  context: Context,
): Promise<Outcome> {
  const [input] = inputsOf(files, context);
  const { source, close } = input!.open();
  try {
    const { verdict } = await annotate(source, context.stdout, judge, style);
    const isFilter = options.authResults !== undefined && !options.exitVerdict;
    if (isFilter) return 'ok';
    return outcomeOf(style.compat === 'dktest' ? verdict.domainkeys.result : verdict.result);
  } finally {
    close();
  }
}

/** How one input is told, and what its outcome is. */
async function renderer(options: VerifyCommandOptions, context: Context): Promise<(judged: Judged) => Outcome> {
  const product = await productRenderer(options, context);
  return (judged) => {
    if ('error' in judged) return tellInputError(judged.name, judged.error, options, context);
    if (!options.quiet)
      context.stdout.write(product(verifyReport(judged.name, judged.verdict, judged.adsp, judged.spf)));
    return outcomeOf(judged.verdict.result);
  };
}

async function productRenderer(
  options: VerifyCommandOptions,
  { stdout, env }: Context,
): Promise<(report: VerifyReport) => string> {
  if (options.json) return (report) => `${JSON.stringify(report)}\n`;
  const verbose = options.verbose ?? false;
  if (!stdout.isTerminal || options.quiet) return (report) => verifyLines(report, verbose);
  return verifyTable({ color: wantsColor(stdout, options.color, env), columns: stdout.columns, verbose });
}

function outcomeOf(result: ResultWord): Outcome {
  if (result === 'pass') return 'ok';
  if (result === 'none') return 'nothing';
  return result === 'temperror' ? 'temporary' : 'negative';
}
