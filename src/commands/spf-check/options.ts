/** The command line of spf-check. */
import { type Command, Option } from 'commander';
import { type HelpPage, setHelpPage } from '../../console/options/help-page.ts';
import { type IdleRule, OFFLINE_RULE, refuseIdleOptions } from '../../console/options/idle-options.ts';
import { collectNetworks } from '../../console/options/network-option.ts';
import {
  addCommonOptions,
  addDnsOptions,
  type CommonOptions,
  type DnsOptions,
  domain,
  epoch,
  hostName,
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

const HELP: HelpPage = {
  examples: [
    'dktool spf-check --ip 192.0.2.1 --from user@example.com',
    'dktool spf-check --trusted 198.51.100.0/24 saved.eml',
    'dktool spf-check --lint example.com',
    "dktool spf-check --explain --record 'v=spf1 mx -all' --ip 192.0.2.1 --helo x.example --from user@example.com",
    'dktool spf-check --batch < sessions.txt | jq -r \'select(.result=="fail")\'',
  ],
  common: ['ip', 'helo', 'from', 'trusted', 'explain', 'json', 'annotate', 'lint', 'record', 'zone'],
  notes: `
What the options leave out of the session comes from tcpserver's environment (TCPREMOTEIP, TCPREMOTEHOST, SENDER) or,
with a message, from its Received, Return-Path and Received-SPF fields.`,
  exitStatus:
    '0 pass, 1 fail, softfail or permerror, 2 none or neutral, 100 wrong command line or message, 111 temperror, try again later',
};

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
    throw usage(`--lint checks a policy, not messages: ${args[0]} has no effect`);
  }
  const isMessage = args.length > 0 || annotate || [ip, helo, from].every((part) => part === undefined);
  if (!isMessage && (hop !== undefined || trusted !== undefined)) {
    const option = hop === undefined ? '--trusted' : '--hop';
    throw usage(
      `${option} applies to the Received fields of a message, but no message is given`,
      'give a file, or - for stdin',
    );
  }
}

export function addSpfCheckOptions(command: Command): Command {
  command
    .description('Check a client against the SPF policy of a domain, and say why.')
    .argument('[file...]', 'saved messages, or with --batch lists; - is stdin')
    .optionsGroup('SMTP session:')
    .option('--ip <address>', 'client address')
    .option('--helo <name>', 'HELO or EHLO name')
    .option('--from <address>', "envelope sender; '' or <> for the null sender")
    .option('--hop <n>', 'take the session from the Nth Received field from the top', count)
    .option('--trusted <net>', 'own relay or network in Received fields (repeatable)', collectNetworks)
    .addOption(new Option('--identity <which>', 'identity to check').choices(IDENTITIES).default('mailfrom'))
    .option('--receiver <host>', 'name of this host', hostName)
    .option('--now <epoch>', 'current time, in seconds since 1970', epoch)
    .optionsGroup('Policy:')
    .option('--lint <domain>', 'check the policy of a domain for mistakes', domain)
    .option('--networks', 'with --lint: list every address that the policy allows')
    .option('--record <text>', 'evaluate this record in place of the published one')
    .option('--explanation <text>', 'explanation where the domain gives none; macros are expanded')
    .option('--guess <record>', 'record for domains without one (spfguess)')
    .option('--local-rules <terms>', 'local terms, inserted before those that refuse (spfrules)')
    .optionsGroup('Output:')
    .option('--explain', 'show every record and term evaluated')
    .option('--json', 'one JSON object per check')
    .option('--received-spf', 'print the Received-SPF field')
    .option('--annotate', 'write the message with a Received-SPF field on top')
    .option('--exit-verdict', 'with --annotate: exit by the verdict, not by the writing')
    .option('--batch', 'check lines of IP HELO SENDER, or JSON objects, from FILE or stdin')
    .option('--cross-check', 'evaluate with mailauth too, and report any difference')
    .addOption(
      new Option(
        '--compat <tool>',
        "arguments and output of qmail's spfquery: IP HELO SENDER [RULES [GUESS [EXP]]]",
      ).choices(['spfquery']),
    )
    .addOption(new Option('--color <when>', 'colour on stdout').choices(COLOR_CHOICES).default('auto'));
  addDnsOptions(command);
  return addCommonOptions(setHelpPage(command, HELP), ['spfquery']);
}
