/** What verify is asked to do, from its command line. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AnnotationStyle } from '../../console/verify/annotate.ts';
import { authservId, authservIdOf } from '../../console/options/authserv-id.ts';
import {
  addCommonOptions,
  addDnsOptions,
  collect,
  type CommonOptions,
  epoch,
  hostName,
} from '../../console/options/options.ts';
import { count } from '../../console/options/numbers.ts';
import { type IdleRule, OFFLINE_RULE, refuseIdleOptions } from '../../console/options/idle-options.ts';
import { collectNetworks } from '../../console/options/network-option.ts';
import { COLOR_CHOICES } from '../../console/terminal/terminal.ts';
import type { VerifyRunOptions } from './run-options.ts';
import { usage } from '../../console/options/usage.ts';
import { parseDate } from '../../lib/header/date.ts';
import { parseTime } from '../../lib/keyring/entry.ts';
import { INPUT_KINDS } from '../../lib/mailbox/kind.ts';
import { MBOX_FORMS } from '../../lib/mailbox/mbox.ts';

export interface VerifyCommandOptions extends CommonOptions, VerifyRunOptions {
  readonly recursive?: boolean;
  readonly filesFrom?: string;
  readonly null?: boolean;
  readonly jobs?: number;
  readonly keyRecord?: readonly string[];
  /** `true`: under the name that `receiver` is. */
  readonly authResults?: string | true;
  readonly authResultsOnly?: boolean;
  readonly exitVerdict?: boolean;
  readonly compat?: 'qmail-patch' | 'dktest';
  readonly resume?: string;
  readonly restore?: string;
  readonly dumpCanonical?: string;
}

export function addVerifyOptions(command: Command): Command {
  addInputOptions(command);
  addCheckOptions(command);
  addTimeOptions(command);
  addSessionOptions(command);
  addOutputOptions(command);
  return addCommonOptions(addDnsOptions(command));
}

function addInputOptions(command: Command): Command {
  return command
    .optionsGroup('Input:')
    .option('-r, --recursive', 'read directories: Maildirs, or all files below')
    .option('--files-from <list>', 'read file names from a file, one per line; - is stdin')
    .option('-0, --null', 'with --files-from: names end with NUL, as from find -print0')
    .addOption(
      new Option('--input <kind>', 'what inputs are: detected, one message each, mbox, or lines of JSON')
        .choices(INPUT_KINDS)
        .default('auto'),
    )
    .addOption(new Option('--mbox <form>', 'form of an mbox, instead of detecting it').choices(MBOX_FORMS))
    .option('--jobs <n>', 'number of threads; output keeps the order of the input', count)
    .option('--resume <file>', 'append JSON lines to FILE, and skip messages that it has already')
    .option('--fail-fast', 'stop after the first message that fails');
}

function addCheckOptions(command: Command): Command {
  return command
    .optionsGroup('Checks:')
    .option('--spf', 'check SPF too, for the host that sent it (RFC 7208)')
    .option('--dmarc', 'evaluate DMARC too (RFC 9989); SPF with --spf')
    .option('--arc', 'validate the ARC chain too (RFC 8617)')
    .option('--adsp', "apply the author domain's ADSP record too (RFC 5617, historic)")
    .option('--preflight', 'warn of what will break in transit and of what large receivers require')
    .option('--cross-check', 'verify with mailauth too, and report any difference')
    .option('--legacy', 'accept rsa-sha1 and RSA keys below 1,024 bits (archives)')
    .addOption(
      new Option('--strict', 'refuse what only gets a warning: l=, a second Subject, t= in the future').conflicts(
        'lenient',
      ),
    )
    .option('--lenient', 'accept a signature beside an additional, unsigned From')
    .option('--author', 'accept only signatures of the From domain or a parent of it')
    .addOption(
      new Option(
        '--fail-on <what>',
        'dmarc: exit by the DMARC result; warning: exit 1 on warnings of --preflight',
      ).choices(['dmarc', 'warning']),
    );
}

function addTimeOptions(command: Command): Command {
  return command
    .optionsGroup('Keys and time:')
    .option('--now <epoch>', 'time of verification, in seconds since 1970', epoch)
    .addOption(
      new Option('--at <date>', 'verify by the rules of this date; received: of when each message arrived')
        .argParser(asOf)
        .conflicts('now'),
    )
    .option('--keyring <file>', 'use keys of this keyring too, where DNS has none or another one')
    .option('--keyring-add', 'with --keyring: add the records found in DNS')
    .option('--key-record <name=record>', 'use this key record, offline (repeatable)', collect);
}

function addSessionOptions(command: Command): Command {
  return command
    .optionsGroup('SMTP session, with --spf:')
    .option('--ip <address>', 'client address')
    .option('--helo <name>', 'HELO or EHLO name')
    .option('--from <address>', "envelope sender; '' or <> for the null sender")
    .option('--hop <n>', 'take the session from the Nth Received field from the top', count)
    .option('--trusted <net>', 'own relay or network in Received, also for --at received (repeatable)', collectNetworks)
    .option('--receiver <host>', 'name of this host, for --spf and --auth-results', hostName);
}

function addOutputOptions(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .option('--json', 'one JSON object per message')
    .option('--only-failures', 'omit messages that pass or are unsigned')
    .option('--summary', 'print totals by result and reason')
    .option('--explain', 'find out what changed a message that fails')
    .addOption(
      new Option('--effort <level>', 'with --explain: how much to try')
        .choices(['quick', 'normal', 'all'])
        .default('normal'),
    )
    .option('--restore <file>', 'with --explain: write the message as it was signed; - is stdout')
    .option('--dump-canonical <directory>', 'with --explain: write the hashed octets to files there')
    .option('--auth-results [id]', 'write the message with an Authentication-Results field', authservId)
    .option('--auth-results-only', 'with --auth-results: write only the field')
    .option('--exit-verdict', 'with --auth-results: exit by the verdict, not by the writing')
    .addOption(
      withFormerWord(
        new Option('--compat <form>', 'write the field as the old qmail patch or dktest did').choices([
          'qmail-patch',
          'dktest',
        ]),
        'seed',
        'qmail-patch',
      ),
    )
    .addOption(new Option('--color <when>', 'colour on stdout').choices(COLOR_CHOICES).default('auto'));
}

/** An option that still takes the word that a value had before, which help does not list. */
function withFormerWord(option: Option, former: string, word: string): Option {
  const parse = option.parseArg!;
  return option.argParser((text, previous) => parse(text === former ? word : text, previous));
}

/** A date for --at, or `received`. */
function asOf(text: string): number | 'received' {
  if (text === 'received') return text;
  const time = parseTime(text) ?? parseDate(text);
  if (time === undefined) {
    throw new InvalidArgumentError('It must be received, or a date such as 2009-05-14 or 2009-05-14T12:00:00Z.');
  }
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  return isDay ? time + 86_399 : time;
}

const IDLE: readonly IdleRule[] = [
  { idle: ['ip'], without: ['spf', 'dmarc', 'preflight'] },
  { idle: ['helo', 'from', 'hop'], without: ['spf', 'ip'] },
  { idle: ['trusted'], without: ['spf', 'ip', 'at'] },
  { idle: ['keyring-add'], without: ['keyring'] },
  { idle: ['keyring-add'], beside: ['zone', 'key-record', 'auth-results', 'compat', 'restore', 'dump-canonical'] },
  { idle: ['cross-check'], beside: ['keyring', 'at'] },
  { idle: ['receiver'], without: ['spf', 'ip', 'auth-results'] },
  { idle: ['trusted'], beside: ['hop'] },
  { idle: ['arc', 'adsp', 'spf', 'dmarc'], beside: ['compat'] },
  { idle: ['effort', 'restore', 'dump-canonical'], without: ['explain'] },
  { idle: ['explain'], beside: ['auth-results', 'compat', 'summary'] },
  { idle: ['only-failures', 'summary', 'cross-check', 'preflight'], beside: ['auth-results', 'compat'] },
  { idle: ['resume', 'fail-fast'], beside: ['auth-results', 'compat', 'restore', 'dump-canonical'] },
  { idle: ['color'], beside: ['json', 'auth-results', 'compat'] },
  OFFLINE_RULE,
];

/**
 * @param command has been parsed
 * @throws DktoolError, kind permanent, where an option would do nothing
 */
export function checkVerifyOptions(command: Command, files: readonly string[]): void {
  refuseIdleOptions(command, IDLE);
  const { recursive, filesFrom, failOn, authResults, exitVerdict, resume } = command.opts<VerifyCommandOptions>();
  if (resume === '-') throw usage('--resume needs a file, not stdout', './- is a file of that name');
  if (failOn !== undefined && authResults !== undefined && !exitVerdict) {
    throw usage(
      '--fail-on has no effect with --auth-results',
      '--exit-verdict makes the exit status that of the verdict',
    );
  }
  if (recursive && files.length === 0 && filesFrom === undefined) {
    throw usage('-r needs a directory, and none is named', 'dktool verify -r ~/Maildir');
  }
}

/**
 * How a field is to be written, where one is; `undefined`: verdicts are reported.
 *
 * @throws DktoolError, kind permanent, where options do not go together
 */
export function annotationStyle(options: VerifyCommandOptions, files: readonly string[]): AnnotationStyle | undefined {
  const { authResults: id, authResultsOnly = false, exitVerdict, compat } = options;
  if (options.failOn === 'dmarc' && !options.dmarc) throw usage('--fail-on dmarc needs --dmarc');
  if (options.failOn === 'dmarc' && options.preflight) throw usage('--fail-on dmarc has no effect with --preflight');
  if (options.failOn === 'warning' && !options.preflight) throw usage('--fail-on warning needs --preflight');
  if (id === undefined && compat !== 'dktest') {
    const lonely = authResultsOnly
      ? '--auth-results-only'
      : exitVerdict
        ? '--exit-verdict'
        : compat && '--compat qmail-patch';
    if (lonely) throw usage(`${lonely} needs --auth-results`, '--auth-results ID names the host that verifies');
    return undefined;
  }
  const option = id === undefined ? '--compat dktest' : '--auth-results';
  if (options.json) throw usage(`${option} and --json cannot be used together`);
  refuseSeveral(option, options, files);
  return {
    id: id === undefined ? '' : authservIdOf(id, options.receiver),
    compat,
    fieldOnly: authResultsOnly || id === undefined,
  };
}

/**
 * Whether --explain is to write files for one message.
 *
 * @throws DktoolError, kind permanent, where there may be more than one
 */
export function writesExplained(options: VerifyCommandOptions, files: readonly string[]): boolean {
  const { restore, dumpCanonical } = options;
  const asked = restore !== undefined ? '--restore' : dumpCanonical !== undefined ? '--dump-canonical' : undefined;
  if (asked === undefined) return false;
  refuseSeveral(asked, options, files);
  return true;
}

/** @throws DktoolError, kind permanent, where there may be more than one message for an option that takes one */
function refuseSeveral(
  option: string,
  { recursive, filesFrom, jobs }: VerifyCommandOptions,
  files: readonly string[],
): void {
  const several = [
    { given: recursive, name: '--recursive' },
    { given: filesFrom !== undefined, name: '--files-from' },
    { given: jobs !== undefined, name: '--jobs' },
  ].find(({ given }) => given);
  if (several !== undefined) throw usage(`${option} takes one message and cannot be used with ${several.name}`);
  if (files.length > 1) throw usage(`${option} takes one message; ${files.length} were given`);
}

/**
 * How many threads share the work.
 *
 * @throws DktoolError, kind permanent, where options that say what is judged do not go together
 */
export function jobsOf({ jobs = 1, filesFrom, null: isNull }: VerifyCommandOptions, files: readonly string[]): number {
  if (isNull && filesFrom === undefined) throw usage('-0 needs --files-from', 'it sets how names in the list end');
  if (filesFrom === '-' && files.includes('-')) {
    throw usage('stdin cannot be a message and the list of --files-from', './- is a file of that name');
  }
  return jobs;
}
