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

const AFTER_HELP = `
Each run does what can be done now and remembers the rest, so run it from cron until it is silent. It makes the next key,
has its record published, waits until every name server shows it, switches what signs, and takes the old record away
when the mail that the old key signed has arrived. A message that was signed at any moment can be verified.

Examples:
  dktool rotate example.com -k /etc/domainkeys/example.com/default
  dktool rotate -k '/etc/domainkeys/%/default' --max-age 90 --publish 'nsupdate -k /etc/dktool/update.key'
  dktool rotate --config /etc/opendkim.conf --max-age 90 --after 'systemctl reload opendkim' --format tinydns
  dktool rotate example.com -k /etc/domainkeys/example.com/default --status
  dktool rotate example.com -k /etc/domainkeys/example.com/default --abort

Exit status: 0 all goes its way, or is done, 1 a person has to look at it, 2 there is no key to rotate, 100 wrong command
line, 111 DNS gave no answer, a command failed, or a file cannot be read or written: the next run tries again.`;

export function addRotateOptions(command: Command): Command {
  command
    .argument(
      '[domain...]',
      'rotate the keys of these; without any, of all that -k with % and the tables name',
      readDomains,
    )
    .option(
      '-k, --key <path>',
      'what sign -k uses: a link to the key, or its folder; % is the domain (repeat)',
      collect,
    )
    .option('--control <folder>', 'what the control files of a qmail name: dksign, dkimkeys')
    .option('--key-table <file>', "OpenDKIM's or dkimpy-milter's KeyTable, or dkimkeys of indimail")
    .option('--signing-table <file>', 'the SigningTable that goes with --key-table')
    .option('--config <file>', 'the keys of an opendkim.conf or dkimpy-milter.conf')
    .option('-s, --selector <template>', 'name of the next key', template, DEFAULT_TEMPLATE)
    .option('--max-age <days>', 'begin only where the key is older', days)
    .addOption(new Option('--continue', 'go on with what was begun, and begin nothing').conflicts('maxAge'))
    .addOption(
      new Option(
        '--format <format>',
        'shape of the records (default: bind; with --publish: nsupdate); with --status: text, json or prometheus',
      ).choices([...TXT_FORMATS, ...STATUS_FORMATS.filter((format) => format !== 'json')]),
    )
    .option('--ttl <seconds>', 'time to live of the records', ttl)
    .option('--origin <zone>', 'the zone; owners are printed relative to it', readDomain)
    .option('--publish <command>', 'publish with this: it gets the records on its stdin, and is to end with 0')
    .option('--after <command>', 'run this after the switch, such as: systemctl reload opendkim')
    .option('--wait <time>', 'stay for the name servers so long at most: 30m, 2h', duration)
    .option('--overlap <time>', 'keep the old record so long after the switch', duration, 14 * DAY)
    .option('--remove-after <time>', 'keep the revoked record so long', duration, 14 * DAY)
    .addOption(new Option('--keep-retired', 'do not delete old private keys').conflicts('publishRetired'))
    .option('--publish-retired <folder>', 'put old private keys there for everybody to read, instead of deleting them')
    .addOption(new Option('--dry-run', 'say what would be done next, and do nothing').conflicts('wait'))
    .addOption(
      new Option('--status', 'print how far each rotation is').conflicts(['abort', 'follow', 'dryRun', 'wait']),
    )
    .addOption(new Option('--abort', 'go back to the old key').conflicts('follow'))
    .option('--follow', 'on a host that gets its keys by rsync: switch when the host that leads has switched')
    .option('--json', 'the same as --format json: with --status, one object a line and domain')
    .option('-o, --output <file>', 'write the status to this file, whole or not at all')
    .option('--now <epoch>', 'run as of this time, seconds since 1970', epoch);
  return addCommonOptions(addDnsOptions(command)).addHelpText('after', AFTER_HELP);
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
