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
import { type HelpPage, setHelpPage } from '../../console/options/help-page.ts';
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

const HELP: HelpPage = {
  examples: [
    'dktool check example.com -k /etc/domainkeys/example.com/default',
    'dktool check --control /var/qmail/control',
    'dktool check --config /etc/opendkim.conf --patience 3',
    "dktool check --key-path '/etc/domainkeys/%/default' --format prometheus -o /var/lib/prometheus/node-exporter/dktool.prom",
  ],
  common: ['key', 'selector', 'control', 'config', 'all-ns', 'max-age', 'ignore', 'patience', 'format', 'output'],
  notes: `
Prints nothing if all is well; otherwise a line for each finding, with what is wrong and what to do. dktool explain CODE
says more about a finding. With --format nagios the exit status is 0, 1, 2 or 3, as Nagios expects.`,
  exitStatus:
    '0 no errors, 1 errors, or warnings with --fail-on warning, 2 no domain to check, 100 wrong command line, 111 DNS failed, or a list or table cannot be read',
};

export function addCheckOptions(command: Command): Command {
  addDomainSources(setHelpPage(command, HELP));
  command
    .optionsGroup('Checks:')
    .addOption(new Option('--all-ns', 'query every name server, and the parent zone').conflicts('zone'))
    .option('--max-age <days>', 'warn of older keys', days)
    .option('--old-selector <name>', 'selector that must no longer be published (repeatable)', selectors)
    .option('--retire-after <days>', 'warn of old selectors published for longer', days, 30)
    .option('--signer <account>', 'account that signs, which must be able to read the keys')
    .option('--now <epoch>', 'current time, in seconds since 1970', epoch)
    .optionsGroup('Findings:')
    .option('--ignore <code>', 'drop findings; DOMAIN:CODE for one domain (repeatable)', codes)
    .option('--patience <n>', 'report DNS trouble after n runs in a row', count, 1)
    .option('--state <file>', 'file where --patience and --changed remember earlier runs')
    .option('--changed', 'report only what changed since the last run of the same command line')
    .addOption(
      new Option('--severity <severity>', 'least severity to report')
        .choices(['error', 'warning', 'note'])
        .default(undefined, 'warning, note with -v and --json'),
    )
    .addOption(
      new Option('--fail-on <severity>', 'least severity for exit status 1')
        .choices(['error', 'warning'])
        .default('error'),
    )
    .optionsGroup('Output:')
    .addOption(new Option('--format <format>', 'output format').choices(CHECK_FORMATS).default(undefined, 'text'))
    .option('--json', 'same as --format json: one object per domain')
    .option('-o, --output <file>', 'write to a file, complete or not at all', output);
  return addCommonOptions(addDnsOptions(command));
}

function addDomainSources(command: Command): Command {
  return command
    .argument('[domain...]', 'domains (default: all that the lists and tables name)', readDomains)
    .optionsGroup('Domains and keys:')
    .option('-k, --key <file>', 'key of the domains; % is the domain (repeatable)', collect)
    .option('-s, --selector <name>', 'selector; without -k, check only the record', selectors)
    .option('--key-path <path>', 'every domain with a key at this path, in which % is the domain', withPercent)
    .option('--control <directory>', 'domains and keys of a qmail control directory')
    .option('--config <file>', 'those of an opendkim.conf or dkimpy-milter.conf')
    .option('--rspamd <file>', "those of rspamd's dkim_signing.conf")
    .option('--key-table <file>', 'KeyTable of OpenDKIM or dkimpy-milter, or dkimkeys of indimail')
    .option('--signing-table <file>', 'SigningTable that goes with --key-table');
}

function readDomains(text: string, before: readonly string[] | undefined): string[] {
  return [...new Set([...(before ?? []), domain(text)])];
}

function selectors(text: string, before: readonly string[] | undefined): string[] {
  return collect(selector(text), before);
}

function withPercent(text: string): string {
  if (text.includes('%')) return text;
  throw new InvalidArgumentError('It must contain %, which stands for the domain; for a single key use -k.');
}

function days(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('It must be a number of days.');
  return Number(text);
}

function codes(text: string, before: readonly string[] | undefined): string[] {
  const code = text.slice(text.lastIndexOf(':') + 1);
  if (CHECK_CODES.includes(code)) return collect(text.toLowerCase(), before);
  throw new InvalidArgumentError(`'${code}' is not a finding code; each finding shows its code in brackets.`);
}

/** A format was once named here, and a file of such a name is hardly meant. */
function output(text: string): string {
  if (!(CHECK_FORMATS as readonly string[]).includes(text)) return text;
  throw new InvalidArgumentError(
    `It takes a file: use --format ${text} for the format, or ./${text} for a file of that name.`,
  );
}
