/** The command line of spf-check. */
import { type Command, Option } from 'commander';
import { type IdleRule, OFFLINE_RULE, refuseIdleOptions } from '../../console/options/idle-options.ts';
import { collectNetworks } from '../../console/options/network-option.ts';
import {
  addCommonOptions,
  addDnsOptions,
  type CommonOptions,
  type DnsOptions,
  domain,
  epoch,
} from '../../console/options/options.ts';
import { count } from '../../console/options/numbers.ts';
import { IDENTITIES, type IdentityChoice } from '../../console/spf/checker.ts';
import type { SessionOptions } from '../../console/spf/request.ts';
import { COLOR_CHOICES, type ColorChoice } from '../../console/terminal/terminal.ts';
import type { IpNetwork } from '../../lib/syntax/ip-network.ts';
import { usage } from '../../console/options/usage.ts';

export interface SpfCheckOptions extends CommonOptions, DnsOptions, SessionOptions {
  readonly receiver?: string | undefined;
  readonly identity: IdentityChoice;
  readonly record?: string | undefined;
  readonly explanation?: string | undefined;
  readonly guess?: string | undefined;
  readonly localRules?: string | undefined;
  readonly explain?: boolean;
  readonly lint?: string;
  readonly networks?: boolean;
  readonly hop?: number;
  readonly trusted?: readonly IpNetwork[];
  readonly receivedSpf?: boolean;
  readonly annotate?: boolean;
  readonly exitVerdict?: boolean;
  readonly batch?: boolean;
  readonly crossCheck?: boolean;
  readonly compat?: 'spfquery';
  readonly json?: boolean;
  readonly now?: number;
  readonly color: ColorChoice;
  readonly exitStyle?: string;
}

const AFTER_HELP = `
Missing parts of the session come from tcpserver's environment (TCPREMOTEIP, TCPREMOTEHOST, SENDER), or, with FILE or a
message on stdin, from its Received, Return-Path and Received-SPF fields.

Examples:
  dktool spf-check --ip 192.0.2.1 --helo mail.example.com --from user@example.com
  dktool spf-check --explain --record 'v=spf1 mx -all' --ip 192.0.2.1 --helo x.example --from user@example.com
  dktool spf-check --trusted 198.51.100.0/24 saved.eml
  dktool spf-check --lint example.com
  dktool spf-check --batch < sessions.txt | jq -r 'select(.result=="fail")'

Exit status: 0 pass, 1 fail, softfail or permerror, 2 none or neutral, 100 wrong command line or message,
111 temperror (try again later). Manual: man dktool-spf-check`;

const SESSION = ['ip', 'helo', 'from'];
const HOPS = ['hop', 'trusted'];
const VIEWS = ['explain', 'received-spf', 'cross-check', 'color'];
const OTHER_JOBS = ['batch', 'annotate', 'compat', 'received-spf'];
const LOCAL_POLICY = ['explanation', 'guess', 'local-rules'];

const IDLE: readonly IdleRule[] = [
  { idle: ['networks'], without: ['lint'] },
  { idle: ['exit-verdict'], without: ['annotate'] },
  { idle: ['guess'], beside: ['record'] },
  { idle: ['trusted'], beside: ['hop'] },
  { idle: ['color', 'explain', 'json', 'cross-check'], beside: ['received-spf'] },
  { idle: ['color'], beside: ['json'] },
  { idle: ['json', ...VIEWS], beside: ['annotate'] },
  { idle: [...SESSION, ...HOPS, 'annotate', 'received-spf', 'cross-check', 'color'], beside: ['batch'] },
  {
    idle: [...SESSION, ...HOPS, ...VIEWS, ...LOCAL_POLICY, 'json', 'batch', 'annotate', 'identity', 'receiver'],
    beside: ['compat'],
  },
  {
    idle: [
      ...SESSION,
      ...HOPS,
      ...LOCAL_POLICY,
      ...OTHER_JOBS,
      'explain',
      'cross-check',
      'identity',
      'receiver',
      'now',
    ],
    beside: ['lint'],
  },
  OFFLINE_RULE,
];

/**
 * @param command has been parsed
 * @throws DktoolError, kind permanent, where an option or an argument would do nothing
 */
export function checkSpfCheckOptions(command: Command, args: readonly string[]): void {
  refuseIdleOptions(command, IDLE);
  const { lint, ip, helo, from, hop, trusted, annotate } = command.opts<SpfCheckOptions>();
  if (lint !== undefined && args.length > 0) {
    throw usage(`--lint judges a policy, and no message: ${args[0]} does nothing`);
  }
  const isMessage = args.length > 0 || annotate || [ip, helo, from].every((part) => part === undefined);
  if (!isMessage && (hop !== undefined || trusted !== undefined)) {
    const option = hop === undefined ? '--trusted' : '--hop';
    throw usage(
      `${option} is about the Received fields of a message, and none is named`,
      'name a file, or - for stdin',
    );
  }
}

export function addSpfCheckOptions(command: Command): Command {
  command
    .description('check a host against the SPF policy of a domain, with the reasons')
    .argument('[file...]', 'saved messages, or with --batch lists; - is stdin')
    .option('--ip <address>', 'the SMTP client')
    .option('--helo <name>', 'what it said in HELO or EHLO')
    .option('--from <address>', "the envelope sender; '' or <> for the null sender")
    .option('--receiver <host>', 'name of the checking host')
    .addOption(new Option('--identity <which>', 'what to check').choices(IDENTITIES).default('mailfrom'))
    .option('--explain', 'show every record and every term that was tried')
    .option('--json', 'one JSON object a line, one line an input')
    .option('--record <text>', 'try this record in place of the published one')
    .option('--explanation <text>', 'explanation of a fail whose domain gives none; macros are expanded')
    .option('--guess <record>', 'record for domains that have none (spfguess)')
    .option('--local-rules <terms>', 'terms of our own, put before those that refuse (spfrules)')
    .option('--lint <domain>', 'judge the record of a domain, whoever sends', domain)
    .option('--networks', 'with --lint: list all addresses that the domain allows')
    .option('--hop <n>', 'take the session from the Nth Received field, 1 being the topmost', count)
    .option('--trusted <net>', 'own relay or network in Received fields (repeat for more)', collectNetworks)
    .option('--received-spf', 'print the Received-SPF field')
    .option('--annotate', 'write the message with the Received-SPF field on top')
    .option('--exit-verdict', 'with --annotate: exit as the verdict says, not 0')
    .option('--batch', 'check lines of IP HELO SENDER, or JSON objects, from FILE or stdin')
    .option('--cross-check', "ask mailauth's evaluator too")
    .addOption(
      new Option(
        '--compat <tool>',
        "arguments and output of qmail's spfquery: IP HELO SENDER [RULES [GUESS [EXP]]]",
      ).choices(['spfquery']),
    )
    .option('--now <epoch>', 'take this as the current time, seconds since 1970', epoch);
  addDnsOptions(command).addOption(
    new Option('--color <when>', 'colour on stdout').choices(COLOR_CHOICES).default('auto'),
  );
  return addCommonOptions(command, ['spfquery']).addHelpText('after', AFTER_HELP);
}
