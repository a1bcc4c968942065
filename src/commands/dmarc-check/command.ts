import { Option } from 'commander';
import type { Context } from '../../console/context.ts';
import { domainNamed } from '../../console/options/domain-argument.ts';
import { collectNetworks } from '../../console/options/network-option.ts';
import { addCommonOptions, addDnsOptions, domain as readDomain, epoch } from '../../console/options/options.ts';
import { count } from '../../console/options/numbers.ts';
import { type Outcome, worst } from '../../console/outcome.ts';
import { resolverOf } from '../../console/options/resolver.ts';
import { COLOR_CHOICES } from '../../console/terminal/terminal.ts';
import type { CommandModule } from '../command.ts';
import { reportPolicy } from './domain.ts';
import { messageChecker } from './message.ts';
import type { DmarcCheckOptions } from './options.ts';
import { painter } from './painter.ts';

const AFTER_HELP = `
An argument that is a file is a message, any other that looks like a domain is one; without arguments the message is on
stdin. The record is found by the tree walk of RFC 9989, without a list of public suffixes.

Examples:
  dktool dmarc-check example.com
  dktool dmarc-check --lint news.example.com
  dktool dmarc-check --spf < msg.eml
  dktool dmarc-check --json example.com example.net | jq -r 'select(.policy=="none") | .domain'

Exit status: 0 pass, 1 fail or permerror, 2 none, 100 not a message or a wrong command line, 111 try again later (DNS).
A domain: 0 a policy applies, 2 no record does, 1 receivers ignore the record, or --lint finds an error. Several: the worst.
Manual: man dktool-dmarc-check`;

export const dmarcCheck: CommandModule = {
  name: 'dmarc-check',
  register(program, context, finish) {
    const command = program
      .command('dmarc-check')
      .summary('DMARC of domains and messages (RFC 9989)')
      .description('Say which DMARC policy applies to a domain and how it was found, or what DMARC makes of messages.')
      .argument('[domain|file...]', 'domains, or messages; - or nothing is stdin')
      .option('-d, --domain <name>', 'look this domain up, whatever it looks like', readDomain)
      .option('--lint', 'judge the record too: its syntax, its sense, and where reports go')
      .option('--json', 'one JSON object a line, one line an input')
      .option('--spf', 'of a message: check the host that it came from too (RFC 7208)')
      .option('--ip <address>', 'the SMTP client; asks for --spf')
      .option('--helo <name>', 'with --spf: what it said in HELO or EHLO')
      .option('--from <address>', "with --spf: the envelope sender; '' or <> for the null sender")
      .option('--hop <n>', 'with --spf: take the session from the Nth Received field, 1 being the topmost', count)
      .option(
        '--trusted <net>',
        'with --spf: own relay or network in Received fields (repeat for more)',
        collectNetworks,
      )
      .option('--legacy', 'accept rsa-sha1 and RSA keys under 1,024 bits, for archives')
      .option('--now <epoch>', 'judge as of this time, seconds since 1970', epoch);
    addDnsOptions(command).addOption(
      new Option('--color <when>', 'colour on stdout').choices(COLOR_CHOICES).default('auto'),
    );
    addCommonOptions(command)
      .addHelpText('after', AFTER_HELP)
      .action(async (args: string[], options: DmarcCheckOptions) => finish(await run(args, options, context)));
  },
};

/** Look domains up, judge messages; in the order of the arguments, the domain of --domain first. */
export async function run(args: readonly string[], options: DmarcCheckOptions, context: Context): Promise<Outcome> {
  const { domain } = options;
  const resolver = await resolverOf(options, context);
  const paint = await painter(context.stdout, options.color, context.env);
  const outcomes: Outcome[] = [];
  if (domain !== undefined) outcomes.push(await reportPolicy(domain, resolver, options, paint, context));
  const checkMessage = messageChecker(args, resolver, options, paint, context);
  for (const arg of args.length > 0 || domain !== undefined ? args : ['-']) {
    const name = domainNamed(arg);
    outcomes.push(
      name === undefined ? await checkMessage(arg) : await reportPolicy(name, resolver, options, paint, context),
    );
  }
  return worst(outcomes);
}
