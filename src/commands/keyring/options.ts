/** What keyring is asked to do, from its command line. */
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import {
  addCommonOptions,
  addDnsOptions,
  type CommonOptions,
  domain,
  type DnsOptions,
  selector,
} from '../../console/options/options.ts';
import { DNS_OPTIONS, type IdleRule, OFFLINE_RULE, refuseIdleOptions } from '../../console/options/idle-options.ts';
import { parseDate } from '../../lib/header/date.ts';
import { parseTime } from '../../lib/keyring/entry.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../../lib/keyring/export.ts';
import { IMPORT_FORMATS, type ImportFormat } from '../../lib/keyring/import/import.ts';
import { usage } from '../../console/options/usage.ts';

export const ACTIONS = ['list', 'add', 'import', 'export'] as const;

export type Action = (typeof ACTIONS)[number];

export interface KeyringOptions extends CommonOptions, DnsOptions {
  readonly keyring?: string;
  readonly domain?: string;
  readonly selector?: string;
  readonly key?: string;
  readonly record?: string;
  readonly seen?: number;
  readonly first?: number;
  readonly last?: number;
  readonly disclosed?: number;
  readonly origin?: string;
  readonly format?: ImportFormat | ExportFormat;
  readonly output?: string;
  readonly json?: boolean;
}

const FORMATS = [...new Set([...IMPORT_FORMATS, ...EXPORT_FORMATS])];

export function addKeyringOptions(command: Command): Command {
  command
    .addArgument(new Argument('<action>', 'what to do').choices(ACTIONS))
    .argument('[arg...]', 'list, export: domains or names of keys; import: files, - is stdin')
    .addOption(new Option('--keyring <file>', 'the keyring').env('DKTOOL_KEYRING'))
    .option('-d, --domain <name>', 'add, import: the domain of the key', domain)
    .option('-s, --selector <name>', 'add, import: its selector', selector)
    .option('-k, --key <file>', 'add: a private or public key, or a record; - is stdin')
    .option('--record <text>', 'add: the text of the record')
    .option('--seen <date>', 'add, import: when it was seen in DNS, where nothing else says so', date)
    .option('--first <date>', 'add, import: when it was seen first', date)
    .option('--last <date>', 'add, import: when it was seen last', date)
    .option('--disclosed <date>', 'add, import: when its private key was published', date)
    .option('--origin <text>', 'add, import: where it was seen')
    .addOption(new Option('--format <format>', 'import: of the files; export: of the output').choices(FORMATS))
    .option('-o, --output <file>', 'export: write to this file')
    .option('--json', 'list: one JSON object a line');
  return addCommonOptions(addDnsOptions(command));
}

function date(text: string): number {
  const time = parseTime(text) ?? parseDate(text);
  if (time === undefined)
    throw new InvalidArgumentError('It must be a date such as 2009-05-14 or 2009-05-14T12:00:00Z.');
  return time;
}

/** Options that say something of a record. */
const FACTS = ['seen', 'first', 'last', 'disclosed', 'origin', 'domain', 'selector'];

const IDLE: Readonly<Record<Action, readonly IdleRule[]>> = {
  list: [{ idle: [...FACTS, 'key', 'record', 'format', 'output', ...DNS_OPTIONS], without: [] }],
  add: [
    { idle: ['format', 'output', 'json'], without: [] },
    { idle: DNS_OPTIONS, beside: ['key', 'record'] },
    { idle: ['record'], beside: ['key'] },
    OFFLINE_RULE,
  ],
  import: [{ idle: ['key', 'record', 'output', 'json', ...DNS_OPTIONS], without: [] }],
  export: [{ idle: [...FACTS, 'key', 'record', 'json', ...DNS_OPTIONS], without: [] }],
};

/**
 * @param command has been parsed
 * @returns the file of the keyring
 * @throws DktoolError, kind permanent, where an option would do nothing or one is missing
 */
export function checkKeyringOptions(command: Command, action: Action, args: readonly string[]): string {
  const { keyring, format, domain: ofDomain, selector: ofSelector } = command.opts<KeyringOptions>();
  for (const rule of IDLE[action]) {
    if (rule.without?.length === 0) refuseAll(command, action, rule.idle);
    else refuseIdleOptions(command, [rule]);
  }
  if (keyring === undefined) {
    throw usage('there is no keyring', '--keyring FILE names one, or DKTOOL_KEYRING in the environment');
  }
  const formats: readonly string[] = action === 'import' ? IMPORT_FORMATS : EXPORT_FORMATS;
  if (format !== undefined && !formats.includes(format)) {
    throw usage(`keyring ${action} has no --format ${format}`, `it has ${formats.join(', ')}`);
  }
  if (action === 'add' && args.length > 0) throw usage('keyring add takes no arguments', 'name the key with -d and -s');
  if (action === 'import' && args.length === 0) throw usage('keyring import: name a file', '- is stdin');
  if (action === 'add' && (ofDomain === undefined || ofSelector === undefined)) {
    throw usage('keyring add: which key?', '-d names its domain and -s its selector');
  }
  return keyring;
}

function refuseAll(command: Command, action: Action, names: readonly string[]): void {
  for (const name of names) {
    const option = command.options.find(({ long }) => long === `--${name}`);
    if (option !== undefined && command.getOptionValueSource(option.attributeName()) === 'cli') {
      throw usage(`keyring ${action} has no use for --${name}`);
    }
  }
}
