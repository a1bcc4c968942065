/** The command line of `serve`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { authservId } from '../../console/options/authserv-id.ts';
import { type IdleRule, refuseIdleOptions } from '../../console/options/idle-options.ts';
import {
  addCommonOptions,
  addDnsOptions,
  type CommonOptions,
  type DnsOptions,
  once,
} from '../../console/options/options.ts';
import { seconds } from '../../console/options/numbers.ts';
import { parseIpNetwork, type IpNetwork } from '../../lib/syntax/ip-network.ts';
import { REJECT_CHOICES, type RejectChoice } from './refusal.ts';
import type { MetricsPlace, MilterSocket, ServeMode } from './settings.ts';
import { parseSocket, SOCKET_FORMS } from './sockets.ts';

export interface ServeCommandOptions extends CommonOptions, DnsOptions {
  readonly milter?: readonly OptionSocket[];
  readonly slots?: readonly string[];
  readonly sign?: boolean;
  readonly verify?: boolean;
  readonly both?: boolean;
  readonly config?: string;
  readonly keyPath?: string;
  readonly keyTable?: string;
  readonly signingTable?: string;
  readonly control?: string;
  readonly requireSafeKey?: boolean;
  readonly internalHosts?: readonly IpNetwork[];
  readonly authResults?: string;
  readonly reject?: readonly RejectChoice[];
  readonly limit?: number;
  readonly wait?: number;
  readonly user?: string;
  readonly socketMode?: number;
  readonly metrics?: MetricsPlace;
  readonly check?: boolean;
}

/** `undefined`: the mode of the service. */
export type OptionSocket = Omit<MilterSocket, 'mode'> & { readonly mode: ServeMode | undefined };

export function addServeOptions(command: Command): Command {
  command
    .optionsGroup('Service:')
    .option('--milter <socket>', 'listen for MTAs here (repeatable)', sockets)
    .option('--slots <directory>', "work for qmail's launchers, in this directory (repeatable)", folders)
    .addOption(new Option('--sign', 'sign outgoing mail').conflicts(['verify', 'both']))
    .addOption(new Option('--verify', 'verify incoming mail').conflicts(['sign', 'both']))
    .addOption(new Option('--both', 'sign outgoing and verify incoming mail').conflicts(['sign', 'verify']))
    .option('--check', 'check the configuration and exit')
    .optionsGroup('Keys:')
    .option('--config <file>', 'read an opendkim.conf', once(path))
    .option('--key-path <path>', 'path of the keys; % is the domain', once(withPercent))
    .option('--key-table <file>', "OpenDKIM's KeyTable, or dkimkeys of indimail", once(path))
    .option('--signing-table <file>', 'SigningTable, with --key-table', once(path))
    .option('--control <directory>', "qmail's control directory: dksign, dkimkeys", once(path))
    .option('--require-safe-key', 'refuse a key file that everyone can read')
    .optionsGroup('Mail:')
    .option('--internal-hosts <net>', 'clients whose mail is outgoing (default: loopback)', networks)
    .option('--auth-results <id>', 'authserv-id (default: the name of the MTA)', authservId)
    .addOption(
      new Option('--reject <rule>', 'reject what fails: dmarc (under p=reject) or dkim (repeatable)')
        .choices(REJECT_CHOICES)
        .argParser(rejects),
    )
    .optionsGroup('Limits:')
    .option('--limit <n>', 'messages at the same time (default: 100)', places)
    .option('--wait <seconds>', 'how long one more waits before a temporary failure (default: 30)', seconds)
    .optionsGroup('Process:')
    .option('--user <user[:group]>', 'run as this user once keys are read and sockets are open', once(user))
    .option('--socket-mode <mode>', 'mode of unix sockets (default: 660)', permissions)
    .option('--metrics <place>', 'Prometheus metrics: inet:PORT@HOST or a file', once(metricsPlace));
  return addCommonOptions(addDnsOptions(command));
}

function path(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must be a path.');
  return text;
}

function sockets(text: string, before: readonly OptionSocket[] = []): OptionSocket[] {
  const [, mode, rest = ''] = /^(?:(sign|verify|both)=)?(.*)$/s.exec(text)!;
  const address = parseSocket(rest);
  if (address === undefined) throw new InvalidArgumentError(`It must be ${SOCKET_FORMS}.`);
  return [...before, { address, mode: mode as ServeMode | undefined }];
}

function folders(text: string, before: readonly string[] = []): string[] {
  if (!text.startsWith('/')) throw new InvalidArgumentError('It must be a whole path, which begins with /.');
  return [...before, text];
}

function withPercent(text: string): string {
  if (text.includes('%')) return text;
  throw new InvalidArgumentError('There must be a % in it, which stands for the domain.');
}

function networks(text: string, before: readonly IpNetwork[] = []): IpNetwork[] {
  if (text === 'none') return [];
  const network = parseIpNetwork(text);
  if (network !== undefined) return [...before, network];
  throw new InvalidArgumentError('It must be an address or a network, such as 192.0.2.0/24, or none.');
}

function rejects(text: string, before: readonly RejectChoice[] = []): RejectChoice[] {
  const choice = REJECT_CHOICES.find((one) => one === text);
  if (choice === undefined) throw new InvalidArgumentError(`It must be ${REJECT_CHOICES.join(' or ')}.`);
  return [...before, choice];
}

function places(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > 10_000) throw new InvalidArgumentError('It must be a whole number from 1 to 10000.');
  return value;
}

const USER = /^[a-z_0-9][a-z0-9_.-]*\$?(?::[a-z_0-9][a-z0-9_.-]*\$?)?$/i;

function user(text: string): string {
  if (USER.test(text)) return text;
  throw new InvalidArgumentError('It must be USER or USER:GROUP.');
}

function permissions(text: string): number {
  if (!/^0?[0-7]{3}$/.test(text)) throw new InvalidArgumentError('It must be three octal digits, such as 660.');
  return Number.parseInt(text, 8);
}

function metricsPlace(text: string): MetricsPlace {
  if (text.startsWith('/')) return { file: text };
  const address = parseSocket(text);
  if (address !== undefined) return { address };
  throw new InvalidArgumentError('It must be inet:PORT@HOST or the whole path of a file.');
}

const IDLE: readonly IdleRule[] = [
  { idle: ['signing-table'], without: ['key-table'] },
  { idle: ['key-path', 'key-table', 'control'], beside: ['config'] },
];

/** @throws DktoolError, kind permanent, where an option would do nothing */
export function checkServeOptions(command: Command): void {
  refuseIdleOptions(command, IDLE);
}
