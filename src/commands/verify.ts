import { Option } from 'commander';
import type { Context } from '../console/context.ts';
import { inputsOf } from '../console/input.ts';
import {
  addCommonOptions,
  addDnsOptions,
  collect,
  type CommonOptions,
  type DnsOptions,
  epoch,
} from '../console/options.ts';
import { type Outcome, worst } from '../console/outcome.ts';
import { progress } from '../console/progress.ts';
import { resolverOf } from '../console/resolver.ts';
import { printable } from '../console/sanitize.ts';
import { COLOR_CHOICES, type ColorChoice, wantsColor } from '../console/terminal.ts';
import { InputJudge, type Judged } from '../console/verify-input.ts';
import { verifyLines } from '../console/verify-lines.ts';
import { verifyTable } from '../console/verify-table.ts';
import { KeyRecordCache } from '../lib/dkim/key-lookup.ts';
import { DomainKeyCache } from '../lib/domainkeys/key-lookup.ts';
import type { ResultWord } from '../lib/verdict.ts';
import { type ErrorReport, type VerifyReport, verifyReport } from '../lib/verify-report.ts';
import type { CommandModule } from './command.ts';

interface Options extends CommonOptions, DnsOptions {
  readonly recursive?: boolean;
  readonly json?: boolean;
  readonly legacy?: boolean;
  readonly strict?: boolean;
  readonly author?: boolean;
  readonly now?: number;
  readonly keyRecord?: readonly string[];
  readonly color: ColorChoice;
}

const AFTER_HELP = `
A message passes if one of its signatures does. Its signatures are judged by RFC 6376, RFC 8301 and RFC 8463.

Examples:
  dktool verify < msg.eml
  dktool verify --zone keys.zone --json ~/Maildir/cur/* | jq -r 'select(.result!="pass") | .file'
  dktool verify -r --legacy ~/Maildir
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
      .argument('[file...]', 'messages; - or nothing is stdin')
      .option('-r, --recursive', 'open folders: the new and cur of a Maildir, or all files below')
      .option('--json', 'one JSON object a line, one line an input')
      .option('--legacy', 'accept rsa-sha1 and RSA keys under 1,024 bits, for archives')
      .option('--strict', 'refuse what is only warned about: l=, an added From, t= in the future')
      .option('--author', 'accept only signatures of the From domain or a parent of it')
      .option('--now <epoch>', 'judge as of this time, seconds since 1970', epoch)
      .option('--key-record <name=record>', 'take this as the key record, no network (repeat for more)', collect);
    addDnsOptions(command).addOption(
      new Option('--color <when>', 'colour on stdout').choices(COLOR_CHOICES).default('auto'),
    );
    addCommonOptions(command)
      .addHelpText('after', AFTER_HELP)
      .action(async (files: string[], options: Options) => finish(await run(files, options, context)));
  },
};

/** Inputs that are judged at the same time: what one waits for in DNS, others use. */
const CONCURRENT = 16;

export async function run(files: readonly string[], options: Options, context: Context): Promise<Outcome> {
  const resolver = await resolverOf(options, context, options.keyRecord);
  const show = await renderer(options, context);
  const judge = new InputJudge(resolver, {
    now: options.now ?? context.now(),
    legacy: options.legacy,
    strict: options.strict,
    authorOnly: options.author,
    keys: new KeyRecordCache(),
    domainKeys: new DomainKeyCache(),
  });
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

/** How one input is told, and what its outcome is. */
async function renderer(options: Options, context: Context): Promise<(judged: Judged) => Outcome> {
  const product = await productRenderer(options, context);
  return (judged) => {
    if ('error' in judged) {
      const { code, kind, message, hint } = judged.error;
      if (options.json && !options.quiet) {
        const report: ErrorReport = { file: judged.name, error: { code, kind, detail: message } };
        context.stdout.write(`${JSON.stringify(report)}\n`);
      } else {
        const where = message.includes(judged.name) ? '' : `${judged.name}: `;
        context.stderr.write(`dktool: ${printable(where + message)}\n`);
        if (hint !== undefined) context.stderr.write(`dktool: hint: ${printable(hint)}\n`);
      }
      return kind;
    }
    if (!options.quiet) context.stdout.write(product(verifyReport(judged.name, judged.verdict)));
    return outcomeOf(judged.verdict.result);
  };
}

async function productRenderer(options: Options, { stdout, env }: Context): Promise<(report: VerifyReport) => string> {
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
