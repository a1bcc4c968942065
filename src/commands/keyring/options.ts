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
    .addArgument(new Argument('<action>', 'action').choices(ACTIONS))
    .argument('[arg...]', 'list and export: domains or key names; import: files, - is stdin')
    .optionsGroup('Keyring:')
    .addOption(new Option('--keyring <file>', 'keyring (default: DKTOOL_KEYRING)').env('DKTOOL_KEYRING'))
    .addOption(new Option('--format <format>', 'format of the imported files or of the export').choices(FORMATS))
    .option('-o, --output <file>', 'export: write to this file')
    .option('--json', 'list: one JSON object per record')
    .optionsGroup('Record, with add and import:')
    .option('-d, --domain <name>', 'domain of the key', domain)
    .option('-s, --selector <name>', 'selector of the key', selector)
    .option('-k, --key <file>', 'add: private key, public key or record; - is stdin')
    .option('--record <text>', 'add: text of the record')
    .option('--seen <date>', 'when it was seen in DNS, if the input does not say', date)
    .option('--first <date>', 'when it was first seen', date)
    .option('--last <date>', 'when it was last seen', date)
    .option('--disclosed <date>', 'when its private key was published', date)
    .option('--origin <text>', 'where it was seen');
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
