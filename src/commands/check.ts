import { randomBytes } from 'node:crypto';
import { type Accounts, readAccounts } from '../console/accounts.ts';
import { planControl } from '../console/check-control.ts';
import { planDomainKey, planKeyPath } from '../console/check-key-path.ts';
import { CheckPlan, type DomainPlan } from '../console/check-plan.ts';
import { CheckPrinter } from '../console/check-printer.ts';
import { planConfig, planKeyTableFile } from '../console/check-tables.ts';
import { nagiosUnknown } from '../console/check-nagios.ts';
import type { Context } from '../console/context.ts';
import { inOrder } from '../console/in-order.ts';
import { readKeys } from '../console/key-facts.ts';
import { resolverOf } from '../console/resolver.ts';
import { printable } from '../console/sanitize.ts';
import { pairKeys } from '../console/signing-keys.ts';
import { checkDomain, type DomainCheckSettings } from '../lib/check/domain.ts';
import type { Signer } from '../lib/check/key-facts.ts';
import type { DomainCheck } from '../lib/check/report.ts';
import { DktoolError } from '../lib/errors.ts';
import { addCheckOptions, type CheckOptions } from './check-options.ts';
import type { CommandEnd, CommandModule } from './command.ts';

/** Domains under way at once; what each asks of DNS is bounded on its own. */
const CONCURRENT = 32;

/** Seconds for all look-ups. Cron has time, and a list of domains is long. */
const DEADLINE = 120;

export const check: CommandModule = {
  name: 'check',
  register(program, context, finish) {
    const command = program
      .command('check')
      .summary('check keys, records and policies of domains, from cron')
      .description('Check everything that the mail of a domain hangs on: keys, their records, SPF, DMARC, ADSP, MX.');
    addCheckOptions(command).action(async (domains: string[], options: CheckOptions) => {
      const { outcome, status } = await run(domains, options, context);
      finish(outcome, status);
    });
  },
};

/** Check what the command line names. */
export async function run(domains: readonly string[], options: CheckOptions, context: Context): Promise<CommandEnd> {
  try {
    return await checkAll(domains, options, context);
  } catch (error) {
    if (options.output?.format !== 'nagios' || !(error instanceof DktoolError)) throw error;
    const { line, status } = nagiosUnknown(error);
    context.stdout.write(line);
    return { outcome: error.kind, status };
  }
}

async function checkAll(domains: readonly string[], options: CheckOptions, context: Context): Promise<CommandEnd> {
  const started = context.now();
  const warn = (sentence: string) => {
    if (!options.quiet) context.stderr.write(`dktool: warning: ${printable(sentence)}\n`);
  };
  const accounts = readAccounts();
  const { plan, plans, configUser } = planOf(domains, options);
  if (plans.length === 0 && plan.findings.length === 0) {
    context.stderr.write('dktool: there is no domain to check\n');
    return { outcome: 'nothing' };
  }
  const signer = signerOf(options, configUser, accounts, warn);
  const now = options.now ?? started;
  const settings: DomainCheckSettings = {
    resolver: await resolverOf({ ...options, deadline: options.deadline ?? DEADLINE }, context),
    now,
    maxAge: options.maxAge,
    retireAfter: options.retireAfter,
    signer,
    randomLabel: randomBytes(8).toString('hex'),
  };
  const printer = await CheckPrinter.create(options, context, warn);
  printer.add(configurationCheck(plan));
  const checkOne = (one: (typeof plans)[number]) => checkPlanned(one, options, settings, accounts);
  await inOrder(plans, checkOne, (checked) => printer.add(checked), { concurrent: CONCURRENT });
  return printer.finish(now, context.now() - started);
}

/** A configuration may come from another machine: that its account is not here is worth a word, and no more. */
function signerOf(
  { signer }: CheckOptions,
  configUser: string | undefined,
  accounts: Accounts,
  warn: (sentence: string) => void,
): Signer | undefined {
  if (signer !== undefined) return accounts.signer(signer);
  if (configUser === undefined) return undefined;
  try {
    return accounts.signer(configUser);
  } catch (error) {
    if (!(error instanceof DktoolError)) throw error;
    warn(`${error.message}: who can read the keys is not checked`);
    return undefined;
  }
}

async function checkPlanned(
  { domain, keys, signers, missingKeyAt }: DomainPlan,
  { selector = [], key, oldSelector = [] }: CheckOptions,
  settings: DomainCheckSettings,
  accounts: Accounts,
): Promise<DomainCheck> {
  const own = await readKeys(keys, accounts);
  const old = oldSelector.map((name) => ({ domain, selector: name, since: undefined }));
  const facts = {
    domain,
    keys: own.keys,
    signers,
    missingKeyAt,
    selectors: key === undefined ? selector : [],
    oldSelectors: [...own.old, ...old],
  };
  return checkDomain(facts, settings);
}

/** What is wrong with lists and tables, as a domain without a name. */
function configurationCheck({ findings }: CheckPlan): DomainCheck {
  const part = { part: 'configuration', subject: '', detail: 'lists and tables', findings };
  return { domain: '', parts: findings.length === 0 ? [] : [part], keys: [] };
}

interface Planned {
  readonly plan: CheckPlan;
  readonly plans: readonly DomainPlan[];
  /** The account that signs, where --config names one. */
  readonly configUser: string | undefined;
}

function planOf(domains: readonly string[], options: CheckOptions): Planned {
  const { control, keyPath, keyTable, signingTable, config, key } = options;
  const plan = new CheckPlan();
  const sources = [control, keyPath, keyTable, config].filter((source) => source !== undefined);
  if (domains.length === 0 && (sources.length === 0 || key !== undefined)) throw nothingNamed(key !== undefined);
  if (signingTable !== undefined && keyTable === undefined) {
    throw new DktoolError('usage', '--signing-table goes with --key-table', { kind: 'permanent' });
  }
  if (control !== undefined) planControl(plan, control);
  if (keyPath !== undefined && domains.length === 0) planKeyPath(plan, keyPath);
  if (keyTable !== undefined) planKeyTableFile(plan, keyTable, signingTable);
  const configUser = config === undefined ? undefined : planConfig(plan, config);
  for (const domain of domains) {
    if (keyPath !== undefined && !plan.has(domain)) planDomainKey(plan, keyPath, domain);
    planGivenKeys(plan, domain, options);
    if (sources.length > 0 && !plan.has(domain)) plan.missingKey(domain, sources.join(' and '));
  }
  return { plan, plans: plan.plans(domains.length === 0 ? undefined : domains), configUser };
}

/** -k and -s: the first with the first. */
function planGivenKeys(plan: CheckPlan, domain: string, { key = [], selector = [] }: CheckOptions): void {
  for (const { path, selector: name } of pairKeys(key, key.length === 0 ? [] : selector)) {
    if (path.includes('%')) planDomainKey(plan, path, domain);
    else plan.key({ domain, selector: name, path, text: undefined, hasSiblings: false });
  }
}

function nothingNamed(hasKey: boolean): DktoolError {
  const message = hasKey ? '-k needs a domain' : 'nothing is named that could be checked';
  return new DktoolError('usage', message, {
    kind: 'permanent',
    hint: 'name a domain, as in dktool check example.com, or a place with keys: --control, --key-path, --key-table, --config',
  });
}
