/** The command line of `rotate`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  addCommonOptions,
  addDnsOptions,
  collect,
  type CommonOptions,
  type DnsOptions,
  domain as readDomain,
  duration,
  epoch,
} from '../../console/options/options.ts';
import { type HelpPage, setHelpPage } from '../../console/options/help-page.ts';
import type { PlaceOptions } from '../../console/keys/record-place.ts';
import { TXT_FORMATS, type TxtFormat } from '../../lib/dns/txt-formats/format.ts';
import { DEFAULT_TEMPLATE, selectorFrom } from '../../lib/rotate/selector.ts';

export const STATUS_FORMATS = ['text', 'json', 'prometheus'] as const;

export interface RotateOptions extends CommonOptions, DnsOptions, PlaceOptions {
  readonly key?: readonly string[];
  readonly control?: string;
  readonly keyTable?: string;
  readonly signingTable?: string;
  readonly config?: string;
  readonly selector: string;
  readonly maxAge?: number;
  readonly continue?: boolean;
  readonly format?: TxtFormat | (typeof STATUS_FORMATS)[number];
  readonly publish?: string;
  readonly after?: string;
  readonly wait?: number;
  /** Seconds. */
  readonly overlap: number;
  /** Seconds. */
  readonly removeAfter: number;
  readonly keepRetired?: boolean;
  readonly publishRetired?: string;
  readonly dryRun?: boolean;
  readonly status?: boolean;
  readonly abort?: boolean;
  readonly follow?: boolean;
  readonly json?: boolean;
  readonly output?: string;
  readonly now?: number;
}

const DAY = 86_400;

const HELP: HelpPage = {
  examples: [
    'dktool rotate example.com -k /etc/domainkeys/example.com/default',
    "dktool rotate -k '/etc/domainkeys/%/default' --max-age 90",
    'dktool rotate example.com -k /etc/domainkeys/example.com/default --status',
    "dktool rotate -k '/etc/domainkeys/%/default' --max-age 90 --publish 'nsupdate -k /etc/dktool/update.key'",
    "dktool rotate --config /etc/opendkim.conf --max-age 90 --after 'systemctl reload opendkim' --format tinydns",
    'dktool rotate example.com -k /etc/domainkeys/example.com/default --abort',
  ],
  common: ['key', 'config', 'max-age', 'dry-run', 'status', 'abort', 'publish', 'format', 'after', 'wait'],
  notes: `
Each run does what can be done now and remembers the rest: run it from cron until it is silent. It makes the next key,
has its record published, waits until every name server has it, switches the signer, and removes the old record once
mail signed with the old key has arrived. Mail can be verified at every moment.`,
  exitStatus:
    '0 done or on schedule, 1 needs attention, 2 no key to rotate, 100 wrong command line, 111 DNS or a command failed, or a file cannot be read or written; the next run tries again',
};

export function addRotateOptions(command: Command): Command {
  addKeySources(setHelpPage(command, HELP));
  addSteps(command);
  addRecordOptions(command);
  addTiming(command);
  return addCommonOptions(addDnsOptions(command));
}

function addKeySources(command: Command): Command {
  return command
    .argument('[domain...]', 'domains (default: all that -k with % and the tables name)', readDomains)
    .optionsGroup('Keys:')
    .option('-k, --key <path>', 'key of sign -k: a link, or its directory; % is the domain', collect)
    .option('--control <directory>', 'keys of a qmail control directory: dksign, dkimkeys')
    .option('--config <file>', 'keys of an opendkim.conf or dkimpy-milter.conf')
    .option('--key-table <file>', 'KeyTable of OpenDKIM or dkimpy-milter, or dkimkeys of indimail')
    .option('--signing-table <file>', 'SigningTable that goes with --key-table')
    .option('-s, --selector <template>', 'selector of the next key', template, DEFAULT_TEMPLATE)
    .option('--max-age <days>', 'rotate only older keys', days)
    .addOption(new Option('--keep-retired', 'keep old private keys').conflicts('publishRetired'))
    .option('--publish-retired <directory>', 'publish old private keys there instead of deleting them');
}

function addSteps(command: Command): Command {
  return command
    .optionsGroup('Steps:')
    .addOption(new Option('--dry-run', 'print the next step and do nothing').conflicts('wait'))
    .addOption(
      new Option('--status', 'print the state of each rotation').conflicts(['abort', 'follow', 'dryRun', 'wait']),
    )
    .addOption(new Option('--abort', 'return to the old key').conflicts('follow'))
    .addOption(new Option('--continue', 'continue rotations, start none').conflicts('maxAge'))
    .option('--follow', 'on a host that gets its keys by rsync: switch once the leading host has')
    .option('--json', 'same as --format json; with --status: one object per domain')
    .option('-o, --output <file>', 'write the status to a file, complete or not at all');
}

function addRecordOptions(command: Command): Command {
  return command
    .optionsGroup('Publishing:')
    .option('--publish <command>', 'command that publishes the records on its stdin')
    .addOption(
      new Option('--format <format>', 'format of the records, or of --status')
        .choices([...TXT_FORMATS, ...STATUS_FORMATS.filter((format) => format !== 'json')])
        .default(undefined, 'bind, nsupdate with --publish, text with --status'),
    )
    .option('--ttl <seconds>', 'TTL of the records', ttl)
    .option('--origin <zone>', 'print owner names relative to this zone', readDomain)
    .option('--after <command>', 'command after the switch: systemctl reload opendkim');
}

function addTiming(command: Command): Command {
  return command
    .optionsGroup('Timing:')
    .option('--wait <time>', 'wait for the name servers, at most 30m, 2h ...', duration)
    .addOption(
      new Option('--overlap <time>', 'keep the old record this long after the switch')
        .argParser(duration)
        .default(14 * DAY, '14d'),
    )
    .addOption(
      new Option('--remove-after <time>', 'keep the revoked record this long')
        .argParser(duration)
        .default(14 * DAY, '14d'),
    )
    .option('--now <epoch>', 'current time, in seconds since 1970', epoch);
}

function readDomains(text: string, before: readonly string[] | undefined): string[] {
  return [...new Set([...(before ?? []), readDomain(text)])];
}

function template(text: string): string {
  if (selectorFrom(text, 0) !== undefined) return text;
  throw new InvalidArgumentError('It must make a selector, such as {date:%Y%m} or k{date:%Y}q{date:%q}.');
}

function days(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('It must be a number of days.');
  return Number(text);
}

/** RFC 2181 section 8: 31 bits. */
function ttl(text: string): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= 0x7fffffff)) throw new InvalidArgumentError('It must be a number of seconds, up to 2147483647.');
  return value;
}
