/** What verify is asked to do, from its command line. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AnnotationStyle } from '../../console/verify/annotate.ts';
import { authservId } from '../../console/options/authserv-id.ts';
import { addCommonOptions, addDnsOptions, collect, type CommonOptions, epoch } from '../../console/options/options.ts';
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
  readonly authResults?: string;
  readonly authResultsOnly?: boolean;
  readonly exitVerdict?: boolean;
  readonly compat?: 'qmail-patch' | 'dktest';
  readonly resume?: string;
  readonly restore?: string;
  readonly dumpCanonical?: string;
}

export function addVerifyOptions(command: Command): Command {
  command
    .option('-r, --recursive', 'open folders: the new and cur of a Maildir, or all files below')
    .option('--files-from <list>', 'judge the files that LIST names too, one a line; - is stdin')
    .option('-0, --null', 'with --files-from: a NUL ends each name, as find -print0 writes them')
    .addOption(
      new Option(
        '--input <kind>',
        'what inputs are: auto looks at their first octets; or one message each, mbox, or lines of JSON',
      )
        .choices(INPUT_KINDS)
        .default('auto'),
    )
    .addOption(new Option('--mbox <form>', 'the form of an mbox, if it should not be detected').choices(MBOX_FORMS))
    .option('--jobs <n>', 'share the work among N threads; order stays', count)
    .option('--json', 'one JSON object a line, one line an input')
    .option('--only-failures', 'leave out what passes and what is unsigned')
    .option('--resume <file>', 'write lines of JSON to FILE, and skip messages that it has already')
    .option('--fail-fast', 'stop after the first message that fails')
    .option('--summary', 'print a count by result and reason, and with --only-failures these before it')
    .option('--legacy', 'accept rsa-sha1 and RSA keys under 1,024 bits, for archives')
    .addOption(
      new Option('--strict', 'refuse what is only warned about: l=, a second Subject, t= in the future').conflicts(
        'lenient',
      ),
    )
    .option('--lenient', 'judge the signature alone, although an unsigned From stands beside the signed one')
    .option('--author', 'accept only signatures of the From domain or a parent of it')
    .option('--arc', 'validate the ARC chain too (RFC 8617)')
    .option('--adsp', 'apply the signing practices of the author domain too (RFC 5617, historic)')
    .option('--spf', 'check the host that the message came from too (RFC 7208)')
    .option('--dmarc', 'judge by DMARC too: signatures, and SPF with --spf or --ip (RFC 9989)')
    .addOption(
      new Option(
        '--fail-on <what>',
        'dmarc: the exit status is that of --dmarc; warning: warnings of --preflight make it 1',
      ).choices(['dmarc', 'warning']),
    )
    .option('--preflight', 'say what will break on the way, and what large receivers ask for')
    .option('--cross-check', 'have mailauth judge the message too, and say where it differs')
    .option('--ip <address>', 'with --spf: the SMTP client')
    .option('--helo <name>', 'with --spf: what it said in HELO or EHLO')
    .option('--from <address>', "with --spf: the envelope sender; '' or <> for the null sender")
    .option('--hop <n>', 'with --spf: take the session from the Nth Received field, 1 being the topmost', count)
    .option(
      '--trusted <net>',
      'with --spf or --at received: own relay or network in Received fields (repeat for more)',
      collectNetworks,
    )
    .option('--explain', 'say what changed a message whose signature does not pass, proven where that can be')
    .addOption(
      new Option('--effort <level>', 'with --explain: how much to try')
        .choices(['quick', 'normal', 'all'])
        .default('normal'),
    )
    .option('--restore <file>', 'with --explain: write the message as it was signed; - is stdout')
    .option('--dump-canonical <folder>', 'with --explain: write the octets that were hashed there')
    .option('--keyring <file>', 'judge by keys of this keyring too, where DNS has none or another one')
    .option('--keyring-add', 'with --keyring: add the records that DNS has to it')
    .addOption(
      new Option('--at <date>', 'judge as of this date, by the rules of that time; received: when each message came in')
        .argParser(asOf)
        .conflicts('now'),
    )
    .option('--now <epoch>', 'judge as of this time, seconds since 1970', epoch)
    .option('--key-record <name=record>', 'take this as the key record, no network (repeat for more)', collect)
    .option('--auth-results <id>', 'write the message on with Authentication-Results of this name on top', authservId)
    .option('--auth-results-only', 'with --auth-results: print just that field')
    .option('--exit-verdict', 'with --auth-results: the exit status of the verdict, not of the writing')
    .addOption(
      withFormerWord(
        new Option('--compat <form>', 'write the field as the old qmail patch or dktest did').choices([
          'qmail-patch',
          'dktest',
        ]),
        'seed',
        'qmail-patch',
      ),
    );
  addDnsOptions(command).addOption(
    new Option('--color <when>', 'colour on stdout').choices(COLOR_CHOICES).default('auto'),
  );
  return addCommonOptions(command);
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
    throw usage('--fail-on does nothing beside --auth-results', '--exit-verdict makes the exit status a verdict');
  }
  if (recursive && files.length === 0 && filesFrom === undefined) {
    throw usage('-r opens folders, and none is named', 'dktool verify -r ~/Maildir');
  }
}

/**
 * How a field is to be written, where one is; `undefined`: verdicts are reported.
 *
 * @throws DktoolError, kind permanent, where options do not go together
 */
export function annotationStyle(options: VerifyCommandOptions, files: readonly string[]): AnnotationStyle | undefined {
  const { authResults: id, authResultsOnly = false, exitVerdict, compat } = options;
  if (options.failOn === 'dmarc' && !options.dmarc) throw usage('--fail-on dmarc goes with --dmarc');
  if (options.failOn === 'dmarc' && options.preflight) throw usage('--fail-on dmarc does nothing beside --preflight');
  if (options.failOn === 'warning' && !options.preflight) throw usage('--fail-on warning goes with --preflight');
  if (id === undefined && compat !== 'dktest') {
    const lonely = authResultsOnly
      ? '--auth-results-only'
      : exitVerdict
        ? '--exit-verdict'
        : compat && '--compat qmail-patch';
    if (lonely) throw usage(`${lonely} goes with --auth-results`, '--auth-results ID names the host that judges');
    return undefined;
  }
  const several = options.json ? '--json' : severalInputs(options, files);
  if (several !== undefined) throw usage(`one message is written on with its result: ${several} cannot be`);
  return { id: id ?? '', compat, fieldOnly: authResultsOnly || id === undefined };
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
  const several = severalInputs(options, files);
  if (several !== undefined) throw usage(`${asked} is for one message: ${several} cannot be`);
  return true;
}

/** What says that there is more than one message. */
function severalInputs(
  { recursive, filesFrom, jobs }: VerifyCommandOptions,
  files: readonly string[],
): string | undefined {
  if (recursive) return '--recursive';
  if (filesFrom !== undefined) return '--files-from';
  if (jobs !== undefined) return '--jobs';
  return files.length > 1 ? 'several messages' : undefined;
}

/**
 * How many threads share the work.
 *
 * @throws DktoolError, kind permanent, where options that say what is judged do not go together
 */
export function jobsOf({ jobs = 1, filesFrom, null: isNull }: VerifyCommandOptions, files: readonly string[]): number {
  if (isNull && filesFrom === undefined) throw usage('-0 goes with --files-from', 'it says how names in the list end');
  if (filesFrom === '-' && files.includes('-')) {
    throw usage('stdin cannot be a message and the list of --files-from', './- is a file of that name');
  }
  return jobs;
}
