import { domainLines, messageLines, type Related } from './adsp-lines.ts';
import type { Context } from '../../console/context.ts';
import { domainNamed } from '../../console/options/domain-argument.ts';
import { type HelpPage, setHelpPage } from '../../console/options/help-page.ts';
import { inputsOf } from '../../console/streams/input.ts';
import { type IdleRule, OFFLINE_RULE, refuseIdleOptions } from '../../console/options/idle-options.ts';
import { inputError, reportInputError } from '../../console/streams/input-error.ts';
import {
  addCommonOptions,
  addDnsOptions,
  type CommonOptions,
  type DnsOptions,
  domain as readDomain,
  epoch,
  hostName,
} from '../../console/options/options.ts';
import { authservId, authservIdOf } from '../../console/options/authserv-id.ts';
import { type Outcome, worst } from '../../console/outcome.ts';
import { resolverOf } from '../../console/options/resolver.ts';
import { jsonLine } from '../../console/terminal/sanitize.ts';
import { InputJudge } from '../../console/verify/judge.ts';
import { type AdspStatus, lookUpAdsp } from '../../lib/adsp/lookup.ts';
import { type RelatedPolicies, relatedPolicies } from '../../lib/related-policies.ts';
import { type AdspResult, type MessageAdsp, messageAdsp } from '../../lib/adsp/verdict.ts';
import { formatAuthResults } from '../../lib/auth-results/field.ts';
import { adspStatements } from '../../lib/auth-results/statements.ts';
import type { Resolver } from '../../lib/dns/resolver.ts';
import { adspDomainReport, adspMessageReport } from '../../lib/report/adsp-check.ts';
import { isDomainName } from '../../lib/syntax/domain-name.ts';
import type { CommandModule } from '../command.ts';
import { usage } from '../../console/options/usage.ts';

interface Options extends CommonOptions, DnsOptions {
  readonly domain?: string;
  /** `true`: under the name that `receiver` is. */
  readonly authResults?: string | true;
  readonly receiver?: string;
  readonly json?: boolean;
  readonly legacy?: boolean;
  readonly now?: number;
}

const HELP: HelpPage = {
  examples: [
    'dktool adsp-check example.com',
    'dktool adsp-check < msg.eml',
    'dktool adsp-check --json --zone mail.zone saved/*.eml',
  ],
  common: ['domain', 'legacy', 'now', 'json', 'auth-results', 'zone', 'nameserver', 'quiet', 'exit-style'],
  notes: `
An argument is a message if it names a file, and a domain if it looks like one; without arguments the message is read
from stdin. ADSP (RFC 5617) is historic: DMARC has replaced it, and a hint shows the DMARC policy.`,
  exitStatus:
    '0 pass, 1 fail, discard, nxdomain or permerror, 2 none or unknown, 100 not a message or a wrong command line, 111 DNS failed, try again later; of a domain 0 it has a record, 1 it does not exist or the record is invalid, 2 it has none; of several arguments the worst',
};

const IDLE: readonly IdleRule[] = [
  { idle: ['json'], beside: ['auth-results'] },
  { idle: ['receiver'], without: ['auth-results'] },
  OFFLINE_RULE,
];

export const adspCheck: CommandModule = {
  name: 'adsp-check',
  register(program, context, finish) {
    const command = program
      .command('adsp-check')
      .summary('look up ADSP signing practices (RFC 5617, historic)')
      .description('Show the ADSP record of a domain (RFC 5617), or whether messages comply with it.')
      .argument('[domain|file...]', 'domains or messages (default: a message on stdin)')
      .optionsGroup('Checks:')
      .option('-d, --domain <name>', 'check the messages for this author domain only', readDomain)
      .option('--legacy', 'accept rsa-sha1 and RSA keys below 1,024 bits (archives)')
      .option('--now <epoch>', 'time of verification, in seconds since 1970', epoch)
      .optionsGroup('Output:')
      .option('--json', 'one JSON object per argument')
      .option('--auth-results [id]', 'print an Authentication-Results field instead', authservId)
      .option('--receiver <host>', 'name of this host, for --auth-results', hostName);
    addDnsOptions(setHelpPage(command, HELP));
    addCommonOptions(command).action(async (args: string[], options: Options) => {
      refuseIdleOptions(command, IDLE);
      finish(await run(args, options, context));
    });
  },
};

/** Look domains up, judge messages; in the order of the arguments. */
export async function run(args: readonly string[], options: Options, context: Context): Promise<Outcome> {
  const named = (args.length > 0 ? args : [defaultArgument(options, context)]).map((arg) => ({
    arg,
    name: options.domain === undefined || args.length === 0 ? domainNamed(arg) : undefined,
  }));
  if (options.authResults !== undefined) authservIdOf(options.authResults, options.receiver);
  if (named.every(({ name }) => name !== undefined)) refuseMessageOptions(options);
  const resolver = await resolverOf(options, context);
  const judge = new InputJudge(resolver, { now: options.now ?? context.now(), legacy: options.legacy });
  const outcomes: Outcome[] = [];
  for (const { arg, name } of named) {
    outcomes.push(
      name === undefined
        ? await checkMessage(arg, judge, resolver, options, context)
        : await reportPractices(name, resolver, options, context),
    );
  }
  return worst(outcomes);
}

/** What is about messages, where only domains are named. */
function refuseMessageOptions({ legacy, now }: Options): void {
  const idle = legacy ? '--legacy' : now === undefined ? undefined : '--now';
  if (idle !== undefined) throw usage(`${idle} applies to the signatures of messages, but only domains are given`);
}

/** Nobody types a message: with a domain given, a terminal on stdin means that it is asked for itself. */
function defaultArgument({ domain }: Options, { stdin }: Context): string {
  return domain !== undefined && stdin.isTerminal ? domain : '-';
}

async function reportPractices(
  domain: string,
  resolver: Resolver,
  options: Options,
  { stdout }: Context,
): Promise<Outcome> {
  if (options.authResults !== undefined) {
    throw usage(
      `--auth-results applies to a message, and ${domain} is a domain`,
      `-d ${domain} checks a message on stdin against it`,
    );
  }
  const [lookup, related] = await Promise.all([lookUpAdsp(domain, resolver), relatedPolicies(domain, resolver)]);
  if (!options.quiet)
    stdout.write(options.json ? jsonLine(adspDomainReport(lookup, related)) : domainLines(lookup, related));
  return DOMAIN_OUTCOME[lookup.status];
}

const DOMAIN_OUTCOME: Readonly<Record<AdspStatus, Outcome>> = {
  found: 'ok',
  none: 'nothing',
  malformed: 'negative',
  several: 'negative',
  nxdomain: 'negative',
  'bad-domain': 'negative',
  unavailable: 'temporary',
};

const MESSAGE_OUTCOME: Readonly<Record<AdspResult, Outcome>> = {
  pass: 'ok',
  none: 'nothing',
  unknown: 'nothing',
  fail: 'negative',
  discard: 'negative',
  nxdomain: 'negative',
  permerror: 'negative',
  temperror: 'temporary',
};

async function checkMessage(
  arg: string,
  judge: InputJudge,
  resolver: Resolver,
  options: Options,
  context: Context,
): Promise<Outcome> {
  const [input] = inputsOf([arg], context);
  const judged = await judge.judge(input!);
  if ('error' in judged) return reportInputError(arg, judged.error, options, context);
  try {
    const { fromField, dkim } = judged.verdict;
    // Looked up also where a signature makes it needless: whoever asks wants to see the record.
    const adsp = await messageAdsp(fromField, dkim.signatures, resolver, { domain: options.domain, always: true });
    if (!options.quiet) context.stdout.write(await product(arg, adsp, judged.message.lineEnd, resolver, options));
    return MESSAGE_OUTCOME[adsp.result];
  } catch (error) {
    return reportInputError(arg, inputError(error), options, context);
  }
}

async function product(
  file: string,
  adsp: MessageAdsp,
  lineEnd: '\n' | '\r\n',
  resolver: Resolver,
  { authResults, receiver, json }: Options,
): Promise<string> {
  if (authResults !== undefined) {
    return formatAuthResults(authservIdOf(authResults, receiver), adspStatements(adsp), lineEnd) + lineEnd;
  }
  const domains = new Set(adsp.authors.flatMap(({ lookup }) => lookup?.domain ?? []).filter(isDomainName));
  const related: Related = new Map(
    await Promise.all(
      [...domains].map(
        async (name): Promise<[string, RelatedPolicies]> => [name, await relatedPolicies(name, resolver)],
      ),
    ),
  );
  return json ? jsonLine(adspMessageReport(file, adsp, related)) : messageLines(file, adsp, related);
}
