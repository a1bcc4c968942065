import type { Command } from 'commander';
import type { Context } from '../../console/context.ts';
import { usage } from '../../console/options/usage.ts';
import { type IdleRule, OFFLINE_RULE, refuseIdleOptions } from '../../console/options/idle-options.ts';
import { type Outcome, worst } from '../../console/outcome.ts';
import { complain } from '../../console/terminal/complain.ts';
import { repeatUntil } from '../../console/terminal/repeat.ts';
import { diagnostics } from '../../console/terminal/diagnostics.ts';
import { DktoolError } from '../../lib/errors.ts';
import type { CommandModule } from '../command.ts';
import { dryRun } from './dry-run.ts';
import { followRotation } from './follow.ts';
import { checkFolder } from './new-keys.ts';
import { addRotateOptions, type RotateOptions, STATUS_FORMATS } from './options.ts';
import { type Pass, rotateDomain, type Reporter } from './run.ts';
import { statusFormat, writeStatus } from './status.ts';
import { type Target, targetsOf } from './targets.ts';

const IDLE: readonly IdleRule[] = [
  OFFLINE_RULE,
  { idle: ['json', 'output'], without: ['status'] },
  { idle: ['json'], beside: ['format'] },
  {
    idle: ['publish', 'after', 'keep-retired', 'publish-retired', 'max-age', 'continue', 'ttl', 'origin'],
    beside: ['status'],
  },
  {
    idle: ['publish', 'keep-retired', 'publish-retired', 'max-age', 'continue', 'ttl', 'origin', 'format'],
    beside: ['follow'],
  },
  { idle: ['max-age', 'continue', 'selector'], beside: ['abort'] },
];

/** Seconds before the second pass of --wait. */
const FIRST_PAUSE = 5;

export const rotate: CommandModule = {
  name: 'rotate',
  register(program, context, finish) {
    const command: Command = program
      .command('rotate')
      .summary('replace a key without interruption')
      .description('Rotate keys: make the next, publish it, wait for DNS, switch, remove the old.');
    addRotateOptions(command).action(async (domains: string[], options: RotateOptions) => {
      refuseIdleOptions(command, IDLE);
      finish(await run(domains, options, context));
    });
  },
};

/** Take every rotation as far as it can go now. */
export async function run(domains: readonly string[], options: RotateOptions, context: Context): Promise<Outcome> {
  checkOptions(options);
  const reporter = reporterOf(options, context);
  const problems: string[] = [];
  const targets = targetsOf(domains, options, (problem) => problems.push(problem));
  for (const problem of problems) reporter.report(problem);
  if (targets.length === 0 && problems.length === 0) {
    reporter.report('there is no key to rotate');
    return 'nothing';
  }
  const now = () => options.now ?? context.now();
  if (options.status === true) return writeStatus(targets, options, now(), context);
  for (const target of targets) requireAfter(target, options);
  const pass = (target: Target) => passOver(target, now(), options, reporter, context);
  const passAll = async () => {
    const passes: Pass[] = [];
    for (const target of targets) passes.push(await pass(target));
    return passes;
  };
  const end = now() + (options.wait ?? 0);
  const isOver = ({ waitsFor, until = 0 }: Pass) => waitsFor === undefined || until > end;
  const passes = await repeatUntil(passAll, (all) => all.every(isOver), {
    label: 'name servers',
    wait: options.wait ?? 0,
    pause: FIRST_PAUSE,
    describe: (all) => all.flatMap(({ waitsFor }) => waitsFor ?? [])[0] ?? '',
    quiet: options.quiet === true,
    verbose: options.verbose === true,
    context,
  });
  const ofTables: Outcome = problems.length > 0 ? 'temporary' : 'ok';
  return worst([ofTables, ...passes.map(({ outcome }) => outcome)]);
}

/** What is wrong with one domain keeps no other one waiting. */
async function passOver(
  target: Target,
  now: number,
  options: RotateOptions,
  reporter: Reporter,
  context: Context,
): Promise<Pass> {
  const over = { waitsFor: undefined, until: undefined };
  try {
    if (options.dryRun === true) {
      await dryRun(target, now, options, context);
      return { outcome: 'ok', ...over };
    }
    if (options.follow === true) return await followRotation(target, now, options, context, reporter);
    return await rotateDomain(target, options, context, reporter);
  } catch (error) {
    if (!(error instanceof DktoolError)) throw error;
    return { outcome: complain(error, 'dktool', context), ...over };
  }
}

function checkOptions(options: RotateOptions): void {
  const { status = false, format } = options;
  const isStatusFormat = (STATUS_FORMATS as readonly string[]).includes(statusFormat(options));
  if (status && !isStatusFormat) throw usage(`--status has no format ${format}: use text, json or prometheus`);
  if (!status && (format === 'text' || format === 'prometheus')) throw usage(`--format ${format} needs --status`);
  checkFolder(options.publishRetired);
}

/** A table that is changed and not read again would have the old key sign after its record is revoked. */
function requireAfter({ keys }: Target, { after }: RotateOptions): void {
  const source = keys.map((key) => key.source).find((one) => one !== undefined);
  if (after !== undefined || source === undefined || (source.kind === 'table' && source.isReadAnew)) return;
  throw usage(
    `--after is needed: the signer reads ${source.file} only when it is reloaded`,
    "--after 'systemctl reload opendkim', or --after true where it reads the file for every message",
  );
}

function reporterOf({ quiet = false, verbose = false }: RotateOptions, context: Context): Reporter {
  const { say } = diagnostics(context, { quiet });
  const isChatty = verbose || context.stderr.isTerminal;
  return {
    report: say,
    note: (sentence) => void (isChatty && say(sentence)),
  };
}
