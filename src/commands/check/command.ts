import { randomBytes } from 'node:crypto';
import { type Accounts, readAccounts } from './accounts.ts';
import type { CheckPlan, DomainPlan } from '../../console/sources/plan.ts';
import { CheckPrinter, type CheckView } from './printer.ts';
import { nagiosUnknown } from './nagios.ts';
import type { Context } from '../../console/context.ts';
import { type IdleRule, OFFLINE_RULE, refuseIdleOptions } from '../../console/options/idle-options.ts';
import { mapEagerly } from './map-eagerly.ts';
import { progress } from '../../console/terminal/progress.ts';
import { readKeys } from './read-keys.ts';
import { liveResolverOf, zonesOf } from '../../console/options/resolver.ts';
import { checkDomain, DOMAIN_SECONDS, type DomainCheckSettings } from '../../lib/check/domain.ts';
import type { SigningAccount } from '../../lib/check/key-facts.ts';
import { selectorsInRotation } from '../../lib/check/rotation.ts';
import type { DomainCheck } from '../../lib/report/check.ts';
import { cachingResolver } from '../../lib/dns/resolvers/cache.ts';
import { DEFAULT_TRIES } from '../../lib/dns/live/live.ts';
import { sparingAsker } from '../../lib/dns/live/known-dead.ts';
import { zoneResolver } from '../../lib/dns/zones/zone.ts';
import { DktoolError } from '../../lib/errors.ts';
import { addCheckOptions, type CheckCommandOptions } from './options.ts';
import { planOf } from './sources.ts';
import type { CommandEnd, CommandModule } from '../command.ts';
import { usage } from '../../console/options/usage.ts';
import { diagnostics } from '../../console/terminal/diagnostics.ts';

/** Domains under way at once; what each asks of DNS is bounded on its own. One whose servers are dead keeps no other waiting. */
const LIMITS = { atOnce: 32, moment: 1, most: 128 };

/** Seconds for which trouble is kept: a server that is dead is asked once in a run. */
const FAILURE_HOLD = 3600;

/** Seconds for all look-ups. Cron has time, and a list of domains is long. */
const DEADLINE = 120;

const IDLE: readonly IdleRule[] = [OFFLINE_RULE];

export const check: CommandModule = {
  name: 'check',
  register(program, context, finish) {
    const command = program
      .command('check')
      .summary('check keys, records and policies of domains, from cron')
      .description("Check everything a domain's mail depends on: keys, SPF, DMARC, ADSP, MX.");
    addCheckOptions(command).action(async (domains: string[], options: CheckCommandOptions) => {
      refuseIdleOptions(command, IDLE);
      const { outcome, status } = await run(domains, options, context);
      finish(outcome, status);
    });
  },
};

/** Check what the command line names. */
export async function run(
  domains: readonly string[],
  options: CheckCommandOptions,
  context: Context,
): Promise<CommandEnd> {
  try {
    return await checkAll(domains, options, context);
  } catch (error) {
    if (options.format !== 'nagios' || !(error instanceof DktoolError)) throw error;
    const { line, status } = nagiosUnknown(error);
    context.stdout.write(line);
    return { outcome: error.kind, status };
  }
}

async function checkAll(
  domains: readonly string[],
  options: CheckCommandOptions,
  context: Context,
): Promise<CommandEnd> {
  const started = context.now();
  const view = viewOf(domains, options);
  const { warn } = diagnostics(context, options);
  const accounts = readAccounts();
  const { plan, plans, configUser, qmailUser } = planOf(domains, options, context.usualKeyPath);
  if (plans.length === 0 && plan.findings.length === 0) {
    diagnostics(context).say('there is no domain to check');
    return { outcome: 'nothing' };
  }
  const signer = signerOf(options, configUser, accounts, warn) ?? qmailSigner(options, qmailUser, accounts);
  const now = options.now ?? started;
  const settings: DomainCheckSettings = {
    ...(await resolversOf(options, context)),
    now,
    clock: context.now,
    dnsSeconds: Math.max(DOMAIN_SECONDS, (options.timeout ?? 0) * (options.tries ?? DEFAULT_TRIES)),
    maxAge: options.maxAge,
    retireAfter: options.retireAfter,
    signer,
    randomLabel: randomBytes(8).toString('hex'),
  };
  const printer = await CheckPrinter.create(view, context, warn);
  printer.add(configurationCheck(plan));
  const checkOne = (one: (typeof plans)[number]) => checkPlanned(one, options, settings, accounts);
  const bar = progress('checking', context, {
    quiet: options.quiet ?? false,
    total: () => plans.length,
    waitsForDns: true,
  });
  let count = 0;
  const checkCounted = async (one: (typeof plans)[number]) => {
    const checked = await checkOne(one);
    await bar.tick(++count);
    return checked;
  };
  try {
    for (const checked of await mapEagerly(plans, checkCounted, LIMITS)) printer.add(checked);
  } finally {
    bar.stop();
  }
  return await printer.finish(now, context.now() - started);
}

async function resolversOf(
  options: CheckCommandOptions,
  context: Context,
): Promise<Pick<DomainCheckSettings, 'resolver' | 'servers'>> {
  const zones = zonesOf(options);
  if (zones.length > 0) return { resolver: zoneResolver(zones) };
  const live = await liveResolverOf({ ...options, deadline: options.deadline ?? DEADLINE }, context);
  const resolver = cachingResolver(live, { now: context.now, failureHold: FAILURE_HOLD });
  return { resolver, servers: options.allNs === true ? sparingAsker(live) : undefined };
}

/** A configuration may come from another machine: that its account is not here is worth a word, and no more. */
function signerOf(
  { signer }: CheckCommandOptions,
  configUser: string | undefined,
  accounts: Accounts,
  warn: (sentence: string) => void,
): SigningAccount | undefined {
  if (signer !== undefined) return accounts.signer(signer);
  if (configUser === undefined) return undefined;
  try {
    return accounts.signer(configUser);
  } catch (error) {
    if (!(error instanceof DktoolError)) throw error;
    warn(`${error.message}: access to the keys is not checked`);
    return undefined;
  }
}

/** Where a machine has no such account, its qmail is elsewhere, or was built with other names (--signer). */
function qmailSigner(
  { signer }: CheckCommandOptions,
  qmailUser: string | undefined,
  accounts: Accounts,
): SigningAccount | undefined {
  return signer === undefined && qmailUser !== undefined && accounts.has(qmailUser)
    ? accounts.signer(qmailUser)
    : undefined;
}

async function checkPlanned(
  { domain, keys, signers, missingKeyAt, isSender }: DomainPlan,
  { selector = [], key, keyPath, oldSelector = [] }: CheckCommandOptions,
  settings: DomainCheckSettings,
  accounts: Accounts,
): Promise<DomainCheck> {
  const own = await readKeys(keys, accounts);
  const changing = own.rotation === undefined ? new Set<string>() : selectorsInRotation(own.rotation);
  const old = oldSelector
    .filter((name) => !changing.has(name))
    .map((name) => ({ domain, selector: name, since: undefined }));
  const facts = {
    domain,
    keys: own.keys,
    signers,
    isSender,
    missingKeyAt,
    selectors: key === undefined && keyPath === undefined ? selector : [],
    oldSelectors: [...own.old, ...old],
    rotation: own.rotation,
  };
  return checkDomain(facts, settings);
}

/** What is wrong with lists and tables, as a domain without a name. */
function configurationCheck({ findings }: CheckPlan): DomainCheck {
  const part = { part: 'configuration', subject: '', detail: 'lists and tables', findings };
  return { domain: '', parts: findings.length === 0 ? [] : [part], keys: [] };
}

/** What is written, and how. */
function viewOf(domains: readonly string[], options: CheckCommandOptions): CheckView {
  const { json = false, format = json ? 'json' : 'text', verbose = false, quiet = false, changed = false } = options;
  const { output, ignore = [], failOn, patience, state } = options;
  if (json && format !== 'json') throw usage(`--json and --format ${format} exclude each other`);
  if (changed && (format === 'nagios' || format === 'prometheus')) {
    throw usage(`--changed cannot be used with --format ${format}: monitoring systems compare by themselves`);
  }
  if (changed && verbose) throw usage('--changed reports only changes, -v everything: use one of them');
  if (state !== undefined && patience === 1 && !changed) throw usage('--state needs --patience or --changed');
  const severity = options.severity ?? (verbose || format === 'json' ? 'note' : 'warning');
  const subject = JSON.stringify([domains, SUBJECT_OPTIONS.map((name) => options[name])]);
  return { format, output, verbose, quiet, severity, ignore, failOn, patience, changed, state, subject };
}

/** Runs with the same of these look at the same things. */
const SUBJECT_OPTIONS = [
  'key',
  'selector',
  'keyPath',
  'control',
  'keyTable',
  'signingTable',
  'config',
  'rspamd',
  'oldSelector',
  'nameserver',
  'zone',
  'allNs',
] as const;
