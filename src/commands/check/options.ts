/** The command line of `check`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  addCommonOptions,
  addDnsOptions,
  collect,
  type CommonOptions,
  type DnsOptions,
  domain,
  epoch,
  selector,
} from '../../console/options/options.ts';
import { count } from '../../console/options/numbers.ts';
import { CHECK_FORMATS } from './printer.ts';
import { CHECK_CODES } from '../../lib/check/all-codes.ts';

export interface CheckCommandOptions extends CommonOptions, DnsOptions {
  readonly key?: readonly string[];
  readonly selector?: readonly string[];
  readonly keyPath?: string;
  readonly control?: string;
  readonly keyTable?: string;
  readonly signingTable?: string;
  readonly config?: string;
  readonly rspamd?: string;
  readonly oldSelector?: readonly string[];
  readonly signer?: string;
  readonly maxAge?: number;
  readonly retireAfter: number;
  readonly ignore?: readonly string[];
  readonly failOn: 'error' | 'warning';
  readonly patience: number;
  readonly state?: string;
  readonly allNs?: boolean;
  readonly changed?: boolean;
  readonly severity?: 'error' | 'warning' | 'note';
  readonly json?: boolean;
  readonly format?: (typeof CHECK_FORMATS)[number];
  readonly output?: string;
  readonly now?: number;
}

const AFTER_HELP = `
Silent where all is well; otherwise a line for each finding: what is wrong, and what to do about it.

Examples:
  dktool check example.com -k /etc/domainkeys/example.com/default
  dktool check --control /var/qmail/control
  dktool check --config /etc/opendkim.conf --patience 3
  dktool check --key-path '/etc/domainkeys/%/default' --format prometheus -o /var/lib/prometheus/node-exporter/dktool.prom

Exit status: 0 no errors, 1 errors (or warnings, with --fail-on warning), 2 there is no domain to check, 100 wrong
command line, 111 DNS gave no answer, or a list or table cannot be read. With --format nagios: 0, 1, 2 or 3 as Nagios
wants. Manual: man dktool-check`;

export function addCheckOptions(command: Command): Command {
  command
    .argument('[domain...]', 'check these; without any, all that the lists and tables name', readDomains)
    .option('-k, --key <file>', 'the key of the domains, % in it stands for the domain (repeat for more)', collect)
    .option(
      '-s, --selector <name>',
      'name of the key in DNS; without -k the record is checked alone (repeat)',
      selectors,
    )
    .option('--key-path <path>', 'every domain that has a key at this path, in which % stands for it', withPercent)
    .option('--control <folder>', 'what the control files of a qmail name: dksign, dkimkeys, rcpthosts, locals')
    .option('--key-table <file>', "OpenDKIM's or dkimpy-milter's KeyTable, or dkimkeys of indimail")
    .option('--signing-table <file>', 'the SigningTable that goes with --key-table')
    .option('--config <file>', 'the domains and keys of an opendkim.conf or dkimpy-milter.conf')
    .option('--rspamd <file>', "the domains and keys of rspamd's dkim_signing.conf")
    .option('--old-selector <name>', 'this selector is not used any more, and is to be gone (repeat)', selectors)
    .addOption(
      new Option('--all-ns', 'ask every name server of the zones itself, and the zone above').conflicts('zone'),
    )
    .option('--signer <account>', 'the account that signs: it must be able to read the keys')
    .option('--max-age <days>', 'warn of keys that are older', days)
    .option('--retire-after <days>', 'warn of old selectors that are still published after so long', days, 30)
    .option('--ignore <code>', 'leave such findings out; DOMAIN:CODE for one domain (repeat)', codes)
    .addOption(
      new Option('--fail-on <severity>', 'what makes the exit status 1').choices(['error', 'warning']).default('error'),
    )
    .option('--patience <n>', 'tell of DNS trouble only when it lasts for n runs in a row', count, 1)
    .option('--state <file>', 'where --patience and --changed remember earlier runs')
    .option('--changed', 'report only what changed since the last run with the same command line')
    .addOption(
      new Option(
        '--severity <severity>',
        'the mildest findings to report (default: warning; with -v and --json: note)',
      ).choices(['error', 'warning', 'note']),
    )
    .addOption(new Option('--format <format>', 'how findings are written (default: text)').choices(CHECK_FORMATS))
    .option('--json', 'the same as --format json: one object a line and domain')
    .option('-o, --output <file>', 'write to this file, whole or not at all', output)
    .option('--now <epoch>', 'check as of this time, seconds since 1970', epoch);
  return addCommonOptions(addDnsOptions(command)).addHelpText('after', AFTER_HELP);
}

function readDomains(text: string, before: readonly string[] | undefined): string[] {
  return [...new Set([...(before ?? []), domain(text)])];
}

function selectors(text: string, before: readonly string[] | undefined): string[] {
  return collect(selector(text), before);
}

function withPercent(text: string): string {
  if (text.includes('%')) return text;
  throw new InvalidArgumentError('There must be a % in it, which stands for the domain; -k takes the path of one key.');
}

function days(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('It must be a number of days.');
  return Number(text);
}

function codes(text: string, before: readonly string[] | undefined): string[] {
  const code = text.slice(text.lastIndexOf(':') + 1);
  if (CHECK_CODES.includes(code)) return collect(text.toLowerCase(), before);
  throw new InvalidArgumentError(`'${code}' is no code of a finding; they stand in brackets behind each.`);
}

/** A format was once named here, and a file of such a name is hardly meant. */
function output(text: string): string {
  if (!(CHECK_FORMATS as readonly string[]).includes(text)) return text;
  throw new InvalidArgumentError(`It takes a file: --format ${text} is the format, ./${text} a file of that name.`);
}
