import { Option } from 'commander';
import type { Context } from '../../console/context.ts';
import { domainNamed } from '../../console/options/domain-argument.ts';
import { type HelpPage, setHelpPage } from '../../console/options/help-page.ts';
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

const HELP: HelpPage = {
  examples: [
    'dktool dmarc-check example.com',
    'dktool dmarc-check --lint news.example.com',
    'dktool dmarc-check --spf < msg.eml',
    `dktool dmarc-check --json example.com example.net | jq -r 'select(.policy=="none") | .domain'`,
  ],
  common: ['lint', 'spf', 'ip', 'from', 'trusted', 'legacy', 'now', 'json', 'zone', 'nameserver'],
  notes: `
An argument is a message if it names a file, and a domain if it looks like one; without arguments the message is read
from stdin. The record is found by the tree walk of RFC 9989, without a public suffix list.`,
  exitStatus:
    '0 pass, 1 fail or permerror, 2 none, 100 not a message or a wrong command line, 111 DNS failed, try again later; of a domain 0 a policy applies, 1 receivers ignore the record or --lint finds an error, 2 no record applies; of several arguments the worst',
};

export const dmarcCheck: CommandModule = {
  name: 'dmarc-check',
  register(program, context, finish) {
    const command = program
      .command('dmarc-check')
      .summary('DMARC policy of domains, DMARC result of messages (RFC 9989)')
      .description('Show the DMARC policy that applies to a domain, or the DMARC result of messages.')
      .argument('[domain|file...]', 'domains or messages (default: a message on stdin)')
      .optionsGroup('Domain:')
      .option('-d, --domain <name>', 'look up this domain, whatever it looks like', readDomain)
      .option('--lint', 'check the record for mistakes, and where its reports go')
      .optionsGroup('Message:')
      .option('--spf', 'check SPF too, for the host that sent it (RFC 7208)')
      .option('--ip <address>', 'client address; implies --spf')
      .option('--helo <name>', 'with --spf: HELO or EHLO name')
      .option('--from <address>', "with --spf: envelope sender; '' or <> for the null sender")
      .option('--hop <n>', 'with --spf: take the session from the Nth Received field from the top', count)
      .option('--trusted <net>', 'with --spf: own relay or network in Received (repeatable)', collectNetworks)
      .option('--legacy', 'accept rsa-sha1 and RSA keys below 1,024 bits (archives)')
      .option('--now <epoch>', 'time of verification, in seconds since 1970', epoch)
      .optionsGroup('Output:')
      .option('--json', 'one JSON object per argument')
      .addOption(new Option('--color <when>', 'colour on stdout').choices(COLOR_CHOICES).default('auto'));
    addDnsOptions(setHelpPage(command, HELP));
    addCommonOptions(command).action(async (args: string[], options: DmarcCheckOptions) =>
      finish(await run(args, options, context)),
    );
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
